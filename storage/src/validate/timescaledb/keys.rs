//! Primary keys, unique constraints, foreign keys and checks.

use super::derived::{Kind, Names};
use super::{BACKEND, MOST_IN_KEY};
use crate::definition::timescaledb::{Check as CheckConstraint, ForeignKey, Key};
use crate::diagnostic::codes;
use crate::expr::{self, Clause, Dialect, Kinds};
use crate::name::Name;
use crate::raw::{self, ReferenceAction};
use crate::server::Version;
use crate::types::postgres::Type;
use crate::validate::{Check, cut};
use std::collections::{BTreeMap, BTreeSet};

/// Foreign keys to a hypertable.
const REFERENCED_HYPERTABLE: Version = Version::of(2, 16);

impl Check<'_> {
    /// Of two keys of the same columns PostgreSQL makes one, without a word.
    pub(super) fn distinct_keys(&mut self, table: &raw::PgTable) {
        let mut seen: BTreeSet<&[String]> = table.primary_key.iter().map(|key| key.columns.as_slice()).collect();
        for key in &table.uniques {
            if !seen.insert(&key.columns) {
                let columns = cut(&key.columns.join(", "));
                let message =
                    format!("there is a key of the same columns already ({columns}), and the server makes one of both");
                self.error(codes::timescaledb::KEY, "uniques", message, "take one of them out");
            }
        }
    }

    pub(super) fn key(
        &mut self,
        key: &raw::PgKey,
        path: &str,
        known: &BTreeSet<Name>,
        names: &mut Names,
        kind: Kind,
    ) -> Option<Key> {
        if key.columns.is_empty() || key.columns.len() > MOST_IN_KEY {
            self.error(
                codes::timescaledb::KEY,
                path,
                format!("a key of {} columns; 1 to 32 are possible", key.columns.len()),
                "name its columns",
            );
        }
        let columns = self.columns(path, &key.columns, known)?;
        let words: Vec<String> = if kind == Kind::Unique { key.columns.clone() } else { Vec::new() };
        let name = names.derive(self, path, key.name.as_deref(), kind, &words)?;
        Some(Key { name, columns })
    }

    pub(super) fn check(
        &mut self,
        check: &raw::PgCheck,
        of: &Known<'_>,
        known: &BTreeSet<Name>,
        names: &mut Names,
    ) -> Option<CheckConstraint> {
        let path = format!("checks/{}", check.name.as_deref().map_or_else(|| "unnamed".to_owned(), cut));
        let condition = self.expression(&path, &check.condition, Dialect::Postgres, Clause::Check, known)?;
        self.moments(&path, &condition, None, &|name| of.kinds_of(name));
        let words: Vec<String> = condition.columns().iter().map(Name::to_string).collect();
        let name = names.derive(self, &path, check.name.as_deref(), Kind::Check, &words)?;
        Some(CheckConstraint { name, condition })
    }

    pub(super) fn foreign_key(
        &mut self,
        key: &raw::PgForeignKey,
        table: &Known<'_>,
        by_id: &BTreeMap<&str, Known<'_>>,
        known: &BTreeSet<Name>,
        names: &mut Names,
    ) -> Option<ForeignKey> {
        let path = format!("foreign_keys/{}", cut(&key.columns.join("_")));
        let columns = self.columns(&path, &key.columns, known);
        let name = names.derive(self, &path, key.name.as_deref(), Kind::ForeignKey, &key.columns);
        let target = self.reference(BACKEND, &path, &key.target)?;
        let id = key.target.rsplit('/').next().unwrap_or_default();
        let Some(referenced) = by_id.get(id) else {
            self.error(
                codes::timescaledb::FOREIGN_KEY,
                &path,
                format!("{} is not a table", target.name),
                "a foreign key references a table",
            );
            return None;
        };
        if key.columns.len().max(key.target_columns.len()) > MOST_IN_KEY {
            let message = format!("a key of {} columns; 1 to {MOST_IN_KEY} are possible", key.columns.len());
            self.error(codes::timescaledb::FOREIGN_KEY, path, message, "name fewer columns");
            return None;
        }
        self.referenced_rules(key, table, referenced, &path);
        let target_columns = key.target_columns.iter().map(|text| Name::checked(text).ok()).collect::<Option<Vec<_>>>();
        Some(ForeignKey {
            name: name?,
            columns: columns?,
            target: target.name,
            target_columns: target_columns?,
            on_update: key.on_update,
            on_delete: key.on_delete,
        })
    }

    fn referenced_rules(&mut self, key: &raw::PgForeignKey, table: &Known<'_>, referenced: &Known<'_>, path: &str) {
        let mut fault = |message: String, help: &str| self.error(codes::timescaledb::FOREIGN_KEY, path, message, help);
        let name = cut(&referenced.table.header.name);
        let (from, to) = (table.table, referenced.table);
        if key.columns.len() != key.target_columns.len() || key.columns.is_empty() {
            fault(
                "it names another number of columns on each side".to_owned(),
                "name as many columns as are referenced",
            );
        }
        if !referenced.keys.contains(&sorted(&key.target_columns)) {
            let help = "reference the primary key or the columns of a unique constraint";
            fault(format!("{name} has no key of ({})", cut(&key.target_columns.join(", "))), help);
        }
        if from.hypertable.is_some() && to.hypertable.is_some() {
            fault(
                format!("both sides are hypertables ({name})"),
                "TimescaleDB has no foreign key between hypertables; keep one of them a plain table",
            );
        }
        for (from, to) in key.columns.iter().zip(&key.target_columns) {
            if let (Some(a), Some(b)) = (table.type_of(from), referenced.type_of(to))
                && a != b
            {
                fault(format!("{} is {a} and {} is {b}", cut(from), cut(to)), "give both columns the same type");
            }
        }
        let sets_null = [key.on_delete, key.on_update].contains(&ReferenceAction::SetNull);
        let strict = key.columns.iter().find(|name| table.column(name).is_some_and(|column| !column.nullable));
        if let (true, Some(strict)) = (sets_null, strict) {
            fault(
                format!("it sets {} to null, which takes no null", cut(strict)),
                "make the column nullable, or choose another action",
            );
        }
        let have = self.against.version(BACKEND);
        if to.hypertable.is_some() && from.hypertable.is_none() && have < REFERENCED_HYPERTABLE {
            self.error(
                codes::timescaledb::VERSION,
                path,
                format!("{name} is a hypertable; a foreign key to one needs TimescaleDB {REFERENCED_HYPERTABLE}, judged against {have}"),
                "name the server's version with --against timescaledb=VERSION, or in whale.toml",
            );
        }
    }
}

