//! Guests that load, and what they do when they are called.

use super::guests::{GOOD, Guest};
use super::{plugin, refused, run, run_with, sandbox};
use std::time::{Duration, Instant};
use whale_host::sandbox::{Limits, Phase};
use whale_storage::diagnostic::codes::sandbox as codes;
use whale_storage::raw;

#[test]
fn a_good_guest_gives_its_definition() {
    let described = sandbox(Limits::default(), None).describe(&plugin(&GOOD.component())).unwrap();
    assert_eq!(described.info().name, "language");
    assert_eq!(described.info().version, "0.1.0");
    let arguments = [raw::Argument {
        name: "age".to_owned(),
        value: raw::ParameterValue::Duration(raw::Duration { count: 3, unit: raw::DurationUnit::Months }),
    }];
    let defined = described.define(&arguments).unwrap();
    assert_eq!(defined.definition, raw::ModelDefinition::default());
    assert_eq!(defined.canonical, serde_json::to_vec(&raw::ModelDefinition::default()).unwrap());
    assert_eq!(defined.digest.len(), 64);
    assert!(defined.usage.define.fuel > 0 && defined.usage.define.fuel < 1_000);
    assert_eq!(defined.usage.describe.memory, 65_536);
}

#[test]
fn a_trap_names_the_call_and_the_function() {
    let message = refused(run(&Guest { describe: "unreachable", ..GOOD }.component()), Phase::Describe, codes::TRAP);
    assert!(message.contains("`describe`") && message.contains("spell_it"), "{message}");
    let message = refused(run(&Guest { define: "unreachable", ..GOOD }.component()), Phase::Define, codes::TRAP);
    assert!(message.contains("`define`") && message.contains("define_it"), "{message}");
}

#[test]
fn a_name_that_acts_on_a_terminal_is_shown_harmless() {
    let more = r#"(func $"\u{1b}[31m\u{202e}boom" unreachable)"#;
    let guest = Guest { describe: "call 1 unreachable", more, ..GOOD };
    let message = refused(run(&guest.component()), Phase::Describe, codes::TRAP);
    assert!(message.contains("\\u{1b}[31m\\u{202e}boom"), "{message}");
}

#[test]
fn recursion_without_an_end_is_a_trap() {
    let guest = Guest { more: "(func $deep call $deep)", describe: "call $deep unreachable", ..GOOD };
    let message = refused(run(&guest.component()), Phase::Describe, codes::TRAP);
    assert!(message.contains("stack"), "{message}");
}

/// So that on a slow machine it is the other limit that is met.
fn patient() -> Limits {
    Limits { call_ms: 20_000, ..Limits::default() }
}

#[test]
fn loops_end_by_fuel() {
    let forever = "(loop br 0) unreachable";
    refused(run_with(&Guest { describe: forever, ..GOOD }.component(), patient()), Phase::Describe, codes::OUT_OF_FUEL);
    let limits = Limits { fuel: 1_000_000, ..Limits::default() };
    let guest = Guest { define: forever, ..GOOD }.component();
    let message = refused(run_with(&guest, limits), Phase::Define, codes::OUT_OF_FUEL);
    assert!(message.contains("more than 1000000 instructions"), "{message}");
}

#[test]
fn a_loop_in_the_start_function_ends_by_fuel() {
    let more = "(func $begin (loop br 0)) (start $begin)";
    let message =
        refused(run_with(&Guest { more, ..GOOD }.component(), patient()), Phase::Describe, codes::OUT_OF_FUEL);
    assert!(message.contains("starting"), "{message}");
}

#[test]
fn what_costs_time_and_no_fuel_ends_by_the_clock() {
    let growing = "(loop (drop (memory.grow (i32.const 0))) br 0) unreachable";
    let limits = Limits { call_ms: 300, fuel: 1 << 60, ..Limits::default() };
    let begun = Instant::now();
    refused(run_with(&Guest { describe: growing, ..GOOD }.component(), limits), Phase::Describe, codes::OUT_OF_TIME);
    assert!(begun.elapsed() < Duration::from_secs(8));
}

#[test]
fn a_memory_that_grows_ends_at_the_limit() {
    let growing = "(loop (drop (memory.grow (i32.const 16))) br 0) unreachable";
    let message = refused(
        run_with(&Guest { describe: growing, ..GOOD }.component(), patient()),
        Phase::Describe,
        codes::OUT_OF_MEMORY,
    );
    assert!(message.contains("134217728 bytes of memory"), "{message}");
}

