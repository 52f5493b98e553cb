//! A state folder that others may change: neither its journal nor its key is used.

use super::World;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};

fn world(mode: u32) -> World {
    // Nobody listens there.
    let world = World::new()
        .with_variable("WHALE_STATE", "state")
        .with_variable("WHALE_CACHE", "cache")
        .with_variable("TIMESCALEDB_URL", "postgres://u:p@127.0.0.1:1/d");
    fs::create_dir(world.path("state")).unwrap();
    fs::write(world.path("state/journal.jsonl"), "{\"run\":\"planted\",\"at\":1,\"event\":\"begin\",\"steps\":2}\n")
        .unwrap();
    fs::set_permissions(world.path("state"), Permissions::from_mode(mode)).unwrap();
    world
}

fn refused(world: &World, why: &str) {
    let history = world.shown(&["history"]);
    assert!(history.starts_with("exit: 1\n") && history.contains("WH0037"), "{history}");
    assert!(history.contains(&format!("the state folder state is not used: {why}")), "{history}");
    assert!(history.contains("chmod go-w"), "the way out is said: {history}");
    let doctor = world.shown(&["doctor"]);
    assert!(
        doctor.contains(&format!("problem  state             the state folder state is not used: {why}")),
        "{doctor}"
    );
    assert!(!history.contains("planted") && !doctor.contains("planted"), "{history}{doctor}");
    // Judging needs no state: it does without the cache.
    let validate = world.shown(&["validate", "-p", "plugins/language.wasm"]);
    assert!(validate.starts_with("exit: 0\n"), "{validate}");
    assert!(!world.path("state/artifact.key").exists());
}

#[test]
fn a_folder_that_others_may_write_to_is_not_used() {
    for mode in [0o777, 0o1777, 0o770, 0o722] {
        refused(&world(mode), "other users may write to it");
    }
    // Others may see that it is there.
    let seen = world(0o755).shown(&["history"]);
    assert!(seen.starts_with("exit: 0\n"), "{seen}");
}

#[test]
fn a_folder_of_another_user_is_not_used() {
    let world = world(0o700);
    // Only root can give a folder away.
    if chown(world.path("state"), Some(1234), None).is_ok() {
        refused(&world, "it belongs to another user");
    }
}
