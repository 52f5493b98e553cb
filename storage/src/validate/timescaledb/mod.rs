//! Rules of TimescaleDB: columns, keys, indexes; hypertables in [`hypertable`], aggregates in [`aggregate`].

mod aggregate;
mod derived;
mod hypertable;
mod keys;
mod typed;

use super::{Check, cut};
use crate::definition::Backend;
use crate::definition::timescaledb::{Column, ColumnValue, Index, IndexMethod, SortKey, Table};
use crate::diagnostic::codes;
use crate::expr::{self, Clause, Dialect, Expr, Kinds};
use crate::name::{Name, Place};
use crate::raw;
use crate::types::postgres::Type;
use derived::Kind;
pub(super) use derived::Names;
use keys::Known;
use std::collections::{BTreeMap, BTreeSet};

const BACKEND: Backend = Backend::Timescaledb;

/// PostgreSQL's own bounds.
const MOST_COLUMNS: usize = 1_600;
const MOST_IN_KEY: usize = 32;

impl Check<'_> {
    /// Tables that pass.
    pub(super) fn tables(&mut self, tables: &[raw::PgTable], names: &mut Names) -> Vec<Table> {
        let by_id: BTreeMap<&str, Known<'_>> =
            tables.iter().map(|table| (table.header.id.as_str(), Known::of(table))).collect();
        tables.iter().filter_map(|table| self.table(table, &by_id, names)).collect()
    }

    fn table(&mut self, table: &raw::PgTable, by_id: &BTreeMap<&str, Known<'_>>, names: &mut Names) -> Option<Table> {
        self.begin(BACKEND, &table.header);
        let header = self.header(BACKEND, &table.header);
        let known = self.column_names(table.columns.iter().map(|column| &column.header), MOST_COLUMNS);
        // So many are not looked at one by one: the time that takes is the host's.
        if table.columns.len() > MOST_COLUMNS {
            return None;
        }
        // Of two with one id only one is found by it.
        let other;
        let found = by_id.get(table.header.id.as_str()).filter(|known| std::ptr::eq(known.table, table));
        let itself = if let Some(known) = found {
            known
        } else {
            other = Known::of(table);
            &other
        };
        let columns: Vec<Option<Column>> =
            table.columns.iter().map(|column| self.pg_column(column, itself, &known)).collect();
        names.table(self, table);
        let primary_key =
            table.primary_key.as_ref().map(|key| self.key(key, "primary_key", &known, names, Kind::PrimaryKey));
        let uniques: Vec<_> =
            table.uniques.iter().map(|key| self.key(key, "uniques", &known, names, Kind::Unique)).collect();
        self.distinct_keys(table);
        let foreign_keys: Vec<_> =
            table.foreign_keys.iter().map(|key| self.foreign_key(key, itself, by_id, &known, names)).collect();
        let checks: Vec<_> = table.checks.iter().map(|check| self.check(check, itself, &known, names)).collect();
        let types = |name: &Name| itself.kinds_of(name);
        let indexes: Vec<_> = table.indexes.iter().map(|index| self.index(index, &known, &types, names)).collect();
        let hypertable = table.hypertable.as_ref().map(|hypertable| self.hypertable(hypertable, table, &known));
        let columnstore = table.columnstore.as_ref().map(|columnstore| self.columnstore(columnstore, table, &known));
        let table = Table {
            header: header?,
            columns: columns.into_iter().collect::<Option<_>>()?,
            primary_key: primary_key.map_or(Some(None), |key| key.map(Some))?,
            uniques: uniques.into_iter().collect::<Option<_>>()?,
            foreign_keys: foreign_keys.into_iter().collect::<Option<_>>()?,
            checks: checks.into_iter().collect::<Option<_>>()?,
            indexes: indexes.into_iter().collect::<Option<_>>()?,
            hypertable: hypertable.map_or(Some(None), |hypertable| hypertable.map(Some))?,
            columnstore: columnstore.map_or(Some(None), |columnstore| columnstore.map(Some))?,
        };
        self.typed(&table);
        Some(table)
    }

    /// Names of columns, which differ and are at least one.
    pub(super) fn column_names<'c>(
        &mut self,
        headers: impl Iterator<Item = &'c raw::ColumnHeader> + Clone,
        most: usize,
    ) -> BTreeSet<Name> {
        let count = headers.clone().count();
        if count == 0 || count > most {
            self.error(
                codes::name::COLUMN_COUNT,
                "columns",
                format!("it has {count} columns; 1 to {most} are possible"),
                "define between one and that many",
            );
        }
        self.distinct("columns", "columns", headers.clone().map(|header| header.name.as_str()));
        headers.filter_map(|header| Name::checked(&header.name).ok()).collect()
    }

    fn pg_column(&mut self, column: &raw::PgColumn, of: &Known<'_>, known: &BTreeSet<Name>) -> Option<Column> {
        let path = format!("columns/{}", cut(&column.header.name));
        let name = self.name(BACKEND, Place::Column, &path, &column.header.name);
        self.no_rename(&column.header, &path);
        self.column_comment(&path, &column.header.comment);
        let data_type = self.parsed(&path, Type::parse(&column.data_type));
        let value = self.column_value(column, &path, data_type.as_ref(), known);
        if let Some(ColumnValue::Default(value) | ColumnValue::Generated(value)) = &value {
            self.moments(&path, value, data_type.as_ref(), &|name| of.kinds_of(name));
        }
        let in_key = of.primary_key.contains(column.header.name.as_str());
        let is_time =
            of.table.hypertable.as_ref().is_some_and(|hypertable| hypertable.time_column == column.header.name);
        self.never_null(column, &path, in_key, is_time);
        let identity = matches!(column.value, raw::PgColumnValue::Identity(_));
        Some(Column {
            name: name?,
            comment: column.header.comment.clone(),
            data_type: data_type?,
            nullable: column.nullable && !in_key && !is_time && !identity,
            value: value?,
        })
    }

    /// PostgreSQL keeps nulls out of a primary key and TimescaleDB out of the time column, whatever is written.
    fn never_null(&mut self, column: &raw::PgColumn, path: &str, in_key: bool, is_time: bool) {
        let name = cut(&column.header.name);
        if column.nullable && (in_key || is_time) {
            let what = if in_key { "the primary key" } else { "the time column of the hypertable" };
            let message = format!("{name} takes null, and {what} does not");
            self.error(codes::timescaledb::NULLABLE, path, message, "make the column not null");
        }
        if is_time && matches!(column.value, raw::PgColumnValue::Generated(_)) {
            let message = format!("{name} is computed from the row, which has no chunk before");
            self.error(codes::timescaledb::HYPERTABLE, path, message, "store the time, and compute the other column");
        }
    }

    /// Refuses a word that PostgreSQL turns into a point in time once. `types` says the type of a column, where it is known.
    pub(super) fn moments(&mut self, path: &str, expr: &Expr, result: Option<&Type>, types: &dyn Fn(&Name) -> Kinds) {
        if let Some(text) = expr::moments(expr, result, types) {
            self.fault(expr::moment_fault(&text).diagnostic(path));
        }
    }

    /// The value of a parse, or its fault noted.
    pub(super) fn parsed<T>(&mut self, path: &str, result: Result<T, crate::types::TypeFault>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(fault.diagnostic(path));
                None
            }
        }
    }

    fn column_value(
        &mut self,
        column: &raw::PgColumn,
        path: &str,
        data_type: Option<&Type>,
        known: &BTreeSet<Name>,
    ) -> Option<ColumnValue> {
        match &column.value {
            raw::PgColumnValue::Empty => Some(ColumnValue::Empty),
            raw::PgColumnValue::DefaultTo(text) => {
                self.expression(path, text, Dialect::Postgres, Clause::Default, known).map(ColumnValue::Default)
            }
            raw::PgColumnValue::Generated(text) => {
                self.expression(path, text, Dialect::Postgres, Clause::Generated, known).map(ColumnValue::Generated)
            }
            raw::PgColumnValue::Identity(identity) => {
                if data_type.is_some_and(|data_type| !data_type.is_integer()) {
                    self.error(
                        codes::timescaledb::IDENTITY,
                        path,
                        "an identity column is not of an integer type",
                        "make it integer or bigint",
                    );
                }
                Some(ColumnValue::Identity(*identity))
            }
        }
    }

    /// An index of a table or an aggregate.
    fn index(
        &mut self,
        index: &raw::PgIndex,
        known: &BTreeSet<Name>,
        types: &dyn Fn(&Name) -> Kinds,
        names: &mut Names,
    ) -> Option<Index> {
        let path = format!("indexes/{}", index.name.as_deref().map_or_else(|| "unnamed".to_owned(), cut));
        let Some(method) = IndexMethod::find(&index.method) else {
            self.error(
                codes::timescaledb::INDEX,
                &path,
                format!("there is no index method {:?}", cut(&index.method)),
                "use btree, hash, gin, gist or brin",
            );
            return None;
        };
        let keys: Vec<_> = index.keys.iter().map(|key| self.sort_key(key, &path, known)).collect();
        let covering = self.columns(&format!("{path}/covering"), &index.covering, known);
        let only_where = match &index.only_where {
            Some(text) => {
                Some(self.expression(&format!("{path}/only_where"), text, Dialect::Postgres, Clause::Filter, known)?)
            }
            None => None,
        };
        for expr in keys.iter().flatten().map(|key| &key.by).chain(&only_where) {
            self.moments(&path, expr, None, types);
        }
        self.index_rules(index, method, &path);
        let keys: Vec<SortKey> = keys.into_iter().collect::<Option<_>>()?;
        let words: Vec<String> = keys.iter().map(|key| word(&key.by)).collect();
        let name = names.derive(self, &path, index.name.as_deref(), Kind::Index, &words);
        let former = names.former(index.name.as_deref(), &words);
        Some(Index { name: name?, former, method, keys, covering: covering?, only_where, unique: index.unique })
    }

    fn index_rules(&mut self, index: &raw::PgIndex, method: IndexMethod, path: &str) {
        let plain =
            |key: &raw::SortKey| key.direction == raw::Direction::Ascending && key.nulls == raw::Nulls::EngineDefault;
        let ordered = method == IndexMethod::Btree;
        let fault = if index.keys.is_empty() {
            Some("it has no key")
        } else if index.keys.len() > 32 {
            Some("it has more than 32 keys, PostgreSQL's bound")
        } else if index.unique && !ordered {
            Some("only a btree index can be unique")
        } else if !ordered && !index.keys.iter().all(plain) {
            Some("only a btree index has an order")
        } else if method == IndexMethod::Hash && index.keys.len() > 1 {
            Some("a hash index has one key")
        } else if !index.covering.is_empty() && !matches!(method, IndexMethod::Btree | IndexMethod::Gist) {
            Some("only btree and gist indexes store further columns")
        } else {
            None
        };
        if let Some(fault) = fault {
            self.error(codes::timescaledb::INDEX, path, fault, "mend the index, or choose another method");
        }
    }

    fn sort_key(&mut self, key: &raw::SortKey, path: &str, known: &BTreeSet<Name>) -> Option<SortKey> {
        let by = self.expression(path, &key.by, Dialect::Postgres, Clause::IndexKey, known)?;
        let nulls = match (key.nulls, key.direction) {
            (raw::Nulls::EngineDefault, raw::Direction::Ascending) => raw::Nulls::Last,
            (raw::Nulls::EngineDefault, raw::Direction::Descending) => raw::Nulls::First,
            (given, _) => given,
        };
        Some(SortKey { by, direction: key.direction, nulls })
    }
}

/// A word for an index key in a derived name: its column, or `expr`.
fn word(expression: &Expr) -> String {
    match expression {
        Expr::Column(name) => name.to_string(),
        _ => "expr".to_owned(),
    }
}
