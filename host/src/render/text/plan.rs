//! A plan reads like a diff: `+` made, `~` changed, `!` refused, engine by engine.

use super::super::outline;
use super::super::page::Page;
use super::super::style::{Tone, count};
use super::super::{Planned, Totals};
use crate::text::shown_within;
use whale_storage::approve;
use whale_storage::catalog::{Fact, PartKey, PartKind};
use whale_storage::change::{Change, ChangedFact, ChangedPart};
use whale_storage::definition::{Object, ObjectName};
use whale_storage::plan::{Plan, Step};

/// Lines of a statement that are shown.
const MOST_LINES: usize = 500;

/// Steps of a hazard that are named.
const MOST_STEPS: usize = 10;

/// Characters of a fact that are shown.
const MOST_FACT: usize = 80;

/// Characters of a type that are shown.
const MOST_TYPE: usize = 200;

/// The plan.
pub(crate) fn plan(page: &mut Page, planned: &Planned) {
    for target in planned.plan.targets.iter().filter(|target| !target.steps.is_empty()) {
        for step in &target.steps {
            step_lines(page, planned, step);
        }
        page.blank();
    }
    let refused: Vec<_> = planned.plan.found.errors_only().collect();
    for found in &refused {
        page.painted(Tone::Bad, "! ", format_args!("{}  ({})", shown_within(&found.path, 200), found.code.id));
    }
    if !refused.is_empty() {
        page.blank();
    }
    let Totals { created, altered, refused } = planned.totals();
    if created + altered + refused == 0 {
        let objects = count(planned.desire.objects().count(), "object");
        page.line("plan: nothing to do, ", format_args!("{objects} as defined"));
    } else {
        page.line("plan: ", format_args!("{created} to create, {altered} to alter, {refused} refused"));
    }
}

/// Hazards that an apply of this plan would be refused for, and what allows them.
pub(super) fn to_allow(page: &mut Page, plan: &Plan) {
    let hazards = approve::hazards(plan);
    if hazards.is_empty() {
        return;
    }
    let flags: Vec<String> = hazards.keys().map(|hazard| format!("--allow {hazard}")).collect();
    let lead = "apply is refused until it is allowed what is dangerous in this plan: ";
    page.painted(Tone::Warning, lead, flags.join(" "));
    for (hazard, steps) in &hazards {
        let (shown, more) = (steps.iter().take(MOST_STEPS), steps.len().saturating_sub(MOST_STEPS));
        let shown = shown.map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        page.line("  ", format_args!("{hazard} ({}): {shown}{more}", hazard.meaning()));
    }
}

fn step_lines(page: &mut Page, planned: &Planned, step: &Step) {
    let detail = page.style().detail;
    let (tone, symbol, what) = head(planned, step);
    page.painted(tone, symbol, format_args!("{:<11} {what}", step.target));
    match &step.change {
        Change::CreateObject { object, .. } if detail > 0 => {
            let parts =
                wanted(planned, step, object).map(|object| outline::of_object(object).parts).unwrap_or_default();
            for part in &parts {
                inner(page, Tone::Add, ADDED, part);
            }
        }
        Change::AlterRole { settings, .. } => {
            for setting in settings {
                setting_line(page, setting);
            }
        }
        Change::AlterObject { object, added, changed, removed, causes, .. } => {
            let defined = wanted(planned, step, object);
            let cause = |key: &PartKey| causes.get(key).map_or(String::new(), |cause| format!("  ({})", cause.title()));
            for key in added {
                inner(page, Tone::Add, ADDED, &format!("{}{}", added_part(key, defined), cause(key)));
            }
            for part in changed {
                inner(page, Tone::Change, CHANGED, &format!("{}{}", changed_part(part), cause(&part.key)));
            }
            for key in removed {
                inner(page, Tone::Bad, REMOVED, &format!("{}{}", shown_within(&key.to_string(), 200), cause(key)));
            }
        }
        _ => {}
    }
    for hazard in &step.recipe.hazards {
        inner(page, Tone::Warning, "! ", &format!("{hazard}: {}", hazard.meaning()));
    }
    if detail > 1 {
        for statement in &step.recipe.statements {
            // Every line has a sign of its own before it, so that text inside a literal cannot pass for a line of ours.
            for (number, line) in statement.to_string().lines().take(MOST_LINES).enumerate() {
                inner(page, Tone::Faint, if number == 0 { "> " } else { "| " }, &shown_within(line, 1_000));
            }
        }
    }
}

const ADDED: &str = "+ ";
const CHANGED: &str = "~ ";
const REMOVED: &str = "- ";

fn head(planned: &Planned, step: &Step) -> (Tone, &'static str, String) {
    let add = |what: String| (Tone::Add, ADDED, what);
    match &step.change {
        Change::CreateRole { role, .. } => add(format!("role {role}")),
        Change::AlterRole { role, settings, .. } => {
            (Tone::Change, CHANGED, format!("role {role}  ({})", count(settings.len(), "setting")))
        }
        Change::CreateNamespace { namespace, .. } => add(format!("namespace {namespace}")),
        Change::OpenNamespace { namespace, role, .. } => add(format!("{role} may create in {namespace}")),
        Change::CreateObject { object, kind } => match wanted(planned, step, object).map(outline::of_object) {
            Some(outline) => add(format!("{}  ({}, {})", outline.name, outline.kind, outline.size)),
            None => add(format!("{object}  ({kind})")),
        },
        Change::AlterObject { object, kind, .. } => (Tone::Change, CHANGED, format!("{object}  ({kind})")),
    }
}

/// A setting of a role. One that is the same, or gone, is in the plan since the role's mark does not say whose it is.
fn setting_line(page: &mut Page, part: &ChangedPart) {
    let name = shown_within(&part.key.name, MOST_FACT);
    let side = |of: fn(&ChangedFact) -> Option<&Fact>| {
        // What holds in this database alone goes before what holds in all.
        part.facts.iter().find_map(of).map(|fact| shown_within(fact.text(), MOST_FACT))
    };
    let (tone, symbol, what) = match (side(|fact| fact.from.as_ref()), side(|fact| fact.to.as_ref())) {
        (None, Some(to)) => (Tone::Add, ADDED, format!("{name} {to}")),
        (Some(from), Some(to)) if from == to => (Tone::Change, CHANGED, format!("{name} {to}, managed from now on")),
        (Some(from), Some(to)) => (Tone::Change, CHANGED, format!("{name} {from} -> {to}")),
        (Some(from), None) => (Tone::Change, REMOVED, format!("{name} {from}")),
        (None, None) => (Tone::Change, REMOVED, format!("{name}, reset already")),
    };
    inner(page, tone, symbol, &what);
}

/// A line below a step.
fn inner(page: &mut Page, tone: Tone, symbol: &'static str, what: &str) {
    page.begin("    ").word(tone, symbol).paint(tone, what);
}

fn wanted<'p>(planned: &'p Planned, step: &Step, name: &ObjectName) -> Option<&'p Object> {
    planned.desire.object(&step.target, name)
}

fn added_part(key: &PartKey, object: Option<&Object>) -> String {
    let data_type =
        object.filter(|_| key.kind == PartKind::Column).and_then(|object| outline::column_type(object, &key.name));
    let shown = shown_within(&key.to_string(), 200);
    match data_type {
        Some(data_type) => format!("{shown} {}", shown_within(&data_type, MOST_TYPE)),
        None => shown,
    }
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
