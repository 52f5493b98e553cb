//! What was found out about a server before anything is planned for it: facts, no connection.

use crate::cluster::KnownCluster;
use crate::definition::Backend;
use crate::diagnostic::{Diagnostic, codes};
use crate::name::Name;
use crate::scaling::own::Unheld;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A version of an engine: `2.3.5`, of which `2.3` is enough. Whatever follows the numbers (`-lite`, `-dev`, `v` before
/// them) says nothing about what the server can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// First number.
    pub major: u32,
    /// Second number.
    pub minor: u32,
    /// Third number; 0 where none is given.
    pub patch: u32,
}

impl Version {
    /// `major.minor`.
    pub const fn of(major: u32, minor: u32) -> Self {
        Self { major, minor, patch: 0 }
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.trim().trim_start_matches('v');
        let mut parts = numbers.split('.').map(|part| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u32>().ok()
        });
        match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
            (Some(major), Some(minor), patch) => Ok(Self { major, minor, patch: patch.unwrap_or(0) }),
            _ => Err(format!("{text:?} is not a version such as 2.3 or 2.3.5")),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch == 0 { Ok(()) } else { write!(f, ".{}", self.patch) }
    }
}

/// Versions between which a kind of server is known to us, both included. `newest` is the newest one whose documentation
/// was read; what is newer is used with a warning, what is older is refused.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The oldest we support.
    pub oldest: Version,
    /// The newest we know.
    pub newest: Version,
}

/// What we know of each kind.
pub const fn known(backend: Backend) -> Known {
    match backend {
        Backend::Timescaledb => Known { oldest: Version::of(2, 13), newest: Version::of(2, 30) },
        Backend::Clickhouse => Known { oldest: Version::of(23, 8), newest: Version::of(26, 9) },
        Backend::Milvus => Known { oldest: Version::of(2, 3), newest: Version::of(3, 0) },
    }
}

/// A server, as probed.
#[derive(Debug, Clone)]
pub struct Server {
    /// Kind of database.
    pub backend: Backend,
    /// Version of TimescaleDB (the extension), ClickHouse or Milvus. None: TimescaleDB's extension is missing.
    pub version: Option<Version>,
    /// As the server says it.
    pub version_text: String,
    /// TimescaleDB: version of PostgreSQL, major only.
    pub postgres_version: u32,
    /// TimescaleDB: the schema that holds the extension's functions.
    pub extension_schema: Option<Name>,
    /// TimescaleDB: `timescale` or `apache`.
    pub licence: String,
    /// The user we are there.
    pub user: String,
    /// TimescaleDB: whether that user is a superuser, which undoes the wall between models.
    pub superuser: bool,
    /// Whether what is done for a model is done with that model's rights alone.
    pub wall: bool,
    /// TimescaleDB: the database.
    pub database: Option<Name>,
    /// TimescaleDB: settings with a right of their own that the user may set for roles.
    pub settable: BTreeSet<String>,
    /// ClickHouse: the roles that the user has, and to which a request can be narrowed.
    pub roles: BTreeSet<Name>,
    /// ClickHouse: names of storage policies.
    pub storage_policies: BTreeSet<String>,
    /// Limits of our own connections that cannot be set there.
    pub unheld: Vec<Unheld>,
    /// ClickHouse: the cluster that the target is declared to be, and what the server knows of it.
    pub cluster: Option<KnownCluster>,
}

impl Server {
    /// A server of which nothing is known but its kind.
    pub fn unknown(backend: Backend) -> Self {
        Self {
            backend,
            version: None,
            version_text: String::new(),
            postgres_version: 0,
            extension_schema: None,
            licence: String::new(),
            user: String::new(),
            superuser: false,
            wall: false,
            database: None,
            settable: BTreeSet::new(),
            roles: BTreeSet::new(),
            storage_policies: BTreeSet::new(),
            unheld: Vec::new(),
            cluster: None,
        }
    }

    /// Whether the server is at least this version.
    pub fn at_least(&self, version: Version) -> bool {
        self.version.is_some_and(|have| have >= version)
    }

    /// What is to be said of the server before anything is planned for it.
    pub fn findings(&self) -> Vec<Diagnostic> {
        let title = self.backend.title();
        let path = self.backend.to_string();
        let Known { oldest, newest } = known(self.backend);
        let mut found = Vec::new();
        // Without the extension there is no version; what needs it is refused where it is lowered.
        if let Some(version) = self.version {
            if version < oldest {
                let message = format!("the server is {title} {version}; {oldest} is the oldest that is supported");
                found
                    .push(Diagnostic::error(codes::engine::TOO_OLD, path.as_str(), message).help("upgrade the server"));
            }
            if (version.major, version.minor) > (newest.major, newest.minor) {
                let message = format!("the server is {title} {version}; {newest} is the newest that is known");
                let help = "a newer whale-host may know it; until then it is planned for as that one";
                found.push(Diagnostic::warning(codes::engine::TOO_NEW, path.as_str(), message).help(help));
            }
        }
        // Nobody is to believe in a limit that does not hold; one that nobody has asked for is told by `doctor`.
        for one in self.unheld.iter().filter(|one| one.said) {
            let message = format!("{} of [targets.{path}.session] cannot be had: {}", one.name, one.why);
            found.push(Diagnostic::error(codes::scaling::NO_OWN_LIMIT, path.as_str(), message).help(&one.help));
        }
        found.extend(self.cluster.iter().flat_map(KnownCluster::findings));
        if self.backend == Backend::Clickhouse && !self.storage_policies.contains("whale") {
            let message = "the server has no storage policy `whale`; tables are made on its default policy";
            let help =
                "add the policy to the server's configuration before the first apply, for tables that shall have tiers";
            found.push(Diagnostic::warning(codes::engine::NO_STORAGE_POLICY, path, message).help(help));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes_of(backend: Backend, version: &str) -> Vec<&'static str> {
        let version = Some(version.parse().unwrap());
        let storage_policies = BTreeSet::from(["whale".to_owned()]);
        let server = Server { version, storage_policies, ..Server::unknown(backend) };
        server.findings().iter().map(|found| found.code.id).collect()
    }

    #[test]
    fn a_version_is_its_numbers_whatever_stands_around_them() {
        assert_eq!("v2.3.5-lite".parse(), Ok(Version { major: 2, minor: 3, patch: 5 }));
        assert_eq!("2.23.0-dev".parse(), Ok(Version::of(2, 23)));
        assert_eq!("26.9.2.1".parse(), Ok(Version { major: 26, minor: 9, patch: 2 }));
        assert!("new".parse::<Version>().is_err());
    }

    #[test]
    fn servers_outside_of_what_is_known_are_said_to_be() {
        assert_eq!(codes_of(Backend::Milvus, "v2.2.9"), ["WH0801"]);
        assert_eq!(codes_of(Backend::Milvus, "v2.3.5-lite"), [""; 0]);
        assert_eq!(codes_of(Backend::Milvus, "3.1.0"), ["WH0802"]);
        assert_eq!(codes_of(Backend::Clickhouse, "18.16.1"), ["WH0801"]);
        assert_eq!(codes_of(Backend::Clickhouse, "26.9.4.2"), [""; 0]);
        assert_eq!(codes_of(Backend::Timescaledb, "2.12.2"), ["WH0801"]);
    }

    #[test]
    fn a_clickhouse_without_our_policy_is_said_to_be() {
        let server = Server { version: Some(Version::of(25, 3)), ..Server::unknown(Backend::Clickhouse) };
        assert_eq!(server.findings().iter().map(|found| found.code.id).collect::<Vec<_>>(), ["WH0803"]);
    }
}
