//! `schema_version`: the host's own table in each engine, for people. No decision reads it.
//!
//! It is defined like a model's objects and goes the same way: validated, compared, planned, marked.

use crate::capability::Terms;
use crate::definition::{Backend, Definition};
use crate::desire::{HOST_MODEL, HOST_PLUGIN};
use crate::raw::{self, Operation, PgColumnValue};
use crate::validate::{Granted, validate_own};
use std::collections::{BTreeMap, BTreeSet};

pub use crate::relation::{VERSION_TABLE as NAME, shared_namespace as namespace, version_table as name};

/// The host's own objects in a target of this kind, whose namespaces have this prefix.
pub fn definition(backend: Backend, prefix: &str) -> Option<Definition> {
    let mut all = raw::ModelDefinition::default();
    match backend {
        Backend::Timescaledb => all.timescaledb.tables.push(timescaledb()),
        Backend::Clickhouse => all.clickhouse.tables.push(clickhouse()),
        Backend::Milvus => all.milvus.push(milvus()),
    }
    let prefixes = BTreeMap::from([(backend, prefix.to_owned())]);
    let operations = vec![Operation::Create, Operation::Alter];
    let info = raw::PluginInfo {
        name: HOST_PLUGIN.to_owned(),
        version: "1.0.0".to_owned(),
        model: HOST_MODEL.to_owned(),
        summary: "the host's own objects".to_owned(),
        parameters: Vec::new(),
        requests: raw::CapabilityRequest {
            databases: vec![backend],
            namespaces: vec![raw::NamespaceRequest { database: backend, namespace: namespace(backend).to_owned() }],
            operations: operations.clone(),
        },
    };
    let grant = Terms {
        namespaces: Some(BTreeSet::from([namespace(backend).to_owned()])),
        operations: Some(operations.into_iter().collect()),
        ..Terms::default()
    };
    let granted = Granted { grant, prefixes, ..Granted::default() };
    validate_own(&info, &all, &granted)
}

fn header(backend: Backend) -> raw::Header {
    raw::Header {
        id: format!("{backend}_{NAME}"),
        namespace: Some(namespace(backend).to_owned()),
        name: NAME.to_owned(),
        comment: "which object was made or changed by which version of its plugin".to_owned(),
        origin: None,
    }
}

fn column_header(name: &str) -> raw::ColumnHeader {
    raw::ColumnHeader { name: name.to_owned(), was: Vec::new(), comment: String::new() }
}

fn timescaledb() -> raw::PgTable {
    let column = |name: &str, data_type: &str, nullable: bool, value: PgColumnValue| raw::PgColumn {
        header: column_header(name),
        data_type: data_type.to_owned(),
        nullable,
        value,
    };
    let now = || PgColumnValue::DefaultTo("now()".to_owned());
    raw::PgTable {
        header: header(Backend::Timescaledb),
        columns: vec![
            column("id", "integer", false, PgColumnValue::Identity(raw::Identity::ByDefault)),
            column("table_name", "varchar(255)", false, PgColumnValue::Empty),
            column("version", "varchar(50)", false, PgColumnValue::Empty),
            column("description", "text", true, PgColumnValue::Empty),
            column("created_at", "timestamptz", true, now()),
            column("updated_at", "timestamptz", true, now()),
        ],
        primary_key: Some(raw::PgKey { name: None, columns: vec!["id".to_owned()] }),
        uniques: vec![raw::PgKey { name: None, columns: vec!["table_name".to_owned()] }],
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        indexes: Vec::new(),
        hypertable: None,
        columnstore: None,
    }
}

fn clickhouse() -> raw::ChTable {
    let column = |name: &str, data_type: &str, default: Option<&str>| raw::ChColumn {
        header: column_header(name),
        data_type: data_type.to_owned(),
        value: default.map_or(raw::ChColumnValue::Empty, |text| raw::ChColumnValue::DefaultTo(text.to_owned())),
        codec: None,
    };
    raw::ChTable {
        header: header(Backend::Clickhouse),
        columns: vec![
            column("table_name", "String", None),
            column("version", "String", None),
            column("description", "String", None),
            column("created_at", "DateTime", Some("now()")),
            column("updated_at", "DateTime", Some("now()")),
        ],
        engine: "ReplacingMergeTree(updated_at)".to_owned(),
        partition_by: None,
        order_by: vec!["table_name".to_owned()],
        primary_key: None,
        skip_indexes: Vec::new(),
        settings: Vec::new(),
        sharding_key: None,
    }
}

fn milvus() -> raw::MilvusCollection {
    let field = |name: &str, data_type: &str| raw::MilvusField {
        header: column_header(name),
        data_type: data_type.to_owned(),
        nullable: false,
        default_to: None,
        partition_key: false,
    };
    raw::MilvusCollection {
        header: header(Backend::Milvus),
        primary_key: "table_name".to_owned(),
        auto_id: false,
        fields: vec![
            field("table_name", "VARCHAR(255)"),
            field("version", "VARCHAR(50)"),
            field("description", "VARCHAR(4096)"),
            field("created_at", "INT64"),
            field("updated_at", "INT64"),
            field("vector", "FLOAT_VECTOR(2)"),
        ],
        dynamic_fields: false,
        indexes: vec![raw::MilvusIndex {
            name: None,
            field: "vector".to_owned(),
            kind: "FLAT".to_owned(),
            metric: Some("L2".to_owned()),
            parameters: Vec::new(),
        }],
        partitions: raw::MilvusPartitions::Single,
        shards: 1,
        consistency: raw::Consistency::Strong,
        load: raw::LoadState::Loaded,
        properties: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_own_objects_pass_the_rules_of_every_engine() {
        for prefix in ["", "staging_"] {
            for backend in Backend::ALL {
                let definition = definition(backend, prefix).expect("the definition is valid");
                let names: Vec<_> = definition.objects.iter().map(crate::definition::Object::name).collect();
                assert_eq!(names, [&name(backend, prefix)]);
                assert_eq!(definition.objects[0].header().model.as_str(), HOST_MODEL);
            }
        }
    }
}
