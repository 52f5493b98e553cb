//! Digests of the author's own words for each part.
//!
//! They are taken of the contract's values, before anything of ours reads them, so that neither our parsers nor our rendering
//! is in them: a newer host that renders otherwise finds the same words. Words that name another object go with the name it
//! has. Called only where nothing was refused, when each record has become one part, in the order of the contract.

use crate::definition::timescaledb::{Aggregate, Index, Table};
use crate::definition::{Object, clickhouse, milvus};
use crate::name::Name;
use crate::part::{Digest, Digests, PartKey, PartKind};
use crate::raw;
use serde::Serialize;

/// Notes the author's words in each object.
pub(super) fn note(objects: &mut [Object], words: &raw::ModelDefinition) {
    let (mut tables, mut aggregates) = (words.timescaledb.tables.iter(), words.timescaledb.aggregates.iter());
    let (mut stored, mut views) = (words.clickhouse.tables.iter(), words.clickhouse.materialized_views.iter());
    let mut collections = words.milvus.iter();
    for object in objects {
        let asked = match object {
            Object::Table(made) => tables.next().map(|words| table(made, words)),
            Object::Aggregate(made) => aggregates.next().map(|words| aggregate(made, words)),
            Object::ClickhouseTable(_) => stored.next().map(clickhouse_table),
            Object::View(made) => views.next().map(|words| view(made, words)),
            Object::Collection(made) => collections.next().map(|words| collection(made, words)),
        };
        object.header_mut().asked = asked.unwrap_or_default();
    }
}

/// The parts of one object.
struct Words(Digests);

impl Words {
    fn of(header: &raw::Header) -> Self {
        let mut words = Self(Digests::new());
        words.comment(PartKey::only(PartKind::Comment), &header.comment);
        words
    }

    fn put<T: Serialize>(&mut self, kind: PartKind, name: &str, words: &T) {
        self.0.insert(PartKey::new(kind, name), Digest::of(words));
    }

    fn comment(&mut self, key: PartKey, comment: &str) {
        if !comment.is_empty() {
            self.0.insert(key, Digest::of(comment));
        }
    }

    fn column<T: Serialize>(&mut self, header: &raw::ColumnHeader, words: &T) {
        self.put(PartKind::Column, &header.name, words);
        self.comment(PartKey::new(PartKind::ColumnComment, header.name.as_str()), &header.comment);
    }

    fn order<'a>(&mut self, columns: impl Iterator<Item = &'a raw::ColumnHeader>) {
        let names: Vec<&str> = columns.map(|header| header.name.as_str()).collect();
        self.put(PartKind::Order, "", &names);
    }

    /// Parts that the author may have left without a name.
    fn named<'a, T: Serialize>(
        &mut self,
        kind: PartKind,
        made: impl Iterator<Item = &'a Name>,
        words: impl Iterator<Item = T>,
    ) {
        for (name, words) in made.zip(words) {
            self.put(kind, name.as_str(), &words);
        }
    }

    fn indexes(&mut self, made: &[Index], words: &[raw::PgIndex]) {
        let words = words.iter().map(|index| {
            let raw::PgIndex { name: _, method, keys, covering, only_where, unique } = index;
            (method, keys, covering, only_where, unique)
        });
        self.named(PartKind::Index, made.iter().map(|index| &index.name), words);
    }
}

fn table(made: &Table, words: &raw::PgTable) -> Digests {
    let mut all = Words::of(&words.header);
    for column in &words.columns {
        all.column(&column.header, &(&column.data_type, column.nullable, &column.value));
    }
    all.order(words.columns.iter().map(|column| &column.header));
    if let Some(key) = &words.primary_key {
        all.put(PartKind::PrimaryKey, "", key);
    }
    all.named(PartKind::Unique, made.uniques.iter().map(|key| &key.name), words.uniques.iter().map(|key| &key.columns));
    all.named(
        PartKind::Check,
        made.checks.iter().map(|check| &check.name),
        words.checks.iter().map(|check| &check.condition),
    );
    let keys =
        made.foreign_keys.iter().zip(&words.foreign_keys).map(|(made, key)| {
            (&key.columns, made.target.to_string(), &key.target_columns, key.on_update, key.on_delete)
        });
    all.named(PartKind::ForeignKey, made.foreign_keys.iter().map(|key| &key.name), keys);
    all.indexes(&made.indexes, &words.indexes);
    if let Some(hypertable) = &words.hypertable {
        all.put(PartKind::Hypertable, "", &(&hypertable.time_column, hypertable.chunk));
        for space in &hypertable.space {
            all.put(PartKind::Dimension, &space.column, &space.partitions);
        }
        if let Some(store) = &words.columnstore {
            // The time column ends the order where the author left it out.
            all.put(PartKind::Columnstore, "", &(store, &hypertable.time_column));
        }
    }
    all.0
}

