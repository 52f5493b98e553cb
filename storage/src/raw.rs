//! What a plugin returned, as it came: the contract's records, field by field, and nothing checked.
//!
//! These types mirror `wit/model.wit`, so that serialising one gives the canonical bytes back. Only [`crate::validate`]
//! reads them; everything after it works on [`crate::definition`]. Unknown fields are errors.

#![allow(missing_docs, reason = "the contract documents every field, once")]

use crate::diagnostic::Origin;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! raw {
    ($($(#[$meta:meta])* $kind:ident $name:ident { $($body:tt)* })*) => {
        $(
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
            #[serde(deny_unknown_fields)]
            $(#[$meta])*
            pub $kind $name { $($body)* }
        )*
    };
}

raw! {
    #[derive(Copy, PartialOrd, Ord, Hash)]
    enum Database { Timescaledb, Clickhouse, Milvus }
    struct Header { pub id: String, pub namespace: Option<String>, pub name: String, pub comment: String, pub origin: Option<Origin> }
    struct ColumnHeader { pub name: String, pub was: Vec<String>, pub comment: String }
    #[derive(Copy, PartialOrd, Ord)]
    enum DurationUnit { Seconds, Minutes, Hours, Days, Weeks, Months, Years }
    #[derive(Copy)]
    struct Duration { pub count: u32, pub unit: DurationUnit }
    struct Setting { pub name: String, pub value: String }
    #[derive(Copy, PartialOrd, Ord)]
    enum Direction { Ascending, Descending }
    #[derive(Copy, PartialOrd, Ord)]
    enum Nulls { EngineDefault, First, Last }
    struct SortKey { pub by: String, pub direction: Direction, pub nulls: Nulls }
    struct Selected { pub name: String, pub value: String }
    #[derive(Copy, PartialOrd, Ord)]
    enum Identity { Always, ByDefault }
    enum PgColumnValue { Empty, DefaultTo(String), Identity(Identity), Generated(String) }
    struct PgColumn { pub header: ColumnHeader, pub data_type: String, pub nullable: bool, pub value: PgColumnValue }
    struct PgKey { pub name: Option<String>, pub columns: Vec<String> }
    struct PgCheck { pub name: Option<String>, pub condition: String }
    #[derive(Copy, PartialOrd, Ord)]
    enum ReferenceAction { NoAction, Restrict, Cascade, SetNull, SetDefault }
    struct PgForeignKey {
        pub name: Option<String>, pub columns: Vec<String>, pub target: String, pub target_columns: Vec<String>,
        pub on_update: ReferenceAction, pub on_delete: ReferenceAction
    }
    struct PgIndex {
        pub name: Option<String>, pub method: String, pub keys: Vec<SortKey>, pub covering: Vec<String>,
        pub only_where: Option<String>, pub unique: bool
    }
    #[derive(Copy)]
    enum ChunkWidth { Time(Duration), Units(u64) }
    struct SpacePartition { pub column: String, pub partitions: u32 }
    struct Hypertable { pub time_column: String, pub chunk: ChunkWidth, pub space: Vec<SpacePartition> }
    struct Columnstore { pub segment_by: Vec<String>, pub order_by: Vec<SortKey> }
    struct PgTable {
        pub header: Header, pub columns: Vec<PgColumn>, pub primary_key: Option<PgKey>, pub uniques: Vec<PgKey>,
        pub foreign_keys: Vec<PgForeignKey>, pub checks: Vec<PgCheck>, pub indexes: Vec<PgIndex>,
        pub hypertable: Option<Hypertable>, pub columnstore: Option<Columnstore>
    }
    #[derive(Copy)]
    struct Refresh { pub start_offset: Option<Duration>, pub end_offset: Option<Duration>, pub every: Duration }
    struct ContinuousAggregate {
        pub header: Header, pub source: String, pub time_column: String, pub bucket: Duration, pub bucket_name: String,
        pub time_zone: Option<String>, pub group_by: Vec<Selected>, pub aggregates: Vec<Selected>,
        pub only_where: Option<String>, pub real_time: bool, pub refresh: Option<Refresh>, pub indexes: Vec<PgIndex>
    }
    #[derive(Default)]
    struct TimescaledbObjects { pub tables: Vec<PgTable>, pub aggregates: Vec<ContinuousAggregate> }
    enum ChColumnValue { Empty, DefaultTo(String), Materialized(String), Alias(String) }
    struct ChColumn { pub header: ColumnHeader, pub data_type: String, pub value: ChColumnValue, pub codec: Option<String> }
    struct ChSkipIndex { pub name: String, pub on: String, pub kind: String, pub granularity: u32 }
    struct ChTable {
        pub header: Header, pub columns: Vec<ChColumn>, pub engine: String, pub partition_by: Option<String>,
        pub order_by: Vec<String>, pub primary_key: Option<Vec<String>>, pub skip_indexes: Vec<ChSkipIndex>,
        pub settings: Vec<Setting>, pub sharding_key: Option<String>
    }
    struct ChMaterializedView {
        pub header: Header, pub source: String, pub target: String, pub select: Vec<Selected>,
        pub only_where: Option<String>, pub group_by: Vec<String>
    }
    #[derive(Default)]
    struct ClickhouseObjects { pub tables: Vec<ChTable>, pub materialized_views: Vec<ChMaterializedView> }
    struct MilvusField {
        pub header: ColumnHeader, pub data_type: String, pub nullable: bool, pub default_to: Option<String>,
        pub partition_key: bool
    }
    struct MilvusIndex {
        pub name: Option<String>, pub field: String, pub kind: String, pub metric: Option<String>,
        pub parameters: Vec<Setting>
    }
    enum MilvusPartitions { Single, Named(Vec<String>), ByKey(u32) }
    #[derive(Copy, PartialOrd, Ord)]
    enum Consistency { Strong, Session, Bounded, Eventually }
    #[derive(Copy, PartialOrd, Ord)]
    enum LoadState { Loaded, Released, OnDemand }
    struct MilvusCollection {
        pub header: Header, pub primary_key: String, pub auto_id: bool, pub fields: Vec<MilvusField>,
        pub dynamic_fields: bool, pub indexes: Vec<MilvusIndex>, pub partitions: MilvusPartitions, pub shards: u32,
        pub consistency: Consistency, pub load: LoadState, pub properties: Vec<Setting>
    }
    #[derive(Default)]
    struct ModelDefinition {
        pub timescaledb: TimescaledbObjects, pub clickhouse: ClickhouseObjects, pub milvus: Vec<MilvusCollection>
    }
    #[derive(Copy)]
    struct IntegerRange { pub minimum: i64, pub maximum: i64 }
    enum ParameterKind { Boolean, Integer(IntegerRange), Text(u32), Choice(Vec<String>), Duration }
    enum ParameterValue { Boolean(bool), Integer(i64), Text(String), Duration(Duration) }
    struct Parameter { pub name: String, pub kind: ParameterKind, pub default_to: Option<ParameterValue>, pub summary: String }
    struct Argument { pub name: String, pub value: ParameterValue }
    #[derive(Copy, PartialOrd, Ord)]
    enum Operation { Create, Alter }
    struct NamespaceRequest { pub database: Database, pub namespace: String }
    struct CapabilityRequest { pub databases: Vec<Database>, pub namespaces: Vec<NamespaceRequest>, pub operations: Vec<Operation> }
    struct PluginInfo {
        pub name: String, pub version: String, pub model: String, pub summary: String, pub parameters: Vec<Parameter>,
        pub requests: CapabilityRequest
    }
    struct Problem { pub path: String, pub message: String, pub help: Option<String> }
}
