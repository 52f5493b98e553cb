//! The reading queries: one for each kind of thing, in two round trips and one snapshot, however many tables there are.
//!
//! Each statement returns one row with one JSON array. What is missing because a right is missing is an error of the
//! server, never an empty answer: the system catalogs are open to every user.

use super::fault;
use super::normalize::rows::{Relation, Rows};
use super::session::Session;
use crate::backend::{EngineError, Scope};
use crate::name::Name;
use crate::quote::postgres as quote;
use crate::server::{Server, Version};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

const READING: &str = "reading the catalog";

/// All readings of one look see the same state.
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Reads what is there in the namespaces and the roles of the scope. Parts are asked for only where there are relations:
/// to plan those queries costs more than to run them.
pub(super) async fn read(session: &mut Session, server: &Server, scope: &Scope) -> Result<Rows, EngineError> {
    let queries = Queries::new(scope, server.version.is_some());
    let mut answers = session.finishing(READING, &format!("{SNAPSHOT};\n{}", queries.wholes())).await?.into_iter();
    let mut rows = Rows {
        namespaces: next(&mut answers)?,
        roles: next(&mut answers)?,
        version_tables: next(&mut answers)?,
        relations: next(&mut answers)?,
        taken: next(&mut answers)?,
        ..Rows::default()
    };
    if rows.relations.is_empty() {
        session.rows(READING, "COMMIT").await?;
        return Ok(rows);
    }
    let mut answers =
        session.finishing(READING, &format!("{};\nCOMMIT", queries.parts(&rows.relations))).await?.into_iter();
    rows.columns = next(&mut answers)?;
    rows.constraints = next(&mut answers)?;
    rows.indexes = next(&mut answers)?;
    if queries.extended {
        rows.dimensions = next(&mut answers)?;
        rows.store_keys = next(&mut answers)?;
        rows.aggregates = next(&mut answers)?;
    }
    Ok(rows)
}

fn next<T: DeserializeOwned>(answers: &mut impl Iterator<Item = String>) -> Result<T, EngineError> {
    let text = answers.next().ok_or_else(|| fault::answer(READING, "an answer is missing"))?;
    serde_json::from_str(&text).map_err(|error| fault::answer(READING, &error.to_string()))
}

/// The queries for one scope.
pub(super) struct Queries {
    /// An array of the namespaces.
    namespaces: String,
    /// An array of the roles.
    roles: String,
    /// Two arrays: schemas, and a name in each.
    names: String,
    /// Whether the server has the extension.
    extended: bool,
}

impl Queries {
    fn new(scope: &Scope, extended: bool) -> Self {
        let (mut namespaces, mut roles) = (array(scope.namespaces.iter()), array(scope.roles.iter()));
        if scope.marked {
            namespaces = MARKED_NAMESPACES.replace("$namespaces", &namespaces);
            roles = MARKED_ROLES.replace("$roles", &roles);
        }
        let (schemas, names) =
            (scope.relations.iter().map(|(schema, _)| schema), scope.relations.iter().map(|(_, name)| name));
        let names = format!("{}, {}", array(schemas), array(names));
        Self { namespaces, roles, names, extended }
    }

    /// Namespaces, roles, version tables of any deployment, and relations.
    fn wholes(&self) -> String {
        self.batch(&[NAMESPACES, ROLES, VERSION_TABLES, RELATIONS, TAKEN], "")
    }

    /// What relations are made of.
    fn parts(&self, relations: &[Relation]) -> String {
        let oids: Vec<String> = relations.iter().map(|relation| relation.oid.to_string()).collect();
        let common = [COLUMNS, CONSTRAINTS, INDEXES];
        let timescale: &[&str] = if self.extended { &[DIMENSIONS, STORE_KEYS, AGGREGATES] } else { &[] };
        self.batch(&[&common, timescale].concat(), &format!("ARRAY[{}]::oid[]", oids.join(", ")))
    }

    /// Columns, constraints and indexes of relations that an expression gives: an array of their oids.
    pub(super) fn of_parts(relations: &str) -> String {
        Self::new(&Scope::default(), false).batch(&[COLUMNS, CONSTRAINTS, INDEXES], relations)
    }

    fn batch(&self, queries: &[&str], relations: &str) -> String {
        let members =
            if self.extended { format!("{MEMBERS} UNION ALL {MATERIALIZATIONS}") } else { MEMBERS.to_owned() };
        let arrays = queries.iter().map(|query| {
            let query = query.replace("$members", &members).replace("$relations", relations);
            let query = query.replace("$views", if self.extended { VIEWS } else { NO_VIEWS });
            let query = query.replace("$namespaces", &self.namespaces).replace("$roles", &self.roles);
            let query = query.replace("$names", &self.names);
            format!("SELECT coalesce(json_agg(q), '[]') FROM ({query}) AS q")
        });
        arrays.collect::<Vec<_>>().join(";\n")
    }
}

