//! What the journal tells. No engine is there, and none is asked.

use super::World;
use super::world::assert_command;

/// A run that ended well, one of an older version that failed, one that was killed, and lines that are not ours.
const JOURNAL: &str = r#"{"run":"20261120t080000-1","at":1795161600000,"event":"begin","steps":2,"digests":[["language","aaaabbbbccccddddeeeeffff"],["whale",""]]}
{"run":"20261120t080000-1","at":1795161600100,"event":"start","step":1,"engine":"clickhouse","title":"create namespace language"}
{"run":"20261120t080000-1","at":1795161600200,"event":"end","step":1,"outcome":"done"}
{"run":"20261120t080000-1","at":1795161600300,"event":"start","step":2,"engine":"clickhouse","title":"create table language.domains"}
{"run":"20261120t080000-1","at":1795161600900,"event":"end","step":2,"outcome":"failed"}
{"run":"20261120t080000-1","at":1795161601000,"event":"finish","succeeded":false}
{"run":"20261121t080000-2","at":1795248000000,"event":"begin","steps":2,"digests":[["language","aaaabbbbccccddddeeeeffff"]],"versions":{"language":"0.1.0"},"host":"0.1.0","command":"whale-host apply -p plugins/language.wasm","engines":["timescaledb","clickhouse"],"plan":[["timescaledb","create table public.schema_version"],["clickhouse","create table language.domains"]]}
{"run":"20261121t080000-2","at":1795248000100,"event":"start","step":1,"engine":"timescaledb","title":"create table public.schema_version"}
{"run":"20261121t080000-2","at":1795248000200,"event":"end","step":1,"outcome":"done"}
{"run":"20261121t080000-2","at":1795248000200,"event":"start","step":2,"engine":"clickhouse","title":"create table language.domains"}
{"run":"20261121t080000-2","at":1795248000900,"event":"end","step":2,"outcome":"done"}
{"run":"20261121t080000-2","at":1795248003400,"event":"finish","succeeded":true}
not a line of ours
{"run":"20261122t080000-3","at":1795334400000,"event":"begin","steps":3,"digests":[["shared","0123456789abcdef"]],"versions":{"shared":"0.2.0"},"host":"0.1.0","command":"whale-host apply -p plugins/shared.wasm --yes","engines":["clickhouse","milvus"],"plan":[["clickhouse","create namespace shared"],["clickhouse","create table shared.events"],["milvus","create collection default.documents"]]}
{"run":"20261122t080000-3","at":1795334400100,"event":"start","step":1,"engine":"clickhouse","title":"create namespace shared"}
{"run":"20261122t080000-3","at":1795334400200,"event":"end","step":1,"outcome":"done"}
{"run":"20261122t080000-3","at":1795334400300,"event":"start","step":2,"engine":"clickhouse","title":"create table shared.events"}
{"run":"20261122t080000-3","at":1795334"#;

fn world() -> World {
    World::new().with_variable("WHALE_STATE", ".").with_file("journal.jsonl", JOURNAL)
}

#[test]
fn where_nothing_ran_that_is_said() {
    assert_command!(World::new().with_variable("WHALE_STATE", "none"), "history");
}

#[test]
fn runs_are_told_newest_first() {
    assert_command!(world(), "history");
}

#[test]
fn only_so_many_runs_are_told_as_are_wanted() {
    assert_command!(world(), "history", "--limit", "1");
}

#[test]
fn a_run_is_told_with_its_steps_and_what_to_run_next() {
    assert_command!(world(), "history", "20261122");
}

#[test]
fn runs_are_told_in_json() {
    assert_command!(world(), "history", "--format", "json");
}

#[test]
fn a_run_is_told_with_its_steps_in_json() {
    assert_command!(world(), "history", "20261122", "--format", "json");
}

#[test]
fn an_unknown_run_is_wrong_usage() {
    assert_command!(world(), "history", "2025");
    assert!(world().shown(&["history", "2026"]).starts_with("exit: 2\n"), "a name has to be one run's");
}
