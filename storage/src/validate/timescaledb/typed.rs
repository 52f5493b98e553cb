//! Types of expressions in tables of PostgreSQL: defaults, computed columns, checks, indexes, keys.

use crate::definition::timescaledb::{Check as Constraint, Column, ColumnValue, Index, IndexMethod, Table};
use crate::diagnostic::codes;
use crate::expr::{self, Dialect, Expr, Kinds, Stored};
use crate::name::Name;
use crate::validate::Check;
use std::collections::{BTreeMap, BTreeSet};

/// What the columns of a table or an aggregate are.
pub(super) type Columns = BTreeMap<Name, Kinds>;

impl Check<'_> {
    /// Refuses what PostgreSQL would refuse for its types.
    pub(super) fn typed(&mut self, table: &Table) {
        let kinds: BTreeMap<&Name, Kinds> =
            table.columns.iter().map(|column| (&column.name, expr::of_postgres(&column.data_type))).collect();
        let column = |name: &Name| kinds.get(name).copied().unwrap_or(Kinds::ANY);
        for one in &table.columns {
            self.typed_column(one, &column);
        }
        self.generated_from(table);
        for one in &table.checks {
            self.typed_check(one, &column);
        }
        for one in &table.indexes {
            self.typed_index(one, &column);
        }
        let keys = table.primary_key.iter().map(|key| ("primary_key", key));
        for (path, key) in keys.chain(table.uniques.iter().map(|key| ("uniques", key))) {
            for name in key.columns.iter().filter(|name| !expr::indexed("btree", column(name))) {
                let message = format!("{name} is json, whose values are not compared");
                self.error(codes::timescaledb::KEY, path, message, "use jsonb, or leave it out of the key");
            }
        }
    }

    fn typed_column(&mut self, column: &Column, kinds: &dyn Fn(&Name) -> Kinds) {
        let (value, generated) = match &column.value {
            ColumnValue::Default(value) => (value, false),
            ColumnValue::Generated(value) => (value, true),
            ColumnValue::Empty | ColumnValue::Identity(_) => return,
        };
        let path = || format!("columns/{}", column.name);
        let place = generated.then_some("a generated column");
        let Some(is) = self.types(&path, value, Dialect::Postgres, place, kinds) else { return };
        if let Err(fault) = expr::stored(value, is, Stored::Postgres(&column.data_type)) {
            self.fault(fault.diagnostic(path()));
        }
    }

    /// PostgreSQL computes no column from another one that it computes, and so none from itself.
    fn generated_from(&mut self, table: &Table) {
        let generated = |column: &Column| matches!(column.value, ColumnValue::Generated(_));
        let computed: BTreeSet<&Name> =
            table.columns.iter().filter(|column| generated(column)).map(|column| &column.name).collect();
        for column in &table.columns {
            let ColumnValue::Generated(value) = &column.value else { continue };
            if let Some(other) = value.columns().iter().find(|name| computed.contains(name)) {
                let message = format!("{} is computed from {other}, which is computed itself", column.name);
                let help = "compute it from what the other one is computed from";
                self.error(codes::timescaledb::GENERATED, format!("columns/{}", column.name), message, help);
            }
        }
    }

    fn typed_check(&mut self, check: &Constraint, kinds: &dyn Fn(&Name) -> Kinds) {
        let path = || format!("checks/{}", check.name);
        self.truth(&path, &check.condition, None, kinds);
    }

    /// A condition, and whether it must be the same for every session.
    pub(super) fn truth(
        &mut self,
        path: &dyn Fn() -> String,
        condition: &Expr,
        place: Option<&str>,
        kinds: &dyn Fn(&Name) -> Kinds,
    ) {
        let Some(is) = self.types(path, condition, Dialect::Postgres, place, kinds) else { return };
        if let Err(fault) = expr::condition(condition, is, Dialect::Postgres) {
            self.fault(fault.diagnostic(path()));
        }
    }

    /// An index of a table or an aggregate.
    pub(super) fn typed_index(&mut self, index: &Index, kinds: &dyn Fn(&Name) -> Kinds) {
        let path = || format!("indexes/{}", index.name);
        for key in &index.keys {
            let Some(is) = self.types(&path, &key.by, Dialect::Postgres, Some("an index"), kinds) else { continue };
            if !expr::indexed(index.method.as_str(), is) {
                let message = format!(
                    "{} has no operator class for {}, which is {}",
                    index.method.as_str(),
                    key.by.render(Dialect::Postgres),
                    expr::named(Dialect::Postgres, is)
                );
                let help = match index.method {
                    IndexMethod::Gin => "gin indexes arrays and jsonb; use btree for single values",
                    IndexMethod::Gist => "gist indexes none of the types of a definition; use btree",
                    _ => "use another method, or leave the key out",
                };
                self.error(codes::timescaledb::OPERATOR_CLASS, path(), message, help);
            }
        }
        if let Some(condition) = &index.only_where {
            self.truth(&|| format!("indexes/{}/only_where", index.name), condition, Some("an index"), kinds);
        }
    }
}
