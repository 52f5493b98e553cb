//! One JSON document for machines, on standard output, whatever the command came to. Its form is versioned and described in
//! `docs/output.md`; keys stand in a fixed order.
//!
//! Text of others is kept whole and unchanged in value: what acts on a terminal or on a CI server is
//! written as `\u` escapes, which every parser turns back.

mod doctor;
mod history;
mod lock;
mod plugins;
mod results;
mod setup;

pub(crate) use plugins::schema;

use super::Output;
use super::page::Page;
use crate::exit::{Ending, Trouble};
use schemars::JsonSchema;
use serde::Serialize;
use whale_storage::diagnostic::{Diagnostic, Severity};

/// Version of the document. Keys may be added within one; none changes its meaning or goes.
pub(crate) const VERSION: u32 = 1;

#[derive(Serialize, JsonSchema)]
struct Document<'a, R> {
    /// Version of the document.
    version: u32,
    /// The verb.
    command: &'a str,
    /// The exit code.
    exit: u8,
    /// Null where the command ended before it had one.
    result: Option<R>,
    /// Findings about input.
    diagnostics: Vec<Finding<'a>>,
    /// How many findings are left out: there are at most 1,000.
    diagnostics_left_out: usize,
    /// What went wrong in the world.
    errors: Vec<Error<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Finding<'a> {
    code: &'a str,
    severity: Severity,
    plugin: Option<&'a str>,
    path: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    message: &'a str,
    help: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct Error<'a> {
    kind: &'a str,
    engine: Option<&'a str>,
    message: &'a str,
    causes: &'a [String],
    hint: Option<&'a str>,
}

/// The document of a command.
pub(crate) fn document(command: &str, ending: &Ending, detail: u8) -> Page {
    let document = Document {
        version: VERSION,
        command,
        exit: ending.exit.code(),
        result: ending.output.as_ref().map(|output: &Output| results::of(output, detail)),
        diagnostics: ending.found.iter().map(finding).collect(),
        diagnostics_left_out: ending.found.dropped(),
        errors: ending.troubles.iter().map(error).collect(),
    };
    Page::json(&document)
}

fn finding(found: &Diagnostic) -> Finding<'_> {
    Finding {
        code: found.code.id,
        severity: found.severity,
        plugin: found.plugin.as_deref(),
        path: &found.path,
        file: found.origin.as_ref().map(|origin| origin.file.as_str()),
        line: found.origin.as_ref().map(|origin| origin.line),
        message: &found.message,
        help: found.help.as_deref(),
    }
}

fn error(trouble: &Trouble) -> Error<'_> {
    Error {
        kind: trouble.kind,
        engine: trouble.engine.map(whale_storage::definition::Backend::id),
        message: &trouble.message,
        causes: &trouble.causes,
        hint: trouble.hint.as_deref(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use whale_storage::diagnostic::{Diagnostics, codes};
    use whale_storage::foreign::acts;

    #[test]
    fn text_keeps_its_value_and_cannot_steer_a_terminal() {
        let said = "a\"\u{1b}[2J\u{9b}\u{202e}\u{e0041}表🐋\n##vso[x]";
        let found = Diagnostic::error(codes::plan::STRANGER, "p", said);
        let document = document("plan", &Ending::early(Exit::Refused, found.into(), Vec::new()), 0);
        let document = document.as_str();
        assert!(!document.trim_end().chars().any(acts) && !document.contains("##"), "{document}");
        let read: serde_json::Value = serde_json::from_str(document).unwrap();
        assert_eq!(read["diagnostics"][0]["message"], said);
    }

    #[test]
    fn the_envelope_is_the_same_for_every_ending() {
        let trouble = Trouble::new("unreachable", "m").because(&"c").hint("h");
        let ending = Ending::early(Exit::Failed, Diagnostics::default(), vec![trouble]);
        assert_eq!(
            document("status", &ending, 0).as_str(),
            concat!(
                r#"{"version":1,"command":"status","exit":4,"result":null,"diagnostics":[],"diagnostics_left_out":0,"#,
                r#""errors":[{"kind":"unreachable","engine":null,"message":"m","causes":["c"],"hint":"h"}]}"#,
                "\n"
            )
        );
    }
}
