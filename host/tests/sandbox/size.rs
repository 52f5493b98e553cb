//! What the walk before compiling counts: each limit named, and the function that offends.

use super::guests::{GOOD, Guest, component_text};
use super::{refused, run, run_with};
use whale_host::sandbox::{Limits, Phase};
use whale_storage::diagnostic::codes::sandbox as codes;

#[track_caller]
fn too_large(more: &str, limits: Limits) -> String {
    refused(run_with(&Guest { more, ..GOOD }.component(), limits), Phase::Scan, codes::FUNCTION_TOO_LARGE)
}

#[test]
fn the_function_that_offends_is_named() {
    let locals = format!("(func $wide (local {}))", "i32 ".repeat(2_001));
    let message = too_large(&locals, Limits::default());
    assert_eq!(message, "the function `wide` has 2001 local variables, above 2000 (limit `locals`)");
    let table = format!("(func $switch (br_table {} (i32.const 0)))", "0 ".repeat(8_194));
    let message = too_large(&table, Limits::default());
    assert_eq!(message, "the function `switch` has 8193 targets in one `br_table`, above 8192 (limit `br_table`)");
    let nested = format!("(func $deep {} {})", "block ".repeat(2_049), "end ".repeat(2_049));
    let message = too_large(&nested, Limits::default());
    assert_eq!(message, "the function `deep` nests blocks deeper than 2048 (limit `blocks`)");
    let long = format!("(func $long {})", "nop ".repeat(1 << 20));
    let message = too_large(&long, Limits::default());
    assert!(message.starts_with("the function `long` has 10485") && message.contains("`function_bytes`"), "{message}");
}

#[test]
fn a_function_of_rust_is_named_as_its_author_wrote_it() {
    let locals = format!("(func $_ZN8language6tables4wide17h0123456789abcdefE (local {}))", "i32 ".repeat(2_001));
    let message = too_large(&locals, Limits::default());
    assert!(message.starts_with("the function `language::tables::wide` has"), "{message}");
}

#[test]
fn a_function_without_a_name_has_its_index() {
    // Two imported ones come first, and the second module of two is meant.
    let wide = format!("(func (local {}))", "i32 ".repeat(2_001));
    let text = format!(
        r#"(component
            (core module (func))
            (core module (import "a" "b" (func)) (import "a" "c" (func)) (func) {wide})
            (instance $i) (export "whale:model/plugin@0.1.0" (instance $i)))"#
    );
    let message = refused(run(&component_text(&text)), Phase::Scan, codes::FUNCTION_TOO_LARGE);
    assert!(message.starts_with("the function 3 of core module 1 has 2001"), "{message}");
}

#[test]
fn a_name_that_acts_on_a_terminal_is_shown_harmless() {
    let more = format!(r#"(func $"\u{{1b}}[31m{}" (local {}))"#, "x".repeat(100_000), "i32 ".repeat(2_001));
    let message = too_large(&more, Limits::default());
    assert!(message.contains("`\\u{1b}[31mxxx") && message.len() < 500, "{message}");
}

#[test]
fn parts_are_counted_through_all_that_is_nested() {
    let inner = "(component (core module (memory 1)) (core module))".repeat(3);
    let export = r#"(instance $i) (export "whale:model/plugin@0.1.0" (instance $i))"#;
    let text = format!("(component {inner} (component {inner}) {export})");
    let bytes = component_text(&text);
    // Twelve modules with six memories in seven components: each limit is met on its own.
    for (key, limits) in [
        ("modules", Limits { modules: 11, ..Limits::default() }),
        ("components", Limits { components: 6, ..Limits::default() }),
        ("memories", Limits { memories: 5, ..Limits::default() }),
    ] {
        let message = refused(run_with(&bytes, limits), Phase::Scan, codes::TOO_MANY_PARTS);
        assert!(message.ends_with(&format!("(limit `{key}`)")), "{message}");
    }
    let types: String = (0..40).map(|_| "(type (instance (type u8) (type u16)))").collect();
    let bytes = component_text(&format!("(component {types} {export})"));
    let message =
        refused(run_with(&bytes, Limits { types: 100, ..Limits::default() }), Phase::Scan, codes::TOO_MANY_PARTS);
    assert_eq!(message, "it has more than 100 types (limit `types`)");
}
