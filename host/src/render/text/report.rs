//! What came of an apply: done, in doubt, not started, for each engine, and what to run next.

use super::super::Applied;
use super::super::style::{Style, Tone, count};
use crate::text::shown_within;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;
use whale_storage::definition::Backend;
use whale_storage::report::{Outcome, Report, StepReport};

/// Steps of one outcome that are listed.
const MOST_LISTED: usize = 20;

/// The report. The plan was shown before it was carried out.
pub(super) fn report(applied: &Applied, style: Style) -> String {
    match &applied.report {
        None => format!("{}\n", style.paint(Tone::Warning, "nothing was changed")),
        Some(report) if report.succeeded() => succeeded(report, style),
        Some(report) => failed(report, style),
    }
}

fn succeeded(report: &Report, style: Style) -> String {
    let mut text = String::new();
    if !report.steps.is_empty() {
        let took: Duration = report.engine_time.values().sum();
        let steps = count(report.steps.len(), "step");
        let line = format!("applied {steps} in {:.1} s; a second plan is empty", took.as_secs_f64());
        let _ = writeln!(text, "{}", style.paint(Tone::Good, &line));
    }
    if style.detail > 0 {
        let _ = writeln!(text, "run {}", report.run);
        let each: Vec<String> =
            report.engine_time.iter().map(|(backend, took)| format!("{backend} {} ms", took.as_millis())).collect();
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

fn failed(report: &Report, style: Style) -> String {
    let mut text = format!("run {} did not finish\n", report.run);
    for (outcome, word, tone) in [
        (Outcome::Done, "done", Tone::Good),
        (Outcome::Failed, "failed", Tone::Bad),
        (Outcome::InDoubt, "in doubt", Tone::Bad),
        (Outcome::NotStarted, "not started", Tone::Faint),
    ] {
        outcomes(&mut text, report, outcome, &style.paint(tone, &format!("{word:<11}")));
    }
    if !report.remaining.is_empty() {
        let _ = writeln!(text, "still to do, by a plan made after the run:");
        for title in report.remaining.iter().take(MOST_LISTED) {
            let _ = writeln!(text, "  {}", shown_within(title, 200));
        }
    }
    let hint = "what was done stays; run the same command again: it looks at the engines and goes on from there";
    let _ = writeln!(text, "{} {hint}", style.paint(Tone::Bold, "hint:"));
    text
}

fn outcomes(text: &mut String, report: &Report, outcome: Outcome, word: &str) {
    let steps: Vec<&StepReport> = report.steps.iter().filter(|step| step.outcome == outcome).collect();
    if steps.is_empty() {
        return;
    }
    let mut by_engine: BTreeMap<Backend, usize> = BTreeMap::new();
    for step in &steps {
        *by_engine.entry(step.backend).or_default() += 1;
    }
    let each: Vec<String> = by_engine.iter().map(|(backend, number)| format!("{backend} {number}")).collect();
    let _ = writeln!(text, "{word} {}", each.join(", "));
    if matches!(outcome, Outcome::Failed | Outcome::InDoubt) {
        for step in steps.iter().take(MOST_LISTED) {
            let _ = writeln!(text, "  {} {}", step.backend, shown_within(&step.title, 200));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whale_storage::backend::{EngineError, FailureKind};

    #[test]
    fn a_failed_run_says_what_was_done_what_is_in_doubt_and_what_to_run_next() {
        let step = |number: usize, backend: Backend, outcome: Outcome| StepReport {
            number,
            backend,
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
            journal_time: Duration::ZERO,
            record_time: Duration::ZERO,
        };
        assert_eq!(
            failed(&report, Style { colours: false, detail: 0 }),
            "run r1 did not finish\n\
             done        timescaledb 1, clickhouse 1\n\
             in doubt    clickhouse 1\n  clickhouse create table t3\n\
             not started milvus 1\n\
             hint: what was done stays; run the same command again: it looks at the engines and goes on from there\n"
        );
    }
}
