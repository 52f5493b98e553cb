//! What plugins may do: grants, the ceiling, a file of grants, and `whale.lock`.

use super::World;
use super::world::assert_command;
use std::fs;

const FILES: &str = "[plugins]\nfiles = [\"plugins/language.wasm\"]\n";

fn world(more: &str) -> World {
    World::with_settings(&format!("{FILES}{more}"))
}

fn validate(world: &World) -> String {
    world.shown(&["validate", "--all", "-q"])
}

#[test]
fn an_engine_or_a_size_beyond_the_grant_or_the_ceiling_is_refused() {
    for (settings, code, told) in [
        ("[plugins.language]\nengines = [\"clickhouse\"]\n", "WH0233", "it was not granted"),
        ("[ceiling]\nengines = []\n", "WH0233", "the ceiling of whale.toml does not allow it"),
        ("[plugins.language]\nmax_objects = 14\n", "WH0235", "the plugin defines 15 objects, and may have 14"),
        ("[ceiling]\nmax_partitions = 8\n", "WH0235", "language_knowledge has 16 partitions, and may have 8"),
        ("[ceiling]\nmax_dimension = 1535\n", "WH0235", "language_knowledge has 1536 dimensions of a vector"),
        (
            "[plugins.language]\nmax_columns = 11\n",
            "WH0235",
            "dialect_conversion_rules has 12 columns, and may have 11",
        ),
        (
            "[plugins.language]\nmodel = \"legal\"\n",
            "WH0234",
            "belongs to the model language, and is bound to the model legal",
        ),
    ] {
        let shown = validate(&world(settings));
        assert!(shown.starts_with("exit: 1\n"), "{settings}: {shown}");
        assert!(shown.contains(&format!("error[{code}]")) && shown.contains(told), "{settings}: {shown}");
    }
    for settings in [
        "[plugins.language]\nmodel = \"language\"\nengines = [\"clickhouse\", \"milvus\"]\nmax_objects = 15\nmax_columns = 12\n",
        "[ceiling]\nmax_partitions = 16\nmax_dimension = 1536\n",
    ] {
        assert!(validate(&world(settings)).starts_with("exit: 0\n"), "{settings}");
    }
}

#[test]
fn a_plugin_may_cost_what_it_was_granted_within_the_ceiling() {
    // It describes itself with few values, and defines with hundreds.
    let few = "[limits]\nitems = 100\n";
    let own = "[plugins.language]\nlimits = { items = 1_000 }\n";
    for (settings, accepted) in [
        (few.to_owned(), false),
        (format!("{few}{own}"), true),
        (format!("{few}[plugins.shared]\nlimits = {{ items = 1_000 }}\n"), false),
        (format!("{own}[ceiling]\nlimits = {{ items = 100 }}\n"), false),
        ("[plugins.language]\nlimits = { items = 100 }\n".to_owned(), false),
        ("[ceiling]\nlimits = { file = 1_000 }\n".to_owned(), false),
        (format!("{own}[ceiling]\nlimits = {{ items = 1_000, file = 1_000_000 }}\n"), true),
    ] {
        // Named by its path: settings may speak of a plugin that is not at hand.
        let world = World::with_settings(&settings);
        let shown = world.shown(&["validate", "-q", "-p", "plugins/language.wasm"]);
        assert_eq!(shown.starts_with("exit: 0\n"), accepted, "{settings}: {shown}");
        assert!(accepted || shown.contains("error[WH01"), "{settings}: {shown}");
        // A file of grants says the same; it has to list the plugin.
        let listed = if settings.contains("[plugins.language]") { "" } else { "[plugins.language]\n" };
        let world = World::new().with_file("grants.toml", format!("{listed}{settings}"));
        let shown = world.shown(&["validate", "-q", "-p", "plugins/language.wasm", "--grants", "grants.toml"]);
        assert_eq!(shown.starts_with("exit: 0\n"), accepted, "{settings}: {shown}");
    }
}

#[test]
fn a_model_that_is_bound_to_a_plugin_is_nobody_elses() {
    let bound = "[plugins.owner]\nmodel = \"language\"\n";
    let world = World::with_settings(bound);
    let shown = world.shown(&["validate", "-q", "-p", "plugins/language.wasm"]);
    assert!(shown.starts_with("exit: 1\n") && shown.contains("error[WH0241]"), "{shown}");
    assert!(shown.contains("the plugin owner"), "{shown}");
    // Listed or not, and in a file of grants.
    let listed = World::with_settings(&format!("{bound}[plugins.language]\n"));
    assert!(listed.shown(&["validate", "-q", "-p", "plugins/language.wasm"]).contains("error[WH0241]"));
    let grants = World::new().with_file("grants.toml", format!("{bound}[plugins.language]\n"));
    let shown = grants.shown(&["validate", "-q", "-p", "plugins/language.wasm", "--grants", "grants.toml"]);
    assert!(shown.contains("error[WH0241]"), "{shown}");
    let both = World::with_settings(&format!("{bound}[plugins.language]\nmodel = \"language\"\n"));
    assert!(both.shown(&["validate", "-q", "-p", "plugins/language.wasm"]).starts_with("exit: 0\n"));
}

