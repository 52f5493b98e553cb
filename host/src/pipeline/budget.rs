//! `validate --budget`: a plugin that comes too near to a limit is refused before it meets it.

use super::Candidate;
use crate::cli::Budget;
use whale_storage::diagnostic::{Diagnostic, codes::sandbox as codes};

impl Candidate {
    /// Finds each limit of which more is used than this part.
    pub(crate) fn hold_to(&mut self, budget: Budget) {
        let Some(defines) = &self.defined else { return };
        for measure in defines.usage.measures.iter().filter(|measure| measure.above(budget.percent)) {
            let message = format!(
                "`{}`: {} of {} are used, {} %, above the {} % of the budget",
                measure.limit,
                measure.used,
                measure.most,
                measure.percent(),
                budget.percent
            );
            let finding = Diagnostic::error(codes::NEAR_LIMIT, format!("limits.{}", measure.limit), message);
            self.loading
                .push(finding.help("let the plugin do or return less, or raise the limit in [limits] of whale.toml"));
        }
    }
}
