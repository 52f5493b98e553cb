//! What to do after a run that did not end well: what to mend first, and the very command to run then.

use super::page::Page;
use crate::text::shown_within;
use std::ffi::OsString;
use whale_storage::report::Report;

/// What to mend before the command is run again.
pub(crate) fn advice(report: &Report) -> String {
    match &report.failure {
        Some(failure) => of_kind(failure.kind.id(), failure.backend.title()),
        None => "look at what differs with `whale-host plan`, then run".to_owned(),
    }
}

/// The same for a failure of which its kind was written down.
pub(crate) fn of_kind(kind: &str, engine: &str) -> String {
    match kind {
        "refused" => format!("mend what {engine} names in the error, then run"),
        "denied" => format!("give the user of {engine}'s URL the right that the error names, then run"),
        "in-doubt" | "unreachable" => {
            format!("see with `whale-host doctor` that {engine} answers; once it does, run")
        }
        "journal" => "make room in the state directory, then run".to_owned(),
        "address" => format!("correct the URL of {engine}, then run"),
        _ => "run".to_owned(),
    }
}

/// Characters of a command that are shown: whoever typed more knows it, and has it in a file or the shell's history.
const MOST: usize = 300;

/// A line with a command to run. One that the journal tells may be anything.
pub(crate) fn command(page: &mut Page, indent: &'static str, command: &str) {
    let shown = shown_within(command, MOST);
    let more = command.chars().count().saturating_sub(MOST);
    let command = if more > 0 { format!("{shown} and {more} more characters, as it was typed") } else { shown };
    match command.strip_prefix(PROGRAM) {
        Some(rest) => page.begin(indent).plain(PROGRAM).text(rest),
        None => page.begin(indent).text(&command),
    };
}

/// What our command lines begin with.
const PROGRAM: &str = "whale-host";

/// A command line as a shell takes it.
pub(crate) fn command_line(arguments: &[OsString]) -> String {
    let typed = arguments.iter().skip(1).map(|argument| quoted(&argument.to_string_lossy()));
    std::iter::once(PROGRAM.to_owned()).chain(typed).collect::<Vec<_>>().join(" ")
}

fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@%+".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_given_to_a_shell_again() {
        let typed = ["/usr/bin/whale-host", "apply", "-p", "plugins/*.wasm", "--set", "a=it's", ""];
        assert_eq!(
            command_line(&typed.map(OsString::from)),
            r"whale-host apply -p 'plugins/*.wasm' --set 'a=it'\''s' ''"
        );
    }
}
