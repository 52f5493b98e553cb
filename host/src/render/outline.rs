//! Objects in a few words: kind, size, and a line for each part. The same for what a plugin returned, which is escaped
//! and cut here, and for what was checked.

use super::style::count;
use crate::text::shown_within;
use whale_storage::definition::{Backend, Object, clickhouse, milvus, timescaledb};
use whale_storage::raw::{self, ChColumnValue, ModelDefinition, PgColumnValue};

/// Characters of a name or a type that are shown.
const MOST: usize = 100;
/// Characters of a type that was checked that are shown.
const MOST_TYPE: usize = 200;
/// Items of one line that are shown.
const MOST_ITEMS: usize = 21;

/// An object in a few words.
#[derive(Debug)]
pub(crate) struct Outline {
    /// Its engine.
    pub(crate) engine: Backend,
    /// Its name, with a namespace where one is given.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: &'static str,
    /// How large its definition is.
    pub(crate) size: String,
    /// The author's comment.
    pub(crate) comment: String,
    /// Its parts, a line each.
    pub(crate) parts: Vec<String>,
}

/// What a plugin returned.
pub(crate) fn of_definition(definition: &ModelDefinition) -> Vec<Outline> {
    let mut all = Vec::new();
    all.extend(definition.timescaledb.tables.iter().map(raw_table));
    all.extend(definition.timescaledb.aggregates.iter().map(raw_aggregate));
    all.extend(definition.clickhouse.tables.iter().map(raw_clickhouse_table));
    all.extend(definition.clickhouse.materialized_views.iter().map(raw_view));
    all.extend(definition.milvus.iter().map(raw_collection));
    all
}

fn cut(text: &str) -> String {
    shown_within(text, MOST)
}

fn cut_all(texts: &[String]) -> String {
    let shown: Vec<String> = texts.iter().take(20).map(|text| cut(text)).collect();
    let more = if texts.len() > shown.len() { ", ..." } else { "" };
    format!("{}{more}", shown.join(", "))
}

fn raw_outline(engine: Backend, header: &raw::Header, kind: &'static str, size: String, parts: Vec<String>) -> Outline {
    let name = match &header.namespace {
        Some(namespace) => format!("{}.{}", cut(namespace), cut(&header.name)),
        None => cut(&header.name),
    };
    Outline { engine, name, kind, size, comment: shown_within(&header.comment, 200), parts }
}

fn raw_table(table: &raw::PgTable) -> Outline {
    let kind = if table.hypertable.is_some() { "hypertable" } else { "table" };
    let mut parts: Vec<String> = table.columns.iter().map(raw_column).collect();
    parts.extend(table.primary_key.iter().map(|key| format!("primary key ({})", cut_all(&key.columns))));
    parts.extend(table.uniques.iter().map(|key| format!("unique ({})", cut_all(&key.columns))));
    let references =
        |key: &raw::PgForeignKey| format!("foreign key ({}) to {}", cut_all(&key.columns), cut(&key.target));
    parts.extend(table.foreign_keys.iter().map(references));
    parts.extend(table.checks.iter().map(|check| format!("check ({})", cut(&check.condition))));
    parts.extend(table.indexes.iter().map(raw_index));
    parts.extend(table.hypertable.iter().map(raw_hypertable));
    parts.extend(table.columnstore.iter().map(raw_columnstore));
    raw_outline(Backend::Timescaledb, &table.header, kind, count(table.columns.len(), "column"), parts)
}

fn raw_hypertable(hypertable: &raw::Hypertable) -> String {
    let width = match hypertable.chunk {
        raw::ChunkWidth::Time(width) => duration(width),
        raw::ChunkWidth::Units(units) => units.to_string(),
    };
    let space = |space: &raw::SpacePartition| format!("; {} by {}", space.partitions, cut(&space.column));
    let space: String = hypertable.space.iter().take(MOST_ITEMS).map(space).collect();
    format!("hypertable by {}, in chunks of {width}{space}", cut(&hypertable.time_column))
}

fn raw_columnstore(store: &raw::Columnstore) -> String {
    let mut line = "columnstore".to_owned();
    if !store.segment_by.is_empty() {
        line = format!("{line}, segmented by ({})", cut_all(&store.segment_by));
    }
    if !store.order_by.is_empty() {
        line = format!("{line}, ordered by ({})", sort_keys(&store.order_by));
    }
    line
}

fn sort_keys(keys: &[raw::SortKey]) -> String {
    let key = |key: &raw::SortKey| match key.direction {
        raw::Direction::Ascending => key.by.clone(),
        raw::Direction::Descending => format!("{} descending", key.by),
    };
    cut_all(&keys.iter().take(MOST_ITEMS).map(key).collect::<Vec<_>>())
}

/// A duration in words.
pub(crate) fn duration(duration: raw::Duration) -> String {
    let unit = match duration.unit {
        raw::DurationUnit::Seconds => "second",
        raw::DurationUnit::Minutes => "minute",
        raw::DurationUnit::Hours => "hour",
        raw::DurationUnit::Days => "day",
        raw::DurationUnit::Weeks => "week",
        raw::DurationUnit::Months => "month",
        raw::DurationUnit::Years => "year",
    };
    count(usize::try_from(duration.count).unwrap_or(usize::MAX), unit)
}

