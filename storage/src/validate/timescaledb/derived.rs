//! Names of constraints, indexes and sequences: given, derived, or made by the server.
//!
//! Tables, aggregates, indexes and sequences of a schema share one space of names in PostgreSQL, an index is made for every
//! primary key and unique constraint, and names of other constraints have to differ within their table. The indexes of all
//! continuous aggregates are in one schema, whichever models they are of: a derived name of theirs says whose it is, and
//! ends in a digest of the aggregate's whole name, so that no two are alike. Elsewhere a derived name that would be too long
//! ends in a digest of the whole.

use super::BACKEND;
use crate::catalog::digest_of;
use crate::definition::{ObjectKind, ObjectName};
use crate::desire::HOST_MODEL;
use crate::diagnostic::codes;
use crate::name::{Name, Place};
use crate::raw;
use crate::relation::{
    INTERNAL, NOT_NULL, Part, Relation, Taken, VERSION_TABLE, object_name, schema_of_indexes, sequence, version_table,
};
use crate::validate::{Check, cut};
use std::collections::BTreeSet;

/// Who has the names of the version table.
const HOST: &str = "the host's own table";

/// What TimescaleDB's own names begin with, in the schema that holds the indexes of aggregates.
const INTERNAL_PREFIXES: [&str; 5] = ["_", "bgw_", "compress_hyper_", "compressed_chunk_", "hypertable_"];

/// The constraints of a chunk's ranges: this and a number.
const CHUNK_CONSTRAINT: &str = "constraint_";

/// Names that are taken, of one definition.
pub(in crate::validate) struct Names {
    taken: Taken,
    /// The object that is being judged.
    object: ObjectName,
    kind: ObjectKind,
    hypertable: bool,
    /// Names of its constraints.
    constraints: BTreeSet<String>,
    /// Constraints that newer servers name by themselves.
    implied: BTreeSet<String>,
}

/// What a name is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    PrimaryKey,
    Unique,
    ForeignKey,
    Check,
    Index,
}

impl Kind {
    fn suffix(self) -> &'static str {
        match self {
            Kind::PrimaryKey => "pkey",
            Kind::Unique => "key",
            Kind::ForeignKey => "fkey",
            Kind::Check => "check",
            Kind::Index => "idx",
        }
    }

    fn place(self) -> Place {
        if self == Kind::Index { Place::Index } else { Place::Constraint }
    }

    /// What of the object has the name, where it is one among relations.
    fn relation(self) -> Option<Part> {
        match self {
            Kind::PrimaryKey => Some(Part::PrimaryKey),
            Kind::Unique => Some(Part::Unique),
            Kind::Index => Some(Part::Index),
            Kind::ForeignKey | Kind::Check => None,
        }
    }
}

impl Names {
    /// Takes the names of all tables and aggregates, and before them those of the host. Two of one name were told before.
    pub(in crate::validate) fn of(check: &Check<'_>, definition: &raw::TimescaledbObjects) -> Self {
        let prefix = check.prefixes.get(&BACKEND).map_or("", String::as_str);
        let host = version_table(BACKEND, prefix);
        let mut taken = Taken::default();
        if check.model.as_str() != HOST_MODEL {
            let key = Name::from_server(format!("{VERSION_TABLE}_pkey"));
            for (name, part) in [(host.name.clone(), Part::Whole), (key, Part::PrimaryKey)] {
                let _ = taken.claim(&Relation { schema: host.namespace.clone(), name, part }, HOST);
            }
        }
        let tables = definition.tables.iter().map(|table| &table.header);
        for header in tables.chain(definition.aggregates.iter().map(|one| &one.header)) {
            if let Some(resolved) = check.ids.get(&header.id) {
                let ObjectName { namespace, name, .. } = resolved.name.clone();
                let whole = Relation { schema: namespace, name, part: Part::Whole };
                let _ = taken.claim(&whole, &resolved.name.to_string());
            }
        }
        let (constraints, implied) = (BTreeSet::new(), BTreeSet::new());
        Self { taken, object: host, kind: ObjectKind::Table, hypertable: false, constraints, implied }
    }

    /// Begins an object.
    pub(super) fn begin(&mut self, check: &Check<'_>, kind: ObjectKind, header: &raw::Header) {
        let unresolved = || ObjectName {
            backend: BACKEND,
            namespace: Name::from_server(header.namespace.clone().unwrap_or_else(|| check.model.to_string())),
            name: Name::from_server(header.name.clone()),
        };
        self.object = check.ids.get(&header.id).map_or_else(unresolved, |resolved| resolved.name.clone());
        self.kind = kind;
        self.hypertable = false;
        self.constraints.clear();
        self.implied.clear();
    }

    /// Takes what the server names by itself for a table.
    pub(super) fn table(&mut self, check: &mut Check<'_>, table: &raw::PgTable) {
        self.begin(check, ObjectKind::Table, &table.header);
        self.hypertable = table.hypertable.is_some();
        for column in &table.columns {
            self.implied.insert(object_name(self.object.name.as_str(), &column.header.name, NOT_NULL));
            let (raw::PgColumnValue::Identity(_), Ok(name)) = (&column.value, Name::checked(&column.header.name))
            else {
                continue;
            };
            let sequence = sequence(&self.object, &name);
            if let Err(held) = self.taken.claim(&sequence, &self.object.to_string()) {
                check.error(
                    codes::name::IMPLIED,
                    format!("columns/{name}"),
                    format!(
                        "PostgreSQL calls the sequence of this identity column {}, and {held} has that name",
                        sequence.name
                    ),
                    "rename that one, or the column",
                );
            }
        }
    }

