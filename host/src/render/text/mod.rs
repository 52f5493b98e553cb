//! Text for people. Lower case, what was attempted, on which object, why; causes below; hints last.

mod doctor;
mod history;
mod info;
mod lock;
pub(crate) mod plan;
mod report;
mod roles;
mod setup;
mod status;

pub(crate) use history::advice;

use super::style::{Style, Tone, count};
use super::{Output, Spent};
use crate::exit::Trouble;
use crate::pipeline::Rulings;
use crate::sandbox::{Compiled, Usage};
use crate::text::{escape, shown_within};
use std::fmt::Write as _;
use whale_storage::diagnostic::{Code, Diagnostic, Diagnostics, Severity};

/// Characters of one message that are shown.
const MOST_MESSAGE: usize = 2_000;

/// A result, for standard output.
pub(crate) fn output(output: &Output, style: Style) -> String {
    match output {
        Output::Validated(rulings) => validated(rulings, style),
        Output::Info(candidates) => info::info(candidates, style),
        Output::Schema => format!("{:#}\n", super::json::schema()),
        Output::Planned(planned) => plan::plan(planned, style),
        Output::Applied(applied) => report::report(applied, style),
        Output::Status(view) => status::status(view, style),
        Output::Examined(view) => doctor::doctor(view, style),
        Output::History(view) => history::history(view, style),
        Output::Initialised(file) => {
            format!(
                "wrote {file}: name your plugins and engines there, then see with `whale-host doctor` what is missing\n"
            )
        }
        Output::SetUp(view) => setup::setup(view, style),
        Output::Roles(view) => roles::roles(view, style),
        Output::Locked(view) => lock::lock(view, style),
        Output::Explained(codes) => explained(codes, style),
    }
}

/// What it took, for those who want more.
pub(crate) fn spent(spent: &Spent) -> String {
    let mut text = String::new();
    for (plugin, usage) in &spent.plugins {
        let _ = writeln!(text, "plugin {plugin}: {}", used(usage));
        for one in &usage.measures {
            let _ = writeln!(text, "  {:<14} {:>10} of {:>10} {:>4} %", one.limit, one.used, one.most, one.percent());
        }
    }
    if !spent.round_trips.is_empty() {
        let each: Vec<String> = spent.round_trips.iter().map(|(target, number)| format!("{target} {number}")).collect();
        let _ = writeln!(text, "round trips: {}", each.join(", "));
    }
    text
}

fn used(usage: &Usage) -> String {
    let compiled = match usage.compiled {
        Compiled::Before => "compiled before".to_owned(),
        Compiled::Now(took) if usage.kept => format!("compiled in {} ms", took.as_millis()),
        Compiled::Now(took) => format!("compiled in {} ms, not kept", took.as_millis()),
    };
    let millis = |micros: u64| format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100);
    format!(
        "{compiled}; describe {} fuel, {}; define {} fuel, {}, {} KiB of memory",
        usage.describe.fuel,
        millis(usage.describe.micros),
        usage.define.fuel,
        millis(usage.define.micros),
        usage.define.memory / 1024
    )
}

/// Findings, most of them as a compiler shows them.
pub(crate) fn diagnostics(found: &Diagnostics, quiet: bool, style: Style) -> String {
    let mut text = String::new();
    for one in found.iter().filter(|one| !quiet || one.severity == Severity::Error) {
        diagnostic(&mut text, one, style);
    }
    if found.dropped() > 0 {
        let _ = writeln!(text, "... and {} more that are not shown", found.dropped());
    }
    text
}

fn diagnostic(text: &mut String, found: &Diagnostic, style: Style) {
    let (word, tone) = match found.severity {
        Severity::Error => ("error", Tone::Bad),
        Severity::Warning => ("warning", Tone::Warning),
    };
    let head = style.paint(tone, &format!("{word}[{}]", found.code.id));
    let _ = writeln!(text, "{head}: {}", shown_within(&found.message, MOST_MESSAGE));
    let place = place(found);
    if !place.is_empty() {
        let _ = writeln!(text, "  {} {place}", style.paint(Tone::Faint, "-->"));
    }
    if let Some(help) = &found.help {
        let _ = writeln!(text, "  {} {}", style.paint(Tone::Bold, "hint:"), shown_within(help, MOST_MESSAGE));
    }
}

