//! How many parts an object may have, decided before any of them is looked at.
//!
//! Parts are compared with each other: a key with the columns, a reference with all keys. What a plugin may return holds
//! some hundred thousand of them, so without a bound an object could cost the host the square of that.

use super::Check;
use crate::definition::Backend;
use crate::diagnostic::codes;
use crate::raw::{self, MilvusPartitions};

/// Parts of one kind in one object. No engine has use for as many.
const MOST: usize = 2_000;

impl Check<'_> {
    /// Whether every object has few enough parts; a fault for each that has not.
    pub(super) fn few_parts(&mut self, definition: &raw::ModelDefinition) -> bool {
        let (timescaledb, clickhouse) = (&definition.timescaledb, &definition.clickhouse);
        let mut few = true;
        for one in &timescaledb.tables {
            let space = one.hypertable.as_ref().map_or(0, |hypertable| hypertable.space.len());
            let keys = one.columnstore.as_ref().map_or(0, |store| store.segment_by.len().max(store.order_by.len()));
            few &= self.few(
                Backend::Timescaledb,
                &one.header,
                &[
                    ("uniques", one.uniques.len()),
                    ("foreign_keys", one.foreign_keys.len()),
                    ("checks", one.checks.len()),
                    ("indexes", one.indexes.len()),
                    ("hypertable/space", space),
                    ("columnstore", keys),
                ],
            );
        }
        for one in &timescaledb.aggregates {
            few &= self.few(
                Backend::Timescaledb,
                &one.header,
                &[
                    ("group_by", one.group_by.len()),
                    ("aggregates", one.aggregates.len()),
                    ("indexes", one.indexes.len()),
                ],
            );
        }
        for one in &clickhouse.tables {
            few &= self.few(
                Backend::Clickhouse,
                &one.header,
                &[
                    ("columns", one.columns.len()),
                    ("order_by", one.order_by.len()),
                    ("primary_key", one.primary_key.as_ref().map_or(0, Vec::len)),
                    ("skip_indexes", one.skip_indexes.len()),
                    ("settings", one.settings.len()),
                ],
            );
        }
        for one in &clickhouse.materialized_views {
            let parts = [("select", one.select.len()), ("group_by", one.group_by.len())];
            few &= self.few(Backend::Clickhouse, &one.header, &parts);
        }
        for one in &definition.milvus {
            let parameters = one.indexes.iter().map(|index| index.parameters.len()).max().unwrap_or_default();
            let partitions = match &one.partitions {
                MilvusPartitions::Named(names) => names.len(),
                MilvusPartitions::Single | MilvusPartitions::ByKey(_) => 0,
            };
            few &= self.few(
                Backend::Milvus,
                &one.header,
                &[
                    ("fields", one.fields.len()),
                    ("indexes", one.indexes.len()),
                    ("indexes/parameters", parameters),
                    ("properties", one.properties.len()),
                    ("partitions", partitions),
                ],
            );
        }
        few
    }

    fn few(&mut self, backend: Backend, header: &raw::Header, parts: &[(&str, usize)]) -> bool {
        self.begin(backend, header);
        for (path, count) in parts.iter().filter(|(_, count)| *count > MOST) {
            let message = format!("it has {count} of these parts; {MOST} are possible");
            self.error(codes::name::TOO_MANY_PARTS, *path, message, "define fewer");
        }
        parts.iter().all(|(_, count)| *count <= MOST)
    }
}
