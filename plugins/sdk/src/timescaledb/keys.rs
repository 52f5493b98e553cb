//! Keys, checks and orders: what a constraint or an index is over.

use crate::contract::{self, Direction, Nulls, ReferenceAction};
use crate::header;

/// Columns of a primary key or a unique constraint. An array of names is one: `["id"]`.
pub struct Key(pub(super) contract::PgKey);

impl Key {
    /// By these columns, in order.
    pub fn on<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        Self(contract::PgKey { name: None, columns: header::texts(columns) })
    }

    /// A name of its own. Without one the host derives it.
    pub fn name(mut self, name: &str) -> Self {
        self.0.name = Some(name.to_owned());
        self
    }
}

impl<const N: usize> From<[&str; N]> for Key {
    fn from(columns: [&str; N]) -> Self {
        Self::on(columns)
    }
}

/// A condition that holds for every row. Text is one: `"strength between 0 and 1"`.
pub struct Check(pub(super) contract::PgCheck);

impl Check {
    /// A condition.
    pub fn that(condition: &str) -> Self {
        Self(contract::PgCheck { name: None, condition: condition.to_owned() })
    }

    /// A name of its own. Without one the host derives it.
    pub fn name(mut self, name: &str) -> Self {
        self.0.name = Some(name.to_owned());
        self
    }
}

impl From<&str> for Check {
    fn from(condition: &str) -> Self {
        Self::that(condition)
    }
}

/// A foreign key.
pub struct ForeignKey(pub(super) contract::PgForeignKey);

impl ForeignKey {
    /// From a column to a column of another table, which is named by its id: `chats`, or `shared/users` for one of
    /// another plugin.
    pub fn new(column: &str, target: &str, target_column: &str) -> Self {
        Self(contract::PgForeignKey {
            name: None,
            columns: vec![column.to_owned()],
            target: target.to_owned(),
            target_columns: vec![target_column.to_owned()],
            on_update: ReferenceAction::NoAction,
            on_delete: ReferenceAction::NoAction,
        })
    }

    /// A further column of both sides.
    pub fn and(mut self, column: &str, target_column: &str) -> Self {
        self.0.columns.push(column.to_owned());
        self.0.target_columns.push(target_column.to_owned());
        self
    }

    /// A name of its own. Without one the host derives it.
    pub fn name(mut self, name: &str) -> Self {
        self.0.name = Some(name.to_owned());
        self
    }

    /// What happens when a referenced row is deleted.
    pub fn on_delete(mut self, action: ReferenceAction) -> Self {
        self.0.on_delete = action;
        self
    }

    /// What happens when a referenced key changes.
    pub fn on_update(mut self, action: ReferenceAction) -> Self {
        self.0.on_update = action;
        self
    }
}

/// One key of an order: [`asc`] or [`desc`].
pub struct SortKey(pub(super) contract::SortKey);

/// Smallest first, by a column or an expression.
pub fn asc(by: &str) -> SortKey {
    SortKey(contract::SortKey { by: by.to_owned(), direction: Direction::Ascending, nulls: Nulls::EngineDefault })
}

/// Largest first, by a column or an expression.
pub fn desc(by: &str) -> SortKey {
    SortKey(contract::SortKey { by: by.to_owned(), direction: Direction::Descending, nulls: Nulls::EngineDefault })
}

impl SortKey {
    /// Nulls before everything else.
    pub fn nulls_first(mut self) -> Self {
        self.0.nulls = Nulls::First;
        self
    }

    /// Nulls after everything else.
    pub fn nulls_last(mut self) -> Self {
        self.0.nulls = Nulls::Last;
        self
    }
}

impl From<&str> for SortKey {
    fn from(by: &str) -> Self {
        asc(by)
    }
}

/// An index; a btree unless said otherwise.
pub struct Index(pub(super) contract::PgIndex);

impl Index {
    /// By columns or expressions: `["role"]`, or `[asc("model"), desc("time")]`.
    pub fn on<K: Into<SortKey>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self(contract::PgIndex {
            name: None,
            method: "btree".to_owned(),
            keys: keys.into_iter().map(|key| key.into().0).collect(),
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
