//! `THREAT_MODEL.md` names tests, and each of them is there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use std::fs;
use whale_tests::root;

#[test]
fn every_test_that_it_names_exists() {
    let page = fs::read_to_string(root().join("THREAT_MODEL.md")).unwrap();
    let named: Vec<(&str, &str)> = page.split('`').filter_map(|part| part.split_once(".rs::")).collect();
    assert!(named.len() > 30, "{named:?}");
    for (file, function) in named {
        let path = root().join(format!("{file}.rs"));
        let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}.rs: {error}"));
        let lines: Vec<&str> = source.lines().collect();
        let place = lines.iter().position(|line| line.contains(&format!("fn {function}(")));
        let above =
            place.map(|place| lines.iter().take(place).rev().take_while(|line| line.trim_start().starts_with("#[")));
        let marked =
            above.is_some_and(|mut above| above.any(|line| line.contains("test]") || line.contains("::test(")));
        assert!(marked, "{file}.rs has no test {function}");
    }
}
