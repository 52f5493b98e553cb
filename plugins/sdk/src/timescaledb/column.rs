//! Columns.

use super::ty::Type;
use crate::contract::{self, Identity, PgColumnValue};
use crate::header::{self, column_methods};

/// A column.
pub struct Column(pub(super) contract::PgColumn);

column_methods!(Column);

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

    /// Numbered by the server, and never by an insert.
    pub fn identity_always(mut self) -> Self {
        self.0.value = PgColumnValue::Identity(Identity::Always);
        self
    }

    /// Computed from other columns and stored.
    pub fn generated(mut self, expression: &str) -> Self {
        self.0.value = PgColumnValue::Generated(expression.to_owned());
        self
    }
}