fn array<'a>(names: impl Iterator<Item = &'a Name>) -> String {
    let names: Vec<String> = names.map(|name| quote::literal(name.as_str())).collect();
    format!("ARRAY[{}]::text[]", names.join(", "))
}

/// With those that carry our mark.
const MARKED_NAMESPACES: &str =
    "ARRAY(SELECT m.nspname::text FROM pg_namespace AS m WHERE m.nspname = ANY ($namespaces)
    OR obj_description(m.oid, 'pg_namespace') ~ '(^|\n)whale:[^\n]*$')";

const MARKED_ROLES: &str = "ARRAY(SELECT m.rolname::text FROM pg_roles AS m WHERE m.rolname = ANY ($roles)
    OR (starts_with(m.rolname, 'whale_') AND shobj_description(m.oid, 'pg_authid') ~ '(^|\n)whale:[^\n]*$'))";

const NAMESPACES: &str = "SELECT n.nspname AS name, obj_description(n.oid, 'pg_namespace') AS comment
    FROM pg_namespace AS n WHERE n.nspname = ANY ($namespaces) ORDER BY 1";

const ROLES: &str = "SELECT r.rolname AS name, shobj_description(r.oid, 'pg_authid') AS comment,
    r.rolconnlimit::bigint AS connections,
    (SELECT coalesce(json_agg(json_build_object('name', split_part(c.text, '=', 1),
        'value', substr(c.text, strpos(c.text, '=') + 1), 'here', s.setdatabase <> 0) ORDER BY c.text), '[]')
        FROM pg_db_role_setting AS s, unnest(s.setconfig) AS c(text) WHERE s.setrole = r.oid AND s.setdatabase IN
        (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))) AS settings,
    ARRAY(SELECT n.nspname FROM pg_namespace AS n WHERE n.nspname = ANY ($namespaces)
        AND has_schema_privilege(r.oid, n.oid, 'CREATE') AND has_schema_privilege(r.oid, n.oid, 'USAGE')) AS namespaces
    FROM pg_roles AS r WHERE r.rolname = ANY ($roles) ORDER BY 1";

/// Where deployments keep their version tables: their prefixes stand before the namespace's name.
const VERSION_TABLES: &str = "SELECT n.nspname AS name, obj_description(c.oid, 'pg_class') AS comment
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relname = 'schema_version' AND c.relkind = 'r' AND right(n.nspname, 6) = 'public'
    AND obj_description(c.oid, 'pg_class') ~ '(^|\n)whale:[^\n]*$' ORDER BY 1";

const RELATIONS: &str = "SELECT c.oid::bigint AS oid, n.nspname AS namespace, c.relname AS name, c.relkind AS kind,
    c.relpersistence AS persistence,
    (c.relispartition OR EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhrelid = c.oid)) AS child,
    obj_description(c.oid, 'pg_class') AS comment
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($namespaces) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 2, 3";

/// What has names that would be given. Of an index and a sequence, whose it is; of the table behind an aggregate, the
/// aggregate. The array type of another type makes way by itself.
const TAKEN: &str = "SELECT w.namespace, w.name, c.relkind::text AS kind, CASE
        WHEN i.indexrelid IS NOT NULL THEN coalesce((SELECT v.name FROM ($views) AS v(behind, name) WHERE v.behind = i.indrelid),
            i.indrelid::regclass::text)
        WHEN c.relkind = 'S' THEN (SELECT d.refobjid::regclass::text FROM pg_depend AS d WHERE d.objid = c.oid
            AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('i', 'a') LIMIT 1)
        END AS of
    FROM unnest($names) AS w(namespace, name) JOIN pg_namespace AS n ON n.nspname = w.namespace
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.name
    LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
    UNION ALL SELECT w.namespace, w.name, 'type', NULL FROM unnest($names) AS w(namespace, name)
    JOIN pg_namespace AS n ON n.nspname = w.namespace JOIN pg_type AS t ON t.typnamespace = n.oid AND t.typname = w.name
    WHERE t.typrelid = 0 AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.typarray = t.oid) ORDER BY 1, 2, 3";

/// The tables behind aggregates.
const VIEWS: &str =
    "SELECT t.oid, a.user_view_schema || '.' || a.user_view_name FROM _timescaledb_catalog.continuous_agg AS a
    JOIN _timescaledb_catalog.hypertable AS h ON h.id = a.mat_hypertable_id
    JOIN pg_namespace AS tn ON tn.nspname = h.schema_name
    JOIN pg_class AS t ON t.relnamespace = tn.oid AND t.relname = h.table_name";

