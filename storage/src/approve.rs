//! The gate between a plan and its execution.
//!
//! [`ApprovedPlan`] has one constructor: a plan with an error, or with a hazard that was not allowed by name, does not
//! become one.

use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::hazard::Hazard;
use crate::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// A plan that may be carried out.
#[derive(Debug, Clone)]
pub struct ApprovedPlan(Plan);

impl ApprovedPlan {
    /// Lets a plan through, or says what forbids it.
    pub fn approve(plan: Plan, allowed: &BTreeSet<Hazard>) -> Result<Self, Diagnostics> {
        let mut faults = Diagnostics::default();
        plan.found.errors_only().for_each(|found| faults.push(found.clone()));
        for (hazard, places) in hazards(&plan) {
            if !allowed.contains(&hazard) {
                faults.push(
                    Diagnostic::error(
                        codes::plan::HAZARD,
                        places.join(", "),
                        format!("{hazard}: {}", hazard.meaning()),
                    )
                    .help(format!("allow it with --allow {hazard}")),
                );
            }
        }
        if faults.errors() == 0 { Ok(Self(plan)) } else { Err(faults) }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.0
    }
}

/// The hazards of a plan, each with the steps that have it: `step 3 (alter table legal.files)`.
pub fn hazards(plan: &Plan) -> BTreeMap<Hazard, Vec<String>> {
    let mut hazards: BTreeMap<Hazard, Vec<String>> = BTreeMap::new();
    for step in plan.steps() {
        for hazard in &step.recipe.hazards {
            hazards.entry(*hazard).or_default().push(format!("step {} ({})", step.number, step.title()));
        }
    }
    hazards
}
