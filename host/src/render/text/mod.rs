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

use super::page::{Line, Page};
use super::style::{Style, Tone, count};
use super::{Listed, Output, Spent};
use crate::exit::Trouble;
use crate::pipeline::Rulings;
use crate::sandbox::{Compiled, Usage};
use crate::text::shown_within;
use std::collections::BTreeMap;
use whale_storage::diagnostic::{Code, Diagnostic, Diagnostics, Severity, codes};
use whale_storage::target::TargetName;

/// Characters of one message that are shown.
const MOST_MESSAGE: usize = 2_000;

/// Warnings of one kind that are shown.
const MOST_ALIKE: usize = 3;

/// A result, for standard output.
pub(crate) fn output(output: &Output, style: Style) -> Page {
    let mut page = Page::new(style);
    match output {
        Output::Validated(rulings) => validated(&mut page, rulings),
        Output::Info(candidates) => info::info(&mut page, candidates),
        Output::Schema => page.append(&Page::readable_json(&super::json::schema())),
        Output::Planned(planned) => {
            plan::plan(&mut page, planned);
            plan::to_allow(&mut page, &planned.plan);
        }
        Output::Applied(applied) => report::report(&mut page, applied),
        Output::Status(view) => status::status(&mut page, view),
        Output::Examined(view) => doctor::doctor(&mut page, view),
        Output::History(view) => history::history(&mut page, view),
        Output::Initialised(file) => {
            let next = "name your plugins and engines there, then see with `whale-host doctor --all` what is missing";
            page.line("wrote ", format_args!("{file}: {next}"));
        }
        Output::SetUp(view) => setup::setup(&mut page, view),
        Output::Roles(view) => roles::roles(&mut page, view),
        Output::Locked(view) => lock::lock(&mut page, view),
        Output::Explained(codes) => explained(&mut page, codes),
        Output::Listed(lists) => listed(&mut page, lists),
    }
    page
}

/// What it took, for those who want more.
pub(crate) fn spent(spent: &Spent, style: Style) -> Page {
    let mut page = Page::new(style);
    for (plugin, usage) in &spent.plugins {
        page.line("plugin ", format_args!("{plugin}: {}", used(usage)));
        for one in &usage.measures {
            let rest = format!("{:<14} {:>10} of {:>10} {:>4} %", "", one.used, one.most, one.percent());
            let rest = rest.get(one.limit.len().min(14)..).unwrap_or_default();
            page.begin("  ").plain(one.limit).text(rest);
        }
    }
    if !spent.round_trips.is_empty() {
        let each: Vec<String> = spent.round_trips.iter().map(|(target, number)| format!("{target} {number}")).collect();
        page.line("round trips: ", each.join(", "));
    }
    page
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

/// Which warnings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Warnings {
    /// None.
    No,
    /// All kinds.
    Yes,
    /// Those that `validate` does not say.
    New,
}

/// Findings, most of them as a compiler shows them. Of many warnings of one kind some are shown, unless more is wanted.
pub(crate) fn diagnostics(found: &Diagnostics, warnings: Warnings, style: Style) -> Page {
    let mut page = Page::new(style);
    let mut seen: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    let mut said: BTreeMap<&str, usize> = BTreeMap::new();
    for one in found {
        if one.severity == Severity::Warning && style.detail == 0 {
            let alike = seen.entry(one.code.id).or_default();
            if alike.contains(&one) {
                continue;
            }
            alike.push(one);
            if warnings == Warnings::New && codes::WARNINGS.contains(&one.code) {
                *said.entry(one.code.id).or_default() += 1;
                continue;
            }
            if alike.len() > MOST_ALIKE {
                continue;
            }
        }
        if warnings != Warnings::No || one.severity == Severity::Error {
            diagnostic(&mut page, one);
        }
    }
    if warnings != Warnings::No {
        let more = seen.iter().filter(|(code, all)| !said.contains_key(*code) && all.len() > MOST_ALIKE);
        for (code, all) in more {
            let more = count(all.len() - MOST_ALIKE, "more warning");
            page.line("... and ", format_args!("{more} [{code}]; -v lists them"));
        }
    }
    let all = said.values().sum();
    if all > 0 {
        let codes = said.into_keys().collect::<Vec<_>>().join(", ");
        page.line("", format_args!("{} of validate, which shows them: {codes}", count(all, "warning")));
    }
    if found.dropped() > 0 {
        page.line("... and ", format_args!("{} more that are not shown", found.dropped()));
    }
    page
}

fn diagnostic(page: &mut Page, found: &Diagnostic) {
    let (word, tone) = match found.severity {
        Severity::Error => ("error[", Tone::Bad),
        Severity::Warning => ("warning[", Tone::Warning),
    };
    let head = page.begin("").word(tone, word).word(tone, found.code.id).word(tone, "]");
    head.text(format_args!(": {}", shown_within(&found.message, MOST_MESSAGE)));
    let place = place(found);
    if !place.is_empty() {
        page.begin("  ").word(Tone::Faint, "-->").text(format_args!(" {place}"));
    }
    hint(page, found.help.as_ref());
}

