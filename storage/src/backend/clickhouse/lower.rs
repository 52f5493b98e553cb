//! Changes as statements: the one place where SQL for ClickHouse is written.
//!
//! Pure. Names and texts go through [`crate::quote`]; types, engines, codecs and expressions are rendered from values.
//! Each change is one statement, which the server carries out whole or not at all: a change of an object is one ALTER,
//! its mark included.

mod access;
mod cluster;
mod document;

pub(super) use access::{INTERVAL, MARK, QUOTA, mark_role, number};

use super::normalize::{self, PROJECTION, Place};
use super::spread;
use crate::catalog::{Fact, PartKey, PartKind, Shape};
use crate::change::{Change, ChangedFact, ChangedPart};
use crate::cluster::KnownCluster;
use crate::definition::clickhouse::{Column, ColumnValue, SkipIndex, Spread, Table, View};
use crate::definition::{Object, ObjectName};
use crate::desire::{Wanted, WantedObject};
use crate::document::Document;
use crate::expr::{Dialect, Expr};
use crate::mark::Mark;
use crate::name::Name;
use crate::plan::{Atomicity, Lower, Recipe, Statement, Unsupported, VersionRow};
use crate::quote::clickhouse::{identifier, literal};
use crate::server::{Server, Version};
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

/// From here on `ALTER DATABASE .. MODIFY COMMENT` is there (ClickHouse/ClickHouse#75622, in the first long-term release
/// that has it).
const COMMENTS_DATABASES: Version = Version::of(25, 8);

/// What is known of a server when changes are written for it.
#[derive(Debug, Clone)]
pub struct ClickhouseLower {
    /// Whether it has the storage policy that our tables are made with.
    has_policy: bool,
    /// Whether it changes comments of databases.
    comments_databases: bool,
    /// The cluster that the target is, where it is one.
    cluster: Option<KnownCluster>,
}

impl ClickhouseLower {
    /// For a server that was probed.
    pub fn new(server: &Server) -> Self {
        Self {
            has_policy: server.storage_policies.contains(super::STORAGE_POLICY),
            comments_databases: server.at_least(COMMENTS_DATABASES),
            cluster: server.cluster.clone(),
        }
    }

    fn place(&self) -> Place<'_> {
        Place { whale: self.has_policy, cluster: self.cluster.as_ref() }
    }
}

impl Lower for ClickhouseLower {
    fn shape(&self, object: &Object) -> Shape {
        match object {
            Object::ClickhouseTable(table) => normalize::table(table, self.place()),
            Object::View(view) => normalize::view(view),
            Object::Table(_) | Object::Aggregate(_) | Object::Collection(_) => Shape::default(),
        }
    }

    fn laid_out(&self, wanted: Wanted) -> Wanted {
        match &self.cluster {
            Some(known) if known.cluster.shards => {
                spread::laid_out(wanted, |desired| WantedObject { shape: self.shape(&desired.object), desired })
            }
            _ => wanted,
        }
    }

    fn lower(&self, change: &Change, object: Option<&Object>, mark: &Mark) -> Result<Recipe, Vec<Unsupported>> {
        match (change, object) {
            (Change::CreateNamespace { namespace, .. }, _) => Ok(recipe(vec![self.create_database(namespace, mark)])),
            (Change::CreateRole { role, .. }, _) => Ok(recipe(vec![access::create_role(role, &self.on_all(), mark)])),
            (Change::AlterRole { role, wanted, .. }, _) => Ok(recipe(access::alter_role(role, &self.on_all(), wanted))),
            (Change::CreateObject { .. }, Some(object)) => {
                // What is made now is read back as it was written, so that its mark need not be written twice.
                let mark = Mark { seen: normalize::expected(object, self.place()), ..mark.clone() };
                match object {
                    Object::ClickhouseTable(table) => {
                        Ok(recipe(vec![self.create_table(table, &mark.comment(&table.header.comment))]))
                    }
                    Object::View(view) => Ok(recipe(vec![self.create_view(view, &mark.comment(&view.header.comment))])),
                    Object::Table(_) | Object::Aggregate(_) | Object::Collection(_) => Err(vec![nothing_here()]),
                }
            }
            (Change::AlterObject { added, changed, removed, .. }, Some(object)) => {
                self.alter(object, added, changed, removed, mark).map(recipe)
            }
            _ => Err(vec![nothing_here()]),
        }
    }