fn raw_column(column: &raw::PgColumn) -> String {
    let null = if column.nullable { "" } else { " not null" };
    let value = match &column.value {
        PgColumnValue::Empty => String::new(),
        PgColumnValue::DefaultTo(value) => format!(" default {}", cut(value)),
        PgColumnValue::Identity(_) => " identity".to_owned(),
        PgColumnValue::Generated(value) => format!(" generated as {}", cut(value)),
    };
    format!("{} {}{null}{value}", cut(&column.header.name), cut(&column.data_type))
}

fn raw_index(index: &raw::PgIndex) -> String {
    let unique = if index.unique { "unique " } else { "" };
    format!("{unique}index {} ({})", cut(&index.method), sort_keys(&index.keys))
}

fn raw_aggregate(aggregate: &raw::ContinuousAggregate) -> Outline {
    let (name, source, time) = (&aggregate.bucket_name, &aggregate.source, &aggregate.time_column);
    let width = duration(aggregate.bucket);
    let mut parts = vec![format!("{} from {} by {} of {}", cut(name), cut(source), width, cut(time))];
    parts.extend(aggregate.group_by.iter().chain(&aggregate.aggregates).map(raw_selected));
    parts.extend(aggregate.indexes.iter().map(raw_index));
    parts.push(aggregate.refresh.map_or_else(|| "never refreshed by itself".to_owned(), raw_refresh));
    let size = count(1 + aggregate.group_by.len() + aggregate.aggregates.len(), "column");
    raw_outline(Backend::Timescaledb, &aggregate.header, "continuous aggregate", size, parts)
}

fn raw_refresh(refresh: raw::Refresh) -> String {
    let back = |offset: Option<raw::Duration>, open: &str| {
        offset.map_or_else(|| open.to_owned(), |offset| format!("{} ago", duration(offset)))
    };
    let (from, until) = (back(refresh.start_offset, "the first"), back(refresh.end_offset, "the last"));
    format!("refreshed every {}, from {from} to {until}", duration(refresh.every))
}

fn raw_selected(selected: &raw::Selected) -> String {
    format!("{} = {}", cut(&selected.name), cut(&selected.value))
}

fn raw_clickhouse_table(table: &raw::ChTable) -> Outline {
    let column = |column: &raw::ChColumn| {
        let value = match &column.value {
            ChColumnValue::Empty => String::new(),
            ChColumnValue::DefaultTo(value) => format!(" default {}", cut(value)),
            ChColumnValue::Materialized(value) => format!(" materialized {}", cut(value)),
            ChColumnValue::Alias(value) => format!(" alias {}", cut(value)),
        };
        let codec = column.codec.as_ref().map(|codec| format!(" codec({})", cut(codec))).unwrap_or_default();
        format!("{} {}{value}{codec}", cut(&column.header.name), cut(&column.data_type))
    };
    let mut parts: Vec<String> = table.columns.iter().map(column).collect();
    parts.push(format!("engine {}", cut(&table.engine)));
    parts.extend(table.partition_by.iter().map(|by| format!("partition by {}", cut(by))));
    parts.extend(table.sharding_key.iter().map(|key| format!("shard by {}", cut(key))));
    parts.push(format!("order by ({})", cut_all(&table.order_by)));
    parts.extend(
        table
            .skip_indexes
            .iter()
            .map(|index| format!("index {} on {} {}", cut(&index.name), cut(&index.on), cut(&index.kind))),
    );
    raw_outline(Backend::Clickhouse, &table.header, "table", count(table.columns.len(), "column"), parts)
}

fn raw_view(view: &raw::ChMaterializedView) -> Outline {
    let mut parts = vec![format!("from {} to {}", cut(&view.source), cut(&view.target))];
    parts.extend(view.select.iter().map(raw_selected));
    raw_outline(Backend::Clickhouse, &view.header, "materialized view", count(view.select.len(), "column"), parts)
}

