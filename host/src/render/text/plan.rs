//! A plan reads like a diff: `+` made, `~` changed, `!` refused, engine by engine.

use super::super::outline;
use super::super::style::{Style, Tone, count};
use super::super::{Planned, Totals};
use crate::text::shown_within;
use std::fmt::Write as _;
use whale_storage::catalog::{Fact, PartKey, PartKind};
use whale_storage::change::{Change, ChangedFact, ChangedPart};
use whale_storage::definition::{Object, ObjectName};
use whale_storage::plan::Step;

/// Lines of a statement that are shown.
const MOST_LINES: usize = 500;

/// Characters of a fact that are shown.
const MOST_FACT: usize = 80;

/// The plan.
pub(crate) fn plan(planned: &Planned, style: Style) -> String {
    let mut text = String::new();
    for target in planned.plan.targets.iter().filter(|target| !target.steps.is_empty()) {
        for step in &target.steps {
            step_lines(&mut text, planned, step, style);
        }
        text.push('\n');
    }
    let refused: Vec<_> = planned.plan.found.errors_only().collect();
    for found in &refused {
        let line = format!("! {}  ({})", shown_within(&found.path, 200), found.code.id);
        let _ = writeln!(text, "{}", style.paint(Tone::Bad, &line));
    }
    if !refused.is_empty() {
        text.push('\n');
    }
    let Totals { created, altered, refused } = planned.totals();
    if created + altered + refused == 0 {
        let objects = count(planned.desire.objects().count(), "object");
        let _ = writeln!(text, "plan: nothing to do, {objects} as defined");
    } else {
        let _ = writeln!(text, "plan: {created} to create, {altered} to alter, {refused} refused");
    }
    text
}

fn step_lines(text: &mut String, planned: &Planned, step: &Step, style: Style) {
    let (tone, symbol, what) = head(planned, step);
    let line = format!("{symbol} {:<11} {what}", step.target);
    let _ = writeln!(text, "{}", style.paint(tone, &line));
    match &step.change {
        Change::CreateObject { object, .. } if style.detail > 0 => {
            let parts =
                wanted(planned, step, object).map(|object| outline::of_object(object).parts).unwrap_or_default();
            for part in &parts {
                inner(text, Tone::Add, '+', part, style);
            }
        }
        Change::AlterRole { settings, .. } => {
            for setting in settings {
                setting_line(text, setting, style);
            }
        }
        Change::AlterObject { object, added, changed, removed, .. } => {
            let defined = wanted(planned, step, object);
            for key in added {
                inner(text, Tone::Add, '+', &added_part(key, defined), style);
            }
            for part in changed {
                inner(text, Tone::Change, '~', &changed_part(part), style);
            }
            for key in removed {
                inner(text, Tone::Bad, '-', &shown_within(&key.to_string(), 200), style);
            }
        }
        _ => {}
    }
    for hazard in &step.recipe.hazards {
        inner(text, Tone::Warning, '!', &format!("{hazard}: {}", hazard.meaning()), style);
    }
    if style.detail > 1 {
        for statement in &step.recipe.statements {
            // Every line has a sign of its own before it, so that text inside a literal cannot pass for a line of ours.
            for (number, line) in statement.to_string().lines().take(MOST_LINES).enumerate() {
                inner(text, Tone::Faint, if number == 0 { '>' } else { '|' }, &shown_within(line, 1_000), style);
            }
        }
    }
}

fn head(planned: &Planned, step: &Step) -> (Tone, char, String) {
    let add = |what: String| (Tone::Add, '+', what);
    match &step.change {
        Change::CreateRole { role, .. } => add(format!("role {role}")),
        Change::AlterRole { role, settings, .. } => {
            (Tone::Change, '~', format!("role {role}  ({})", count(settings.len(), "setting")))
        }
        Change::CreateNamespace { namespace, .. } => add(format!("namespace {namespace}")),
        Change::OpenNamespace { namespace, role, .. } => add(format!("{role} may create in {namespace}")),
        Change::CreateObject { object, kind } => match wanted(planned, step, object).map(outline::of_object) {
            Some(outline) => add(format!("{}  ({}, {})", outline.name, outline.kind, outline.size)),
            None => add(format!("{object}  ({kind})")),
        },
        Change::AlterObject { object, kind, .. } => (Tone::Change, '~', format!("{object}  ({kind})")),
    }
}

/// A setting of a role. One that is the same, or gone, is in the plan since the role's mark does not say whose it is.
fn setting_line(text: &mut String, part: &ChangedPart, style: Style) {
    let name = shown_within(&part.key.name, MOST_FACT);
    let side = |of: fn(&ChangedFact) -> Option<&Fact>| {
        // What holds in this database alone goes before what holds in all.
        part.facts.iter().find_map(of).map(|fact| shown_within(fact.text(), MOST_FACT))
    };
    let (tone, symbol, what) = match (side(|fact| fact.from.as_ref()), side(|fact| fact.to.as_ref())) {
        (None, Some(to)) => (Tone::Add, '+', format!("{name} {to}")),
        (Some(from), Some(to)) if from == to => (Tone::Change, '~', format!("{name} {to}, managed from now on")),
        (Some(from), Some(to)) => (Tone::Change, '~', format!("{name} {from} -> {to}")),
        (Some(from), None) => (Tone::Change, '-', format!("{name} {from}")),
        (None, None) => (Tone::Change, '-', format!("{name}, reset already")),
    };
    inner(text, tone, symbol, &what, style);
}

fn inner(text: &mut String, tone: Tone, symbol: char, what: &str, style: Style) {
    let _ = writeln!(text, "    {}", style.paint(tone, &format!("{symbol} {what}")));
}

fn wanted<'p>(planned: &'p Planned, step: &Step, name: &ObjectName) -> Option<&'p Object> {
    planned.desire.object(&step.target, name)
}

fn added_part(key: &PartKey, object: Option<&Object>) -> String {
    let data_type =
        object.filter(|_| key.kind == PartKind::Column).and_then(|object| outline::column_type(object, &key.name));
    let shown = shown_within(&key.to_string(), 200);
    data_type.map_or(shown.clone(), |data_type| format!("{shown} {data_type}"))
}

fn changed_part(part: &ChangedPart) -> String {
    let side =
        |fact: Option<&Fact>| fact.map_or_else(|| "none".to_owned(), |fact| shown_within(fact.text(), MOST_FACT));
    let facts: Vec<String> = part
        .facts
        .iter()
        .map(|fact| format!("{} {} -> {}", fact.name, side(fact.from.as_ref()), side(fact.to.as_ref())))
        .collect();
    format!("{}: {}", shown_within(&part.key.to_string(), 200), facts.join(", "))
}