/// `plugin: path (file:line)`, as far as each is known.
fn place(found: &Diagnostic) -> String {
    let path = shown_within(&found.path, 500);
    let plugin = found.plugin.as_ref().map(|plugin| shown_within(plugin, 200)).filter(|plugin| *plugin != path);
    let named = [plugin.unwrap_or_default(), path];
    let named = named.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(": ");
    let origin = found.origin.as_ref().map(|origin| format!("{}:{}", shown_within(&origin.file, 200), origin.line));
    match origin {
        None => named,
        Some(origin) if named.is_empty() => origin,
        Some(origin) => format!("{named} ({origin})"),
    }
}

/// What went wrong in the world.
pub(crate) fn trouble(trouble: &Trouble, style: Style) -> String {
    let mut text = format!("{}: {}\n", style.paint(Tone::Bad, "error"), shown_within(&trouble.message, MOST_MESSAGE));
    for cause in &trouble.causes {
        let _ = writeln!(text, "  {} {}", style.paint(Tone::Faint, "because:"), shown_within(cause, MOST_MESSAGE));
    }
    if let Some(hint) = &trouble.hint {
        let _ = writeln!(text, "  {} {}", style.paint(Tone::Bold, "hint:"), shown_within(hint, MOST_MESSAGE));
    }
    text
}

fn validated(rulings: &Rulings, style: Style) -> String {
    let mut text = String::new();
    for ruling in &rulings.all {
        let (word, tone) = if ruling.accepted() { ("accepted", Tone::Good) } else { ("refused", Tone::Bad) };
        let about = match (&ruling.says, &ruling.defined) {
            (Some(says), Some(outcome)) => {
                let objects = count(outcome.objects.len(), "object");
                format!(" ({} {}, {objects})", ruling.title(), shown_within(&says.version, 40))
            }
            _ => String::new(),
        };
        let faults = if ruling.errors == 0 { String::new() } else { format!(": {}", count(ruling.errors, "error")) };
        let _ = writeln!(text, "{} {}{about}{faults}", style.paint(tone, word), escape(&ruling.file));
    }
    if rulings.clashes > 0 {
        let clashes = count(rulings.clashes, "error");
        let _ = writeln!(text, "{} together: {clashes}", style.paint(Tone::Bad, "refused"));
    }
    text
}

fn explained(codes: &[Code], style: Style) -> String {
    let mut text = String::new();
    if let [code] = codes {
        let _ = writeln!(text, "{}: {}\n\n{}", style.paint(Tone::Bold, code.id), code.title, wrap(code.explanation));
        return text;
    }
    for code in codes {
        let _ = writeln!(text, "{}  {}", style.paint(Tone::Bold, code.id), code.title);
    }
    text
}

/// Breaks a text at 80 columns.
fn wrap(text: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > 80 {
            out.push('\n');
            width = 0;
        } else if width > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use whale_storage::diagnostic::{Origin, codes};

    const PLAIN: Style = Style { colours: false, detail: 0 };

    #[test]
    fn a_finding_names_rule_place_and_remedy() {
        let origin = Origin { file: "src/words.rs".to_owned(), line: 12 };
        let found = Diagnostic::error(codes::plan::STRANGER, "clickhouse/words", "it is not ours")
            .of("language")
            .at(Some(&origin))
            .help("rename it");
        assert_eq!(
            diagnostics(&found.into(), false, PLAIN),
            "error[WH0701]: it is not ours\n  --> language: clickhouse/words (src/words.rs:12)\n  hint: rename it\n"
        );
    }

    #[test]
    fn what_others_wrote_cannot_steer_the_terminal() {
        let found = Diagnostic::warning(codes::plan::STRANGER, "a\u{1b}[2J", "b\r\n\u{202e}c").help("\u{7}");
        let text = diagnostics(&found.into(), false, PLAIN);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(text.contains("a\\u{1b}[2J") && text.contains("b\\r\\n\\u{202e}c"), "{text}");
        let trouble_text = trouble(&Trouble::new("refused", "x\u{1b}c").because(&"y\u{9b}").hint("z\u{7f}"), PLAIN);
        assert!(trouble_text.chars().all(|c| c == '\n' || !c.is_control()), "{trouble_text:?}");
    }

    #[test]
    fn findings_beyond_the_most_are_counted() {
        let mut found = Diagnostics::default();
        for _ in 0..Diagnostics::MOST + 5 {
            found.push(Diagnostic::error(codes::plan::STRANGER, "a", "b"));
        }
        assert!(diagnostics(&found, false, PLAIN).ends_with("... and 5 more that are not shown\n"));
    }
}
