//! Text of others in every place where they may write it, through every verb and form that needs no engine: nothing of it
//! acts on a terminal or on a CI server, and a machine reads it as it was written.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::ExitStatus;
use whale_tests::acting::{self, contract, forms, holds, judged, leaves, server, texts, with};
use whale_tests::good;
use whale_tests::hostile::make::{self, Core, Returns};

/// Plugins of one run.
const TOGETHER: usize = 48;

/// Targets where nothing is.
fn nowhere() -> Vec<String> {
    let refused = ["postgres", "http", "http"];
    refused.iter().map(|scheme| format!("{scheme}://user:password@127.0.0.1:1/")).collect()
}

fn plugin(folder: &Path, number: usize, info: &Value, definition: &Value) -> String {
    let mut info = info.as_object().cloned().unwrap_or_default();
    // Two of one name are refused together, before anything else is told.
    for key in ["name", "model"] {
        if info.get(key).is_none_or(|name| name == "text") {
            info.insert(key.to_owned(), format!("m{number}").into());
        }
    }
    let returns = Returns { info, definition: definition.clone() };
    let file = format!("p{number}.wasm");
    fs::write(folder.join(&file), make::component(&Core::default(), &returns)).unwrap();
    file
}

/// What plugins are made to return: each text of every sample of the contract and of a good definition, replaced one by one
/// by text that acts, and all at once.
fn returned() -> Vec<(Value, Value)> {
    let (describe, define) = contract::samples();
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    let mut number = 0;
    let mut each =
        |sample: &Value, pointers: Vec<String>, forms: fn(usize) -> Vec<String>, take: &mut dyn FnMut(Value)| {
            let mut every = sample.clone();
            for pointer in pointers {
                number += 1;
                every = with(&every, &pointer, &texts(number + 10_000)[number % 2]);
                if seen.insert(pointer.clone()) {
                    for text in forms(number) {
                        take(with(sample, &pointer, &text));
                    }
                }
            }
            take(every);
        };
    let plain = |number: usize| vec![texts(number)[number % 2].clone()];
    for info in &describe {
        each(info, contract::texts(info), plain, &mut |info| all.push((info, json!({}))));
    }
    for sample in &define {
        each(sample, contract::texts(sample), plain, &mut |definition| all.push((json!({}), definition)));
    }
    let good = serde_json::to_value(good::good()).unwrap();
    let words = leaves(&good)
        .into_iter()
        .filter(|pointer| !good.pointer(pointer).unwrap().as_str().unwrap().starts_with(char::is_uppercase));
    let words: Vec<String> = words.collect();
    each(&good, words, forms, &mut |definition| all.push((json!({}), definition)));
    all
}

#[test]
fn what_plugins_return_acts_nowhere_and_keeps_its_value() {
    let all = returned();
    assert!(all.len() > 200, "{} are too few to be all texts of the contract", all.len());
    let mut faults = Vec::new();
    let mut told = 0;
    for (turn, some) in all.chunks(TOGETHER).enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<String> = some
            .iter()
            .enumerate()
            .map(|(number, (info, definition))| plugin(folder.path(), turn * TOGETHER + number, info, definition))
            .collect();
        let mut arguments = Vec::new();
        for file in &files {
            arguments.extend(["-p", file.as_str()]);
        }
        let mut go = |verb: &[&str]| judged(folder.path(), &nowhere(), &[verb, &arguments].concat(), &mut faults);
        go(&["validate", "-v"]);
        go(&["validate", "--format", "sarif"]);
        go(&["validate", "--format", "junit"]);
        go(&["info", "-v"]);
        go(&["validate", "-v", "--format", "json"]);
        let info = go(&["info", "--format", "json"]);
        let document: Value = serde_json::from_slice(&info.stdout).unwrap();
        assert!(document["result"]["plugins"].is_array(), "{document:.2000}");
        for (plugin, (_, definition)) in document["result"]["plugins"].as_array().unwrap().iter().zip(some) {
            for pointer in leaves(definition).iter().filter(|_| !plugin["definition"].is_null()) {
                let text = definition.pointer(pointer).unwrap().as_str().unwrap();
                if text.contains("##vso") {
                    told += 1;
                    assert!(holds(&plugin["definition"], text), "{pointer}: {text:?} is told otherwise");
                }
            }
        }
    }
    println!("{} plugins, {told} texts told to a machine", all.len());
    assert!(told > 200, "only {told} texts were told to a machine");
    assert!(faults.is_empty(), "{} faults: {:#?}", faults.len(), &faults[..faults.len().min(20)]);
}

