//! Text that acts on what shows it: what is sent through the program in the place of every text that somebody else writes,
//! and what none of its output may hold.
//!
//! The tables here are written apart from the program's own, which they are to judge.

pub mod contract;
pub mod server;

use crate::{VARIABLES, program};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// A word that no line of output may begin with.
pub const MARK: &str = "whmark";

/// Texts that act: on a terminal, and on a CI server that reads lines. `number` keeps them apart.
pub fn texts(number: usize) -> [String; 2] {
    let terminal = "\u{1b}[1A\u{1b}[2K\u{9b}2J\u{202e}\u{2066}\u{200b}\u{85}\u{2028}\u{7f}\u{feff}";
    let openings = "::stop-commands::wh\n##[add-mask]wh ##vso[wh]##teamcity[wh]";
    let more = "section_start:1:wh\r\u{1b}[0K\n--- wh\n+++ wh\n+ whmark Int32";
    [
        format!("{MARK}{number}{terminal}\r\n{openings}{more}"),
        format!("::stop-commands::wh{number} ::add-mask::wh ##[group]wh##vso[wh] '::error::wh' {more}"),
    ]
}

/// The same inside of what a definition takes: as it is, as a literal, as the label of a type.
pub fn forms(number: usize) -> Vec<String> {
    let texts = texts(number);
    let literal = |text: &String| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    let other = &texts[number % 2];
    let inside = [literal(other), format!("Enum8({} = 1)", literal(other))];
    texts.iter().cloned().chain(inside).collect()
}

/// What is wrong with bytes that the program wrote.
pub fn faults(output: &Output) -> Vec<String> {
    [("standard output", &output.stdout), ("standard error", &output.stderr)]
        .into_iter()
        .flat_map(|(stream, bytes)| faults_of(bytes).into_iter().map(move |fault| format!("{stream}: {fault}")))
        .collect()
}

fn faults_of(bytes: &[u8]) -> Vec<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return vec![format!("what it wrote is no text: {error}")],
    };
    let mut faults = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut fault = |what: String| {
            if faults.len() < 20 {
                faults.push(format!("line {}: {what}: {line:.300?}", number + 1));
            }
        };
        if let Some(character) = line.chars().find(|one| steers(*one)) {
            fault(format!("{character:?}"));
        }
        for opening in ["##[", "##vso", "##teamcity", "::stop-commands::", " ::", "'::", "section_start:"] {
            if line.contains(opening) {
                fault(format!("it has {opening:?}"));
            }
        }
        for beginning in ["::", "##", "---", "+++", "section_", MARK] {
            if line.trim_start().starts_with(beginning) {
                fault(format!("it begins with {beginning:?}"));
            }
        }
    }
    faults
}

/// What steers a terminal, or turns the order of letters, or cannot be seen.
pub fn steers(character: char) -> bool {
    (character.is_control() && character != '\n')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{61c}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Runs the program in a folder, with these targets and no others.
pub fn run(folder: &Path, targets: &[String], arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("WHALE_STATE", folder.join("state"));
    command.envs(VARIABLES.into_iter().zip(targets));
    command.output().unwrap()
}

/// The same, with what is wrong with what it wrote.
pub fn judged(folder: &Path, targets: &[String], arguments: &[&str], faults: &mut Vec<String>) -> Output {
    let output = run(folder, targets, arguments);
    let shown = arguments.iter().take(6).copied().collect::<Vec<_>>().join(" ");
    faults.extend(self::faults(&output).into_iter().map(|fault| format!("{shown}: {fault}")));
    if output.status.code().is_none_or(|code| code == 101) {
        faults.push(format!("{shown}: it ended with {}: {}", output.status, crate::text(&output.stderr)));
    }
    output
}

/// Pointers to all texts of a value.
pub fn leaves(value: &Value) -> Vec<String> {
    match value {
        Value::String(_) => vec![String::new()],
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(place, item)| leaves(item).into_iter().map(move |rest| format!("/{place}{rest}")))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| leaves(field).into_iter().map(move |rest| format!("/{name}{rest}")))
            .collect(),
        _ => Vec::new(),
    }
}

/// All texts of a value, one of them replaced.
pub fn with(value: &Value, pointer: &str, text: &str) -> Value {
    let mut value = value.clone();
    *value.pointer_mut(pointer).unwrap() = Value::String(text.to_owned());
    value
}

/// Whether a text stands in a value, as it is.
pub fn holds(value: &Value, text: &str) -> bool {
    leaves(value).iter().any(|pointer| value.pointer(pointer).unwrap().as_str() == Some(text))
}
