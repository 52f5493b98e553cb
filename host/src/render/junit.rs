//! Findings as `JUnit` XML, which every CI server shows: a suite for each plugin, a case for each object that it defines, and
//! one for the plugin itself. An error is a failure of its case; a warning stands in what the case printed.

use super::Output;
use super::page::Page;
use crate::exit::Ending;
use crate::pipeline::{Ruling, object_of};
use crate::text;
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;
use whale_storage::diagnostic::{Diagnostic, Severity};

/// The case of what concerns a plugin and none of its objects.
const ITSELF: &str = "plugin";

/// The document of a `validate`.
pub(crate) fn document(ending: &Ending) -> Page {
    let rulings = match &ending.output {
        Some(Output::Validated(rulings)) => rulings.all.as_slice(),
        _ => &[],
    };
    let mut suites: Vec<(String, Cases<'_>)> = Vec::new();
    for ruling in rulings {
        let objects = ruling.defined.iter().flat_map(|outcome| &outcome.objects);
        suites.push((ruling.title(), objects.map(|case| (case.clone(), Vec::new())).collect()));
    }
    for found in &ending.found {
        let plugin = found.plugin.clone().unwrap_or_else(|| "whale-host".to_owned());
        let place = suites.iter().position(|(name, _)| *name == plugin).unwrap_or_else(|| {
            suites.push((plugin, Cases::new()));
            suites.len() - 1
        });
        if let Some((_, cases)) = suites.get_mut(place) {
            let object = object_of(&found.path);
            let case = cases.keys().find(|case| **case == object).cloned().unwrap_or_else(|| ITSELF.to_owned());
            cases.entry(case).or_default().push(found);
        }
    }
    for (_, cases) in &mut suites {
        cases.entry(ITSELF.to_owned()).or_default();
    }
    let mut report = Report::new("whale-host validate");
    for (name, cases) in &suites {
        let file = rulings.iter().find(|ruling| ruling.title() == *name);
        report.add_test_suite(suite(name, file, cases));
    }
    if !ending.troubles.is_empty() {
        report.add_test_suite(troubles(ending));
    }
    Page::xml(&report)
}

type Cases<'a> = BTreeMap<String, Vec<&'a Diagnostic>>;

fn suite(name: &str, ruling: Option<&Ruling>, cases: &Cases<'_>) -> TestSuite {
    let mut suite = TestSuite::new(shown(name));
    if let Some(ruling) = ruling {
        suite.add_property(Property::new("file", shown(&ruling.file)));
        if let Some(sha256) = &ruling.sha256 {
            suite.add_property(Property::new("sha256", sha256.as_str()));
        }
    }
    suite.add_test_cases(cases.iter().map(|(case, found)| one(name, case, found)));
    suite
}

fn one(plugin: &str, case: &str, found: &[&Diagnostic]) -> TestCase {
    let (errors, warnings): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
        found.iter().copied().partition(|found| found.severity == Severity::Error);
    let status = match errors.first() {
        None => TestCaseStatus::success(),
        Some(first) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(first.code.id).set_message(shown(&first.message)).set_description(told(&errors));
            status
        }
    };
    let mut test = TestCase::new(shown(case), status);
    test.set_classname(shown(plugin));
    if !warnings.is_empty() {
        test.set_system_out(told(&warnings));
    }
    test
}

fn troubles(ending: &Ending) -> TestSuite {
    let mut suite = TestSuite::new("whale-host");
    for trouble in &ending.troubles {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        let lines: Vec<&str> = trouble.causes.iter().chain(&trouble.hint).map(String::as_str).collect();
        status.set_type(trouble.kind).set_message(shown(&trouble.message)).set_description(shown(&lines.join("; ")));
        suite.add_test_case(TestCase::new(trouble.kind, status));
    }
    suite
}

fn told(found: &[&Diagnostic]) -> String {
    let line = |found: &&Diagnostic| {
        let place =
            found.origin.as_ref().map(|origin| format!(" ({}:{})", origin.file, origin.line)).unwrap_or_default();
        let help = found.help.as_ref().map(|help| format!("\nhint: {}", shown(help))).unwrap_or_default();
        let head = format!("{} {}{place}: {}", found.code.id, found.path, found.message);
        format!("{}{help}\n", shown(&head))
    };
    found.iter().map(line).collect()
}

/// XML cannot hold all that a terminal acts on, so this is told by its escape; openings of commands are the page's to break,
/// which keeps the value.
fn shown(text: &str) -> String {
    text::escape(text)
}
