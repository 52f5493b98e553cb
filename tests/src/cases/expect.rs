//! What was planned and found, compared with what a case says, and told in the case's own form.

use super::file::{Case, Expected, PlannedStep};
use std::collections::BTreeSet;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, Severity};
use whale_storage::hazard::Hazard;
use whale_storage::plan::{Plan, Step};

/// Compares what was planned and found with what the case says.
pub(super) fn expect(case: &Case, plan: &Plan, found: &Diagnostics) -> Vec<String> {
    let mut faults = Vec::new();
    let hazards: BTreeSet<Hazard> = plan.steps().flat_map(|step| step.recipe.hazards.iter().copied()).collect();
    let hazards: Vec<String> = hazards.iter().map(ToString::to_string).collect();
    if case.hazards.iter().collect::<BTreeSet<_>>() != hazards.iter().collect() {
        faults.push(format!("hazards = {hazards:?}, expected {:?}", case.hazards));
    }
    let steps: Vec<&Step> = plan.steps().collect();
    let same = steps.len() == case.plan.len() && steps.iter().zip(&case.plan).all(|(step, wanted)| same(step, wanted));
    if !same {
        let expected: Vec<String> =
            case.plan.iter().map(|step| shown(&step.title, step.statements.as_deref())).collect();
        let asked = |title: &str| case.plan.iter().any(|step| step.title == title && step.statements.is_some());
        let got = steps.iter().map(|step| {
            let title = step.title();
            let statements = asked(&title).then(|| statements(step));
            shown(&title, statements.as_deref())
        });
        faults.push(format!(
            "plan = [\n{}\n], expected [\n{}\n]",
            got.collect::<Vec<_>>().join("\n"),
            expected.join("\n")
        ));
    }
    for (key, severity, expected) in
        [("diagnostics", Severity::Error, &case.diagnostics), ("warnings", Severity::Warning, &case.warnings)]
    {
        // What is said of the server is about the machine and not about the case.
        let got: Vec<&Diagnostic> =
            found.iter().filter(|one| one.severity == severity && !one.code.id.starts_with("WH08")).collect();
        let same = got.len() == expected.len() && expected.iter().all(|one| got.iter().any(|got| says(got, one)));
        if !same {
            let expected: Vec<String> = expected.iter().map(|one| format!("  {one:?}")).collect();
            let got: Vec<String> = got.iter().map(|one| finding(one)).collect();
            faults.push(format!("{key} = [\n{}\n], expected [\n{}\n]", got.join("\n"), expected.join("\n")));
        }
    }
    faults
}

fn same(step: &Step, wanted: &PlannedStep) -> bool {
    let flat = |texts: &[String]| texts.iter().map(|text| spaced(text)).collect::<Vec<_>>();
    step.title() == wanted.title
        && wanted.statements.as_ref().is_none_or(|wanted| flat(wanted) == flat(&statements(step)))
}

/// Statements without the digests that stand in a mark.
fn statements(step: &Step) -> Vec<String> {
    step.recipe.statements.iter().map(|statement| elided(&statement.to_string())).collect()
}

fn elided(text: &str) -> String {
    let mut parts = text.split("whale:2:{");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| format!("{text}whale:2:..{}", part.split_once('}').map_or("", |(_, rest)| rest)))
}

/// However many blanks and lines stand between words.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shown(title: &str, statements: Option<&[String]>) -> String {
    let statements = statements.unwrap_or_default().iter().map(|text| format!("\n    {}", spaced(text)));
    format!("  {title:?}{}", statements.collect::<String>())
}

fn says(got: &Diagnostic, expected: &Expected) -> bool {
    got.code.id == expected.code
        && got.path == expected.path
        && expected.says.as_ref().is_none_or(|part| got.message.contains(part))
}

pub(super) fn finding(one: &Diagnostic) -> String {
    format!("  {{ code = {:?}, path = {:?}, says = {:?} }}", one.code.id, one.path, one.message)
}

pub(super) fn listed(found: &Diagnostics) -> String {
    found.iter().map(finding).collect::<Vec<_>>().join("\n")
}

pub(super) fn titles(plan: &Plan) -> Vec<String> {
    plan.steps().map(Step::title).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_elided_with_its_digests() {
        assert_eq!(elided("COMMENT 'a\nwhale:2:{\"id\":\"x\"}', b"), "COMMENT 'a\nwhale:2:..', b");
        assert_eq!(elided("whale:2:{1} whale:2:{2}"), "whale:2:.. whale:2:..");
        assert_eq!(spaced(" a\n   b "), "a b");
    }
}
