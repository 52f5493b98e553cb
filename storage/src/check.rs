//! What `doctor` finds: one sentence each, with a verdict and, where something is to be done, what. Pure: what is asked of
//! a server is asked in its backend's `check`, and judged here where it is the same for all.

use crate::definition::Backend;
use crate::name::Name;
use crate::server::{Known, Server, known};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How far two clocks may be apart before it is worth a warning: a run's own moments are told in seconds.
pub const MOST_SKEW: Duration = Duration::from_secs(1);

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and somebody should know.
    Warning,
    /// An apply would fail.
    Problem,
    /// It could not be told.
    Unknown,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// `timescaledb.rights`: stable, for machines.
    pub id: String,
    /// What it came to.
    pub verdict: Verdict,
    /// In a sentence.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Check {
    fn of(owner: &str, what: &str, verdict: Verdict, message: impl Into<String>) -> Self {
        Self { id: format!("{owner}.{what}"), verdict, message: message.into(), hint: None }
    }

    /// As it should be.
    pub fn ok(owner: &str, what: &str, message: impl Into<String>) -> Self {
        Self::of(owner, what, Verdict::Ok, message)
    }

    /// It works, and somebody should know.
    pub fn warning(owner: &str, what: &str, message: impl Into<String>) -> Self {
        Self::of(owner, what, Verdict::Warning, message)
    }

    /// An apply would fail.
    pub fn problem(owner: &str, what: &str, message: impl Into<String>) -> Self {
        Self::of(owner, what, Verdict::Problem, message)
    }

    /// It could not be told.
    pub fn unknown(owner: &str, what: &str, message: impl Into<String>) -> Self {
        Self::of(owner, what, Verdict::Unknown, message)
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What definitions will ask of a server. Empty: nothing is known of what will be applied.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// Namespaces.
    pub namespaces: BTreeSet<Name>,
    /// The namespaces of each model, the host itself among them.
    pub models: BTreeMap<Name, BTreeSet<Name>>,
    /// Roles of models.
    pub roles: BTreeSet<Name>,
    /// Whether anything is wanted of this server.
    pub some: bool,
    /// TimescaleDB: whether the extension is needed.
    pub extension: bool,
    /// Whether what a model may use is limited.
    pub limited: bool,
}

impl Needs {
    /// A namespace that is not the model's: of the model after it, so that over all models most are asked for.
    pub fn beyond(&self, model: &Name) -> Option<&Name> {
        let own = self.models.get(model)?;
        let after = self.models.iter().filter(|(other, _)| *other > model);
        let before = self.models.iter().filter(|(other, _)| *other < model);
        after.chain(before).flat_map(|(_, namespaces)| namespaces).find(|namespace| !own.contains(*namespace))
    }
}

/// What the server's own answers to the first questions come to.
pub fn of_server(server: &Server, needs: &Needs) -> Vec<Check> {
    let mut checks = Vec::new();
    checks.extend(version(server));
    if server.backend == Backend::Timescaledb {
        checks.extend(licence(server, needs));
        checks.push(user(server));
    } else if !server.user.is_empty() {
        checks.push(Check::ok(server.backend.id(), "user", format!("the user is {}", server.user)));
    }
    checks
}

fn version(server: &Server) -> Option<Check> {
    let Known { oldest, newest } = known(server.backend);
    let (owner, title) = (server.backend.id(), server.backend.title());
    let Some(version) = server.version else {
        // TimescaleDB without its extension has none, and its backend says so.
        return (server.backend != Backend::Timescaledb).then(|| {
            Check::unknown(owner, "version", format!("the server calls its version {:?}", server.version_text))
        });
    };
    let known = format!("{oldest} to {newest} are known");
    let postgres = match server.postgres_version {
        0 => String::new(),
        postgres => format!(" on PostgreSQL {postgres}"),
    };
    let said = format!("{title} {version}{postgres}; {known}");
    Some(if version < oldest {
        Check::problem(owner, "version", said).hint(format!("upgrade the server to {oldest} or newer"))
    } else if (version.major, version.minor) > (newest.major, newest.minor) {
        Check::warning(owner, "version", said).hint("a newer whale-host may know it")
    } else {
        Check::ok(owner, "version", said)
    })
}

fn licence(server: &Server, needs: &Needs) -> Option<Check> {
    server.version?;
    let said = format!("the licence is {}", server.licence);
    Some(if server.licence == "timescale" {
        Check::ok("timescaledb", "licence", said)
    } else {
        let said = format!("{said}: columnstore and continuous aggregates are not to be had");
        let check = if needs.extension { Check::problem } else { Check::warning };
        check("timescaledb", "licence", said).hint("set timescaledb.license to timescale in the server's configuration")
    })
}