const NO_VIEWS: &str = "SELECT NULL::oid, NULL::text WHERE false";

/// Relations whose indexes are read, and the object that each belongs to.
const MEMBERS: &str = "SELECT r.oid, r.oid AS owner FROM unnest($relations) AS r(oid)";

/// The table behind a continuous aggregate holds its indexes. From the catalog itself, whose columns are the same in every
/// known version: the view over it costs three times the rest of the query.
const MATERIALIZATIONS: &str = "SELECT t.oid, v.oid FROM _timescaledb_catalog.continuous_agg AS a
    JOIN _timescaledb_catalog.hypertable AS h ON h.id = a.mat_hypertable_id
    JOIN pg_namespace AS vn ON vn.nspname = a.user_view_schema
    JOIN pg_class AS v ON v.relnamespace = vn.oid AND v.relname = a.user_view_name
    JOIN pg_namespace AS tn ON tn.nspname = h.schema_name
    JOIN pg_class AS t ON t.relnamespace = tn.oid AND t.relname = h.table_name
    WHERE a.user_view_schema = ANY ($namespaces)";

const COLUMNS: &str =
    "SELECT a.attrelid::bigint AS relation, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS data_type,
    a.attnotnull AS not_null, a.attidentity AS identity, a.attgenerated AS generated,
    pg_get_expr(d.adbin, d.adrelid) AS default_to,
    CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation,
    col_description(a.attrelid, a.attnum) AS comment
    FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = ANY ($relations) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attrelid, a.attnum";

const CONSTRAINTS: &str = "SELECT k.conrelid::bigint AS relation, k.conname AS name, k.contype AS kind,
    ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY AS u(number, place)
        JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place) AS columns,
    (SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = k.confrelid) AS target,
    ARRAY(SELECT a.attname FROM unnest(k.confkey) WITH ORDINALITY AS u(number, place)
        JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place) AS target_columns,
    k.confupdtype AS on_update, k.confdeltype AS on_delete, k.confmatchtype AS matching, k.condeferrable AS deferrable,
    k.convalidated AS validated, pg_get_expr(k.conbin, k.conrelid) AS condition, pg_get_constraintdef(k.oid) AS definition
    FROM pg_constraint AS k
    WHERE k.conrelid = ANY ($relations) AND k.contype IN ('p', 'u', 'c', 'f', 'x') ORDER BY k.conrelid, k.conname";

const INDEXES: &str = "SELECT m.owner::bigint AS relation, c.relname AS name, am.amname AS method,
    (SELECT json_agg(json_build_object('by', pg_get_indexdef(i.indexrelid, k.n, true),
        'descending', (i.indoption[k.n - 1] & 1) <> 0, 'nulls_first', (i.indoption[k.n - 1] & 2) <> 0,
        'operator_class', (SELECT o.opcname FROM pg_opclass AS o WHERE o.oid = i.indclass[k.n - 1] AND NOT o.opcdefault))
        ORDER BY k.n) FROM generate_series(1, i.indnkeyatts) AS k(n)) AS keys,
    ARRAY(SELECT a.attname FROM generate_series(i.indnkeyatts + 0, i.indnatts - 1) AS k(n)
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n] ORDER BY k.n) AS covering,
    pg_get_expr(i.indpred, i.indrelid) AS predicate, i.indisunique AS unique, i.indisvalid AS valid,
    coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_not_distinct
    FROM ($members) AS m JOIN pg_index AS i ON i.indrelid = m.oid JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_am AS am ON am.oid = c.relam
    WHERE NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    AND NOT (m.owner <> m.oid AND starts_with(c.relname, (SELECT h.relname || '_' FROM pg_class AS h WHERE h.oid = m.oid)))
    ORDER BY m.owner, c.relname";

const DIMENSIONS: &str = "SELECT c.oid::bigint AS relation, d.dimension_number AS number, d.column_name AS \"column\",
    (extract(epoch FROM d.time_interval) * 1000000)::bigint AS microseconds, d.integer_interval AS units,
    d.num_partitions::bigint AS partitions
    FROM timescaledb_information.dimensions AS d JOIN pg_namespace AS n ON n.nspname = d.hypertable_schema
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = d.hypertable_name
    WHERE n.nspname = ANY ($namespaces) ORDER BY 1, 2";

