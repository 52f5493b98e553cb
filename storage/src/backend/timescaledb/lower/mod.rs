//! Changes as SQL. The one place where statements for TimescaleDB are written; every name and text of a definition goes
//! through [`crate::quote`]. Pure.
//!
//! Everything is named with its schema, since sessions have only `pg_catalog` on their search path. A step is one
//! transaction under the role of its model; [`transaction`] makes it.

mod aggregate;
mod alter;
mod document;
mod parts;
mod role;
mod scratch;
mod table;

pub(super) use role::{CONNECTIONS, HERE};
pub(super) use scratch::{Columns, Member, Script, members};

use super::normalize;
use crate::backend::{Renewal, Seal};
use crate::catalog::{PartKey, PartKind, Shape};
use crate::change::Change;
use crate::definition::{Object, ObjectKind, ObjectName};
use crate::desire::HOST_MODEL;
use crate::diff::role_of;
use crate::document::Document;
use crate::mark::Mark;
use crate::name::Name;
use crate::plan::{Atomicity, Lower, Recipe, Statement, Step, Unsupported, VersionRow};
use crate::quote::postgres::{identifier, literal};
use crate::server::Server;
use std::collections::BTreeMap;

/// What is known of a server, as far as it decides what is sent to it.
#[derive(Debug, Clone)]
pub struct TimescaleLower {
    server: Server,
}

impl TimescaleLower {
    /// For this server.
    pub fn new(server: Server) -> Self {
        Self { server }
    }

    /// The extension's functions, or why there are none.
    fn extension(&self, part: PartKind) -> Result<Extension<'_>, Unsupported> {
        let missing =
            "the extension timescaledb is not installed in this database; run CREATE EXTENSION timescaledb there";
        match (&self.server.extension_schema, self.server.version) {
            (Some(schema), Some(_)) => Ok(Extension { schema }),
            _ => Err(Unsupported { part: PartKey::only(part), reason: missing.to_owned() }),
        }
    }

    /// What the Apache edition lacks.
    fn community(&self, part: PartKind) -> Result<Extension<'_>, Unsupported> {
        if self.server.licence == "apache" {
            let reason = "the server runs the Apache edition of TimescaleDB, which does not have it; set timescaledb.license to timescale";
            return Err(Unsupported { part: PartKey::only(part), reason: reason.to_owned() });
        }
        self.extension(part)
    }
}

impl Lower for TimescaleLower {
    fn shape(&self, object: &Object) -> Shape {
        normalize::shape(object)
    }

    fn lower(&self, change: &Change, object: Option<&Object>, mark: &Mark) -> Result<Recipe, Vec<Unsupported>> {
        let recipe = |texts: Vec<String>| Recipe {
            statements: texts.into_iter().map(Statement::Sql).collect(),
            hazards: Vec::new(),
            atomicity: Atomicity::Transaction,
        };
        match (change, object) {
            (Change::CreateRole { role, .. }, _) => Ok(recipe(self.create_role(role, mark))),
            (Change::AlterRole { role, settings, wanted, .. }, _) => {
                self.alter_role(role, settings, wanted, mark).map(recipe)
            }
            (Change::CreateNamespace { namespace, model, .. }, _) => {
                Ok(recipe(create_namespace(namespace, model, mark)))
            }
            (Change::OpenNamespace { namespace, role, .. }, _) => Ok(recipe(vec![format!(
                "GRANT USAGE, CREATE ON SCHEMA {} TO {}",
                identifier(namespace),
                identifier(role)
            )])),
            (Change::CreateObject { .. }, Some(object)) => {
                let statements = self.create(object, &mark.comment(&object.header().comment))?;
                Ok(recipe(role::with_jobs(object, statements)))
            }
            (Change::AlterObject { added, changed, removed, .. }, Some(object)) => {
                self.alter(object, &alter::Difference { added, changed, removed }, mark)
            }
            (Change::CreateObject { .. } | Change::AlterObject { .. }, None) => Err(vec![not_ours()]),
        }
    }

    fn document(&self, object: &Object) -> Option<Document> {
        self.create(object, &object.header().comment).ok().map(|texts| document::document(object, &texts))
    }
}

fn not_ours() -> Unsupported {
    Unsupported { part: PartKey::only(PartKind::Object), reason: "it is not an object of TimescaleDB".to_owned() }
}

/// Where the extension's functions are.
#[derive(Clone, Copy)]
struct Extension<'a> {
    schema: &'a Name,
}

impl Extension<'_> {
    fn function(self, name: &str) -> String {
        format!("{}.{name}", identifier(self.schema))
    }
}