#[test]
fn a_table_that_grows_ends_at_the_limit() {
    let growing = "(loop (drop (table.grow $t (ref.null func) (i32.const 100))) br 0) unreachable";
    let guest = Guest { more: "(table $t 1 funcref)", describe: growing, ..GOOD };
    refused(run(&guest.component()), Phase::Describe, codes::OUT_OF_MEMORY);
}

/// `define` answers with `err` and this list: a pointer and a length behind the case.
fn problems(place: u32, count: u32) -> String {
    format!(
        "(i32.store8 (i32.const 4096) (i32.const 1)) (i32.store (i32.const 4100) (i32.const {place})) \
         (i32.store (i32.const 4104) (i32.const {count})) i32.const 4096"
    )
}

#[test]
fn problems_of_the_plugin_become_findings() {
    // Path and message are the name of the plugin; there is no help.
    let text = |at: u32| {
        format!("(i32.store (i32.const {at}) (i32.const 2048)) (i32.store (i32.const {}) (i32.const 8))", at + 4)
    };
    let define = format!("{} {} {}", text(8192), text(8200), problems(8192, 1));
    let message = refused(run(&Guest { define: &define, ..GOOD }.component()), Phase::Define, codes::PROBLEM);
    assert_eq!(message, "language");
}

#[test]
fn a_hundred_thousand_problems_are_counted() {
    let guest = Guest { define: &problems(65_536, 100_000), pages: 64, ..GOOD };
    let refusal = run(&guest.component()).unwrap_err();
    assert_eq!(refusal.diagnostics.iter().len(), 1_000);
    assert_eq!(refusal.diagnostics.dropped(), 99_000);
}

#[test]
fn a_list_of_ten_million_is_refused() {
    let guest = Guest { define: &problems(65_536, 4_000_000), pages: 2_000, ..GOOD };
    refused(run(&guest.component()), Phase::Define, codes::RESULT_TOO_LARGE);
}

#[test]
fn an_answer_outside_of_memory_is_refused() {
    refused(run(&Guest { describe: "i32.const -4", ..GOOD }.component()), Phase::Describe, codes::BAD_RESULT);
    let define = problems(65_500, 1_000_000);
    refused(run(&Guest { define: &define, ..GOOD }.component()), Phase::Define, codes::BAD_RESULT);
}

#[test]
fn a_text_that_is_not_utf8_is_refused() {
    let describe = "(i32.store8 (i32.const 2048) (i32.const 0xff)) i32.const 1024";
    refused(run(&Guest { describe, ..GOOD }.component()), Phase::Describe, codes::BAD_RESULT);
}

#[test]
fn a_long_text_is_refused_with_its_path() {
    let describe = "(i32.store (i32.const 1028) (i32.const 100000)) i32.const 1024";
    let guest = Guest { describe, pages: 4, ..GOOD };
    let message = refused(run(&guest.component()), Phase::Describe, codes::RESULT_TOO_LARGE);
    assert!(message.contains("`/name`"), "{message}");
}

#[test]
fn nothing_stays_from_one_call_to_the_next() {
    // Would trap in the second call if the first one's memory were still there.
    let define = "(if (i32.load (i32.const 9000)) (then unreachable)) (i32.store (i32.const 9000) (i32.const 1)) \
                  i32.const 4096";
    run(&Guest { define, ..GOOD }.component()).unwrap();
}

#[test]
fn a_plugin_that_is_asked_again_within_other_limits_has_to_say_the_same() {
    let sandbox = sandbox(Limits::default(), None);
    let good = plugin(&GOOD.component());
    let less = || Limits { fuel: 1_000, ..Limits::default() };
    let described = sandbox.describe_again(&good, sandbox.describe(&good).unwrap(), less()).unwrap();
    assert!(described.define(&[]).is_ok());
    let hungry = Guest { define: "(loop br 0) unreachable", ..GOOD };
    let hungry = plugin(&hungry.component());
    let described = sandbox.describe_again(&hungry, sandbox.describe(&hungry).unwrap(), less()).unwrap();
    refused(described.define(&[]), Phase::Define, codes::OUT_OF_FUEL);
    let other = plugin(&Guest { name: "legal", ..GOOD }.component());
    let described = sandbox.describe(&good).unwrap();
    refused(sandbox.describe_again(&other, described, less()), Phase::Describe, codes::NOT_REPEATABLE);
}
