//! One change of an object that exists, as ALTER statements: additions, settings, comments and the order of columns. Every
//! other difference is refused by name, with the reason.

use super::{ClickhouseLower, column, index, qualified, setting, unsupported};
use crate::catalog::{Fact, PartKey, PartKind};
use crate::change::{ChangedFact, ChangedPart};
use crate::definition::Object;
use crate::definition::clickhouse::{Column, Table};
use crate::mark::Mark;
use crate::name::Name;
use crate::plan::Unsupported;
use crate::quote::clickhouse::{identifier, literal};
use std::collections::BTreeSet;

/// Settings of a table that stand for its whole life (`readonly` in `system.merge_tree_settings`).
const FIXED_SETTINGS: [&str; 6] = [
    "index_granularity",
    "index_granularity_bytes",
    "enable_mixed_granularity_parts",
    "share_nested_offsets",
    "allow_tuple_element_aggregation",
    "table_disk",
];

impl ClickhouseLower {
    /// One ALTER with everything that is added, on a cluster one of each kind, the mark last; or every reason why it cannot
    /// be written.
    pub(super) fn alter(
        &self,
        object: &Object,
        added: &[PartKey],
        changed: &[ChangedPart],
        removed: &[PartKey],
        mark: &Mark,
    ) -> Result<Vec<String>, Vec<Unsupported>> {
        let mut refused: Vec<Unsupported> = removed.iter().filter(|part| !is_free(part)).map(refuse_removed).collect();
        for part in changed {
            match part.key.kind {
                _ if is_free(&part.key) => {}
                _ => refused.extend(part.facts.iter().map(|fact| refuse_changed(&part.key, fact))),
            }
        }
        let mut wanted: BTreeSet<&PartKey> = added.iter().collect();
        wanted.extend(changed.iter().map(|part| &part.key));
        let (mut actions, mut comments, mut settings) = (Vec::new(), Vec::new(), Vec::new());
        if let Object::ClickhouseTable(table) = object {
            columns(table, &wanted, &mut actions);
            if wanted.iter().any(|part| part.kind == PartKind::Order) {
                in_order(table, &mut actions);
            }
            column_comments(table, &wanted, removed, &mut comments);
            let has = |kind, name: &str| wanted.contains(&PartKey::new(kind, name));
            let indexes = table.skip_indexes.iter().filter(|index| has(PartKind::Index, index.name.as_str()));
            actions.extend(
                indexes.map(|found| format!("ADD {}", index(found).replacen("INDEX", "INDEX IF NOT EXISTS", 1))),
            );
            settings.extend(
                table.settings.iter().filter(|(name, _)| has(PartKind::Property, name)).map(|(n, v)| setting(n, v)),
            );
            refused.extend(
                added
                    .iter()
                    .filter(|part| part.kind == PartKind::Property && FIXED_SETTINGS.contains(&part.name.as_str()))
                    .map(|part| unsupported(part.clone(), "this setting can only be given when the table is made")),
            );
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        let head = format!("ALTER TABLE {}{}", qualified(object.name()), self.on(&object.name().namespace));
        let written = |actions: &[String]| format!("{head}\n    {}", actions.join(",\n    "));
        let mark = format!("MODIFY COMMENT {}", literal(&mark.comment(&object.header().comment)));
        let settings = (!settings.is_empty()).then(|| format!("MODIFY SETTING {}", settings.join(", ")));
        // A statement of its own: two lists of settings cannot stand in one. Settings that are gone already are not reset again.
        let mut statements: Vec<String> =
            reset(removed).iter().map(|reset| written(std::slice::from_ref(reset))).collect();
        if self.apart() {
            let groups = [actions, comments, settings.into_iter().collect(), vec![mark]];
            statements.extend(groups.iter().filter(|group| !group.is_empty()).map(|group| written(group)));
            return Ok(statements);
        }
        actions.append(&mut comments);
        actions.push(mark);
        // Last: the list of settings would take what follows a comma for a setting.
        actions.extend(settings);
        statements.push(written(&actions));
        Ok(statements)
    }
}

/// New columns in the order of the definition, each behind its predecessor there.
fn columns(table: &Table, wanted: &BTreeSet<&PartKey>, actions: &mut Vec<String>) {
    let mut before: Option<&Column> = None;
    for next in &table.columns {
        if wanted.contains(&PartKey::new(PartKind::Column, next.name.as_str())) {
            let place = before.map_or("FIRST".to_owned(), |column| format!("AFTER {}", identifier(&column.name)));
            actions.push(format!("ADD COLUMN IF NOT EXISTS {} {place}", column(next)));
        }
        before = Some(next);
    }
}

fn column_comments(table: &Table, wanted: &BTreeSet<&PartKey>, removed: &[PartKey], actions: &mut Vec<String>) {
    for column in &table.columns {
        let name = column.name.as_str();
        let is_new = wanted.contains(&PartKey::new(PartKind::Column, name));
        let key = PartKey::new(PartKind::ColumnComment, name);
        if !is_new && (wanted.contains(&key) || removed.contains(&key)) {
            actions.push(format!("COMMENT COLUMN {} {}", identifier(&column.name), literal(&column.comment)));
        }
    }
}

/// Puts every column behind its predecessor; those of others come to stand last.
fn in_order(table: &Table, actions: &mut Vec<String>) {
    let mut before: Option<&Column> = None;
    for column in &table.columns {
        let place = before.map_or("FIRST".to_owned(), |before| format!("AFTER {}", identifier(&before.name)));
        // What is not named stays as it is; the type has to be.
        actions.push(format!("MODIFY COLUMN {} {} {place}", identifier(&column.name), column.data_type));
        before = Some(column);
    }
}

/// Gives settings that are no longer defined back to the server.
fn reset(removed: &[PartKey]) -> Option<String> {
    let settings = removed.iter().filter(|part| part.kind == PartKind::Property);
    let names: Vec<String> = settings.map(|part| identifier(&Name::from_server(&part.name))).collect();
    (!names.is_empty()).then(|| format!("RESET SETTING {}", names.join(", ")))
}

/// What an ALTER changes and takes away without touching a row.
fn is_free(part: &PartKey) -> bool {
    match part.kind {
        PartKind::Comment | PartKind::ColumnComment | PartKind::Order => true,
        PartKind::Property => !FIXED_SETTINGS.contains(&part.name.as_str()),
        _ => false,
    }
}

fn refuse_removed(part: &PartKey) -> Unsupported {
    if part.kind == PartKind::Property {
        return unsupported(part.clone(), "this setting can only be given when the table is made, and stays");
    }
    unsupported(
        part.clone(),
        format!("it is no longer defined, and dropping a {} is not supported yet", part.kind.title()),
    )
}

fn refuse_changed(part: &PartKey, fact: &ChangedFact) -> Unsupported {
    let side = |side: &Option<Fact>| side.as_ref().map_or("nothing".to_owned(), |fact| shown(fact.text()));
    let why = match (part.kind, fact.name) {
        (PartKind::Property, _) => "this setting can only be given when the table is made",
        (_, "storage policy") => "the storage policy of a table that exists is not changed by this version",
        (_, "settings" | "value" | "statement") => {
            "somebody else gave it a clause that this version does not manage; take it away in the database"
        }
        (
            PartKind::Object,
            "engine" | "partition by" | "order by" | "primary key" | "replicas at" | "cluster" | "over"
            | "sharding key",
        ) => "it is fixed when the table is made; the table would have to be rebuilt, which is not supported yet",
        (PartKind::Object, _) => "the query of a view is not changed by this version",
        (PartKind::Column, "type") => "the type of a column is not changed by this version",
        _ => "it is not changed by this version",
    };
    unsupported(part.clone(), format!("{} is {}, defined as {}: {why}", fact.name, side(&fact.from), side(&fact.to)))
}

fn shown(text: &str) -> String {
    const MOST: usize = 80;
    let cut: String = text.chars().take(MOST).collect();
    if cut.len() < text.len() { format!("\"{cut}..\"") } else { format!("\"{cut}\"") }
}
