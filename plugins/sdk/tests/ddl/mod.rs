//! Writes what a plugin defines as the DDL that it was asked for, so that the two can be compared as text.

#![allow(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a part of tests, which use what they need"
)]

use std::fmt::Write;
use whale_plugin::contract::{
    ChColumnValue, ChTable, Guest, Identity, LoadState, MilvusPartitions, ModelDefinition, PgColumn, PgColumnValue,
    PgForeignKey, PgTable, ReferenceAction,
};
pub(crate) use whale_plugin::testing::{define, fields};

/// The definition for each parameter's default.
pub(crate) fn default_definition<P: Guest>() -> ModelDefinition {
    define::<P>(&[]).expect("a definition")
}

/// Statements of a text, without comments, each on one line.
pub(crate) fn statements(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split("--").next().unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join(" ");
    let one_line = |statement: &str| statement.split_whitespace().collect::<Vec<_>>().join(" ");
    text.split(';').map(one_line).filter(|statement| !statement.is_empty()).collect()
}

/// A ClickHouse table.
pub(crate) fn clickhouse(table: &ChTable) -> String {
    let columns = table.columns.iter().map(|column| {
        let value = match &column.value {
            ChColumnValue::Empty => String::new(),
            ChColumnValue::DefaultTo(expression) => format!(" DEFAULT {expression}"),
            _ => " COMPUTED".to_owned(),
        };
        format!("{} {}{value}", column.header.name, column.data_type)
    });
    let mut ddl = create(table.header.namespace.as_deref(), &table.header.name, &columns.collect::<Vec<_>>());
    write!(ddl, " ENGINE = {}", table.engine).unwrap();
    if !table.engine.ends_with(')') {
        ddl.push_str("()");
    }
    if let Some(expression) = &table.partition_by {
        write!(ddl, " PARTITION BY {expression}").unwrap();
    }
    write!(ddl, " ORDER BY ({})", table.order_by.join(", ")).unwrap();
    ddl
}

/// A PostgreSQL table, with keys of one column at their columns, and what `serial` stands for as `SERIAL`.
pub(crate) fn postgres(table: &PgTable) -> String {
    let columns: Vec<String> = table.columns.iter().map(|column| postgres_column(table, column)).collect();
    create(table.header.namespace.as_deref(), &table.header.name, &columns)
}

fn postgres_column(table: &PgTable, column: &PgColumn) -> String {
    let name = column.header.name.as_str();
    let serial = column.value == PgColumnValue::Identity(Identity::ByDefault) && column.data_type == "integer";
    let mut ddl = if serial { format!("{name} SERIAL") } else { format!("{name} {}", column.data_type.to_uppercase()) };
    let is_primary = table.primary_key.as_ref().is_some_and(|key| key.columns == [name]);
    if is_primary {
        ddl.push_str(" PRIMARY KEY");
    } else if !column.nullable {
        ddl.push_str(" NOT NULL");
    }
    if table.uniques.iter().any(|key| key.columns == [name]) {
        ddl.push_str(" UNIQUE");
    }
    if let PgColumnValue::DefaultTo(expression) = &column.value {
        write!(ddl, " DEFAULT {}", expression.to_uppercase()).unwrap();
    }
    if let Some(key) = table.foreign_keys.iter().find(|key| key.columns == [name]) {
        ddl.push_str(&references(key));
    }
    ddl
}

fn references(key: &PgForeignKey) -> String {
    assert_eq!(key.on_update, ReferenceAction::NoAction);
    let action = match key.on_delete {
        ReferenceAction::Cascade => " ON DELETE CASCADE",
        ReferenceAction::NoAction => "",
        _ => " ON DELETE SOMETHING ELSE",
    };
    format!(" REFERENCES {}({}){action}", key.target, key.target_columns.join(", "))
}

/// That a plugin defines one collection of knowledge, kept by subject and found by meaning, in a file of its own.
pub(crate) fn is_one_collection<P: Guest>(name: &str, expected: &[&str]) {
    let definition = default_definition::<P>();
    assert!(definition.timescaledb.tables.is_empty() && definition.clickhouse.tables.is_empty());
    let [collection] = definition.milvus.as_slice() else { panic!("one collection") };
    assert_eq!(collection.header.name, name);
    assert_eq!(fields(collection), expected);
    assert_eq!(collection.partitions, MilvusPartitions::ByKey(16));
    assert_eq!((collection.load, collection.indexes.len()), (LoadState::Loaded, 1));
    let file = collection.header.origin.as_ref().expect("an origin").file.clone();
    assert!(file.ends_with(&format!("/{name}.rs")), "it names its own file: {file}");
}

fn create(namespace: Option<&str>, name: &str, columns: &[String]) -> String {
    let place = namespace.map(|namespace| format!("{namespace}.")).unwrap_or_default();
    format!("CREATE TABLE IF NOT EXISTS {place}{name} ( {} )", columns.join(", "))
}
