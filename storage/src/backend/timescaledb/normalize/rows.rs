//! What the reading queries return, field by field. A part is everything of its row but its `relation` (an oid), which only ties
//! the rows of one reading together, and a column's name and comment, which are a key and a part of their own.

use serde::{Deserialize, Serialize};

/// A namespace.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Namespace {
    pub(crate) name: String,
    pub(crate) comment: Option<String>,
}

/// A role.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) comment: Option<String>,
    /// `pg_roles.rolconnlimit`.
    pub(crate) connections: i64,
    /// Its settings, in all databases and in this one.
    pub(crate) settings: Vec<RoleSetting>,
    /// Of the namespaces asked for, those it may make objects in.
    pub(crate) namespaces: Vec<String>,
}

/// A setting of a role.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RoleSetting {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Whether it holds in this database only, and goes before the one that holds in all.
    pub(crate) here: bool,
}

/// A table or a view of any kind.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Relation {
    pub(crate) oid: u32,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// `pg_class.relkind`.
    pub(crate) kind: String,
    /// `pg_class.relpersistence`.
    pub(crate) persistence: String,
    /// Whether it is a partition or inherits.
    pub(crate) child: bool,
    pub(crate) comment: Option<String>,
}

/// What has a name that was asked for.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Taken {
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// `pg_class.relkind`, or `type`.
    pub(crate) kind: String,
    /// Whose it is, of an index or a sequence.
    pub(crate) of: Option<String>,
}

/// A column.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Column {
    #[serde(skip_serializing)]
    pub(crate) relation: u32,
    #[serde(skip_serializing)]
    pub(crate) name: String,
    pub(crate) data_type: String,
    pub(crate) not_null: bool,
    /// `pg_attribute.attidentity`.
    pub(crate) identity: String,
    /// `pg_attribute.attgenerated`.
    pub(crate) generated: String,
    pub(crate) default_to: Option<String>,
    pub(crate) collation: Option<String>,
    #[serde(skip_serializing)]
    pub(crate) comment: Option<String>,
}

/// A constraint.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Constraint {
    #[serde(skip_serializing)]
    pub(crate) relation: u32,
    pub(crate) name: String,
    /// `pg_constraint.contype`.
    pub(crate) kind: String,
    pub(crate) columns: Vec<String>,
    pub(crate) target: Option<String>,
    pub(crate) target_columns: Vec<String>,
    pub(crate) on_update: String,
    pub(crate) on_delete: String,
    pub(crate) matching: String,
    pub(crate) deferrable: bool,
    pub(crate) validated: bool,
    pub(crate) condition: Option<String>,
    pub(crate) definition: String,
}

/// An index that no constraint made.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Index {
    #[serde(skip_serializing)]
    pub(crate) relation: u32,
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) keys: Vec<IndexKey>,
    pub(crate) covering: Vec<String>,
    pub(crate) predicate: Option<String>,
    pub(crate) unique: bool,
    pub(crate) valid: bool,
    pub(crate) nulls_not_distinct: bool,
}

/// A key of an index.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct IndexKey {
    pub(crate) by: String,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
    /// Where it is not the type's default.
    pub(crate) operator_class: Option<String>,
}

/// A dimension of a hypertable.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Dimension {
    #[serde(skip_serializing)]
    pub(crate) relation: u32,
    pub(crate) number: i64,
    pub(crate) column: String,
    /// Width of a chunk in time.
    pub(crate) microseconds: Option<i64>,
    /// Width of a chunk of a column of integers.
    pub(crate) units: Option<i64>,
    pub(crate) partitions: Option<i64>,
}

/// A column of a columnstore's key.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct StoreKey {
    #[serde(skip_serializing)]
    pub(crate) relation: u32,
    pub(crate) column: String,
    pub(crate) segment: Option<i64>,
    pub(crate) order: Option<i64>,
    pub(crate) ascending: Option<bool>,
    pub(crate) nulls_first: Option<bool>,
}

/// A continuous aggregate.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Aggregate {
    #[serde(skip_serializing)]
    pub(crate) relation: u32,
    pub(crate) materialized_only: bool,
    pub(crate) definition: String,
    pub(crate) refresh: Option<Refresh>,
}

/// When a continuous aggregate is refreshed.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Refresh {
    pub(crate) every: String,
    pub(crate) start_offset: Option<String>,
    pub(crate) end_offset: Option<String>,
    pub(crate) scheduled: bool,
}

/// Everything that was read of a target.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) roles: Vec<Role>,
    /// Namespaces with a version table of any deployment, and the comment of that table.
    pub(crate) version_tables: Vec<Namespace>,
    pub(crate) relations: Vec<Relation>,
    pub(crate) taken: Vec<Taken>,
    pub(crate) columns: Vec<Column>,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) dimensions: Vec<Dimension>,
    pub(crate) store_keys: Vec<StoreKey>,
    pub(crate) aggregates: Vec<Aggregate>,
}
