//! Tables and materialized views of ClickHouse.

use super::{Made, column, each, each_text, fill, none, selected, settings, variant};
use toml::Table;

pub(super) fn table(table: &mut Table) -> Made<()> {
    each(table, "columns", |one| {
        column(one)?;
        variant(one, "value", &[("default", "DefaultTo"), ("materialized", "Materialized"), ("alias", "Alias")])
    })?;
    fill(table, "engine", "MergeTree");
    none(table, "order_by");
    each(table, "skip_indexes", |index| {
        fill(index, "granularity", 1);
        Ok(())
    })?;
    settings(table, "settings")
}

pub(super) fn view(table: &mut Table) -> Made<()> {
    each_text(table, "select", selected);
    none(table, "group_by");
    each(table, "select", |_| Ok(()))
}
