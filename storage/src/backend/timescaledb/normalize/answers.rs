//! Digests of the server's own words for each part: the rows as they were read, and nothing that is ours.

use super::aggregate;
use super::found::{Whole, constraint_key, dimension_key};
use crate::catalog::{Digest, Digests, PartKey, PartKind};

/// Of everything that was read of an object.
pub(super) fn of(found: &Whole<'_>) -> Digests {
    let mut all = Digests::new();
    for column in &found.columns {
        let comment = column.comment.as_deref().unwrap_or_default();
        put_comment(&mut all, PartKey::new(PartKind::ColumnComment, column.name.as_str()), comment);
    }
    match found.aggregate {
        Some(rows) => aggregate::answers(&mut all, rows),
        None => table(&mut all, found),
    }
    for index in &found.indexes {
        all.insert(PartKey::new(PartKind::Index, index.name.as_str()), Digest::of(index));
    }
    put_comment(&mut all, PartKey::only(PartKind::Comment), found.comment);
    all
}

fn table(all: &mut Digests, found: &Whole<'_>) {
    for column in &found.columns {
        all.insert(PartKey::new(PartKind::Column, column.name.as_str()), Digest::of(column));
    }
    for row in &found.constraints {
        all.insert(constraint_key(row), Digest::of(row));
    }
    for row in &found.dimensions {
        all.insert(dimension_key(row), Digest::of(row));
    }
    if !found.store_keys.is_empty() {
        all.insert(PartKey::only(PartKind::Columnstore), Digest::of(&found.store_keys));
    }
    if found.persistence != "p" || found.child {
        all.insert(PartKey::only(PartKind::Object), Digest::of(&(found.persistence, found.child)));
    }
}

fn put_comment(all: &mut Digests, key: PartKey, comment: &str) {
    if !comment.is_empty() {
        all.insert(key, Digest::of(comment));
    }
}