fn aggregate(made: &Aggregate, words: &raw::ContinuousAggregate) -> Digests {
    let mut all = Words::of(&words.header);
    let bucket = (&words.time_column, words.bucket, &words.bucket_name, &words.time_zone);
    all.put(PartKind::Object, "", &(made.source.to_string(), bucket, &words.only_where, words.real_time));
    for (grouped, selected) in
        words.group_by.iter().map(|one| (true, one)).chain(words.aggregates.iter().map(|one| (false, one)))
    {
        all.put(PartKind::Column, &selected.name, &(&selected.value, grouped));
    }
    if let Some(refresh) = &words.refresh {
        all.put(PartKind::Refresh, "", refresh);
    }
    all.indexes(&made.indexes, &words.indexes);
    all.0
}

fn clickhouse_table(words: &raw::ChTable) -> Digests {
    let mut all = Words::of(&words.header);
    let raw::ChTable { engine, partition_by, order_by, primary_key, sharding_key, .. } = words;
    all.put(PartKind::Object, "", &(engine, partition_by, order_by, primary_key, sharding_key));
    for column in &words.columns {
        all.column(&column.header, &(&column.data_type, &column.value, &column.codec));
    }
    all.order(words.columns.iter().map(|column| &column.header));
    for index in &words.skip_indexes {
        all.put(PartKind::Index, &index.name, &(&index.on, &index.kind, index.granularity));
    }
    for setting in &words.settings {
        all.put(PartKind::Property, &setting.name, &setting.value);
    }
    all.0
}

fn view(made: &clickhouse::View, words: &raw::ChMaterializedView) -> Digests {
    let mut all = Words::of(&words.header);
    let (source, target) = (made.source.to_string(), made.target.to_string());
    all.put(PartKind::Object, "", &(source, target, &words.select, &words.only_where, &words.group_by));
    all.0
}

fn collection(made: &milvus::Collection, words: &raw::MilvusCollection) -> Digests {
    let mut all = Words::of(&words.header);
    let by_key = match &words.partitions {
        raw::MilvusPartitions::ByKey(number) => *number,
        raw::MilvusPartitions::Single | raw::MilvusPartitions::Named(_) => 0,
    };
    let raw::MilvusCollection { primary_key, auto_id, dynamic_fields, shards, consistency, .. } = words;
    all.put(PartKind::Object, "", &(primary_key, auto_id, dynamic_fields, shards, consistency, by_key));
    for field in &words.fields {
        let raw::MilvusField { header, data_type, nullable, default_to, partition_key } = field;
        all.column(header, &(data_type, nullable, default_to, partition_key));
    }
    for index in &words.indexes {
        all.put(PartKind::Index, &index.field, &(&index.name, &index.kind, &index.metric, &index.parameters));
    }
    if let milvus::Partitions::Named(names) = &made.partitions {
        for name in names {
            all.put(PartKind::Partition, name.as_str(), &());
        }
    }
    for property in &words.properties {
        all.put(PartKind::Property, &property.name, &property.value);
    }
    if words.load != raw::LoadState::OnDemand {
        all.put(PartKind::Load, "", &words.load);
    }
    all.0
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    fn words(default: &str, nullable: bool) -> raw::PgTable {
        let header = raw::ColumnHeader { name: "a".to_owned(), was: Vec::new(), comment: String::new() };
        let header_of = |id: &str| raw::Header {
            id: id.to_owned(),
            namespace: None,
            name: id.to_owned(),
            comment: "of the table".to_owned(),
            origin: None,
        };
        raw::PgTable {
            header: header_of("t"),
            columns: vec![raw::PgColumn {
                header,
                data_type: "integer".to_owned(),
                nullable,
                value: raw::PgColumnValue::DefaultTo(default.to_owned()),
            }],
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: vec![raw::PgCheck { name: None, condition: "a > 0".to_owned() }],
            indexes: Vec::new(),
            hypertable: None,
            columnstore: None,
        }
    }

    fn asked(words: raw::PgTable) -> Digests {
        let info = raw::PluginInfo {
            name: "p".to_owned(),
            version: "1.0.0".to_owned(),
            model: "m".to_owned(),
            summary: String::new(),
            parameters: Vec::new(),
            requests: raw::CapabilityRequest {
                databases: vec![raw::Database::Timescaledb],
                namespaces: Vec::new(),
                operations: vec![raw::Operation::Create],
            },
        };
        let mut definition = raw::ModelDefinition::default();
        definition.timescaledb.tables.push(words);
        let (definition, found) =
            crate::validate::validate(&info, &definition, "", &<_>::default(), &crate::validate::Against::oldest());
        let definition = definition.unwrap_or_else(|| panic!("{:?}", found.iter().collect::<Vec<_>>()));
        definition.objects[0].header().asked.clone()
    }

    #[test]
    fn every_part_has_its_words_and_only_the_changed_one_changes() {
        let (first, second) = (asked(words("1", true)), asked(words("1 + 0", true)));
        let kinds: Vec<PartKind> = first.keys().map(|key| key.kind).collect();
        assert_eq!(kinds, [PartKind::Column, PartKind::Check, PartKind::Comment, PartKind::Order]);
        let column = PartKey::new(PartKind::Column, "a");
        for (key, digest) in &first {
            assert_eq!(second[key] == *digest, *key != column, "{key}");
        }
        assert_ne!(asked(words("1", false))[&column], first[&column]);
        assert_ne!(asked(words(" 1", true))[&column], first[&column], "words, not values");
    }
}