    fn document(&self, object: &Object) -> Option<Document> {
        let comment = &object.header().comment;
        let text = match object {
            Object::ClickhouseTable(table) => self.create_table(table, comment),
            Object::View(view) => self.create_view(view, comment),
            Object::Table(_) | Object::Aggregate(_) | Object::Collection(_) => return None,
        };
        Some(document::document(object, &text))
    }
}

fn nothing_here() -> Unsupported {
    unsupported(PartKey::only(PartKind::Object), "ClickHouse has nothing of this kind")
}

fn recipe(statements: Vec<String>) -> Recipe {
    let statements = statements.into_iter().map(Statement::Sql).collect();
    Recipe { statements, hazards: Vec::new(), atomicity: Atomicity::Statements }
}

fn unsupported(part: PartKey, reason: impl Into<String>) -> Unsupported {
    Unsupported { part, reason: reason.into() }
}

pub(super) fn qualified(name: &ObjectName) -> String {
    format!("{}.{}", identifier(&name.namespace), identifier(&name.name))
}

fn expression(expr: &Expr) -> String {
    expr.render(Dialect::ClickHouse)
}

fn keys(all: &[Expr]) -> String {
    match all {
        [] => "tuple()".to_owned(),
        [one] => expression(one),
        all => format!("({})", all.iter().map(expression).collect::<Vec<_>>().join(", ")),
    }
}

impl ClickhouseLower {
    /// Without `IF NOT EXISTS`, which compares the name alone and would take a stranger's table for ours. The comment stands
    /// last: by it a repeated statement knows its own work.
    fn create_table(&self, table: &Table, comment: &str) -> String {
        let columns = table.columns.iter().map(column);
        let indexes = table.skip_indexes.iter().map(index);
        let inside: Vec<String> = columns.chain(indexes).map(|line| format!("    {line}")).collect();
        let is_over = matches!(table.spread, Spread::Over(_));
        let policy =
            (self.has_policy && !is_over).then(|| format!("storage_policy = {}", literal(super::STORAGE_POLICY)));
        let (name, on) = (qualified(&table.header.name), self.on(&table.header.name.namespace));
        let settings: Vec<String> =
            policy.into_iter().chain(table.settings.iter().map(|(name, value)| setting(name, value))).collect();
        let clauses = [
            Some(format!("CREATE TABLE {name}{on}\n(\n{}\n)", inside.join(",\n"))),
            Some(format!("ENGINE = {}", self.engine(table))),
            table.partition_by.as_ref().map(|key| format!("PARTITION BY {}", expression(key))),
            table.primary_key.as_ref().map(|all| format!("PRIMARY KEY {}", keys(all))),
            (!is_over).then(|| format!("ORDER BY {}", keys(&table.order_by))),
            (!settings.is_empty()).then(|| format!("SETTINGS {}", settings.join(", "))),
            (!comment.is_empty()).then(|| format!("COMMENT {}", literal(comment))),
        ];
        clauses.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }
}

/// A name from the list that validation has, and a value: a number or a word of truth as it is, else text.
fn setting(name: &str, value: &str) -> String {
    let bare = value.parse::<u64>().is_ok() || matches!(value, "true" | "false") || is_decimal(value);
    format!("{} = {}", identifier(&Name::from_server(name)), if bare { value.to_owned() } else { literal(value) })
}

fn is_decimal(value: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    value.split_once('.').is_some_and(|(whole, part)| digits(whole) && digits(part))
}

