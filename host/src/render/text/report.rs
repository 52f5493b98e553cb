//! What came of an apply: done, in doubt, not started, for each engine, and what to run next.

use super::super::page::Page;
use super::super::style::{Tone, count};
use super::super::{Applied, next};
use crate::text::shown_within;
use std::time::Duration;
use whale_storage::report::{Outcome, Report, StepReport};
use whale_storage::target::TargetName;

/// Steps of one outcome that are listed.
const MOST_LISTED: usize = 20;

/// The report. The plan was shown before it was carried out.
pub(super) fn report(page: &mut Page, applied: &Applied) {
    outcome(page, applied);
    if let Some(tree) = applied.tree.as_ref().filter(|tree| !tree.files.is_empty()) {
        let written = count(tree.files.len(), "definition");
        page.line("storage tree ", format_args!("{}: {written} written", tree.root));
        if page.style().detail > 0 {
            for path in &tree.files {
                page.line("  * ", path);
            }
        }
    }
}

fn outcome(page: &mut Page, applied: &Applied) {
    match &applied.report {
        None => page.painted(Tone::Warning, "nothing was changed", ""),
        Some(report) if report.succeeded() => succeeded(page, report),
        Some(report) => failed(page, report, &applied.command),
    }
}

fn succeeded(page: &mut Page, report: &Report) {
    if !report.steps.is_empty() {
        let steps = count(report.steps.len(), "step");
        let took = report.took.as_secs_f64();
        page.painted(Tone::Good, "applied ", format_args!("{steps} in {took:.1} s; a second plan is empty"));
    }
    if page.style().detail > 0 {
        page.line("run ", &report.run);
        let each: Vec<String> =
            report.engine_time.iter().map(|(target, took)| format!("{target} {} ms", took.as_millis())).collect();
        if !each.is_empty() {
            let (journal, record) = (report.journal_time, report.record_time);
            let beside = format!("journal {:.1} ms, marks and version tables {} ms", ms(journal), record.as_millis());
            page.line("time of steps: ", format_args!("{}; {beside}", each.join(", ")));
        }
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn failed(page: &mut Page, report: &Report, command: &str) {
    page.line("run ", format_args!("{} did not finish", report.run));
    let mut targets: Vec<&TargetName> = report.steps.iter().map(|step| &step.target).collect();
    targets.dedup();
    for target in targets {
        outcomes(page, report, target);
    }
    if !report.remaining.is_empty() {
        page.line("still to do, by a plan made after the run:", "");
        for title in report.remaining.iter().take(MOST_LISTED) {
            page.line("  * ", shown_within(title, 200));
        }
        more(page, report.remaining.len());
    }
    page.line("what was done stays; the next run looks at the engines first and goes on from there", "");
    page.begin("").word(Tone::Bold, "next:").text(format_args!(" {}", next::advice(report)));
    next::command(page, "  ", command);
}

/// What became of the steps of one target. Those that were done are told one by one only to those who want more.
fn outcomes(page: &mut Page, report: &Report, target: &TargetName) {
    let of = |outcome: Outcome| -> Vec<&StepReport> {
        report.steps.iter().filter(|step| step.target == *target && step.outcome == outcome).collect()
    };
    let all = report.steps.iter().filter(|step| step.target == *target).count();
    let line = page.begin("").word(Tone::Bold, target.backend.id());
    let line = match &target.model {
        Some(model) => line.paint(Tone::Bold, format_args!("@{model}")),
        None => line,
    };
    drop(line.text(format_args!(": {} of {} done", of(Outcome::Done).len(), count(all, "step"))));
    for (outcome, word, tone) in [
        (Outcome::Done, "done       ", Tone::Good),
        (Outcome::Failed, "failed     ", Tone::Bad),
        (Outcome::InDoubt, "in doubt   ", Tone::Bad),
        (Outcome::NotStarted, "not started", Tone::Faint),
    ] {
        if outcome == Outcome::Done && page.style().detail == 0 {
            continue;
        }
        let steps = of(outcome);
        for step in steps.iter().take(MOST_LISTED) {
            let title = shown_within(&step.title, 200);
            page.begin("  ").word(tone, word).text(format_args!(" {:>4} {title}", step.number));
        }
        more(page, steps.len());
    }
}

/// How many are not listed.
fn more(page: &mut Page, all: usize) {
    if all > MOST_LISTED {
        page.line("  ... and ", format_args!("{} more", all - MOST_LISTED));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::style::Style;
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
        let mut page = Page::new(Style { colours: false, detail: 0 });
        failed(&mut page, &report, "whale-host apply --all");
        assert_eq!(
            page.as_str(),
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
