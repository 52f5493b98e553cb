//! ClickHouse tables and materialized views.

use crate::contract::{self, ChColumnValue};
use crate::header::{self, column_methods, object_methods};

/// Types of columns.
pub mod ty {
    /// A type, as ClickHouse writes it.
    #[derive(Clone, PartialEq, Eq, Debug)]
    pub struct Type(pub(crate) String);

    macro_rules! plain {
        ($($function:ident = $name:literal),* $(,)?) => {
            $(
                #[doc = concat!("`", $name, "`.")]
                pub fn $function() -> Type {
                    Type($name.to_owned())
                }
            )*
        };
    }

    plain! {
        uint8 = "UInt8", uint16 = "UInt16", uint32 = "UInt32", uint64 = "UInt64",
        int8 = "Int8", int16 = "Int16", int32 = "Int32", int64 = "Int64",
        float32 = "Float32", float64 = "Float64", bool = "Bool", string = "String", uuid = "UUID",
        date = "Date", date32 = "Date32", date_time = "DateTime",
    }

    /// `DateTime64` with so many digits of a second.
    pub fn date_time64(digits: u8) -> Type {
        Type(format!("DateTime64({digits})"))
    }

    /// An array.
    pub fn array(of: &Type) -> Type {
        Type(format!("Array({})", of.0))
    }

    /// A type that takes null. Keys cannot hold it.
    pub fn nullable(of: &Type) -> Type {
        Type(format!("Nullable({})", of.0))
    }

    /// Values are kept once, in a dictionary: for up to some ten thousand different ones.
    pub fn low_cardinality(of: &Type) -> Type {
        Type(format!("LowCardinality({})", of.0))
    }

    /// The state of an aggregate: `aggregate_function("avg", &float32())`.
    pub fn aggregate_function(function: &str, of: &Type) -> Type {
        Type(format!("AggregateFunction({function}, {})", of.0))
    }

    /// A value that merges by an aggregate: `simple_aggregate_function("sum", &uint64())`.
    pub fn simple_aggregate_function(function: &str, of: &Type) -> Type {
        Type(format!("SimpleAggregateFunction({function}, {})", of.0))
    }

    /// Any other type, in ClickHouse's words. The host parses it.
    pub fn other(text: &str) -> Type {
        Type(text.to_owned())
    }
}

/// A column.
pub struct Column(contract::ChColumn);

column_methods!(Column);

impl Column {
    /// A column without a default.
    pub fn new(name: &str, data_type: ty::Type) -> Self {
        Self(contract::ChColumn {
            header: header::column(name),
            data_type: data_type.0,
            value: ChColumnValue::Empty,
            codec: None,
        })
    }

    /// An expression that an insert may replace.
    pub fn default(mut self, expression: &str) -> Self {
        self.0.value = ChColumnValue::DefaultTo(expression.to_owned());
        self
    }

    /// An expression that is computed at insert and stored.
    pub fn materialized(mut self, expression: &str) -> Self {
        self.0.value = ChColumnValue::Materialized(expression.to_owned());
        self
    }

    /// An expression that is computed when it is read.
    pub fn alias(mut self, expression: &str) -> Self {
        self.0.value = ChColumnValue::Alias(expression.to_owned());
        self
    }

    /// How it is compressed: `Delta, ZSTD(3)`.
    pub fn codec(mut self, codec: &str) -> Self {
        self.0.codec = Some(codec.to_owned());
        self
    }
}

/// A table of the `MergeTree` family.
pub struct Table(pub(crate) contract::ChTable);

object_methods!(Table);

impl Table {
    /// A `MergeTree` without columns. Its id is its name, and the caller's file and line are its origin.
    #[track_caller]
    pub fn new(name: &str) -> Self {
        Self(contract::ChTable {
            header: header::object(name),
            columns: Vec::new(),
            engine: "MergeTree".to_owned(),
            partition_by: None,
            order_by: Vec::new(),
            primary_key: None,
            skip_indexes: Vec::new(),
            settings: Vec::new(),
            sharding_key: None,
        })
    }

    /// Adds a column.
    pub fn column(mut self, column: Column) -> Self {
        self.0.columns.push(column.0);
        self
    }

    /// The engine with its arguments: `ReplacingMergeTree(updated_at)`.
    pub fn engine(mut self, engine: &str) -> Self {
        self.0.engine = engine.to_owned();
        self
    }

    /// The partition key; it cannot be added later.
    pub fn partition_by(mut self, expression: &str) -> Self {
        self.0.partition_by = Some(expression.to_owned());
        self
    }

    /// The sorting key.
    pub fn order_by<'a>(mut self, keys: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.order_by = header::texts(keys);
        self
    }

    /// A beginning of the sorting key, where the whole of it is too much to keep in memory.
    pub fn primary_key<'a>(mut self, keys: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.primary_key = Some(header::texts(keys));
        self
    }

    /// An integer that decides on which shard a row is, where the deployment has several: `cityHash64(user_id)`. Without
    /// one every shard has the whole table.
    pub fn sharding_key(mut self, expression: &str) -> Self {
        self.0.sharding_key = Some(expression.to_owned());
        self
    }

    /// A data skipping index: `skip_index("by_word", "word", "bloom_filter(0.01)", 4)`.
    pub fn skip_index(mut self, name: &str, on: &str, kind: &str, granularity: u32) -> Self {
        let index =
            contract::ChSkipIndex { name: name.to_owned(), on: on.to_owned(), kind: kind.to_owned(), granularity };
        self.0.skip_indexes.push(index);
        self
    }

    /// A setting of the table, from the host's list.
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.0.settings.push(header::setting(name, value));
        self
    }
}

/// A view that writes what is inserted into one table into another.
pub struct MaterializedView(pub(crate) contract::ChMaterializedView);

object_methods!(MaterializedView);

impl MaterializedView {
    /// From one table of the plugin into another, both by id.
    #[track_caller]
    pub fn new(name: &str, source: &str, target: &str) -> Self {
        Self(contract::ChMaterializedView {
            header: header::object(name),
            source: source.to_owned(),
            target: target.to_owned(),
            select: Vec::new(),
            only_where: None,
            group_by: Vec::new(),
        })
    }

    /// A column of the target, and what is written into it.
    pub fn select(mut self, name: &str, value: &str) -> Self {
        self.0.select.push(contract::Selected { name: name.to_owned(), value: value.to_owned() });
        self
    }

    /// Only rows for which this holds.
    pub fn only_where(mut self, condition: &str) -> Self {
        self.0.only_where = Some(condition.to_owned());
        self
    }

    /// Grouping of each inserted block.
    pub fn group_by<'a>(mut self, keys: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.group_by = header::texts(keys);
        self
    }
}
