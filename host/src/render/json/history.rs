//! Runs of the journal, as `docs/output.md` describes them.

use super::super::HistoryView;
use super::super::moment::moment;
use super::super::text::advice;
use serde::Serialize;
use std::collections::BTreeSet;
use whale_storage::journal::Fault;
use whale_storage::journal::history::{Ended, EngineSteps, Run, RunPlugin, RunStep};

#[derive(Serialize)]
pub(super) struct History<'a> {
    runs: Vec<RunView<'a>>,
    older: usize,
    unreadable: usize,
}

pub(super) fn history(view: &HistoryView) -> History<'_> {
    History {
        runs: view.runs.iter().map(|run| run_view(run, view.whole)).collect(),
        older: view.older,
        unreadable: view.unreadable,
    }
}

#[derive(Serialize)]
pub(super) struct RunView<'a> {
    run: &'a str,
    began: u64,
    began_at: String,
    took_ms: u64,
    result: Ended,
    host: Option<&'a str>,
    plugins: &'a [RunPlugin],
    deployments: &'a BTreeSet<String>,
    steps: usize,
    done: usize,
    engines: Vec<EngineSteps>,
    at_step: Option<String>,
    remaining: usize,
    failure: Option<&'a Fault>,
    command: Option<&'a str>,
    advice: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcomes: Option<&'a [RunStep]>,
}

/// A run; whole: with its steps.
pub(super) fn run_view(run: &Run, whole: bool) -> RunView<'_> {
    let noted = |text: &'_ str| -> bool { !text.is_empty() };
    RunView {
        run: &run.run,
        began: run.began,
        began_at: moment(run.began),
        took_ms: run.last.saturating_sub(run.began),
        result: run.result,
        host: Some(run.host.as_str()).filter(|text| noted(text)),
        plugins: &run.plugins,
        deployments: &run.deployments,
        steps: run.steps,
        done: run.done(),
        engines: run.engines(),
        at_step: run.at_step().map(|step| format!("{}: {}", step.engine, step.title)),
        remaining: run.remaining,
        failure: run.fault.as_ref(),
        command: Some(run.command.as_str()).filter(|text| noted(text)),
        advice: matches!(run.result, Ended::Failed | Ended::Interrupted).then(|| advice(run)),
        outcomes: whole.then_some(run.outcomes.as_slice()),
    }
}
