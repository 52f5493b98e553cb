//! One definition that keeps every rule, part by part, for tests that break it in one place.

use std::collections::BTreeSet;
use whale_storage::capability::Terms;
use whale_storage::definition::{Backend, Definition};
use whale_storage::diagnostic::Diagnostics;
use whale_storage::raw::{
    CapabilityRequest, ChColumn, ChColumnValue, ChMaterializedView, ChTable, ChunkWidth, ClickhouseObjects,
    ColumnHeader, Consistency, ContinuousAggregate, Duration, DurationUnit, Header, Hypertable, LoadState,
    MilvusCollection, MilvusField, MilvusIndex, MilvusPartitions, ModelDefinition, NamespaceRequest, Operation,
    PgColumn, PgColumnValue, PgForeignKey, PgKey, PgTable, PluginInfo, ReferenceAction, Selected, Setting,
    TimescaledbObjects,
};
use whale_storage::validate::{Against, Granted, validate};

pub fn header(id: &str) -> Header {
    Header { id: id.to_owned(), namespace: None, name: id.to_owned(), comment: String::new(), origin: None }
}

pub fn column_header(name: &str) -> ColumnHeader {
    ColumnHeader { name: name.to_owned(), was: Vec::new(), comment: String::new() }
}

pub fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|text| (*text).to_owned()).collect()
}

pub fn pg_table(id: &str) -> PgTable {
    let column = |name: &str, data_type: &str| PgColumn {
        header: column_header(name),
        data_type: data_type.to_owned(),
        nullable: false,
        value: PgColumnValue::Empty,
    };
    PgTable {
        header: header(id),
        columns: vec![column("id", "bigint"), column("at", "timestamptz"), column("other", "bigint")],
        primary_key: Some(PgKey { name: None, columns: texts(&["id", "at"]) }),
        uniques: vec![],
        foreign_keys: vec![],
        checks: vec![],
        indexes: vec![],
        hypertable: None,
        columnstore: None,
    }
}

pub fn hypertable(id: &str) -> PgTable {
    let chunk = ChunkWidth::Time(Duration { count: 1, unit: DurationUnit::Days });
    PgTable { hypertable: Some(Hypertable { time_column: "at".to_owned(), chunk, space: vec![] }), ..pg_table(id) }
}

pub fn foreign_key(target: &str) -> PgForeignKey {
    PgForeignKey {
        name: None,
        columns: texts(&["other", "at"]),
        target: target.to_owned(),
        target_columns: texts(&["id", "at"]),
        on_update: ReferenceAction::NoAction,
        on_delete: ReferenceAction::NoAction,
    }
}

pub fn aggregate(source: &str) -> ContinuousAggregate {
    ContinuousAggregate {
        header: header("by_hour"),
        source: source.to_owned(),
        time_column: "at".to_owned(),
        bucket: Duration { count: 1, unit: DurationUnit::Hours },
        bucket_name: "bucket".to_owned(),
        time_zone: None,
        group_by: vec![],
        aggregates: vec![Selected { name: "rows".to_owned(), value: "count(*)".to_owned() }],
        only_where: None,
        real_time: false,
        refresh: None,
        indexes: vec![],
    }
}

pub fn ch_table(id: &str) -> ChTable {
    let column = |name: &str, data_type: &str| ChColumn {
        header: column_header(name),
        data_type: data_type.to_owned(),
        value: ChColumnValue::Empty,
        codec: None,
    };
    ChTable {
        header: header(id),
        columns: vec![column("id", "String"), column("at", "DateTime"), column("maybe", "Nullable(String)")],
        engine: "MergeTree".to_owned(),
        partition_by: Some("toYYYYMM(at)".to_owned()),
        order_by: texts(&["id", "at"]),
        primary_key: None,
        skip_indexes: vec![],
        settings: vec![],
        sharding_key: None,
    }
}

pub fn view(source: &str, target: &str) -> ChMaterializedView {
    ChMaterializedView {
        header: header("a_view"),
        source: source.to_owned(),
        target: target.to_owned(),
        select: vec![Selected { name: "id".to_owned(), value: "id".to_owned() }],
        only_where: None,
        group_by: vec![],
    }
}

pub fn field(name: &str, data_type: &str) -> MilvusField {
    MilvusField {
        header: column_header(name),
        data_type: data_type.to_owned(),
        nullable: false,
        default_to: None,
        partition_key: false,
    }
}

pub fn parameters(all: &[(&str, &str)]) -> Vec<Setting> {
    all.iter().map(|(name, value)| Setting { name: (*name).to_owned(), value: (*value).to_owned() }).collect()
}

pub fn index(field: &str) -> MilvusIndex {
    MilvusIndex {
        name: None,
        field: field.to_owned(),
        kind: "HNSW".to_owned(),
        metric: Some("COSINE".to_owned()),
        parameters: parameters(&[("M", "16"), ("efConstruction", "64")]),
    }
}

pub fn collection() -> MilvusCollection {
    MilvusCollection {
        header: header("notes"),
        primary_key: "id".to_owned(),
        auto_id: false,
        fields: vec![field("id", "INT64"), field("embedding", "FLOAT_VECTOR(8)"), field("text", "VARCHAR(100)")],
        dynamic_fields: false,
        indexes: vec![index("embedding")],
        partitions: MilvusPartitions::Single,
        shards: 1,
        consistency: Consistency::Bounded,
        load: LoadState::Loaded,
        properties: vec![],
    }
}

pub fn good() -> ModelDefinition {
    let mut plain = pg_table("plain");
    plain.foreign_keys.push(foreign_key("referenced"));
    ModelDefinition {
        timescaledb: TimescaledbObjects {
            tables: vec![plain, pg_table("referenced"), hypertable("measured")],
            aggregates: vec![aggregate("measured")],
        },
        clickhouse: ClickhouseObjects {
            tables: vec![ch_table("events"), ch_table("copies")],
            materialized_views: vec![view("events", "copies")],
        },
        milvus: vec![collection()],
    }
}

pub fn info() -> PluginInfo {
    PluginInfo {
        name: "mine".to_owned(),
        version: "1.0.0".to_owned(),
        model: "mine".to_owned(),
        summary: String::new(),
        parameters: vec![],
        requests: CapabilityRequest {
            databases: Backend::ALL.to_vec(),
            namespaces: vec![NamespaceRequest { database: Backend::Clickhouse, namespace: "asked".to_owned() }],
            operations: vec![Operation::Create],
        },
    }
}

pub fn judge(definition: &ModelDefinition, against: &Against) -> (Option<Definition>, Diagnostics) {
    let grant = Terms { namespaces: Some(BTreeSet::from(["granted".to_owned()])), ..Terms::default() };
    let granted = Granted { grant, ..Granted::default() };
    validate(&info(), definition, "", &granted, against)
}

/// Breaks the good definition in one place and looks for the code.
#[track_caller]
pub fn refused(code: &str, break_it: impl FnOnce(&mut ModelDefinition)) {
    let mut definition = good();
    break_it(&mut definition);
    let (accepted, found) = judge(&definition, &Against::oldest());
    let all: Vec<_> = found.iter().map(|one| (one.code.id, one.path.as_str(), one.message.as_str())).collect();
    assert!(accepted.is_none() && all.iter().any(|(id, ..)| *id == code), "wanted {code}, found {all:?}");
    assert!(found.iter().all(|one| one.help.is_some()), "every fault says what to do: {all:?}");
}