#[test]
fn a_plugin_of_which_nothing_is_said_has_bounds() {
    // What it may have by itself is several times what it has; the least that stands below that is told with its key.
    for (key, most, told) in [
        ("max_vector_dimensions", 1_535, "has 1536 dimensions of all its vectors, and may have 1535"),
        ("max_loaded_shards", 0, "shards of loaded collections, and may have 0"),
    ] {
        let shown = validate(&world(&format!("[plugins.language]\n{key} = {most}\n")));
        assert!(shown.starts_with("exit: 1\n") && shown.contains(told) && shown.contains(key), "{shown}");
    }
    assert!(validate(&world("")).starts_with("exit: 0\n"));
    let world = World::new();
    let explained = world.shown(&["explain", "WH0235"]);
    for bound in ["256", "1,024", "32,768", "64", "3,600"] {
        assert!(explained.contains(bound), "{explained}");
    }
}

#[test]
fn what_a_plugin_uses_is_told_beside_its_own_limits() {
    let world = World::with_settings("[plugins.language]\nlimits = { items = 2_000, fuel = 1_000_000_000 }\n");
    let shown = world.shown(&["validate", "-v", "-p", "plugins/language.wasm"]);
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("of 2000 ") && words.contains("of 1000000000 "), "{shown}");
    let near = world.shown(&["validate", "--budget", "1%", "-p", "plugins/language.wasm"]);
    assert!(near.contains("WH0150"), "{near}");
}

#[test]
fn a_namespace_above_the_ceiling_is_refused_whatever_was_granted() {
    let settings =
        "[plugins]\nfiles = [\"plugins/shared.wasm\"]\n[plugins.shared]\nnamespaces = [\"public\", \"default\"]\n";
    let ceiling = "[ceiling]\nnamespaces = [\"default\"]\n";
    let shown = World::with_settings(&format!("{settings}{ceiling}")).shown(&["validate", "--all", "-q"]);
    assert!(shown.contains("the namespace public of TimescaleDB is not the model's own, and the ceiling"), "{shown}");
    assert!(!shown.contains("the namespace default"), "{shown}");
}

#[test]
fn a_file_of_grants_stands_alone_and_lists_whom_it_takes() {
    let grants = "[plugins.language]\nmax_columns = 12\n[limits]\nfuel = 3_000_000_000\n";
    let world = World::new().with_file("grants.toml", grants);
    let with = |file: &str| world.shown(&["validate", "-q", "-p", file, "--grants", "grants.toml"]);
    assert!(with("plugins/language.wasm").starts_with("exit: 0\n"));
    let shown = with("plugins/shared.wasm");
    assert!(shown.contains("error[WH0013]: grants.toml does not list the plugin `shared`"), "{shown}");
}