fn user(server: &Server) -> Check {
    no_wall(server)
        .unwrap_or_else(|| Check::ok("timescaledb", "user", format!("the user is {}, no superuser", server.user)))
}

/// What is to be said where the database would let what is done for one model reach another's objects.
pub fn no_wall(server: &Server) -> Option<Check> {
    let (user, owner) = (&server.user, server.backend.id());
    if server.wall {
        return None;
    }
    Some(match server.backend {
        Backend::Timescaledb => {
            let said = format!("the user {user} is a superuser, which undoes the wall between models");
            Check::warning(owner, "user", said).hint(
                "connect as a user with CREATEROLE, and with CREATE on the database: whale-host setup roles makes one",
            )
        }
        Backend::Clickhouse => {
            let said = format!("{user} has no role for each model: what it may do, it may do for all of them");
            Check::warning(owner, "wall", said)
                .hint("from ClickHouse 24.4 on, whale-host setup roles makes a user who has them")
        }
        Backend::Milvus => {
            let user = if user.is_empty() { "one user" } else { user };
            let said = format!("all models are served as {user}: what it may do, it may do for all of them");
            Check::warning(owner, "wall", said)
                .hint("with model_users = true in [targets.milvus], whale-host setup roles makes a user for each model")
        }
    })
}

/// How long an answer took.
pub fn reachable(backend: Backend, took: Duration) -> Check {
    Check::ok(backend.id(), "reachable", format!("answers in {:.1} ms", took.as_secs_f64() * 1_000.0))
}

/// How far a server's clock is from ours: `before` and `after` are ours around the question, all in milliseconds since
/// 1970. What the way may have taken is not held against the server.
pub fn clock(backend: Backend, server: i64, before: i64, after: i64) -> Check {
    let ahead = if server > after {
        server - after
    } else if server < before {
        server - before
    } else {
        0
    };
    let limit = i64::try_from(MOST_SKEW.as_millis()).unwrap_or(i64::MAX);
    if ahead.abs() <= limit {
        return Check::ok(backend.id(), "clock", "its clock and this machine's agree within a second");
    }
    let seconds = Duration::from_millis(ahead.unsigned_abs()).as_secs_f64();
    let which = if ahead > 0 { "ahead of" } else { "behind" };
    Check::warning(backend.id(), "clock", format!("its clock is {seconds:.1} s {which} this machine's"))
        .hint("set both by the same source of time, as NTP: what is told of when does not fit together otherwise")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_differ_by_a_second_and_by_what_the_way_took() {
        let verdict = |server| clock(Backend::Clickhouse, server, 10_000, 12_000).verdict;
        assert_eq!([9_000, 11_500, 13_000].map(verdict), [Verdict::Ok; 3]);
        assert_eq!([8_999, 13_001].map(verdict), [Verdict::Warning; 2]);
        assert_eq!(clock(Backend::Milvus, 5_000, 10_000, 10_000).message, "its clock is 5.0 s behind this machine's");
    }

    #[test]
    fn versions_and_licences_are_judged() {
        let of = |version: &str, licence: &str, extension: bool| -> Vec<Verdict> {
            let version = Some(version.parse().unwrap());
            let server =
                Server { version, wall: true, licence: licence.to_owned(), ..Server::unknown(Backend::Timescaledb) };
            let needs = Needs { extension, ..Needs::default() };
            of_server(&server, &needs).into_iter().map(|check| check.verdict).collect()
        };
        assert_eq!(of("2.20.0", "timescale", true), [Verdict::Ok, Verdict::Ok, Verdict::Ok]);
        assert_eq!(of("2.12.9", "apache", true), [Verdict::Problem, Verdict::Problem, Verdict::Ok]);
        assert_eq!(of("9.0", "apache", false), [Verdict::Warning, Verdict::Warning, Verdict::Ok]);
    }

    #[test]
    fn a_model_is_tried_on_what_is_not_its_own() {
        let models = [("a", &["a", "default"][..]), ("b", &["b", "default"]), ("c", &["c"])];
        let named = |names: &[&str]| names.iter().map(|name| Name::from_server(*name)).collect();
        let models = models.into_iter().map(|(model, own)| (Name::from_server(model), named(own))).collect();
        let needs = Needs { models, ..Needs::default() };
        let beyond = |model| needs.beyond(&Name::from_server(model)).unwrap().as_str();
        assert_eq!(["a", "b", "c"].map(beyond), ["b", "c", "a"]);
    }
}
