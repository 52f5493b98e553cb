//! What came of an apply: done, in doubt, not started, for each engine, and what to run next.

use super::super::style::{Style, Tone, count};
use super::super::{Applied, next};
use crate::text::shown_within;
use std::fmt::Write as _;
use std::time::Duration;
use whale_storage::report::{Outcome, Report, StepReport};
use whale_storage::target::TargetName;

/// Steps of one outcome that are listed.
const MOST_LISTED: usize = 20;

/// The report. The plan was shown before it was carried out.
pub(super) fn report(applied: &Applied, style: Style) -> String {
    let mut text = outcome(applied, style);
    if let Some(tree) = applied.tree.as_ref().filter(|tree| !tree.files.is_empty()) {
        let _ = writeln!(text, "storage tree {}: {} written", tree.root, count(tree.files.len(), "definition"));
        if style.detail > 0 {
            for path in &tree.files {
                let _ = writeln!(text, "  {path}");
            }
        }
    }
    text
}

fn outcome(applied: &Applied, style: Style) -> String {
    match &applied.report {
        None => format!("{}\n", style.paint(Tone::Warning, "nothing was changed")),
        Some(report) if report.succeeded() => succeeded(report, style),
        Some(report) => failed(report, &applied.command, style),
    }
}

fn succeeded(report: &Report, style: Style) -> String {
    let mut text = String::new();
    if !report.steps.is_empty() {
        let steps = count(report.steps.len(), "step");
        let line = format!("applied {steps} in {:.1} s; a second plan is empty", report.took.as_secs_f64());
        let _ = writeln!(text, "{}", style.paint(Tone::Good, &line));
    }
    if style.detail > 0 {
        let _ = writeln!(text, "run {}", report.run);
        let each: Vec<String> =
            report.engine_time.iter().map(|(target, took)| format!("{target} {} ms", took.as_millis())).collect();
        if !each.is_empty() {
            let (journal, record) = (report.journal_time, report.record_time);
            let beside = format!("journal {:.1} ms, marks and version tables {} ms", ms(journal), record.as_millis());
            let _ = writeln!(text, "time of steps: {}; {beside}", each.join(", "));
        }
    }
    text
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn failed(report: &Report, command: &str, style: Style) -> String {
    let mut text = format!("run {} did not finish\n", report.run);
    let mut targets: Vec<&TargetName> = report.steps.iter().map(|step| &step.target).collect();
    targets.dedup();
    for target in targets {
        outcomes(&mut text, report, target, style);
    }
    if !report.remaining.is_empty() {
        let _ = writeln!(text, "still to do, by a plan made after the run:");
        listed(&mut text, report.remaining.iter().map(|title| format!("  {}", shown_within(title, 200))));
    }
    text.push_str("what was done stays; the next run looks at the engines first and goes on from there\n");
    let head = style.paint(Tone::Bold, "next:");
    let _ = writeln!(text, "{head} {}\n  {}", next::advice(report), shown_within(command, 2_000));
    text
}

/// What became of the steps of one target. Those that were done are told one by one only to those who want more.
fn outcomes(text: &mut String, report: &Report, target: &TargetName, style: Style) {
    let of = |outcome: Outcome| -> Vec<&StepReport> {
        report.steps.iter().filter(|step| step.target == *target && step.outcome == outcome).collect()
    };
    let all = report.steps.iter().filter(|step| step.target == *target).count();
    let _ = writeln!(
        text,
        "{}: {} of {} done",
        style.paint(Tone::Bold, &target.to_string()),
        of(Outcome::Done).len(),
        count(all, "step")
    );
    for (outcome, word, tone) in [
        (Outcome::Done, "done", Tone::Good),
        (Outcome::Failed, "failed", Tone::Bad),
        (Outcome::InDoubt, "in doubt", Tone::Bad),
        (Outcome::NotStarted, "not started", Tone::Faint),
    ] {
        if outcome == Outcome::Done && style.detail == 0 {
            continue;
        }
        let word = style.paint(tone, &format!("{word:<11}"));
        listed(
            text,
            of(outcome)
                .into_iter()
                .map(|step| format!("  {word} {:>4} {}", step.number, shown_within(&step.title, 200))),
        );
    }
}

/// Lines, the first of them whole and the others counted.
fn listed(text: &mut String, lines: impl ExactSizeIterator<Item = String>) {
    let more = lines.len().saturating_sub(MOST_LISTED);
    for line in lines.take(MOST_LISTED) {
        let _ = writeln!(text, "{line}");
    }
    if more > 0 {
        let _ = writeln!(text, "  ... and {more} more");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use whale_storage::backend::{EngineError, FailureKind};
    use whale_storage::definition::Backend;

    #[test]
    fn a_failed_run_says_what_was_done_what_is_in_doubt_and_what_to_run_next() {
        let step = |number: usize, backend: Backend, outcome: Outcome| StepReport {
            number,
            target: backend.into(),
            title: format!("create table t{number}"),
            outcome,
            took: Duration::ZERO,
        };
        let report = Report {
            run: "r1".to_owned(),
            steps: vec![
                step(1, Backend::Timescaledb, Outcome::Done),
                step(2, Backend::Clickhouse, Outcome::Done),
                step(3, Backend::Clickhouse, Outcome::InDoubt),
                step(4, Backend::Milvus, Outcome::NotStarted),
            ],
            failure: Some(EngineError {
                backend: Backend::Clickhouse,
                kind: FailureKind::InDoubt,
                attempted: "create table t3".to_owned(),
                detail: "no answer".to_owned(),
                hint: None,
            }),
            converged: None,
            remaining: Vec::new(),
            round_trips: BTreeMap::new(),
            engine_time: BTreeMap::new(),
            took: Duration::ZERO,
            journal_time: Duration::ZERO,
            record_time: Duration::ZERO,
        };
        assert_eq!(
            failed(&report, "whale-host apply --all", Style { colours: false, detail: 0 }),
            "run r1 did not finish\n\
             timescaledb: 1 of 1 step done\n\
             clickhouse: 1 of 2 steps done\n  in doubt       3 create table t3\n\
             milvus: 0 of 1 step done\n  not started    4 create table t4\n\
             what was done stays; the next run looks at the engines first and goes on from there\n\
             next: see with `whale-host doctor` that ClickHouse answers; once it does, run\n  \
             whale-host apply --all\n"
        );
    }
}
