//! Judging a definition costs as its size does, and not as its square: a plugin may return a million list elements, and
//! the host judges them itself, without a limit on time.

#![cfg(debug_assertions)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;
use whale_fuzz::definition::{judged, pointers};

/// Processor time of this thread, so that a busy machine changes nothing.
fn spent() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split_ascii_whitespace().next().unwrap().parse().unwrap())
}

fn seed(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("seeds/definition");
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

/// Fields that name something, here or elsewhere.
const NAMING: [&str; 10] =
    ["id", "name", "header", "columns", "target_columns", "column", "field", "by", "source", "target"];

/// Gives every name in a value a number.
fn numbered(value: &mut Value, number: usize) {
    match value {
        Value::String(text) => text.extend(["_", &number.to_string()]),
        Value::Array(items) => items.iter_mut().for_each(|item| numbered(item, number)),
        Value::Object(fields) => {
            fields
                .iter_mut()
                .filter(|(key, _)| NAMING.contains(&key.as_str()))
                .for_each(|(_, field)| numbered(field, number));
        }
        _ => {}
    }
}

/// How long a definition takes in which a list has so many elements: copies of its first one, or like it with other names.
fn taken(seed: &Value, list: &str, count: usize, distinct: bool) -> Duration {
    let mut grown = seed.clone();
    let items = grown.pointer_mut(list).unwrap().as_array_mut().unwrap();
    let first = items.first().unwrap().clone();
    items.extend((0..count).map(|number| {
        let mut item = first.clone();
        if distinct {
            numbered(&mut item, number);
        }
        item
    }));
    let definition = serde_json::from_value(grown).unwrap();
    let before = spent();
    judged(&definition);
    spent().saturating_sub(before)
}

/// How it grows, where that is too fast. What a cache or a neighbour cost once is not there each time.
fn too_fast(seed: &Value, list: &str, distinct: bool) -> Option<String> {
    const COUNT: usize = 600;
    const TRIES: usize = 3;
    let mut told = None;
    for _ in 0..TRIES {
        let (few, many) = (taken(seed, list, COUNT, distinct), taken(seed, list, 4 * COUNT, distinct));
        // Four times as many: a square would take sixteen times as long.
        if many <= few * 8 + Duration::from_millis(20) {
            return None;
        }
        told = Some(format!("{list}, {}: {few:?}, then {many:?}", if distinct { "distinct" } else { "alike" }));
    }
    told
}

#[test]
fn judging_grows_with_a_definition_and_not_with_its_square() {
    let seed = seed("good.json");
    let mut places = Vec::new();
    pointers(&seed, String::new(), &mut places);
    let mut kinds = BTreeSet::new();
    let lists = places.iter().filter(|place| {
        let filled = seed.pointer(place).unwrap().as_array().is_some_and(|items| !items.is_empty());
        filled && kinds.insert(place.replace(|c: char| c.is_ascii_digit(), ""))
    });
    let mut slow = Vec::new();
    let mut tried = 0;
    for list in lists {
        for distinct in [false, true] {
            tried += 1;
            slow.extend(too_fast(&seed, list, distinct));
        }
    }
    assert!(tried > 20, "the seed has lists of most kinds");
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}