#[test]
fn what_to_grant_is_told_with_the_file_that_grants_come_from() {
    let world = World::new().with_file("ours.toml", "[plugins.shared]\nmax_columns = 3\n[ceiling]\nengines = []\n");
    let shown = world.shown(&["validate", "-p", "plugins/shared.wasm", "--grants", "ours.toml"]);
    for told in [
        "grant it in ours.toml: [plugins.shared] namespaces = [\"public\"]",
        "the ceiling of ours.toml does not allow it",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert!(!shown.contains("whale.toml"), "{shown}");
}

#[test]
fn warnings_that_are_known_and_meant_are_accepted_by_their_code() {
    let settings = |accept: &str| {
        format!(
            "[plugins]\nfiles = [\"plugins/shared.wasm\"]\n[plugins.shared]\n\
             namespaces = [\"public\", \"default\"]\naccept = [{accept}]\n"
        )
    };
    let shown = |accept: &str| World::with_settings(&settings(accept)).shown(&["validate", "--all"]);
    let all = shown("");
    assert!(all.starts_with("exit: 0\n") && all.contains("warning[WH0510]"), "{all}");
    let accepted = shown("\"WH0510\"");
    assert!(accepted.starts_with("exit: 0\n") && !accepted.contains("WH0510"), "{accepted}");
    for refused in ["\"WH9999\"", "\"WH0221\""] {
        let shown = shown(refused);
        assert!(shown.starts_with("exit: 1\n") && shown.contains("error[WH0005]"), "{shown}");
        assert!(shown.contains("is not the code of a warning about a definition"), "{shown}");
    }
}

#[test]
fn faults_of_a_file_of_grants_are_told_with_their_lines() {
    let grants = "[plugins]\nfiles = []\n[plugins.a]\nengine = []\noperations = [\"drop\"]\n[cieling]\n[targets.milvus]\nurl_env = \"M\"\n";
    let world = World::new().with_file("grants.toml", grants);
    assert_command!(world, "validate", "-p", "plugins/language.wasm", "--grants", "grants.toml");
    assert_command!(World::new(), "validate", "-p", "plugins/language.wasm", "--grants", "none.toml");
}

#[test]
fn a_lock_is_written_with_what_changes() {
    let world = world("[plugins.language]\nmax_columns = 20\n");
    assert_command!(&world, "lock", "update");
    assert_command!(&world, "lock", "update");
    assert_command!(&world, "lock", "verify");
    let settings = format!("{FILES}[plugins.language]\noperations = [\"create\"]\n");
    fs::write(world.path("whale.toml"), settings).unwrap();
    assert_command!(&world, "lock", "update", "--plugin", "plugins/language.wasm");
}

#[test]
fn what_became_wider_does_not_hold_and_what_became_narrower_does() {
    let world = world("[plugins.language]\nmax_columns = 20\n");
    assert!(world.shown(&["lock", "update"]).starts_with("exit: 0\n"));
    let with = |settings: &str| {
        fs::write(world.path("whale.toml"), format!("{FILES}{settings}")).unwrap();
        validate(&world)
    };
    assert!(with("[plugins.language]\nmax_columns = 12\n").starts_with("exit: 0\n"));
    let shown = with("[plugins.language]\nmax_columns = 21\n");
    assert!(shown.starts_with("exit: 1\n"), "{shown}");
    assert!(
        shown.contains("error[WH0032]: the plugin may now do more than whale.lock says: 21 columns, instead of 20")
    );
}

#[test]
fn a_plugin_of_other_bytes_or_another_name_is_not_run() {
    let world = world("");
    assert!(world.shown(&["lock", "update"]).starts_with("exit: 0\n"));
    // One that would be refused otherwise, if it were looked at.
    fs::write(world.path("other.wasm"), "hello").unwrap();
    let shown = world.shown(&["validate", "-q", "-p", "other.wasm", "-p", "plugins/language.wasm"]);
    assert!(shown.contains("error[WH0031]") && !shown.contains("WH0110"), "{shown}");
    let shown = world.shown(&["lock", "verify", "-p", "plugins/shared.wasm"]);
    assert!(shown.starts_with("exit: 1\n") && shown.contains("error[WH0031]"), "{shown}");
}

#[test]
fn a_lock_that_names_what_is_gone_is_stale_until_it_is_updated() {
    let world = World::with_settings("[plugins]\nfiles = [\"plugins/language.wasm\", \"plugins/legal.wasm\"]\n");
    assert!(world.shown(&["lock", "update"]).starts_with("exit: 0\n"));
    fs::write(world.path("whale.toml"), FILES).unwrap();
    let shown = world.shown(&["lock", "verify", "-q"]);
    assert!(shown.starts_with("exit: 1\n") && shown.contains("error[WH0033]"), "{shown}");
    assert!(validate(&world).starts_with("exit: 0\n"), "what is there is as it was approved");
    let shown = world.shown(&["lock", "update", "-p", "plugins/language.wasm"]);
    assert!(shown.contains("0 plugins changed, 2 unchanged"), "{shown}");
    let shown = world.shown(&["lock", "update"]);
    assert!(shown.contains("- legal") && shown.contains("1 plugin changed, 1 unchanged"), "{shown}");
    assert!(world.shown(&["lock", "verify", "-q"]).starts_with("exit: 0\n"));
}

#[test]
fn a_lock_that_is_damaged_stops_everything_and_is_not_overwritten() {
    let world = world("").with_file("whale.lock", "version = 1\n[plugins.language]\nsha256 = \"ab\"\n");
    for arguments in [&["validate", "--all"][..], &["lock", "update"], &["lock", "verify"]] {
        let shown = world.shown(arguments);
        assert!(shown.starts_with("exit: 1\n") && shown.contains("error[WH0030]"), "{shown}");
    }
    assert!(fs::read_to_string(world.path("whale.lock")).unwrap().contains("sha256 = \"ab\""));
}

#[test]
fn a_refused_plugin_is_not_written_into_the_lock() {
    let world = world("[ceiling]\nmax_objects = 1\n");
    let shown = world.shown(&["lock", "update"]);
    assert!(shown.starts_with("exit: 1\n") && shown.contains("WH0235"), "{shown}");
    assert!(!world.path("whale.lock").exists());
    let shown = world.shown(&["lock", "verify"]);
    assert!(shown.contains("error[WH0034]"), "{shown}");
}

#[test]
fn the_lock_in_json_tells_what_widens() {
    let world = world("[plugins.language]\nmax_columns = 20\n");
    let json = || {
        let output = world.run(&["lock", "update", "--format", "json"]);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()["result"]["plugins"][0].clone()
    };
    let first = json();
    assert_eq!((&first["state"], &first["may"]["maxima"]["max_columns"]), (&"new".into(), &20.into()));
    fs::write(world.path("whale.toml"), FILES).unwrap();
    let second = json();
    assert_eq!(second["state"], "changed");
    assert_eq!(second["widens"][0], "any number of columns, instead of 20");
    assert_eq!(second["narrows"].as_array().map(Vec::len), Some(0));
}
