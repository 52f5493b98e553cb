//! Changes as statements: the one place where SQL for ClickHouse is written.
//!
//! Pure. Names and texts go through [`crate::quote`]; types, engines, codecs and expressions are rendered from values.
//! Each change is one statement, which the server carries out whole or not at all: a change of an object is one ALTER,
//! its mark included.

mod access;
mod alter;
mod cluster;
mod document;
mod scratch;

pub(super) use access::{INTERVAL, MARK, QUOTA, mark_role, number};
pub(super) use scratch::{Columns, OUTSIDE_KEY, Question, columns_of, described, outside_key, question};

use super::normalize::{self, Place};
use super::spread;
use crate::catalog::{Digests, PartKey, PartKind, Shape};
use crate::change::Change;
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

    fn deployed(&self, object: &Object) -> Digests {
        match object {
            Object::ClickhouseTable(table) => normalize::deployed(table, self.place()),
            _ => Digests::new(),
        }
    }

    fn laid_out(&self, wanted: Wanted) -> Wanted {
        match &self.cluster {
            Some(known) if known.cluster.shards => {
                spread::laid_out(wanted, |desired| WantedObject { drawn: self.drawn(&desired.object), desired })
            }
            _ => wanted,
        }
    }

    fn lower(&self, change: &Change, object: Option<&Object>, mark: &Mark) -> Result<Recipe, Vec<Unsupported>> {
        match (change, object) {
            (Change::CreateNamespace { namespace, .. }, _) => Ok(recipe(vec![self.create_database(namespace, mark)])),
            (Change::CreateRole { role, .. }, _) => Ok(recipe(vec![access::create_role(role, &self.on_all(), mark)])),
            (Change::AlterRole { role, wanted, .. }, _) => Ok(recipe(access::alter_role(role, &self.on_all(), wanted))),
            (Change::CreateObject { .. }, Some(object)) => match object {
                Object::ClickhouseTable(table) => {
                    Ok(recipe(vec![self.create_table(table, &mark.comment(&table.header.comment))]))
                }
                Object::View(view) => Ok(recipe(vec![self.create_view(view, &mark.comment(&view.header.comment))])),
                Object::Table(_) | Object::Aggregate(_) | Object::Collection(_) => Err(vec![nothing_here()]),
            },
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
