//! Every limit at both ends: a guest that keeps just within it runs, and with one less it is refused, by that limit.

use super::guests::{GOOD, Guest};
use super::keep::Place;
use super::{plugin_within, program, refused, sandbox};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use whale_host::sandbox::{Cache, Limits, Phase, Plugin, Refusal, Usage};
use whale_storage::diagnostic::{Code, codes::sandbox as codes};

/// A guest, and two values of one limit: it runs with the one and is refused with the other.
struct Row {
    guest: Vec<u8>,
    /// The other limits.
    beside: Limits,
    within: u64,
    beyond: u64,
    phase: Phase,
    code: Code,
}

impl Row {
    /// A guest that needs exactly so much.
    fn exact(guest: &Guest<'_>, needed: u64, phase: Phase, code: Code) -> Self {
        let beyond = needed - 1;
        Row { guest: guest.component(), beside: Limits::default(), within: needed, beyond, phase, code }
    }

    /// A guest of which only a run can tell how much it needs.
    fn found(key: &str, guest: &Guest<'_>, phase: Phase, code: Code) -> Self {
        let bytes = guest.component();
        let place = Place::new();
        let runs = |most| run(&place, &bytes, &with(&Limits::default(), key, most)).is_ok();
        let (mut refused, mut runs_with) = (0, value(key));
        while runs_with - refused > 1 {
            let middle = refused + (runs_with - refused) / 2;
            if runs(middle) { runs_with = middle } else { refused = middle }
        }
        Row { guest: bytes, beside: Limits::default(), within: runs_with, beyond: refused, phase, code }
    }

    fn beside(self, beside: Limits) -> Self {
        Self { beside, ..self }
    }
}

fn run(place: &Place, bytes: &[u8], limits: &Limits) -> Result<Usage, Refusal> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plugin.wasm"), bytes).unwrap();
    let dir = cap_std::fs::Dir::open_ambient_dir(folder.path(), cap_std::ambient_authority()).unwrap();
    let plugin = Plugin::read(&dir, std::path::Path::new("plugin.wasm"), limits)?;
    let sandbox = sandbox(limits.clone(), Some(place.open(Cache::MOST).unwrap()));
    Ok(sandbox.describe(&plugin)?.define(&[])?.usage)
}

fn fields(limits: &Limits) -> serde_json::Map<String, Value> {
    serde_json::to_value(limits).unwrap().as_object().unwrap().clone()
}

fn value(key: &str) -> u64 {
    fields(&Limits::default())[key].as_u64().unwrap()
}

fn with(limits: &Limits, key: &str, most: u64) -> Limits {
    let mut fields = fields(limits);
    assert!(fields.insert(key.to_owned(), json!(most)).is_some(), "{key} is no limit");
    serde_json::from_value(Value::Object(fields)).unwrap()
}

const SCANNED: &[&str] = &[
    "file",
    "functions",
    "function_bytes",
    "locals",
    "br_table",
    "blocks",
    "modules",
    "components",
    "declared_instances",
    "data_segments",
    "types",
    "memories",
];
const COMPILED: &[&str] = &[
    "compile_base_ms",
    "compile_mib_ms",
    "compile_most_ms",
    "compile_base_memory",
    "compile_mib_memory",
    "compile_most_memory",
    "artifact",
];
const RUN: &[&str] = &["memory", "table_elements", "instances", "tables", "fuel", "call_ms"];
/// What bounds a run of many plugins: `host/tests/cli/many.rs` has both ends.
const OF_A_RUN: &[&str] = &["plugins", "plugins_bytes"];
const RETURNED: &[&str] = &["returned", "items", "nesting", "text", "canonical"];

