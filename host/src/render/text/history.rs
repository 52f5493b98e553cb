//! What ran when, and what came of it; and the run that is open, as `status` and `doctor` show it.

use super::super::moment::{moment, span};
use super::super::page::Page;
use super::super::style::{Tone, count};
use super::super::{HistoryView, next};
use crate::text::shown_within;
use std::time::Duration;
use whale_storage::journal::history::{Ended, EngineSteps, Run, RunStep, StepEnded};
use whale_storage::target::TargetName;

/// Characters of a digest that are shown.
const SHORT: usize = 12;

/// Runs, newest first.
pub(super) fn history(page: &mut Page, view: &HistoryView) {
    if view.runs.is_empty() {
        page.line("nothing ran yet: the journal is empty", "");
    }
    for run in &view.runs {
        entry(page, run);
        if view.whole {
            steps(page, run);
        }
        if view.whole && matches!(run.result, Ended::Failed | Ended::Interrupted) {
            next_of(page, run);
        }
    }
    if view.older > 0 {
        page.line("... and ", format_args!("{} before them; --limit N shows more", count(view.older, "run")));
    }
    if view.unreadable > 0 {
        page.begin("").counted(view.unreadable, "line").plain(" of the journal could not be read");
    }
}

/// One run: when, what, how far, and why no further.
fn entry(page: &mut Page, run: &Run) {
    let (word, tone) = ended(run.result);
    let took = match run.result {
        Ended::Succeeded | Ended::Failed => format!(" in {}", taken(run)),
        Ended::Interrupted => format!(" after {} or more", taken(run)),
        Ended::UnderWay => String::new(),
    };
    let line = page.begin("run ").paint(Tone::Bold, shown_within(&run.run, 60));
    drop(line.text(format_args!("  {}  ", moment(run.began))).word(tone, word).text(took));
    let plugins: Vec<String> = run
        .plugins
        .iter()
        .map(|plugin| {
            let version = plugin.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
            let digest: String = plugin.digest.chars().take(SHORT).collect();
            shown_within(&format!("{}{version} ({digest})", plugin.name), 200)
        })
        .collect();
    if !plugins.is_empty() {
        page.line("  plugins: ", plugins.join(", "));
    }
    if !run.deployments.is_empty() {
        let names: Vec<String> = run.deployments.iter().map(|name| shown_within(name, 80)).collect();
        page.line("  deployment: ", names.join(", "));
    }
    page.line("  steps: ", progress(run));
    if let Some(step) = run.at_step() {
        page.begin("  ").plain(at(step.outcome)).text(format_args!(" {}", of_step(step)));
    }
    if let Some(fault) = &run.fault {
        let said = format!("{}: {}", fault.attempted, fault.detail);
        page.line("  because: ", format_args!("{} ({})", shown_within(&said, 500), shown_within(&fault.kind, 40)));
    }
    if run.remaining > 0 {
        page.line("  a plan made afterwards still had ", count(run.remaining, "step"));
    }
}

/// A run that did not end well and that no later one took up.
pub(super) fn open(page: &mut Page, run: &Run) {
    match run.result {
        Ended::UnderWay => page.painted(Tone::Warning, "a run is under way", ""),
        _ => page.painted(Tone::Warning, "unfinished run", ""),
    }
    let mut inner = Page::new(page.style());
    entry(&mut inner, run);
    if run.result != Ended::UnderWay {
        next_of(&mut inner, run);
    }
    page.indented(&inner);
}

fn next_of(page: &mut Page, run: &Run) {
    let advice = advice(run);
    let line = page.begin("  ").word(Tone::Bold, "next:");
    if run.command.is_empty() {
        drop(line.text(format_args!(" {advice} the same apply again")));
    } else {
        drop(line.text(format_args!(" {advice}")));
        next::command(page, "    ", &run.command);
    }
}

/// What to mend before the command is run again.
pub(crate) fn advice(run: &Run) -> String {
    match &run.fault {
        Some(fault) => next::of_kind(
            &fault.kind,
            TargetName::find(&fault.engine).map_or("the engine", |target| target.backend.title()),
        ),
        None if run.remaining > 0 => "look at what differs with `whale-host plan`, then run".to_owned(),
        None => "the engines are looked at first, so simply run".to_owned(),
    }
}

fn steps(page: &mut Page, run: &Run) {
    for step in &run.outcomes {
        let (word, tone) = match step.outcome {
            StepEnded::Done => ("done       ", Tone::Good),
            StepEnded::Failed => ("failed     ", Tone::Bad),
            StepEnded::InDoubt => ("in doubt   ", Tone::Bad),
            StepEnded::NotStarted => ("not started", Tone::Faint),
            StepEnded::UnderWay => ("under way  ", Tone::Warning),
        };
        let took = step.took_ms.map(|took| span(Duration::from_millis(took))).unwrap_or_default();
        let (engine, title) = (shown_within(&step.engine, 20), shown_within(&step.title, 200));
        let line = page.begin("  ").number(step.number, 4).plain(" ").word(tone, word);
        drop(line.text(format_args!(" {took:>9}  {engine:<11} {title}")));
    }
    if !run.host.is_empty() {
        let (host, command) = (shown_within(&run.host, 40), shown_within(&run.command, 2_000));
        page.line("  whale-host ", format_args!("{host}: {command}"));
    }
}

fn progress(run: &Run) -> String {
    if run.steps == 0 {
        return "nothing was to be done".to_owned();
    }
    let all = format!("{} of {} done", run.done(), run.steps);
    let engines = run.engines();
    // An older version noted only the steps that it began.
    if run.outcomes.len() < run.steps {
        return all;
    }
    let each: Vec<String> = engines.iter().map(far).collect();
    format!("{all} ({})", each.join(", "))
}

fn far(engine: &EngineSteps) -> String {
    format!("{} {}/{}", shown_within(&engine.engine, 20), engine.done, engine.steps)
}

fn of_step(step: &RunStep) -> String {
    format!("step {}, {}: {}", step.number, shown_within(&step.engine, 20), shown_within(&step.title, 200))
}

fn at(outcome: StepEnded) -> &'static str {
    match outcome {
        StepEnded::Failed => "failed at",
        StepEnded::InDoubt => "in doubt:",
        _ => "at",
    }
}

fn ended(result: Ended) -> (&'static str, Tone) {
    match result {
        Ended::Succeeded => ("succeeded", Tone::Good),
        Ended::Failed => ("failed", Tone::Bad),
        Ended::Interrupted => ("interrupted", Tone::Bad),
        Ended::UnderWay => ("under way", Tone::Warning),
    }
}

fn taken(run: &Run) -> String {
    span(Duration::from_millis(run.last.saturating_sub(run.began)))
}
