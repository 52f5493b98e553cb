//! Reads what is there: four queries, however many tables there are.
//!
//! Columns are named one by one and numbers are asked for as text, since both differ between versions. What is left out
//! for want of a right cannot be told from what is absent; a table whose statement is not shown counts as opaque.

use super::access;
use super::lower;
use super::normalize::{self, ColumnRow, IndexRow, TableRow};
use super::run::Session;
use super::wall::{SINCE, Wall};
use super::{cluster, limits};
use crate::backend::{Address, EngineError, Scope};
use crate::catalog::Catalog;
use crate::cluster::KnownCluster;
use crate::definition::{Backend, ObjectName};
use crate::mark::{FORMS, MarkState};
use crate::name::Name;
use crate::quote::clickhouse::literal;
use crate::server::{Server, known};
use crate::version_table;
use serde::Deserialize;

const READING: &str = "reading the catalogue";

/// What the server is, and of one that we know also what may be sent to it: from then on every request is sent with that.
pub(super) async fn server(session: &mut Session, address: &Address) -> Result<Server, EngineError> {
    #[derive(Deserialize)]
    struct VersionRow {
        version: String,
    }
    #[derive(Deserialize)]
    struct UserRow {
        user: String,
        roles: Vec<String>,
        policies: Vec<String>,
        settings: Vec<limits::Found>,
    }
    let attempted = format!("connecting to {}", session.place());
    let mut server = Server::unknown(Backend::Clickhouse);
    let versions: Vec<VersionRow> = session.read(&attempted, "SELECT version() AS version").await?;
    server.version_text = versions.into_iter().next().map(|row| row.version).unwrap_or_default();
    server.version = server.version_text.parse().ok();
    if !server.at_least(known(Backend::Clickhouse).oldest) {
        return Ok(server);
    }
    let sql = format!(
        "SELECT currentUser() AS user, currentRoles() AS roles, groupUniqArray(policy_name) AS policies, \
         (SELECT groupArray([name, value, ifNull(min, ''), ifNull(max, ''), toString(readonly)]) FROM system.settings \
         WHERE name IN ({})) AS settings FROM system.storage_policies",
        limits::ASKED
    );
    for row in session.read::<UserRow>("reading the storage policies", &sql).await? {
        if server.at_least(SINCE) {
            server.roles = row.roles.into_iter().map(Name::from_server).collect();
        }
        server.user = row.user;
        server.wall = Wall::of(&server).stands();
        server.storage_policies = row.policies.into_iter().collect();
        let sent = limits::sent(address, &row.settings);
        limits::hold(session, &sent);
        if address.cluster.is_some() && !sent.closed {
            session.change(|client| cluster::settings(client, address.statement_timeout));
        }
        server.unheld = sent.unheld;
    }
    if let Some(declared) = &address.cluster {
        server.cluster = Some(cluster::known(session, declared).await?);
    }
    Ok(server)
}

#[derive(Deserialize)]
struct DatabaseRow {
    /// Whether it is the comment of the version table in the database, not of the database itself.
    version: u8,
    name: String,
    comment: String,
}

/// Everything in the namespaces of a scope.
pub(super) async fn catalog(
    session: &Session,
    scope: &Scope,
    known: Option<&KnownCluster>,
) -> Result<Catalog, EngineError> {
    let names: Vec<String> = scope.namespaces.iter().map(|name| literal(name.as_str())).collect();
    let within = if names.is_empty() { literal("") } else { names.join(", ") };
    // Those in which a model may have objects: asked for by name, or by the mark that they carry.
    let or_marked = if scope.marked { format!(" OR {}", marked("comment")) } else { String::new() };
    let databases = format!(
        "SELECT 0 AS version, name, comment FROM system.databases WHERE name IN ({within}){or_marked} \
         UNION ALL SELECT 1 AS version, t.database AS name, t.comment AS comment FROM system.tables AS t \
         WHERE t.name = {} AND endsWith(t.database, {}) AND {}",
        literal(version_table::NAME),
        literal(version_table::namespace(Backend::Clickhouse)),
        marked("t.comment"),
    );
    let within = if scope.marked {
        format!("SELECT name FROM system.databases WHERE name IN ({within}){or_marked}")
    } else {
        within
    };
    let tables = format!(
        "SELECT database, name, toString(uuid) AS uuid, engine, engine_full, partition_key, sorting_key, primary_key, sampling_key, \
         storage_policy, comment, create_table_query, as_select \
         FROM system.tables WHERE database IN ({within}) AND NOT is_temporary"
    );
    let columns = format!(
        "SELECT database, table, name, type, default_kind, default_expression, compression_codec, comment \
         FROM system.columns WHERE database IN ({within}) ORDER BY database, table, position"
    );
    let indexes = format!(
        "SELECT database, table, name, type_full, expr, toString(granularity) AS granularity \
         FROM system.data_skipping_indices WHERE database IN ({within}) ORDER BY database, table, name"
    );
    let (databases, tables, columns, indexes) = futures::try_join!(
        session.read::<DatabaseRow>(READING, &databases),
        session.read::<TableRow>(READING, &tables),
        session.read::<ColumnRow>(READING, &columns),
        session.read::<IndexRow>(READING, &indexes),
    )?;
    let mut catalog = Catalog::empty(Backend::Clickhouse);
    let (versions, databases): (Vec<_>, Vec<_>) = databases.into_iter().partition(|row| row.version == 1);
    catalog.namespaces =
        databases.into_iter().map(|row| (Name::from_server(row.name), MarkState::split(&row.comment).1)).collect();
    catalog.objects = normalize::objects(tables, columns, indexes, known);
    for row in versions {
        catalog.note_deployment(&row.name, &MarkState::split(&row.comment).1);
    }
    access::read(session, scope, &mut catalog).await?;
    Ok(catalog.within(&scope.deployment))
}