#[test]
fn answers_of_servers_act_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = plugin(folder.path(), 0, &json!({}), &serde_json::to_value(good::good()).unwrap());
    let mut faults = Vec::new();
    for text in texts(1) {
        for status in ["500 Internal Server Error", "200 OK"] {
            let code = format!("Code: 62. DB::Exception: {text}");
            let said = if status.starts_with('2') { text.clone() } else { code };
            let targets =
                [server::postgres(text.clone()), server::http(status, said.clone()), server::http(status, said)];
            for engine in ["timescaledb", "clickhouse", "milvus"] {
                for verb in [&["plan", "-v"][..], &["apply", "--yes"], &["doctor"], &["status", "-vv"]] {
                    for format in ["text", "json"] {
                        let more = ["--engine", engine, "--format", format, "-p", &file];
                        let output = judged(folder.path(), &targets, &[verb, &more].concat(), &mut faults);
                        assert_eq!(
                            output.status.code(),
                            Some(4),
                            "{verb:?} {engine}: {}",
                            whale_tests::text(&output.stderr)
                        );
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// A journal with every kind of line; anybody who may write there may have written it.
const JOURNAL: &str = r#"{"run":"r1","at":1795334400000,"event":"begin","steps":2,"digests":[["text","text"]],"versions":{"text":"text"},"host":"text","command":"text","engines":["text"],"plan":[["text","text"],["text","text"]]}
{"run":"r1","at":1795334400100,"event":"start","step":1,"engine":"text","title":"text"}
{"run":"r1","at":1795334400200,"event":"end","step":1,"outcome":"text","fault":{"engine":"text","kind":"text","attempted":"text","detail":"text","hint":"text"}}
{"run":"r1","at":1795334400300,"event":"finish","succeeded":false,"remaining":2,"fault":{"engine":"text","kind":"text","attempted":"text","detail":"text","hint":"text"}}"#;

#[test]
fn a_journal_acts_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("state")).unwrap();
    let mut faults = Vec::new();
    for text in texts(2) {
        let text = serde_json::to_string(&text).unwrap();
        let name = serde_json::to_string(&format!("r{}", &texts(3)[0])).unwrap();
        for (run, title) in [("\"r1\"", text.as_str()), (name.as_str(), text.as_str())] {
            let journal = JOURNAL.replace("\"text\"", title).replace("\"r1\"", run);
            fs::write(folder.path().join("state/journal.jsonl"), journal).unwrap();
            for verb in [&["history"][..], &["history", "r"], &["status"], &["doctor"]] {
                for format in [&["-v"][..], &["--format", "json"]] {
                    let output = judged(folder.path(), &nowhere(), &[verb, format].concat(), &mut faults);
                    assert!(!output.stdout.is_empty() && whale_tests::text(&output.stdout).contains("wh"), "{verb:?}");
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn names_of_files_and_arguments_act_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let mut faults = Vec::new();
    for text in texts(3) {
        let name = text.replace('/', "");
        fs::write(folder.path().join(format!("{name}.wasm")), "no plugin").unwrap();
        for format in ["text", "json", "sarif", "junit"] {
            judged(folder.path(), &nowhere(), &["validate", "--format", format, "-p", "*.wasm"], &mut faults);
        }
        // As a shell makes them of such a name, and as whoever starts the program may be made to give them.
        let long = format!("--{text}");
        for arguments in [
            &["validate", text.as_str()][..],
            &["validate", long.as_str()],
            &[text.as_str()],
            &["validate", "--format", &text],
            &["plan", "--engine", &text],
            &["explain", &text],
            &["history", &text],
            &["validate", "-p", &text],
            &["validate", "--config", &text, "--all"],
            &["validate", "--set", &text, "-p", "*.wasm"],
            &["validate", "--model", &text, "--all"],
            &["validate", "--grants", &text, "-p", "*.wasm"],
            &["apply", "--allow", &text, "-p", "*.wasm"],
            &["setup", "--models", &text],
            &["setup", "roles", "--name", &text, "-p", "*.wasm"],
            &["setup", "--root", &text, "--models", "one"],
            &["init", "--config", &text],
            &["init", "--config", &text],
        ] {
            let output = judged(folder.path(), &nowhere(), arguments, &mut faults);
            assert!(!(output.stdout.is_empty() && output.stderr.is_empty()), "{arguments:?} says nothing");
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn settings_and_locks_act_nowhere() {
    let mut faults = Vec::new();
    for text in texts(4) {
        let quoted = Value::String(text.clone()).to_string().replace('\u{7f}', "\\u007f");
        for settings in [
            format!("{quoted} = 1\n"),
            format!("[plugins]\nfiles = [{quoted}]\n"),
            format!("[plugins]\nfiles = [1, {quoted}]\n[{quoted}]\n"),
            format!("[plugins.{quoted}]\nnamespaces = [{quoted}]\n[models.{quoted}]\nplugin = {quoted}\n"),
            format!("[targets.clickhouse]\nurl = {quoted}\nprefix = {quoted}\n"),
            format!("[targets.clickhouse]\nurl_file = {quoted}\n[targets.milvus]\nurl_env = {quoted}\n"),
            format!("storage_root = {quoted}\n[limits]\nfuel = {quoted}\n"),
            text.clone(),
        ] {
            for (file, other) in [("whale.toml", "whale.lock"), ("whale.lock", "whale.toml")] {
                let folder = tempfile::tempdir().unwrap();
                fs::write(folder.path().join(file), &settings).unwrap();
                fs::write(folder.path().join(other), "").unwrap();
                for verb in [&["validate", "--all"][..], &["doctor"], &["lock", "verify"], &["setup"]] {
                    for format in ["text", "json"] {
                        judged(folder.path(), &nowhere(), &[verb, &["--format", format]].concat(), &mut faults);
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults: {:#?}", faults.len(), &faults[..faults.len().min(20)]);
}

#[test]
fn the_watch_sees_what_acts() {
    for text in texts(5) {
        let output =
            std::process::Output { status: ExitStatus::default(), stdout: text.into_bytes(), stderr: Vec::new() };
        assert!(acting::faults(&output).len() >= 4, "{output:?}");
    }
}