fn column(column: &Column) -> String {
    let value = match &column.value {
        ColumnValue::Empty => None,
        ColumnValue::Default(value) => Some(format!("DEFAULT {}", expression(value))),
        ColumnValue::Materialized(value) => Some(format!("MATERIALIZED {}", expression(value))),
        ColumnValue::Alias(value) => Some(format!("ALIAS {}", expression(value))),
    };
    let codec = column.codec.as_ref().filter(|codec| !codec.is_default());
    let clauses = [
        Some(format!("{} {}", identifier(&column.name), column.data_type)),
        value,
        (!column.comment.is_empty()).then(|| format!("COMMENT {}", literal(&column.comment))),
        codec.map(|codec| format!("CODEC({codec})")),
    ];
    clauses.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn index(index: &SkipIndex) -> String {
    let SkipIndex { name, on, kind, granularity } = index;
    format!("INDEX {} {} TYPE {kind} GRANULARITY {granularity}", identifier(name), expression(on))
}

impl ClickhouseLower {
    fn create_view(&self, view: &View, comment: &str) -> String {
        let items: Vec<String> = view
            .select
            .iter()
            .map(|item| format!("{} AS {}", expression(&item.value), identifier(&item.name)))
            .collect();
        let (name, on) = (qualified(&view.header.name), self.on(&view.header.name.namespace));
        let group: Vec<String> = view.group_by.iter().map(expression).collect();
        let clauses = [
            Some(format!("CREATE MATERIALIZED VIEW {name}{on} TO {}", qualified(&view.target))),
            Some(format!("AS SELECT {}", items.join(",\n    "))),
            Some(format!("FROM {}", qualified(&view.source))),
            view.only_where.as_ref().map(|filter| format!("WHERE {}", expression(filter))),
            (!group.is_empty()).then(|| format!("GROUP BY {}", group.join(", "))),
            normalize::has_shadows(view).then(|| format!("SETTINGS {}", normalize::COLUMNS_FIRST)),
            (!comment.is_empty()).then(|| format!("COMMENT {}", literal(comment))),
        ];
        clauses.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// One ALTER with everything that is added, on a cluster one of each kind, the mark last; or every reason why it cannot
    /// be written.
    fn alter(
        &self,
        object: &Object,
        added: &[PartKey],
        changed: &[ChangedPart],
        removed: &[PartKey],
        mark: &Mark,
    ) -> Result<Vec<String>, Vec<Unsupported>> {
        let mut refused: Vec<Unsupported> = removed.iter().filter(|part| !harmless(part)).map(refuse_removed).collect();
        for part in changed {
            match part.key.kind {
                PartKind::Comment | PartKind::ColumnComment => {}
                PartKind::Property if !FIXED_SETTINGS.contains(&part.key.name.as_str()) => {}
                _ => refused.extend(part.facts.iter().map(|fact| refuse_changed(&part.key, fact))),
            }
        }
        let mut wanted: BTreeSet<&PartKey> = added.iter().collect();
        wanted.extend(changed.iter().map(|part| &part.key));
        let (mut actions, mut comments, mut settings) = (Vec::new(), Vec::new(), Vec::new());
        if let Object::ClickhouseTable(table) = object {
            columns(table, &wanted, &mut actions);
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
        if self.apart() {
            let groups = [actions, comments, settings.into_iter().collect(), vec![mark]];
            return Ok(groups.iter().filter(|group| !group.is_empty()).map(|group| written(group)).collect());
        }
        actions.append(&mut comments);
        actions.push(mark);
        // Last: the list of settings would take what follows a comma for a setting.
        actions.extend(settings);
        Ok(vec![written(&actions)])
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

/// Comments may go. A constraint or a projection was never ours: no definition has one.
fn harmless(part: &PartKey) -> bool {
    matches!(part.kind, PartKind::Comment | PartKind::ColumnComment | PartKind::Check)
        || part.kind == PartKind::Index && part.name.starts_with(PROJECTION)
}

fn refuse_removed(part: &PartKey) -> Unsupported {
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
        (_, "ttl" | "sample by" | "statistics" | "settings" | "collation" | "value" | "statement") => {
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

/// Writes rows of the version table, each with the second since 1970 in which it was first written, if it was.
pub(super) fn record(table: &ObjectName, rows: &[(&VersionRow, Option<u64>)]) -> String {
    let value = |(row, created): &(&VersionRow, Option<u64>)| {
        let created = created.map_or("now()".to_owned(), |second| format!("toDateTime({second})"));
        let (table, version, description) =
            (literal(&row.table_name), literal(&row.version), literal(&row.description));
        format!("({table}, {version}, {description}, {created}, now())")
    };
    let values: Vec<String> = rows.iter().map(value).collect();
    format!(
        "INSERT INTO {} (table_name, version, description, created_at, updated_at) VALUES {}",
        qualified(table),
        values.join(", ")
    )
}
