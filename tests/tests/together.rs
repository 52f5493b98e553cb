//! Any number of plugins in one command, without engines: `validate`, which keeps no definition, finds between them what
//! `plan` finds, which keeps them all; and its memory does not grow with their number.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use serde_json::{Map, Value, json};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use whale_tests::hostile::make::{Core, Returns, component};
use whale_tests::{VARIABLES, program};

/// Plugins and settings in a folder of their own.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("whale.toml"), settings).unwrap();
        Self { folder }
    }

    /// Adds a plugin that asks for the namespace `common` of every engine, and defines this.
    fn plugin(&self, file: &str, name: &str, model: &str, definition: Value) {
        let common = |engine: &str| json!({ "database": engine, "namespace": "common" });
        let requests = json!({
            "databases": ["timescaledb", "clickhouse", "milvus"],
            "namespaces": [common("timescaledb"), common("clickhouse"), common("milvus")],
            "operations": ["create"],
        });
        let info = json!({ "name": name, "model": model, "requests": requests });
        let info: Map<String, Value> = info.as_object().unwrap().clone();
        let bytes = component(&Core::default(), &Returns { info, definition });
        std::fs::write(self.folder.path().join(file), bytes).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        let state = |name: &str| self.folder.path().join(name);
        command.args(arguments).current_dir(self.folder.path());
        command.env("WHALE_CACHE", state("cache")).env("WHALE_STATE", state("state")).env("NO_COLOR", "1");
        // No engines, whichever the suite runs beside.
        command.env("WHALE_LOCAL", state("local"));
        for variable in VARIABLES {
            command.env_remove(variable);
        }
        command
    }

    /// What a command finds.
    fn found(&self, verb: &str, more: &[&str]) -> Vec<Value> {
        let output = self.command(&[&[verb, "--format", "json"], more].concat()).output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!([1, 2, 4].contains(&output.status.code().unwrap()) || verb == "validate", "{document:#}");
        document["diagnostics"].as_array().unwrap().clone()
    }
}

fn table(id: &str, namespace: Option<&str>) -> Value {
    json!({
        "header": { "id": id, "name": id, "namespace": namespace },
        "columns": [{ "header": { "name": "id" }, "data_type": "bigint" }],
        "primary_key": { "columns": ["id"] },
    })
}

fn clickhouse(id: &str, sharding_key: Option<&str>) -> Value {
    json!({
        "header": { "id": id, "name": id, "namespace": "common" },
        "columns": [{ "header": { "name": "id" }, "data_type": "UInt64" }],
        "engine": "MergeTree", "order_by": ["id"], "sharding_key": sharding_key,
    })
}

fn in_timescaledb(tables: &[Value]) -> Value {
    json!({ "timescaledb": { "tables": tables } })
}

fn in_clickhouse(tables: &[Value]) -> Value {
    json!({ "clickhouse": { "tables": tables } })
}

const GRANTED: &str = "[plugins.one]\nnamespaces = [\"common\"]\n[plugins.two]\nnamespaces = [\"common\"]\n";

/// The findings of two plugins `one` and `two`, which both commands must find alike; their codes.
#[track_caller]
fn of_two(settings: &str, models: [&str; 2], names: [&str; 2], definitions: [Value; 2], more: &[&str]) -> Vec<Value> {
    let world = World::new(&format!("{GRANTED}{settings}"));
    for ((file, definition), (name, model)) in
        ["1.wasm", "2.wasm"].into_iter().zip(definitions).zip(names.into_iter().zip(models))
    {
        world.plugin(file, name, model, definition);
    }
    let given = if more.contains(&"--all") { more.to_vec() } else { [&["-p", "*.wasm"], more].concat() };
    let (validated, planned) = (world.found("validate", &given), world.found("plan", &given));
    assert_eq!(validated, planned, "validate and plan differ");
    validated
}

#[track_caller]
fn codes(found: &[Value]) -> Vec<&str> {
    found.iter().map(|one| one["code"].as_str().unwrap()).collect()
}

const OWN: [&str; 2] = ["one", "two"];

#[test]
fn a_name_or_a_model_that_two_plugins_have_is_found_alike() {
    let nothing = || [json!({}), json!({})];
    assert_eq!(codes(&of_two("", OWN, ["one", "one"], nothing(), &[])), ["WH0012"]);
    assert_eq!(codes(&of_two("", ["one", "one"], OWN, nothing(), &[])), ["WH0015"]);
    // What else is wrong with them is not told before that is mended.
    let faulty = || [in_timescaledb(&[table("a b", None)]), json!({})];
    assert_eq!(codes(&of_two("", OWN, ["one", "one"], faulty(), &[])), ["WH0012"]);
    assert_eq!(codes(&of_two("", OWN, OWN, faulty(), &[])), ["WH0210", "WH0210"]);
}