/// A table as its columns and keys are looked up: once for each of many.
pub(super) struct Known<'t> {
    pub(super) table: &'t raw::PgTable,
    /// Names of its primary key's columns.
    pub(super) primary_key: BTreeSet<&'t str>,
    columns: BTreeMap<&'t str, &'t raw::PgColumn>,
    /// Columns of each of its keys, sorted.
    keys: BTreeSet<Vec<&'t str>>,
}

impl<'t> Known<'t> {
    pub(super) fn of(table: &'t raw::PgTable) -> Self {
        let keys = table.primary_key.iter().chain(&table.uniques);
        Self {
            table,
            primary_key: table.primary_key.iter().flat_map(|key| &key.columns).map(String::as_str).collect(),
            // The first of two that have one name.
            columns: table.columns.iter().rev().map(|column| (column.header.name.as_str(), column)).collect(),
            keys: keys.map(|key| sorted(&key.columns)).collect(),
        }
    }

    fn column(&self, name: &str) -> Option<&'t raw::PgColumn> {
        self.columns.get(name).copied()
    }

    fn type_of(&self, name: &str) -> Option<Type> {
        self.column(name).and_then(|column| Type::parse(&column.data_type).ok())
    }

    /// What a column is, where its type can be read.
    pub(super) fn kinds_of(&self, name: &Name) -> Kinds {
        self.type_of(name.as_str()).map_or(Kinds::ANY, |of| expr::of_postgres(&of))
    }
}

fn sorted(names: &[String]) -> Vec<&str> {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    names
}

pub(super) fn type_of(table: &raw::PgTable, name: &str) -> Option<Type> {
    let column = table.columns.iter().find(|column| column.header.name == name)?;
    Type::parse(&column.data_type).ok()
}