fn hint(page: &mut Page, hint: Option<&String>) {
    if let Some(hint) = hint {
        page.begin("  ").word(Tone::Bold, "hint:").text(format_args!(" {}", shown_within(hint, MOST_MESSAGE)));
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
pub(crate) fn trouble(trouble: &Trouble, style: Style) -> Page {
    let mut page = Page::new(style);
    let message = shown_within(&trouble.message, MOST_MESSAGE);
    page.begin("").word(Tone::Bad, "error").text(format_args!(": {message}"));
    for cause in &trouble.causes {
        page.begin("  ").word(Tone::Faint, "because:").text(format_args!(" {}", shown_within(cause, MOST_MESSAGE)));
    }
    hint(&mut page, trouble.hint.as_ref());
    page
}

/// Begins a line with a target: `Milvus of legal`.
fn target<'p>(page: &'p mut Page, tone: Tone, target: &TargetName) -> Line<'p> {
    let line = page.begin("").word(tone, target.backend.title());
    match &target.model {
        Some(model) => line.paint(tone, format_args!(" of {model}")),
        None => line,
    }
}

fn validated(page: &mut Page, rulings: &Rulings) {
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
        page.begin("").word(tone, word).text(format_args!(" {}{about}{faults}", ruling.file));
    }
    if rulings.clashes > 0 {
        let clashes = count(rulings.clashes, "error");
        page.begin("").word(Tone::Bad, "refused").text(format_args!(" together: {clashes}"));
    }
}

fn listed(page: &mut Page, lists: &[Listed]) {
    for list in lists {
        page.begin("").word(Tone::Bold, list.heading);
        page.words(list.names.iter().copied());
        page.blank();
    }
    page.line("docs/arguments.md says what each may be given", "");
}

fn explained(page: &mut Page, codes: &[Code]) {
    if let [code] = codes {
        page.begin("").word(Tone::Bold, code.id).plain(": ").plain(code.title);
        page.blank();
        page.wrapped(code.explanation);
        return;
    }
    for code in codes {
        page.begin("").word(Tone::Bold, code.id).plain("  ").plain(code.title);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whale_storage::diagnostic::Origin;

    const PLAIN: Style = Style { colours: false, detail: 0 };

    #[test]
    fn a_finding_names_rule_place_and_remedy() {
        let origin = Origin { file: "src/words.rs".to_owned(), line: 12 };
        let found = Diagnostic::error(codes::plan::STRANGER, "clickhouse/words", "it is not ours")
            .of("language")
            .at(Some(&origin))
            .help("rename it");
        assert_eq!(
            diagnostics(&found.into(), Warnings::Yes, PLAIN).as_str(),
            "error[WH0701]: it is not ours\n  --> language: clickhouse/words (src/words.rs:12)\n  hint: rename it\n"
        );
    }

    #[test]
    fn what_others_wrote_cannot_steer_the_terminal() {
        let found = Diagnostic::warning(codes::plan::STRANGER, "a\u{1b}[2J", "b\r\n\u{202e}c").help("\u{7}");
        let text = diagnostics(&found.into(), Warnings::Yes, PLAIN);
        let text = text.as_str();
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(text.contains("a\\u{1b}[2J") && text.contains("b\\r\\n\\u{202e}c"), "{text}");
        let trouble_text = trouble(&Trouble::new("refused", "x\u{1b}c").because(&"y\u{9b}").hint("z\u{7f}"), PLAIN);
        assert!(trouble_text.as_str().chars().all(|c| c == '\n' || !c.is_control()), "{trouble_text:?}");
    }

    #[test]
    fn warnings_of_one_kind_are_grouped_and_those_of_validate_said_once() {
        let mut found = Diagnostics::default();
        let warning = |code, number: usize| Diagnostic::warning(code, format!("t{number}"), "look");
        for number in 0..41 {
            found.push(warning(codes::plan::STRANGER, number));
            found.push(warning(codes::plan::STRANGER, number));
        }
        found.push(warning(codes::clickhouse::SUM_WRAPS, 1));
        found.push(Diagnostic::error(codes::plan::STRANGER, "t1", "no"));
        let shown = |warnings, style| diagnostics(&found, warnings, style).as_str().to_owned();
        let (plain, new, none) = (shown(Warnings::Yes, PLAIN), shown(Warnings::New, PLAIN), shown(Warnings::No, PLAIN));
        assert_eq!(plain.matches("warning[WH0701]").count(), MOST_ALIKE, "{plain}");
        assert!(plain.contains("... and 38 more warnings [WH0701]; -v lists them"), "{plain}");
        assert!(plain.contains("warning[WH0510]"), "{plain}");
        assert!(new.ends_with("1 warning of validate, which shows them: WH0510\n"), "{new}");
        assert!(!none.contains("warning") && none.contains("error[WH0701]"), "{none}");
        let all = shown(Warnings::New, Style { colours: false, detail: 1 });
        assert_eq!(all.matches("warning[").count(), 83, "{all}");
    }

    #[test]
    fn findings_beyond_the_most_are_counted() {
        let mut found = Diagnostics::default();
        for _ in 0..Diagnostics::MOST + 5 {
            found.push(Diagnostic::error(codes::plan::STRANGER, "a", "b"));
        }
        assert!(diagnostics(&found, Warnings::Yes, PLAIN).as_str().ends_with("... and 5 more that are not shown\n"));
    }
}