fn scanned(key: &str) -> Row {
    let parts = |guest: &Guest<'_>, needed| Row::exact(guest, needed, Phase::Scan, codes::TOO_MANY_PARTS);
    let function =
        |more: &str, needed| Row::exact(&Guest { more, ..GOOD }, needed, Phase::Scan, codes::FUNCTION_TOO_LARGE);
    match key {
        "file" => Row::exact(&GOOD, GOOD.component().len() as u64, Phase::Read, codes::PLUGIN_TOO_LARGE),
        "functions" => parts(&Guest { more: "(func) (func)", ..GOOD }, 5),
        "modules" | "memories" => parts(&GOOD, 1),
        "data_segments" => parts(&Guest { more: "(data \"a\")", ..GOOD }, 3),
        // A hundred operators, the number of groups of local variables before them, and the end.
        "function_bytes" => function(&format!("(func {})", "nop ".repeat(100)), 102),
        "locals" => function("(func (local i32 i64 i32))", 3),
        // The last target is the one of all other cases.
        "br_table" => function("(func (br_table 0 0 0 0 (i32.const 0)))", 3),
        "blocks" => function("(func block loop i32.const 1 if end end end)", 3),
        _ => Row::found(key, &GOOD, Phase::Scan, codes::TOO_MANY_PARTS),
    }
}

fn compiled(key: &str) -> Row {
    // A second's work for the compiler, in 20 KiB.
    let loops = format!("(func {})", "loop end ".repeat(6_000));
    let slow = Guest { more: &loops, ..GOOD }.component();
    // A file whose bytes alone take more memory than a worker has without any for compiling.
    let heavy = || {
        let mut bytes = GOOD.component();
        let content = 180_u32 << 20;
        bytes.push(0);
        bytes.extend(
            (0..5).map(|at| u8::try_from((content >> (7 * at)) & 0x7f).unwrap() | if at < 4 { 0x80 } else { 0 }),
        );
        bytes.extend(b"\x04none");
        bytes.resize(bytes.len() + content as usize - 5, 0);
        bytes
    };
    let time = Limits { compile_base_ms: 60_000, compile_mib_ms: 0, ..Limits::default() };
    let none = Limits { compile_base_memory: 0, compile_mib_memory: 0, ..Limits::default() };
    let small = Limits { file: 256 << 20, memory: 1 << 20, returned: 1 << 20, ..none };
    let by_time = |beside, within, beyond| Row {
        guest: slow.clone(),
        beside,
        within,
        beyond,
        phase: Phase::Compile,
        code: codes::COMPILE_TIME,
    };
    let by_memory = |beside, within, beyond| Row {
        guest: heavy(),
        beside,
        within,
        beyond,
        phase: Phase::Compile,
        code: codes::COMPILE_MEMORY,
    };
    match key {
        "compile_base_ms" | "compile_most_ms" => by_time(time, 60_000, 50),
        "compile_mib_ms" => by_time(Limits { compile_base_ms: 0, ..time }, 8_000_000, 2_000),
        "compile_base_memory" => by_memory(small, 1 << 30, 1 << 20),
        "compile_mib_memory" => by_memory(small, 8 << 20, 1 << 10),
        "compile_most_memory" => by_memory(Limits { compile_base_memory: 1 << 40, ..small }, 1 << 30, 1 << 20),
        _ => Row::found(key, &GOOD, Phase::Compile, codes::ARTIFACT_TOO_LARGE),
    }
}

fn called(key: &str) -> Row {
    let grows = "(drop (memory.grow (i32.const 1))) i32.const 1024";
    let table = Guest {
        more: "(table $t 1 funcref)",
        describe: "(drop (table.grow $t (ref.null func) (i32.const 9))) i32.const 1024",
        ..GOOD
    };
    // Much time, little fuel.
    let slow = "(func $slow (param $left i32) (loop (drop (memory.grow (i32.const 0))) \
                (br_if 0 (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))";
    match key {
        "memory" => Row::exact(&Guest { describe: grows, ..GOOD }, 2 * 65_536, Phase::Describe, codes::OUT_OF_MEMORY),
        "table_elements" => Row::exact(&table, 10, Phase::Describe, codes::OUT_OF_MEMORY),
        "instances" => Row::exact(&GOOD, 1, Phase::Describe, codes::DECLARES_TOO_MUCH),
        "tables" => {
            let two = Guest { more: "(table 1 funcref) (table 1 funcref)", ..GOOD };
            Row::exact(&two, 2, Phase::Compile, codes::DECLARES_TOO_MUCH)
        }
        "call_ms" => {
            let guest = Guest { more: slow, describe: "(call $slow (i32.const 2000000)) i32.const 1024", ..GOOD };
            let row = Row::exact(&guest, 60_000, Phase::Describe, codes::OUT_OF_TIME);
            Row { beyond: 20, ..row }.beside(Limits { fuel: 1 << 60, ..Limits::default() })
        }
        _ => {
            let guest = Guest { more: slow, describe: "(call $slow (i32.const 1000)) i32.const 1024", ..GOOD };
            Row::found(key, &guest, Phase::Describe, codes::OUT_OF_FUEL)
        }
    }
}

