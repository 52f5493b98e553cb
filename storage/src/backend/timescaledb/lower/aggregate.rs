//! A new continuous aggregate.

use super::parts::{self, sql};
use super::table::{interval, search_path};
use super::{Extension, TimescaleLower, comment_on, identifier, literal, qualified, regclass};
use crate::catalog::PartKind;
use crate::definition::ObjectKind;
use crate::definition::timescaledb::{Aggregate, Selected};
use crate::plan::Unsupported;
use crate::raw::Refresh;

impl TimescaleLower {
    /// Statements that make an aggregate with this comment, which may be empty.
    pub(super) fn create_aggregate(&self, aggregate: &Aggregate, comment: &str) -> Result<Vec<String>, Unsupported> {
        let extension = self.community(PartKind::Object)?;
        let on = &aggregate.header.name;
        let mut texts = Vec::new();
        let outputs = aggregate.group_by.iter().chain(&aggregate.aggregates).map(|selected| &selected.value);
        if outputs.chain(&aggregate.only_where).any(parts::calls_extension) {
            texts.push(search_path(extension));
        }
        texts.push(create(extension, aggregate));
        texts.extend(aggregate.refresh.as_ref().map(|policy| refresh(extension, aggregate, policy)));
        texts.extend(aggregate.indexes.iter().map(|index| parts::index(on, index, false)));
        if !comment.is_empty() {
            texts.push(comment_on(ObjectKind::ContinuousAggregate, on, comment));
        }
        Ok(texts)
    }
}

fn create(extension: Extension<'_>, aggregate: &Aggregate) -> String {
    let materialized_only = if aggregate.real_time { "false" } else { "true" };
    let mut options =
        vec!["timescaledb.continuous".to_owned(), format!("timescaledb.materialized_only = {materialized_only}")];
    if !aggregate.indexes.is_empty() {
        options.push("timescaledb.create_group_indexes = false".to_owned());
    }
    format!(
        "CREATE MATERIALIZED VIEW {} WITH ({}) AS\n{}\nWITH NO DATA",
        qualified(&aggregate.header.name),
        options.join(", "),
        query(extension, aggregate, &qualified(&aggregate.source))
    )
}

/// The query of an aggregate over a source.
pub(super) fn query(extension: Extension<'_>, aggregate: &Aggregate, source: &str) -> String {
    let zone = aggregate.time_zone.as_ref().map(|zone| format!(", timezone => {}", literal(zone))).unwrap_or_default();
    let bucket = format!(
        "{}({}, {}{zone}) AS {}",
        extension.function("time_bucket"),
        interval(aggregate.bucket),
        identifier(&aggregate.time_column),
        identifier(&aggregate.bucket_name)
    );
    let outputs = aggregate.group_by.iter().chain(&aggregate.aggregates).map(output);
    let outputs: Vec<String> = std::iter::once(bucket).chain(outputs).collect();
    let groups: Vec<String> = (1..=aggregate.group_by.len() + 1).map(|place| place.to_string()).collect();
    let condition = aggregate.only_where.as_ref().map(|expr| format!("\nWHERE {}", sql(expr))).unwrap_or_default();
    format!("SELECT {}\nFROM {source}{condition}\nGROUP BY {}", outputs.join(",\n    "), groups.join(", "))
}

pub(super) fn output(selected: &Selected) -> String {
    format!("{} AS {}", sql(&selected.value), identifier(&selected.name))
}

/// The job that refreshes it; its owner is the role that runs this.
pub(super) fn refresh(extension: Extension<'_>, aggregate: &Aggregate, policy: &Refresh) -> String {
    let offset = |offset: Option<_>| offset.map_or_else(|| "NULL".to_owned(), interval);
    format!(
        "SELECT {}({}, start_offset => {}, end_offset => {}, schedule_interval => {})",
        extension.function("add_continuous_aggregate_policy"),
        regclass(&aggregate.header.name),
        offset(policy.start_offset),
        offset(policy.end_offset),
        interval(policy.every)
    )
}
