//! What a plugin uses of its limits: shown beside each, and held to a part of it.

use super::World;
use serde_json::Value;

fn document(world: &World, arguments: &[&str]) -> (i32, Value) {
    let given = ["validate", "--format", "json", "--plugin", "plugins/language.wasm"];
    let output = world.run(&[&given, arguments].concat());
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

/// What was used of a limit.
fn used(document: &Value, limit: &str) -> u64 {
    let limits = document.pointer("/result/spent/plugins/0/limits").unwrap().as_array().unwrap();
    let one = limits.iter().find(|one| one.get("limit").unwrap() == limit).unwrap();
    one.get("used").unwrap().as_u64().unwrap()
}

#[test]
fn use_is_shown_beside_each_limit() {
    let world = World::new();
    let (exit, shown) = document(&world, &["-v"]);
    assert_eq!(exit, 0);
    let keys: Vec<&str> = shown["result"]["spent"]["plugins"][0]["limits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["limit"].as_str().unwrap())
        .collect();
    let all = ["file", "memory", "table_elements", "fuel", "call_ms", "items", "nesting", "text", "canonical"];
    assert_eq!(keys, all);
    for key in all {
        assert!(used(&shown, key) > 0, "{key}: {shown:#}");
    }
    let text = world.shown(&["validate", "-v", "--plugin", "plugins/language.wasm"]);
    let fuel = format!("  fuel           {:>10} of 2000000000    1 %", used(&shown, "fuel"));
    assert!(text.contains(&fuel), "{text}");
}

#[test]
fn a_plugin_that_comes_too_near_is_refused() {
    let fuel = used(&document(&World::new(), &["-v"]).1, "fuel");
    // Of this limit it uses 85 % and a little.
    let most = fuel * 100 / 85;
    let world = World::with_settings(&format!("[limits]\nfuel = {most}\n"));
    assert_eq!(document(&world, &["--budget", "90%"]).0, 0);
    let (exit, refused) = document(&world, &["--budget", "80"]);
    assert_eq!(exit, 1);
    let found = refused["diagnostics"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{refused:#}");
    assert_eq!((&found[0]["code"], &found[0]["path"]), (&"WH0150".into(), &"limits.fuel".into()));
    let message = found[0]["message"].as_str().unwrap();
    let told = format!("`fuel`: {fuel} of {most} are used, 86 %, above the 80 % of the budget");
    assert_eq!(message, told);
    assert_eq!(refused["result"]["plugins"][0]["accepted"], false);
}

#[test]
fn a_budget_is_a_part_of_the_limits() {
    for wrong in ["0", "101%", "80.5%", "much"] {
        let output = World::new().run(&["validate", "--budget", wrong, "--plugin", "plugins/language.wasm"]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}
