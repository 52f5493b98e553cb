//! `init`, and the settings file that it writes.

use super::World;
use super::world::assert_command;

#[test]
fn the_file_that_is_written_is_taken_at_once() {
    let world = World::new();
    assert_eq!(world.run(&["init"]).status.code(), Some(0));
    let shown = world.shown(&["validate", "--all", "-q"]);
    // Only the grant of the one plugin that wants more is missing, which the file shows how to give.
    assert!(shown.contains("[plugins.shared] namespaces") && !shown.contains("WH000"), "{shown}");
}

#[test]
fn it_says_what_it_wrote() {
    assert_command!(World::new(), "init", "--config", "staging.toml");
}

#[test]
fn a_file_that_is_there_stays_as_it_is() {
    let world = World::with_settings("# mine, and half [");
    let shown = world.shown(&["init"]);
    assert!(shown.starts_with("exit: 1\n") && shown.contains("error[WH0006]: whale.toml is there already"), "{shown}");
    assert_eq!(std::fs::read_to_string(world.path("whale.toml")).unwrap(), "# mine, and half [");
}

#[test]
fn a_folder_that_is_missing_is_not_made() {
    let world = World::new();
    let shown = world.shown(&["init", "--config", "none/whale.toml"]);
    assert!(shown.starts_with("exit: 4\n") && shown.contains("writing none/whale.toml"), "{shown}");
    assert!(!world.path("none").exists());
}