fn returned(key: &str) -> Row {
    // Five databases, all of them the first one.
    let five =
        "(i32.store (i32.const 1064) (i32.const 4096)) (i32.store (i32.const 1068) (i32.const 5)) i32.const 1024";
    let exact = |guest: &Guest<'_>, needed| Row::exact(guest, needed, Phase::Describe, codes::RESULT_TOO_LARGE);
    match key {
        "items" => exact(&Guest { describe: five, ..GOOD }, 5),
        // The record, the requests in it, and their lists.
        "nesting" => exact(&GOOD, 3),
        "text" => exact(&GOOD, "language".len() as u64),
        _ => Row::found(key, &GOOD, Phase::Describe, codes::RESULT_TOO_LARGE),
    }
}

fn check(keys: &[&str], row: fn(&str) -> Row) {
    for key in keys {
        let Row { guest, beside, within, beyond, phase, code } = row(key);
        let usage = run(&Place::new(), &guest, &with(&beside, key, within));
        let usage = usage.unwrap_or_else(|refusal| panic!("{key} = {within}: {refusal}"));
        // What is told of its use is what the limit is met by.
        if let Some(told) = usage.measures.iter().find(|measure| measure.limit == *key && *key != "call_ms") {
            assert_eq!((told.used, told.most), (within, within), "{key}");
        }
        let refusal = run(&Place::new(), &guest, &with(&beside, key, beyond));
        refused(refusal, phase, code);
    }
}

#[test]
fn of_what_is_read_and_scanned() {
    check(SCANNED, scanned);
}

#[test]
fn of_compiling() {
    check(COMPILED, compiled);
}

#[test]
fn of_a_call() {
    check(RUN, called);
}

#[test]
fn of_what_a_call_returns() {
    check(RETURNED, returned);
}

#[test]
fn there_is_no_limit_without_its_row() {
    let rows: BTreeSet<String> =
        [SCANNED, COMPILED, RUN, RETURNED, OF_A_RUN].concat().into_iter().map(str::to_owned).collect();
    let limits: BTreeSet<String> = fields(&Limits::default()).keys().cloned().collect();
    assert_eq!(rows, limits);
}

/// No limit of whale.toml: a plugin has no use for handles at all.
#[test]
fn not_one_handle_can_be_had() {
    let wit = ("interface plugin {", "interface plugin { resource thing { constructor(); }");
    let guest = Guest {
        imports: r#"(import "[export]whale:model/plugin@0.1.0" "[resource-new]thing" (func $new (param i32) (result i32)))"#,
        more: r#"(func (export "whale:model/plugin@0.1.0#[constructor]thing") (result i32) i32.const 0)"#,
        ..GOOD
    };
    let run = |guest: &Guest<'_>| {
        let plugin = plugin_within(&guest.of_changed(wit.0, wit.1), &Limits::default());
        whale_host::sandbox::Sandbox::with_program(program(), Limits::default(), None).describe(&plugin)
    };
    run(&guest).unwrap();
    let one = Guest { describe: "(drop (call $new (i32.const 1))) i32.const 1024", ..guest };
    refused(run(&one), Phase::Describe, codes::HANDLES);
}
