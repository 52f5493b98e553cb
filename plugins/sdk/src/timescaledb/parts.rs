//! Columns, keys and indexes.

use super::ty::Type;
use crate::contract::{self, Direction, Identity, Nulls, PgColumnValue};
use crate::header;

pub use crate::contract::ReferenceAction as Action;

/// A column.
pub struct Column(pub(super) contract::PgColumn);

impl Column {
    /// A column that takes no null and has no default.
    pub fn new(name: &str, data_type: Type) -> Self {
        Self(contract::PgColumn {
            header: header::column(name),
            data_type: data_type.0,
            nullable: false,
            value: PgColumnValue::Empty,
        })
    }

    /// What it holds, for people.
    pub fn comment(mut self, comment: &str) -> Self {
        self.0.header.comment = comment.to_owned();
        self
    }

    /// Takes null.
    pub fn nullable(mut self) -> Self {
        self.0.nullable = true;
        self
    }

    /// What it holds when an insert names no value.
    pub fn default(mut self, expression: &str) -> Self {
        self.0.value = PgColumnValue::DefaultTo(expression.to_owned());
        self
    }

    /// Numbered by the server where an insert gives no number, as `serial` is.
    pub fn identity(mut self) -> Self {
        self.0.value = PgColumnValue::Identity(Identity::ByDefault);
        self
    }

    /// Computed from other columns and stored.
    pub fn generated(mut self, expression: &str) -> Self {
        self.0.value = PgColumnValue::Generated(expression.to_owned());
        self
    }
}

/// A foreign key.
pub struct ForeignKey(pub(super) contract::PgForeignKey);

impl ForeignKey {
    /// From a column to a column of a table of this plugin, by the table's id.
    pub fn new(column: &str, target: &str, target_column: &str) -> Self {
        Self(contract::PgForeignKey {
            name: None,
            columns: vec![column.to_owned()],
            target: target.to_owned(),
            target_columns: vec![target_column.to_owned()],
            on_update: Action::NoAction,
            on_delete: Action::NoAction,
        })
    }

    /// A further column of both sides.
    pub fn and(mut self, column: &str, target_column: &str) -> Self {
        self.0.columns.push(column.to_owned());
        self.0.target_columns.push(target_column.to_owned());
        self
    }

    /// What happens when a referenced row is deleted.
    pub fn on_delete(mut self, action: Action) -> Self {
        self.0.on_delete = action;
        self
    }

    /// What happens when a referenced key changes.
    pub fn on_update(mut self, action: Action) -> Self {
        self.0.on_update = action;
        self
    }
}

/// An index; a btree unless said otherwise.
pub struct Index(pub(super) contract::PgIndex);

impl Index {
    /// By columns or expressions, ascending; a `-` before one means descending: `["model", "-time"]`.
    pub fn on<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        let keys = keys.into_iter().map(|key| {
            let (by, direction) = match key.strip_prefix('-') {
                Some(by) => (by, Direction::Descending),
                None => (key, Direction::Ascending),
            };
            contract::SortKey { by: by.to_owned(), direction, nulls: Nulls::EngineDefault }
        });
        Self(contract::PgIndex {
            name: None,
            method: "btree".to_owned(),
            keys: keys.collect(),
            covering: Vec::new(),
            only_where: None,
            unique: false,
        })
    }

    /// Another method: `hash`, `gin`, `gist`, `brin`.
    pub fn method(mut self, method: &str) -> Self {
        self.0.method = method.to_owned();
        self
    }

    /// A name of its own. Without one the host derives it.
    pub fn name(mut self, name: &str) -> Self {
        self.0.name = Some(name.to_owned());
        self
    }

    /// Keys are unique.
    pub fn unique(mut self) -> Self {
        self.0.unique = true;
        self
    }

    /// Only rows for which this holds.
    pub fn only_where(mut self, condition: &str) -> Self {
        self.0.only_where = Some(condition.to_owned());
        self
    }

    /// Columns stored beside the keys.
    pub fn covering<'a>(mut self, columns: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.covering = header::texts(columns);
        self
    }
}