impl TimescaleLower {
    /// Statements that make an object with this comment, which may be empty.
    fn create(&self, object: &Object, comment: &str) -> Result<Vec<String>, Vec<Unsupported>> {
        match object {
            Object::Table(table) => self.create_table(table, comment),
            Object::Aggregate(aggregate) => self.create_aggregate(aggregate, comment).map_err(|fault| vec![fault]),
            Object::ClickhouseTable(_) | Object::View(_) | Object::Collection(_) => Err(vec![not_ours()]),
        }
    }
}

/// A namespace of a model belongs to its role; one that a model was granted beside it belongs to nobody's role, and roles
/// are let in one by one.
fn create_namespace(namespace: &Name, model: &Name, mark: &Mark) -> Vec<String> {
    let schema = identifier(namespace);
    let comment = format!("COMMENT ON SCHEMA {schema} IS {}", literal(&mark.comment("")));
    if namespace != model || model.as_str() == HOST_MODEL {
        return vec![format!("CREATE SCHEMA IF NOT EXISTS {schema}"), comment];
    }
    let role = identifier(&role_of(model));
    vec![
        format!("CREATE SCHEMA {schema} AUTHORIZATION {role}"),
        format!("SET LOCAL ROLE {role}"),
        comment,
        "RESET ROLE".to_owned(),
    ]
}

/// `"namespace"."name"`.
fn qualified(name: &ObjectName) -> String {
    format!("{}.{}", identifier(&name.namespace), identifier(&name.name))
}

/// The object as a value of type `regclass`.
fn regclass(name: &ObjectName) -> String {
    format!("{}::regclass", literal(&qualified(name)))
}

/// A continuous aggregate is a view to `COMMENT`, whatever made it.
fn comment_on(kind: ObjectKind, name: &ObjectName, comment: &str) -> String {
    let word = if kind == ObjectKind::ContinuousAggregate { "VIEW" } else { "TABLE" };
    format!("COMMENT ON {word} {} IS {}", qualified(name), literal(comment))
}

/// Where the object of a statement says what it is: a query for its comment, to see whether a step is done already.
pub(super) fn comment_query(change: &Change) -> Option<String> {
    let text = match change {
        Change::CreateRole { role, .. } => format!(
            "SELECT shobj_description(r.oid, 'pg_authid') FROM pg_roles AS r WHERE r.rolname = {}",
            literal(role.as_str())
        ),
        Change::CreateNamespace { namespace, .. } => format!(
            "SELECT obj_description(n.oid, 'pg_namespace') FROM pg_namespace AS n WHERE n.nspname = {}",
            literal(namespace.as_str())
        ),
        Change::CreateObject { object, .. } => {
            format!("SELECT obj_description(to_regclass({}), 'pg_class')", literal(&qualified(object)))
        }
        Change::AlterRole { .. } | Change::OpenNamespace { .. } | Change::AlterObject { .. } => return None,
    };
    Some(text)
}

/// Whether a step writes this comment.
pub(super) fn writes_comment(step: &Step, comment: &str) -> bool {
    let end = format!(" IS {}", literal(comment));
    step.recipe.statements.iter().any(|statement| match statement {
        Statement::Sql(text) => text.starts_with("COMMENT ON ") && text.ends_with(&end),
        Statement::Call(_) => false,
    })
}

/// A step as one batch: its statements under its role, and its row of the version table, if that table is there.
pub(super) fn transaction(step: &Step, version_table: Option<&ObjectName>) -> String {
    let mut texts = vec!["BEGIN".to_owned()];
    texts.extend(step.role.as_ref().map(|role| format!("SET LOCAL ROLE {}", identifier(role))));
    texts.extend(step.recipe.statements.iter().map(ToString::to_string));
    texts.extend(step.role.as_ref().map(|_| "RESET ROLE".to_owned()));
    if let (Some(table), Some(row)) = (version_table, &step.version) {
        texts.push(upsert(table, std::slice::from_ref(row)));
    }
    texts.push("COMMIT".to_owned());
    texts.join(";\n")
}

/// All marks in one transaction, each under the role that owns the object.
pub(super) fn seal(marks: &BTreeMap<ObjectName, Seal>) -> String {
    let mut by_role: BTreeMap<Option<&Name>, Vec<String>> = BTreeMap::new();
    for (name, seal) in marks {
        let statement = comment_on(seal.kind, name, &seal.mark.comment(&seal.comment));
        by_role.entry(seal.role.as_ref()).or_default().push(statement);
    }
    let mut texts = vec!["BEGIN".to_owned()];
    for (role, statements) in by_role {
        texts.extend(role.map(|role| format!("SET LOCAL ROLE {}", identifier(role))));
        texts.extend(statements);
        texts.extend(role.map(|_| "RESET ROLE".to_owned()));
    }
    texts.push("COMMIT".to_owned());
    texts.join(";\n")
}

