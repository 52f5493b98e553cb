//! Roles of models as they were found.

use super::super::lower::{CONNECTIONS, HERE};
use super::rows::Role;
use crate::catalog::{CatalogRole, Fact, Shape};
use crate::definition::Backend;
use crate::mark::MarkState;
use crate::scaling::{self, Amount, VALUE};
use std::collections::BTreeSet;

/// A role. Of its settings those that we know; whatever else was set for it is none of ours.
pub(crate) fn found(row: &Role) -> CatalogRole {
    let mut limits = Shape::default();
    if row.connections >= 0 {
        limits.put(scaling::part(CONNECTIONS), [(VALUE, row.connections.to_string())]);
    }
    for setting in &row.settings {
        let Some(known) = scaling::find(Backend::Timescaledb, &setting.name) else { continue };
        // A bare number is of kilobytes, or of milliseconds.
        let base = if matches!(known.amount, Amount::Size { .. }) { 1_024 } else { 1 };
        let value = known.amount.found(&setting.value, base);
        let fact = value.map_or_else(|| Fact::Opaque(setting.value.clone()), |value| value.to_string().into());
        limits.put(scaling::part(known.name), [(if setting.here { HERE } else { VALUE }, fact)]);
    }
    let mark = MarkState::split(row.comment.as_deref().unwrap_or_default()).1;
    let held = mark.mark().map_or_else(BTreeSet::new, |mark| mark.settings.clone());
    CatalogRole { mark, limits, held }
}