fn raw_collection(collection: &raw::MilvusCollection) -> Outline {
    let field = |field: &raw::MilvusField| {
        let mut line = format!("{} {}", cut(&field.header.name), cut(&field.data_type));
        for (holds, word) in
            [(field.header.name == collection.primary_key, " primary"), (field.partition_key, " partition key")]
        {
            line.push_str(if holds { word } else { "" });
        }
        line
    };
    let mut parts: Vec<String> = collection.fields.iter().map(field).collect();
    parts.extend(collection.indexes.iter().map(|index| {
        let metric = index.metric.as_ref().map(|metric| format!(" {}", cut(metric))).unwrap_or_default();
        let parameter = |setting: &raw::Setting| format!(", {} {}", cut(&setting.name), cut(&setting.value));
        let parameters: String = index.parameters.iter().take(MOST_ITEMS).map(parameter).collect();
        format!("index {} on {}{metric}{parameters}", cut(&index.kind), cut(&index.field))
    }));
    match &collection.partitions {
        raw::MilvusPartitions::Single => {}
        raw::MilvusPartitions::Named(names) => parts.push(format!("partitions {}", cut_all(names))),
        raw::MilvusPartitions::ByKey(number) => parts.push(format!("{number} partitions by key")),
    }
    let load = match collection.load {
        raw::LoadState::Loaded => "loaded",
        raw::LoadState::Released => "released",
        raw::LoadState::OnDemand => "loaded on demand",
    };
    let consistency = match collection.consistency {
        raw::Consistency::Strong => "strong",
        raw::Consistency::Session => "session",
        raw::Consistency::Bounded => "bounded",
        raw::Consistency::Eventually => "eventual",
    };
    parts.push(format!(
        "{load}, {}, {consistency} consistency",
        count(usize::try_from(collection.shards).unwrap_or(usize::MAX), "shard")
    ));
    raw_outline(Backend::Milvus, &collection.header, "collection", count(collection.fields.len(), "field"), parts)
}

/// An object that was checked.
pub(crate) fn of_object(object: &Object) -> Outline {
    let (kind, size, parts) = match object {
        Object::Table(table) => checked_table(table),
        Object::Aggregate(aggregate) => {
            let columns: Vec<String> = aggregate
                .group_by
                .iter()
                .chain(&aggregate.aggregates)
                .map(|selected| selected.name.to_string())
                .collect();
            ("continuous aggregate", count(columns.len() + 1, "column"), columns)
        }
        Object::ClickhouseTable(table) => checked_clickhouse_table(table),
        Object::View(view) => {
            let columns: Vec<String> = view.select.iter().map(|selected| selected.name.to_string()).collect();
            ("materialized view", count(columns.len(), "column"), columns)
        }
        Object::Collection(collection) => checked_collection(collection),
    };
    let header = object.header();
    let comment = shown_within(&header.comment, 200);
    Outline { engine: header.name.backend, name: header.name.to_string(), kind, size, comment, parts }
}

/// The type of a column of an object, where it has such a column.
pub(crate) fn column_type(object: &Object, name: &str) -> Option<String> {
    match object {
        Object::Table(table) => {
            table.columns.iter().find(|column| column.name.as_str() == name).map(|column| column.data_type.to_string())
        }
        Object::ClickhouseTable(table) => {
            table.columns.iter().find(|column| column.name.as_str() == name).map(|column| column.data_type.to_string())
        }
        Object::Collection(collection) => {
            collection.fields.iter().find(|field| field.name.as_str() == name).map(|field| field.data_type.to_string())
        }
        Object::Aggregate(_) | Object::View(_) => None,
    }
}

type Checked = (&'static str, String, Vec<String>);

fn names<'n, T: ToString + 'n>(names: impl IntoIterator<Item = &'n T>) -> String {
    names.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A type or an engine, which may hold texts of the author.
fn written(what: &impl ToString) -> String {
    shown_within(&what.to_string(), MOST_TYPE)
}

fn checked_table(table: &timescaledb::Table) -> Checked {
    let kind = if table.hypertable.is_some() { "hypertable" } else { "table" };
    let column = |column: &timescaledb::Column| {
        format!("{} {}{}", column.name, written(&column.data_type), if column.nullable { "" } else { " not null" })
    };
    let mut parts: Vec<String> = table.columns.iter().map(column).collect();
    parts.extend(table.primary_key.iter().map(|key| format!("primary key ({})", names(&key.columns))));
    parts.extend(table.uniques.iter().map(|key| format!("unique ({})", names(&key.columns))));
    parts.extend(
        table.foreign_keys.iter().map(|key| format!("foreign key ({}) to {}", names(&key.columns), key.target)),
    );
    parts.extend(table.checks.iter().map(|check| format!("check {}", check.name)));
    parts.extend(table.indexes.iter().map(|index| format!("index {} {}", index.name, index.method.as_str())));
    (kind, count(table.columns.len(), "column"), parts)
}

fn checked_clickhouse_table(table: &clickhouse::Table) -> Checked {
    let mut parts: Vec<String> =
        table.columns.iter().map(|column| format!("{} {}", column.name, written(&column.data_type))).collect();
    parts.push(format!("engine {}", written(&table.engine)));
    parts.extend(table.skip_indexes.iter().map(|index| format!("index {}", index.name)));
    ("table", count(table.columns.len(), "column"), parts)
}

fn checked_collection(collection: &milvus::Collection) -> Checked {
    let mut parts: Vec<String> =
        collection.fields.iter().map(|field| format!("{} {}", field.name, written(&field.data_type))).collect();
    parts.extend(
        collection.indexes.iter().map(|index| format!("index {} on {} ({})", index.name, index.field, index.kind)),
    );
    if let milvus::Partitions::Named(partitions) = &collection.partitions {
        parts.push(format!("partitions {}", names(partitions)));
    }
    ("collection", count(collection.fields.len(), "field"), parts)
}
