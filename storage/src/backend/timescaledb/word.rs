//! Asks the server what it would say of objects that it does not hold yet, and what of them it would refuse.
//!
//! They are made as temporary objects and read back by the queries that read the real ones, in one transaction that is
//! rolled back, a round trip for so many objects. No lock is taken on what is there. Only where an object is refused as a
//! whole are its parts tried one by one, in a transaction more. Where the server does not let temporary objects be made,
//! or something would happen at their making, nothing is asked and the reason is said.

use super::fault;
use super::inspect::Queries;
use super::lower::{Columns, Member, Script, TimescaleLower, members};
use super::normalize;
use super::normalize::rows::{Column, Constraint, Index};
use super::session::Session;
use crate::backend::{EngineError, FailureKind};
use crate::definition::{Backend, Object, ObjectName};
use crate::desire::Wanted;
use crate::name::Name;
use crate::quote::postgres::literal;
use crate::server::Server;
use crate::word::{Refusal, Word, Words};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

const ASKING: &str = "asking what the server says of new definitions";

/// Objects in a transaction: each holds locks in the table that all sessions of the server share, some for each index.
const MOST: usize = 50;

/// Whether anything stands in the way, in a sentence. Triggers on events fire for temporary objects too; a superuser's
/// session does without.
const OBSTACLE: &str = "SELECT coalesce(CASE
    WHEN pg_is_in_recovery() THEN 'the server is a standby, on which nothing can be tried out'
    WHEN current_setting('transaction_read_only') = 'on' THEN 'the session is read-only, so that nothing can be tried out'
    WHEN NOT has_database_privilege(current_database(), 'TEMP')
        THEN 'the user may not make temporary tables: GRANT TEMPORARY ON DATABASE to it'
    WHEN NOT EXISTS (SELECT FROM pg_language AS l WHERE l.lanname = 'plpgsql' AND has_language_privilege(l.oid, 'USAGE'))
        THEN 'the language plpgsql is not to be had in the database, in which definitions are tried out'
    WHEN NOT $superuser THEN (SELECT 'the event trigger ' || t.evtname || ' would fire when definitions are tried out'
        FROM pg_event_trigger AS t WHERE t.evtenabled IN ('O', 'A') AND NOT EXISTS (SELECT FROM pg_depend AS d
            WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = t.oid AND d.deptype = 'e') LIMIT 1)
    END, '')";

/// Keeps triggers on events from firing, but those that fire always.
const QUIET: &str = "SET LOCAL session_replication_role = replica";

/// What the session's temporary objects are called.
const SCRATCH: &str = "ARRAY(SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = pg_my_temp_schema()
    AND c.relkind IN ('r', 'v') AND c.relname <> 'failed')";
const NAMES: &str = "SELECT c.oid::bigint AS oid, c.relname AS name,
    CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END AS definition
    FROM pg_class AS c WHERE c.oid = ANY ($relations)";
const FAILED: &str = "SELECT * FROM pg_temp.failed ORDER BY number";

/// Columns of what aggregates read and no definition has.
const SOURCES: &str =
    "SELECT w.namespace, w.relation, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS data_type
    FROM (VALUES $sources) AS w(namespace, relation) JOIN pg_namespace AS n ON n.nspname = w.namespace
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.relation
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum";

