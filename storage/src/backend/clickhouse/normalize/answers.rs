//! Digests of the server's own words for each part, of what was read and of nothing that is ours.

use super::clauses;
use super::found::{ColumnRow, IndexRow, TableRow, foreign};
use super::object;
use crate::catalog::{Digest, Digests, PartKey, PartKind};
use crate::definition::ObjectKind;

/// Everything that was read of an object.
pub(super) struct Read<'a> {
    pub(super) kind: ObjectKind,
    pub(super) row: &'a TableRow,
    /// The author's comment, without the mark.
    pub(super) author: &'a str,
    pub(super) columns: &'a [ColumnRow],
    pub(super) indexes: &'a [IndexRow],
}

/// Of everything that was read.
pub(super) fn of(read: &Read<'_>) -> Digests {
    let mut all = Digests::new();
    match read.kind {
        ObjectKind::Table => table(&mut all, read),
        ObjectKind::MaterializedView => {
            // Servers infer the list of columns, and write who made the view; neither is a change of it.
            let target = clauses::target(&read.row.create_table_query);
            let target = target.as_deref().unwrap_or(&read.row.create_table_query);
            all.insert(object(), Digest::of(&(&read.row.as_select, target)));
        }
        _ => {
            all.insert(object(), Digest::of(&(&read.row.engine, &read.row.create_table_query)));
        }
    }
    if !read.author.is_empty() {
        all.insert(PartKey::only(PartKind::Comment), Digest::of(read.author));
    }
    all
}

fn table(all: &mut Digests, Read { row, columns, indexes, .. }: &Read<'_>) {
    let clauses = clauses::engine(&row.engine_full);
    let head = clauses.as_ref().map_or(row.engine_full.as_str(), |clauses| clauses.head);
    // The server did not show the statement, or wrote it in a form that we do not know.
    let unknown = match foreign(row) {
        Some(clauses) => {
            all.extend(clauses.into_iter().map(|(key, text)| (key, Digest::of(&text))));
            ""
        }
        None => row.create_table_query.as_str(),
    };
    let keys = (&row.partition_key, &row.sorting_key, &row.primary_key);
    all.insert(object(), Digest::of(&(head, keys, &row.storage_policy, unknown)));
    let settings = clauses.into_iter().flat_map(|clauses| clauses.settings);
    for (name, value) in settings.filter(|(name, _)| name != "storage_policy") {
        all.insert(PartKey::new(PartKind::Property, name), Digest::of(&value));
    }
    for row in *columns {
        let words = (&row.data_type, &row.default_kind, &row.default_expression, &row.compression_codec);
        all.insert(PartKey::new(PartKind::Column, row.name.as_str()), Digest::of(&words));
        if !row.comment.is_empty() {
            all.insert(PartKey::new(PartKind::ColumnComment, row.name.as_str()), Digest::of(&row.comment));
        }
    }
    for row in *indexes {
        let words = (&row.type_full, &row.expr, &row.granularity);
        all.insert(PartKey::new(PartKind::Index, row.name.as_str()), Digest::of(&words));
    }
}