    /// The given name, or one made of the table, some words and a suffix; taken from now on.
    pub(super) fn derive(
        &mut self,
        check: &mut Check<'_>,
        path: &str,
        given: Option<&str>,
        kind: Kind,
        words: &[String],
    ) -> Option<Name> {
        let name = match given {
            Some(text) => check.name(BACKEND, kind.place(), path, text)?,
            None => Name::checked(&self.derived(check, words, kind)).ok()?,
        };
        let clean = given.is_none() || self.is_free_of_the_servers(check, path, kind, &name);
        let fits = self.take(check, path, kind, &name);
        (clean && fits).then_some(name)
    }

    /// What earlier versions derived for an index that has no name of its own, where that was another name.
    pub(super) fn former(&self, given: Option<&str>, words: &[String]) -> Option<Name> {
        let of_aggregate = self.kind == ObjectKind::ContinuousAggregate && given.is_none();
        of_aggregate.then(|| Name::from_server(self.of_table(words, Kind::Index)))
    }

    fn take(&mut self, check: &mut Check<'_>, path: &str, kind: Kind, name: &Name) -> bool {
        let schema = Name::from_server(schema_of_indexes(&self.object, self.kind));
        let held = kind.relation().and_then(|part| {
            let relation = Relation { schema, name: name.clone(), part };
            self.taken.claim(&relation, &self.object.to_string()).err()
        });
        let free = kind.place() != Place::Constraint || self.constraints.insert(name.to_string());
        let code = match &held {
            None if free => return true,
            Some(held) if matches!(held.part, Part::Sequence { .. }) => codes::name::IMPLIED,
            Some(held) if held.object == HOST => codes::name::HOST_NAME,
            _ => codes::name::TWICE,
        };
        let by = held.map_or_else(|| "another constraint of the table".to_owned(), |held| held.to_string());
        let message = format!("the name {} is taken by {by}", cut(name.as_str()));
        check.error(code, path, message, "give it a name of its own");
        false
    }

    /// Whether a name that somebody chose is none that the server gives to something else.
    fn is_free_of_the_servers(&self, check: &mut Check<'_>, path: &str, kind: Kind, name: &Name) -> bool {
        let text = name.as_str();
        let (code, message) = if kind == Kind::Index && schema_of_indexes(&self.object, self.kind) == INTERNAL {
            if INTERNAL_PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
                let what =
                    format!("{name} is a name such as TimescaleDB gives in the schema of the aggregates' indexes");
                (codes::timescaledb::INTERNAL_NAME, what)
            } else if *name == self.object.name {
                (codes::timescaledb::OWN_NAME, format!("the index is called {name}, as its aggregate"))
            } else {
                return true;
            }
        } else if kind == Kind::Check && self.hypertable && is_of_a_chunk(text) {
            let what = format!("chunks of a hypertable have constraints of the name {name} by themselves");
            (codes::timescaledb::CHUNK_CONSTRAINT, what)
        } else if self.is_implied(kind, text) {
            let what = format!("PostgreSQL 18 calls what keeps nulls out of a column of this table {name}");
            (codes::name::IMPLIED, what)
        } else {
            return true;
        };
        check.error(code, path, message, "give it another name, or none");
        false
    }

    /// PostgreSQL names what keeps nulls out after the checks, beside which it finds another name, and before the keys.
    fn is_implied(&self, kind: Kind, name: &str) -> bool {
        let is_key = kind.place() == Place::Constraint && kind != Kind::Check;
        is_key && self.implied.contains(name.trim_end_matches(|letter: char| letter.is_ascii_digit()))
    }

    fn derived(&self, check: &Check<'_>, words: &[String], kind: Kind) -> String {
        if self.kind != ObjectKind::ContinuousAggregate {
            return self.of_table(words, kind);
        }
        let ObjectName { namespace, name, .. } = &self.object;
        let (model, suffix) = (check.model_in(BACKEND), kind.suffix());
        let whole: Vec<&str> =
            [model.as_str(), name.as_str()].into_iter().chain(words.iter().map(String::as_str)).collect();
        ending_in(&digest_of(&(namespace, name, words)), &whole.join("_"), suffix)
    }

    fn of_table(&self, words: &[String], kind: Kind) -> String {
        let (table, suffix) = (self.object.name.as_str(), kind.suffix());
        let whole: Vec<&str> = std::iter::once(table).chain(words.iter().map(String::as_str)).chain([suffix]).collect();
        let whole = whole.join("_");
        if whole.len() <= Name::MOST_BYTES { whole } else { ending_in(&digest_of(&whole), &whole, suffix) }
    }
}

/// As much of a name as there is room for before a digest and a suffix.
fn ending_in(digest: &str, name: &str, suffix: &str) -> String {
    const DIGITS: usize = 8;
    let digest: String = digest.chars().take(DIGITS).collect();
    let kept: String = name.chars().take(Name::MOST_BYTES - DIGITS - suffix.len() - 2).collect();
    format!("{kept}_{digest}_{suffix}")
}

fn is_of_a_chunk(name: &str) -> bool {
    let number = name.strip_prefix(CHUNK_CONSTRAINT).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}