/// Marks of namespaces and roles, each in a transaction of its own.
pub(super) fn renewals(marks: &Renewal) -> Vec<String> {
    let alone = |text: String| format!("BEGIN;\n{text};\nCOMMIT");
    let schemas = marks.namespaces.iter().map(|(namespace, mark)| {
        let text = format!("COMMENT ON SCHEMA {} IS {}", identifier(namespace), literal(&mark.comment("")));
        if namespace.as_str() != mark.model || mark.model == HOST_MODEL {
            return alone(text);
        }
        alone(format!("SET LOCAL ROLE {};\n{text};\nRESET ROLE", identifier(&role_of(namespace))))
    });
    let roles = marks
        .roles
        .iter()
        .map(|(role, mark)| alone(format!("COMMENT ON ROLE {} IS {}", identifier(role), literal(&mark.comment("")))));
    schemas.chain(roles).collect()
}

/// The longest `version`; the column is `VARCHAR(50)`.
const VERSION_LENGTH: usize = 50;

/// A row as the version table can hold it.
pub(super) fn recorded(row: &VersionRow) -> VersionRow {
    VersionRow { version: row.version.chars().take(VERSION_LENGTH).collect(), ..row.clone() }
}

/// Writes rows of the version table. What is as it should be is not touched, and keeps its time.
pub(super) fn upsert(table: &ObjectName, rows: &[VersionRow]) -> String {
    let values: Vec<String> = rows
        .iter()
        .map(recorded)
        .map(|row| format!("({}, {}, {})", literal(&row.table_name), literal(&row.version), literal(&row.description)))
        .collect();
    let table = qualified(table);
    format!(
        "INSERT INTO {table} AS v (table_name, version, description) \
         SELECT w.* FROM (VALUES {}) AS w(table_name, version, description) WHERE NOT EXISTS (SELECT FROM {table} AS v \
         WHERE v.table_name = w.table_name AND v.version = w.version AND v.description = w.description) \
         ON CONFLICT (table_name) DO UPDATE SET version = excluded.version, description = excluded.description, updated_at = now()",
        values.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Backend;

    fn mark() -> Mark {
        let text = || "x'; DROP TABLE y; --\\".to_owned();
        Mark { settings: [text()].into(), ..Mark::live(&text(), text(), &text(), &text()) }
    }

    #[test]
    fn no_name_and_no_text_leaves_its_quotes() {
        let hostile = || Name::from_server("a\"; DROP TABLE b; --'\\");
        let lower =
            TimescaleLower::new(Server { extension_schema: Some(hostile()), ..Server::unknown(Backend::Timescaledb) });
        let (backend, role, namespace, model) = (Backend::Timescaledb, hostile(), hostile(), hostile());
        for change in [
            Change::CreateRole { backend, role: role.clone(), model: model.clone() },
            Change::CreateNamespace { backend, namespace: namespace.clone(), model: Name::from_server("m") },
            Change::CreateNamespace { backend, namespace: namespace.clone(), model: model.clone() },
            Change::OpenNamespace { backend, namespace, role, model },
        ] {
            let recipe = lower.lower(&change, None, &mark());
            for statement in recipe.map(|recipe| recipe.statements).unwrap_or_default() {
                assert!(!outside_quotes(&statement.to_string()).contains("DROP"), "{statement}");
            }
        }
        let marks = || [(hostile(), mark())].into();
        for statement in renewals(&Renewal { namespaces: marks(), roles: marks() }) {
            assert!(!outside_quotes(&statement).contains("DROP"), "{statement}");
        }
        let row = VersionRow {
            table_name: "t'; DROP".to_owned(),
            version: "1'\\'; DROP".to_owned(),
            description: "\\'; DROP".to_owned(),
        };
        assert!(
            !outside_quotes(&upsert(&ObjectName { backend, namespace: hostile(), name: hostile() }, &[row]))
                .contains("DROP")
        );
    }

    /// What a server would read as SQL: everything but quoted names and texts.
    fn outside_quotes(text: &str) -> String {
        let (mut out, mut quote, mut escapes, mut previous) = (String::new(), None, false, ' ');
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match quote {
                None if letter == '\'' || letter == '"' => {
                    escapes = letter == '\'' && previous == 'E';
                    quote = Some(letter);
                }
                None => out.push(letter),
                Some(_) if escapes && letter == '\\' => {
                    letters.next();
                }
                Some(mark) if letter == mark && letters.peek() == Some(&mark) => {
                    letters.next();
                }
                Some(mark) if letter == mark => quote = None,
                Some(_) => {}
            }
            previous = letter;
        }
        out
    }
}
