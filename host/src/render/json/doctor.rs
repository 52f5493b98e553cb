//! What `doctor` found, as `docs/output.md` describes it.

use super::super::Examined;
use serde::Serialize;
use whale_storage::check::{Check, Verdict};
use whale_storage::target::TargetName;

#[derive(Serialize)]
pub(super) struct Doctor<'a> {
    problems: usize,
    warnings: usize,
    unknown: usize,
    ok: usize,
    checks: Vec<CheckView<'a>>,
}

#[derive(Serialize)]
struct CheckView<'a> {
    engine: Option<&'static str>,
    target: Option<&'a TargetName>,
    address: Option<&'a str>,
    #[serde(flatten)]
    check: &'a Check,
}

pub(super) fn doctor(examined: &Examined) -> Doctor<'_> {
    let checks = examined.groups.iter().flat_map(|group| {
        group.checks.iter().map(|check| CheckView {
            engine: group.target.as_ref().map(|target| target.backend.id()),
            target: group.target.as_ref(),
            address: group.place.as_deref(),
            check,
        })
    });
    Doctor {
        problems: examined.count(Verdict::Problem),
        warnings: examined.count(Verdict::Warning),
        unknown: examined.count(Verdict::Unknown),
        ok: examined.count(Verdict::Ok),
        checks: checks.collect(),
    }
}
