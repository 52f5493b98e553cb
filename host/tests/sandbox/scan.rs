//! Files that are told from plugins before anything is compiled.

use super::guests::{GOOD, Guest, component_text};
use super::{plugin_within, refused, run, run_with, sandbox};
use whale_host::sandbox::{Limits, Phase};
use whale_storage::diagnostic::codes::sandbox as codes;

#[test]
fn text_is_refused() {
    refused(run(b"(component)"), Phase::Scan, codes::NOT_WEBASSEMBLY);
    refused(run(b"#!/bin/sh\n"), Phase::Scan, codes::NOT_WEBASSEMBLY);
    refused(run(&[0xff; 100]), Phase::Scan, codes::NOT_WEBASSEMBLY);
}

#[test]
fn machine_code_is_refused() {
    refused(run(b"\x7fELF\x02\x01\x01\0\0\0\0"), Phase::Scan, codes::PRECOMPILED);
}

#[test]
fn a_core_module_is_refused() {
    refused(run(&GOOD.module()), Phase::Scan, codes::CORE_MODULE);
}

#[test]
fn a_component_cut_off_anywhere_is_refused() {
    let whole = GOOD.component();
    for length in [1, 4, 5, 7, 8, 9, 40, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let refusal = run(&whole[..length]).expect_err("cut off");
        let code = refusal.diagnostics.iter().next().unwrap().code.id;
        let expected: &[&str] = match length {
            0..4 => &[codes::NOT_WEBASSEMBLY.id],
            // Cut between two sections it is a whole component that exports nothing.
            _ => &[codes::MALFORMED.id, codes::WRONG_WORLD.id],
        };
        assert!(expected.contains(&code), "after {length} of {}: {refusal}", whole.len());
    }
}

#[test]
fn a_file_that_ends_inside_a_module_is_cut_off() {
    let message = refused(run(&GOOD.component()[..200]), Phase::Scan, codes::MALFORMED);
    assert!(message.contains("cut off"), "{message}");
}

#[test]
fn imports_are_named_ten_at_most_and_harmless() {
    let imports: Vec<_> = (0..25).map(|n| format!("(import \"bad:thing/x{n}@1.0.0\" (instance))")).collect();
    let imports = imports.concat();
    let message = refused(run(&component_text(&format!("(component {imports})"))), Phase::Scan, codes::IMPORTS);
    assert!(message.contains("`bad:thing/x9@1.0.0` and 15 more"), "{message}");
    assert!(!message.contains("x10"), "{message}");
}

#[test]
fn wasi_is_refused_with_how_to_build_without() {
    let refusal = run(&component_text(r#"(component (import "wasi:cli/environment@0.2.0" (instance)))"#)).unwrap_err();
    let first = refusal.diagnostics.iter().next().unwrap();
    assert_eq!(first.code, codes::IMPORTS);
    assert!(first.help.as_ref().unwrap().contains("wasm32-unknown-unknown"));
}

#[test]
fn another_world_is_refused() {
    let message = refused(
        run(&component_text(r#"(component (instance $i) (export "wasi:http/handler@0.2.0" (instance $i)))"#)),
        Phase::Scan,
        codes::WRONG_WORLD,
    );
    assert!(message.contains("`wasi:http/handler@0.2.0`"), "{message}");
}

#[test]
fn another_version_is_refused_by_its_literal_name() {
    for version in ["0.2.0", "0.1.1", "1.0.0"] {
        let message = refused(run(&GOOD.of_version(version)), Phase::Scan, codes::WRONG_VERSION);
        assert_eq!(
            message,
            format!("the plugin was built for version `{version}` of the contract, this host takes 0.1.0")
        );
    }
    let none = component_text(r#"(component (instance $i) (export "whale:model/plugin" (instance $i)))"#);
    let message = refused(run(&none), Phase::Scan, codes::WRONG_VERSION);
    assert!(message.contains("no version"), "{message}");
}

#[test]
fn a_changed_contract_is_refused() {
    let more = GOOD.of_changed("model: identifier,", "model: identifier, %further: bool,");
    refused(run(&more), Phase::Describe, codes::WRONG_SHAPE);
    let case = GOOD.of_changed("        /// Milvus.\n        milvus,", "        milvus, sqlite,");
    refused(run(&case), Phase::Describe, codes::WRONG_SHAPE);
    let empty = component_text(r#"(component (instance $i) (export "whale:model/plugin@0.1.0" (instance $i)))"#);
    refused(run(&empty), Phase::Describe, codes::WRONG_SHAPE);
}

#[test]
fn declaring_more_memory_than_there_is_is_refused_before_it_runs() {
    let message = refused(run(&Guest { pages: 4_096, ..GOOD }.component()), Phase::Compile, codes::DECLARES_TOO_MUCH);
    assert!(message.contains("268435456 bytes"), "{message}");
    let table = Guest { more: "(table 30000 funcref)", ..GOOD };
    refused(run(&table.component()), Phase::Compile, codes::DECLARES_TOO_MUCH);
}

#[test]
fn features_that_no_guest_needs_are_off() {
    for (more, what) in [
        ("(func (result v128) v128.const i64x2 0 0)", "SIMD"),
        ("(memory 1)", "multiple memories"),
        ("(table 1 externref)", "references"),
        ("(func (result i32 i32) i32.const 0 i32.const 0)", "multi-value"),
        ("(func return_call 0)", "tail calls"),
        ("(tag)", "exceptions"),
        ("(type (struct))", "gc"),
    ] {
        let message = refused(run(&Guest { more, ..GOOD }.component()), Phase::Compile, codes::MALFORMED);
        assert!(message.contains("at byte"), "{what}: {message}");
    }
}

#[test]
fn a_function_that_compiles_for_ever_is_stopped() {
    let loops = "loop end ".repeat(60_000);
    let guest = Guest { more: &format!("(func {loops})"), ..GOOD }.component();
    let limits = Limits { compile_base_ms: 500, compile_mib_ms: 0, ..Limits::default() };
    refused(run_with(&guest, limits), Phase::Compile, codes::COMPILE_TIME);
}

#[test]
fn what_compiles_into_all_memory_is_stopped() {
    let limits = Limits {
        file: 256 << 20,
        compile_base_memory: 0,
        compile_mib_memory: 0,
        memory: 1 << 20,
        returned: 1 << 20,
        compile_base_ms: 60_000,
        ..Limits::default()
    };
    let plugin = plugin_within(&vec![0; 200 << 20], &limits);
    refused(sandbox(limits, None).describe(&plugin), Phase::Compile, codes::COMPILE_MEMORY);
}