#[test]
fn an_object_that_two_plugins_define_is_found_alike() {
    let both = || [(); 2].map(|()| in_timescaledb(&[table("users", Some("common")), table("own", None)]));
    let found = of_two("", OWN, OWN, both(), &[]);
    assert_eq!(codes(&found), ["WH0201"]);
    assert_eq!((&found[0]["plugin"], &found[0]["path"]), (&"two".into(), &"timescaledb/two/users".into()));
    assert_eq!(found[0]["message"], "common.users is already defined as one/users");
    // With a prefix both have it, and the name is told as it would be in the engine.
    let prefix = "[targets.timescaledb]\nprefix = \"staging_\"\n";
    let found = of_two(prefix, OWN, OWN, both(), &[]);
    assert_eq!(found[0]["message"], "staging_common.users is already defined as one/users");
    // In another target, and in an engine that is left out, it is another object.
    let own = "[models.two.targets.timescaledb]\nurl = \"postgres://two@127.0.0.1:1/two\"\n";
    assert_eq!(codes(&of_two(own, OWN, OWN, both(), &[])), [""; 0]);
}

#[test]
fn a_table_where_the_shards_of_another_plugins_table_are_is_found_alike() {
    let spread = in_clickhouse(&[clickhouse("events", Some("cityHash64(id)"))]);
    let local = in_clickhouse(&[clickhouse("events_local", None)]);
    for definitions in [[spread.clone(), local.clone()], [local.clone(), spread.clone()]] {
        assert_eq!(codes(&of_two("", OWN, OWN, definitions, &[])), ["WH0508"]);
    }
    let plain = in_clickhouse(&[clickhouse("events", None)]);
    assert_eq!(codes(&of_two("", OWN, OWN, [plain, local], &[])), [""; 0]);
}

#[test]
fn what_whale_toml_says_of_no_plugin_is_found_alike() {
    let files = "files = [\"1.wasm\", \"2.wasm\"]\n";
    let defined = || [in_timescaledb(&[table("users", None)]), in_clickhouse(&[clickhouse("events", None)])];
    let unknown = format!("[plugins.three]\n[models.three]\n[plugins]\n{files}");
    assert_eq!(codes(&of_two(&unknown, OWN, OWN, defined(), &["--all"])), ["WH0017", "WH0016"]);
    let limited =
        "[models.one.scaling.timescaledb]\nconnections = 3\n[models.two.scaling.timescaledb]\nconnections = 3\n";
    let found = of_two(limited, OWN, OWN, defined(), &[]);
    assert_eq!(found.iter().map(|one| &one["path"]).collect::<Vec<_>>(), ["models.two.scaling.timescaledb"]);
    assert_eq!(codes(&of_two("", OWN, OWN, defined(), &["--set", "width=3"])).len(), 1);
}

/// A definition of one table that takes some hundred KiB once it was parsed, and far less in the plugin's file.
fn large() -> Value {
    let column = json!({
        "header": { "name": "column_{n}", "comment": "<<1000|x>>" }, "data_type": "String",
    });
    let mut table = clickhouse("wide", None);
    table["header"]["namespace"] = Value::Null;
    table["columns"] = json!({ "times": 300, "each": column });
    table["order_by"] = json!(["column_0"]);
    in_clickhouse(&[table])
}

/// The most memory that a command had at one time, in KiB, as the kernel counted it.
fn peak(mut command: Command) -> u64 {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    // It never falls, so nothing is missed but what comes in the last moment.
    while child.try_wait().unwrap().is_none() {
        let told = std::fs::read_to_string(&status).unwrap_or_default();
        let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        most = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(most);
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(child.wait().unwrap().success());
    most
}

#[test]
fn memory_does_not_grow_with_the_number_of_plugins() {
    let world = World::new("");
    for number in 0..220 {
        let name = format!("plugin_{number:03}");
        world.plugin(&format!("{name}.wasm"), &name, &name, large());
    }
    let size = std::fs::metadata(Path::new(world.folder.path()).join("plugin_000.wasm")).unwrap().len();
    let validate = |patterns: &[&str]| peak(world.command(&[&["validate", "--format", "json"], patterns].concat()));
    let few = validate(&["-p", "plugin_00*.wasm", "-p", "plugin_01*.wasm"]);
    let all = validate(&["-p", "*.wasm"]);
    println!("plugins of {size} bytes: 20 of them {few} KiB, 220 of them {all} KiB");
    // Held to the end, each would take more than 1,100 KiB. So many as may wait for one before them, 64, are below this.
    assert!(few > 0 && all < few + 96 * 1024, "20 plugins take {few} KiB, 220 take {all} KiB");
}