/// What the server says of the objects asked about, which are among the wanted ones.
pub(super) async fn words(
    session: &mut Session,
    server: &Server,
    lower: &TimescaleLower,
    asked: &BTreeSet<ObjectName>,
    wanted: &Wanted,
) -> Result<BTreeMap<ObjectName, Word>, EngineError> {
    let defined = |name: &ObjectName| wanted.objects.get(name).map(|wanted| &wanted.desired.object);
    let objects: Vec<&Object> = asked.iter().filter_map(defined).collect();
    let all = |why: &str| objects.iter().map(|one| (one.name().clone(), Word::Undecided(why.to_owned()))).collect();
    if objects.is_empty() {
        return Ok(BTreeMap::new());
    }
    let obstacle = OBSTACLE.replace("$superuser", if server.superuser { "true" } else { "false" });
    if let Some(why) = session.rows(ASKING, &obstacle).await?.into_iter().find(|why| !why.is_empty()) {
        return Ok(all(&why));
    }
    let found = sources(session, &objects, wanted).await?;
    let mut words = BTreeMap::new();
    for chunk in objects.chunks(MOST) {
        match of_chunk(session, server, lower, chunk, &defined, &found).await {
            Ok(said) => words.extend(said),
            // A limit of the server's that this ran into, or a right that is missing.
            Err(fault) if matches!(fault.kind, FailureKind::Refused | FailureKind::Denied) => {
                words.extend(chunk.iter().map(|one| (one.name().clone(), Word::Undecided(fault.detail.clone()))));
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(words)
}

async fn sources(
    session: &mut Session,
    objects: &[&Object],
    wanted: &Wanted,
) -> Result<BTreeMap<ObjectName, Columns>, EngineError> {
    #[derive(Deserialize)]
    struct Row {
        namespace: String,
        relation: String,
        name: String,
        data_type: String,
    }
    let mut missing = BTreeSet::new();
    // An aggregate that another one reads may read what no definition has.
    let aggregates = wanted.objects.values().map(|wanted| &wanted.desired.object).chain(objects.iter().copied());
    for object in aggregates {
        if let Object::Aggregate(aggregate) = object
            && !wanted.objects.contains_key(&aggregate.source)
        {
            let source = &aggregate.source;
            missing.insert(format!("({}, {})", literal(source.namespace.as_str()), literal(source.name.as_str())));
        }
    }
    let mut found: BTreeMap<ObjectName, Columns> = BTreeMap::new();
    if missing.is_empty() || !objects.iter().any(|object| matches!(object, Object::Aggregate(_))) {
        return Ok(found);
    }
    let sql = SOURCES.replace("$sources", &missing.into_iter().collect::<Vec<_>>().join(", "));
    let mut answers = session.rows(ASKING, &array(&sql)).await?.into_iter();
    for row in next::<Vec<Row>>(&mut answers)? {
        let (namespace, name) = (Name::from_server(row.namespace), Name::from_server(row.relation));
        let place = ObjectName { backend: Backend::Timescaledb, namespace, name };
        found.entry(place).or_default().push((Name::from_server(row.name), row.data_type));
    }
    Ok(found)
}

fn array(query: &str) -> String {
    format!("SELECT coalesce(json_agg(q), '[]') FROM ({query}) AS q")
}

fn next<T: DeserializeOwned>(answers: &mut impl Iterator<Item = String>) -> Result<T, EngineError> {
    let text = answers.next().ok_or_else(|| fault::answer(ASKING, "an answer is missing"))?;
    serde_json::from_str(&text).map_err(|error| fault::answer(ASKING, &error.to_string()))
}

/// A statement that failed.
#[derive(Deserialize)]
struct Failure {
    number: usize,
    state: String,
    message: String,
}

impl Failure {
    /// Whether it says something of the definition: not that a right or a resource is missing, nor that what it reads could
    /// not be made. What is tried out is not made under the model's role.
    fn is_of_the_definition(&self) -> bool {
        !["42501", "42P01"].contains(&self.state.as_str())
            && ["0A", "21", "22", "23", "42", "54"].iter().any(|class| self.state.starts_with(class))
    }
}

/// What was read back.
struct Back {
    failed: Vec<Failure>,
    names: Vec<Relation>,
    columns: Vec<Column>,
    constraints: Vec<Constraint>,
    indexes: Vec<Index>,
}

#[derive(Deserialize)]
struct Relation {
    oid: u32,
    name: String,
    definition: Option<String>,
}

/// Makes, reads back, rolls back.
async fn run(session: &mut Session, server: &Server, text: &str) -> Result<Back, EngineError> {
    let names = NAMES.replace("$relations", SCRATCH);
    let quiet = if server.superuser { format!("{QUIET};\n") } else { String::new() };
    let batch = format!(
        "BEGIN;\n{quiet}{text};\n{};\n{};\n{};\nROLLBACK",
        array(FAILED),
        array(&names),
        Queries::of_parts(SCRATCH)
    );
    let mut answers = session.finishing(ASKING, &batch).await?.into_iter().filter(|text| text.starts_with('['));
    Ok(Back {
        failed: next(&mut answers)?,
        names: next(&mut answers)?,
        columns: next(&mut answers)?,
        constraints: next(&mut answers)?,
        indexes: next(&mut answers)?,
    })
}

async fn of_chunk<'a>(
    session: &mut Session,
    server: &Server,
    lower: &TimescaleLower,
    chunk: &[&'a Object],
    defined: &impl Fn(&ObjectName) -> Option<&'a Object>,
    found: &'a BTreeMap<ObjectName, Columns>,
) -> Result<BTreeMap<ObjectName, Word>, EngineError> {
    let (places, members) = members(chunk, defined, found);
    let script = Script::wholes(lower, &places, &members);
    let back = run(session, server, &script.text(lower)).await?;
    let mut words = said(&script, &back, &members);
    let failures = failures(&script, &back.failed);
    let apart: Vec<usize> = failures.iter().filter(|(_, one)| one.whole.is_some()).map(|(place, _)| *place).collect();
    for (place, failed) in failures {
        words.insert(place, failed.word());
    }
    if !apart.is_empty() {
        let script = Script::parts(lower, &places, &members, &apart);
        let back = run(session, server, &script.text(lower)).await?;
        for (place, failed) in
            self::failures(&script, &back.failed).into_iter().filter(|(place, _)| apart.contains(place))
        {
            if !failed.parts.is_empty() || failed.why.is_some() {
                words.insert(place, Failures { whole: None, ..failed }.word());
            }
        }
    }
    let mut all = BTreeMap::new();
    for object in chunk {
        let word = places.get(object.name()).and_then(|place| words.remove(place));
        let nothing = || Word::Undecided("what it is made of is not to be had on this server".to_owned());
        all.insert(object.name().clone(), word.unwrap_or_else(nothing));
    }
    Ok(all)
}

/// What failed of one object.
#[derive(Default)]
struct Failures {
    whole: Option<String>,
    parts: Vec<Refusal>,
    /// Why it is not known whether it would be refused.
    why: Option<String>,
}

impl Failures {
    fn word(self) -> Word {
        match (self.whole, self.why) {
            // What stands on an object that could not be made fails with it.
            (Some(message), _) => Word::Refused(vec![Refusal::whole(message)]),
            (None, Some(why)) if self.parts.is_empty() => Word::Undecided(why),
            (None, _) => Word::Refused(self.parts),
        }
    }
}

fn failures(script: &Script, failed: &[Failure]) -> BTreeMap<usize, Failures> {
    let mut all: BTreeMap<usize, Failures> = BTreeMap::new();
    for failure in failed {
        let Some((place, part)) = script.line(failure.number) else { continue };
        let of = all.entry(place).or_default();
        match part {
            _ if !failure.is_of_the_definition() => of.why = Some(failure.message.clone()),
            None => of.whole = of.whole.take().or_else(|| Some(failure.message.clone())),
            Some(part) => of.parts.push(Refusal::of(part.clone(), failure.message.as_str())),
        }
    }
    all
}

/// The words of what was made.
fn said(script: &Script, back: &Back, members: &[Member<'_>]) -> BTreeMap<usize, Word> {
    let mut words: BTreeMap<usize, Words> = BTreeMap::new();
    let mut strange = BTreeSet::new();
    for relation in &back.names {
        let Some(place) = script.relations.get(&relation.name) else { continue };
        let words = words.entry(*place).or_default();
        let indexes = back.indexes.iter().filter(|row| row.relation == relation.oid);
        for row in indexes {
            if let Some(part) = script.indexes.get(&row.name) {
                normalize::of_index(words, part, row);
            }
        }
        if let Some(definition) = &relation.definition {
            if !normalize::of_aggregate(words, definition) {
                strange.insert(*place);
            }
        } else if matches!(members.get(*place), Some(Member::Asked(Object::Table(_)))) {
            let columns: Vec<&Column> = back.columns.iter().filter(|row| row.relation == relation.oid).collect();
            let constraints: Vec<&Constraint> =
                back.constraints.iter().filter(|row| row.relation == relation.oid).collect();
            normalize::of_table(words, &columns, &constraints);
        }
    }
    let unknown = || Word::Undecided("the server writes its query in a form that is not known here".to_owned());
    let word = |(place, words)| (place, if strange.contains(&place) { unknown() } else { Word::Said(words) });
    words.into_iter().map(word).collect()
}