/// Whether a comment holds a mark of any form.
pub(super) fn marked(column: &str) -> String {
    let forms: Vec<String> = FORMS.iter().map(|form| literal(form)).collect();
    format!("multiSearchAny({column}, [{}])", forms.join(", "))
}

/// The comment of a table or a view, if it is there.
pub(super) async fn comment(session: &Session, object: &ObjectName) -> Result<Option<String>, EngineError> {
    #[derive(Deserialize)]
    struct CommentRow {
        comment: String,
    }
    let (database, name) = (literal(object.namespace.as_str()), literal(object.name.as_str()));
    let sql = format!("SELECT comment FROM system.tables WHERE database = {database} AND name = {name}");
    Ok(session.read::<CommentRow>(READING, &sql).await?.into_iter().next().map(|row| row.comment))
}

/// Statements of ours that change something and are still at work, and mutations of tables of ours that are not done. No
/// other run is at work: the lock is held.
pub(super) async fn at_work(session: &Session, known: Option<&KnownCluster>) -> Result<Vec<String>, EngineError> {
    #[derive(Deserialize)]
    struct Work {
        what: String,
    }
    const LOOKING: &str = "looking for what an earlier run left at work";
    let processes = cluster::everywhere(known, "processes");
    let mutations = cluster::everywhere(known, "mutations");
    // Whose tables they are is asked only when there is something: that costs more than the rest.
    let sql = format!(
        "SELECT 'something' AS what FROM {processes}
        WHERE Settings['log_comment'] = {comment} AND query_kind NOT IN ('Select', 'Show', 'Describe')
        UNION ALL SELECT 'something' AS what FROM {mutations} WHERE NOT is_done LIMIT 1",
        comment = literal(super::LOG_COMMENT),
    );
    if session.read::<Work>(LOOKING, &sql).await?.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT concat('statement ', query_id, ': ', substring(replaceRegexpAll(query, '\\\\s+', ' '), 1, 100)) AS what
        FROM {processes}
        WHERE Settings['log_comment'] = {comment} AND query_kind NOT IN ('Select', 'Show', 'Describe')
        UNION ALL
        SELECT concat('mutation ', m.mutation_id, ' of ', m.database, '.', m.table, ': ', substring(m.command, 1, 100),
            if(m.latest_fail_reason = '', '', concat('; it fails: ', substring(m.latest_fail_reason, 1, 200)))) AS what
        FROM {mutations} AS m INNER JOIN system.tables AS t ON t.database = m.database AND t.name = m.table
        WHERE NOT m.is_done AND {mark}",
        comment = literal(super::LOG_COMMENT),
        mark = marked("t.comment"),
    );
    let work: Vec<Work> = session.read(LOOKING, &sql).await?;
    Ok(work.into_iter().map(|row| row.what).collect())
}

/// A row of the version table.
#[derive(Deserialize)]
pub(super) struct VersionFound {
    pub(super) table_name: String,
    pub(super) version: String,
    pub(super) description: String,
    /// Seconds since 1970.
    pub(super) created: String,
}

/// The version table.
pub(super) async fn versions(session: &Session, table: &ObjectName) -> Result<Vec<VersionFound>, EngineError> {
    let sql = format!(
        "SELECT table_name, version, description, toString(toUnixTimestamp(created_at)) AS created FROM {} FINAL",
        lower::qualified(table)
    );
    session.read("reading the version table", &sql).await
}