const STORE_KEYS: &str =
    "SELECT c.oid::bigint AS relation, s.attname AS \"column\", s.segmentby_column_index::bigint AS segment,
    s.orderby_column_index::bigint AS \"order\", s.orderby_asc AS ascending, s.orderby_nullsfirst AS nulls_first
    FROM timescaledb_information.compression_settings AS s JOIN pg_namespace AS n ON n.nspname = s.hypertable_schema
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = s.hypertable_name
    WHERE n.nspname = ANY ($namespaces) ORDER BY 1, 3, 4";

/// From the catalog itself where its columns are the same in every known version.
const AGGREGATES: &str = "SELECT v.oid::bigint AS relation, a.materialized_only, pg_get_viewdef(d.oid) AS definition,
    (SELECT json_build_object('every', j.schedule_interval::text, 'start_offset', j.config ->> 'start_offset',
        'end_offset', j.config ->> 'end_offset', 'scheduled', j.scheduled)
        FROM timescaledb_information.jobs AS j WHERE j.proc_name = 'policy_refresh_continuous_aggregate'
        AND (j.config ->> 'mat_hypertable_id')::int = a.mat_hypertable_id ORDER BY j.job_id LIMIT 1) AS refresh
    FROM _timescaledb_catalog.continuous_agg AS a
    JOIN pg_namespace AS vn ON vn.nspname = a.user_view_schema
    JOIN pg_class AS v ON v.relnamespace = vn.oid AND v.relname = a.user_view_name
    JOIN pg_namespace AS dn ON dn.nspname = a.direct_view_schema
    JOIN pg_class AS d ON d.relnamespace = dn.oid AND d.relname = a.direct_view_name
    WHERE v.oid = ANY ($relations) ORDER BY 1";

/// What a server is.
const SERVER: &str = "SELECT json_build_object('postgres', current_setting('server_version_num')::int,
    'user', current_user, 'superuser', (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user),
    'extension', (SELECT x.extversion FROM pg_catalog.pg_extension AS x WHERE x.extname = 'timescaledb'),
    'schema', (SELECT n.nspname FROM pg_catalog.pg_extension AS x JOIN pg_catalog.pg_namespace AS n ON n.oid = x.extnamespace
        WHERE x.extname = 'timescaledb'),
    'licence', coalesce(current_setting('timescaledb.license', true), ''), 'database', current_database())";

#[derive(Deserialize)]
struct Probe {
    postgres: u32,
    user: String,
    superuser: Option<bool>,
    database: String,
    extension: Option<String>,
    schema: Option<String>,
    licence: String,
}

/// Asks what the server is.
pub(super) async fn probe(session: &mut Session) -> Result<Server, EngineError> {
    const ASKING: &str = "asking for the server's version";
    let mut answers = session.rows(ASKING, SERVER).await?.into_iter();
    let text = answers.next().ok_or_else(|| fault::answer(ASKING, "an answer is missing"))?;
    let probe: Probe = serde_json::from_str(&text).map_err(|error| fault::answer(ASKING, &error.to_string()))?;
    let settable = settable(session, &probe).await?;
    let version = match &probe.extension {
        Some(text) => Some(text.parse::<Version>().map_err(|error| fault::answer(ASKING, &error))?),
        None => None,
    };
    Ok(Server {
        version,
        version_text: probe.extension.unwrap_or_default(),
        postgres_version: probe.postgres / 10_000,
        extension_schema: probe.schema.map(Name::from_server),
        licence: probe.licence,
        user: probe.user,
        superuser: probe.superuser.unwrap_or_default(),
        wall: probe.superuser != Some(true),
        database: Some(Name::from_server(probe.database)),
        settable,
        ..Server::unknown(crate::definition::Backend::Timescaledb)
    })
}

/// Settings that a user may set for a role only as a superuser, or with a right that can be granted since PostgreSQL 15.
pub(super) const PROTECTED: [&str; 1] = ["temp_file_limit"];

/// Which of the protected settings the user may set.
async fn settable(session: &mut Session, probe: &Probe) -> Result<BTreeSet<String>, EngineError> {
    if probe.superuser == Some(true) {
        return Ok(PROTECTED.map(str::to_owned).into());
    }
    if probe.postgres < 150_000 {
        return Ok(BTreeSet::new());
    }
    let names: Vec<String> = PROTECTED.iter().map(|name| quote::literal(name)).collect();
    let sql = format!(
        "SELECT p.name FROM unnest(ARRAY[{}]::text[]) AS p(name)
        WHERE pg_catalog.has_parameter_privilege(current_user, p.name, 'SET')",
        names.join(", ")
    );
    Ok(session.rows("asking for the user's rights", &sql).await?.into_iter().collect())
}
