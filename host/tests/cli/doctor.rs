//! What `doctor` says where nothing is as it should be. No engine is there.

use super::World;
use super::world::assert_command;

/// Ports on loopback where nobody listens, and a state folder with a run that was killed.
fn world() -> World {
    World::new()
        .with_variable("TIMESCALEDB_URL", "postgres://u:secret@127.0.0.1:1/d")
        .with_variable("MILVUS_URL", "http://u:secret@127.0.0.1:1")
        .with_variable("WHALE_STATE", ".")
        .with_variable("WHALE_CACHE", "cache")
        .with_file(
            "journal.jsonl",
            "{\"run\":\"r\",\"at\":1,\"event\":\"begin\",\"steps\":2,\"digests\":[[\"a\",\"b\"]],\"command\":\"whale-host apply --all\"}\ntorn",
        )
}

#[test]
fn engines_that_are_down_are_problems_and_so_is_one_that_nobody_named() {
    assert_command!(world(), "doctor", "-p", "plugins/language.wasm");
}

#[test]
fn the_same_in_json() {
    assert_command!(world(), "doctor", "-p", "plugins/language.wasm", "--format", "json");
}

#[test]
fn a_plugin_that_is_refused_is_refused_here_too() {
    let shown = world().with_file("text.wasm", "hello").shown(&["doctor", "-p", "text.wasm"]);
    assert!(shown.starts_with("exit: 1\n"), "{shown}");
}

#[test]
fn a_server_that_never_answers_is_not_waited_for_long() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let place = silent.local_addr().unwrap();
    let world = World::new()
        .with_variable("TIMESCALEDB_URL", &format!("postgres://u:p@{place}/d"))
        .with_variable("CLICKHOUSE_URL", &format!("http://u:p@{place}/"))
        .with_variable("MILVUS_URL", &format!("http://u:p@{place}"));
    let began = std::time::Instant::now();
    let shown = world.shown(&["doctor"]);
    assert!(began.elapsed().as_secs() < 20, "{shown}");
    assert!(shown.starts_with("exit: 4\n") && shown.contains("3 problems"), "{shown}");
}

#[test]
fn nothing_is_made_and_nothing_secret_is_said() {
    let world = world().with_variable("WHALE_STATE", "not/there");
    let shown = world.shown(&["doctor"]);
    assert!(shown.starts_with("exit: 4\n") && shown.contains("not/there can be made"), "{shown}");
    assert!(!world.path("not").exists() && !shown.contains("secret"), "{shown}");
}

#[test]
fn the_root_of_the_storage_tree_is_looked_at_where_there_is_one() {
    let world = world().with_file("whale.toml", "storage_root = \"journal.jsonl\"\n");
    let shown = world.shown(&["doctor"]);
    assert!(shown.contains("the tree folder journal.jsonl cannot be opened"), "{shown}");
}
