//! The form that statements have on a cluster.
//!
//! Names of clusters and paths come from the deployment, not from a plugin, and are quoted like everything else.

use super::ClickhouseLower;
use super::{expression, qualified};
use crate::backend::clickhouse::normalize::{self, Replication};
use crate::cluster::Databases;
use crate::definition::ObjectName;
use crate::definition::clickhouse::{Spread, Table};
use crate::mark::Mark;
use crate::name::Name;
use crate::quote::clickhouse::{identifier, literal};

/// Where Replicated databases keep what their hosts agree on.
const DATABASES: &str = "/clickhouse/databases/";

impl ClickhouseLower {
    /// What makes a statement about databases or access reach every host; begins with a space, or is empty.
    pub(in crate::backend::clickhouse) fn on_all(&self) -> String {
        match &self.cluster {
            Some(known) if known.cluster.databases != Databases::OneHost => {
                format!(" ON CLUSTER {}", literal(&known.cluster.name))
            }
            _ => String::new(),
        }
    }

    /// What makes a statement about an object of a database reach every host. A Replicated database does so by itself.
    pub(super) fn on(&self, namespace: &Name) -> String {
        let by_itself = |databases| databases == Databases::Replicated;
        if self.cluster.as_ref().is_some_and(|known| by_itself(known.databases(namespace))) {
            return String::new();
        }
        self.on_all()
    }

    /// Whether a statement reaches several hosts, which take changes of columns, comments and settings apart only: a
    /// Replicated database refuses what mixes them, and of a replicated table one host alone would get its comment.
    pub(super) fn apart(&self) -> bool {
        self.cluster.as_ref().is_some_and(|known| known.cluster.databases != Databases::OneHost)
    }

    /// A database that is there already is used as it is; its mark says whose it is.
    pub(super) fn create_database(&self, namespace: &Name, mark: &Mark) -> String {
        let replicated = self.cluster.as_ref().is_some_and(|known| known.databases(namespace) == Databases::Replicated);
        let engine = if replicated {
            let path = literal(&format!("{DATABASES}{namespace}"));
            format!(" ENGINE = Replicated({path}, {}, {})", literal("{shard}"), literal("{replica}"))
        } else {
            String::new()
        };
        let (name, on, comment) = (identifier(namespace), self.on_all(), literal(&mark.line()));
        format!("CREATE DATABASE IF NOT EXISTS {name}{on}{engine} COMMENT {comment}")
    }

    /// Writes the mark of a database anew, on servers that can.
    pub(in crate::backend::clickhouse) fn comment_database(&self, namespace: &Name, mark: &Mark) -> Option<String> {
        let on = self.on(namespace);
        let statement =
            || format!("ALTER DATABASE {}{on} MODIFY COMMENT {}", identifier(namespace), literal(&mark.line()));
        self.comments_databases.then(statement)
    }

    /// The engine of a table, as it is on this target.
    pub(super) fn engine(&self, table: &Table) -> String {
        if let (Some(known), Spread::Over(local)) = (&self.cluster, &table.spread) {
            let (database, name) = (literal(local.namespace.as_str()), literal(local.name.as_str()));
            let key = table.sharding_key.as_ref().map(|key| format!(", {}", expression(key))).unwrap_or_default();
            return format!("Distributed({}, {database}, {name}{key})", literal(&known.cluster.name));
        }
        match normalize::replication(table, self.cluster.as_ref()) {
            Replication::None => table.engine.to_string(),
            Replication::OfDatabase => table.engine.replicated(&[]),
            Replication::At(meeting) => table.engine.replicated(&[literal(&meeting.path), literal(&meeting.replica)]),
        }
    }

    /// Writes a comment with its mark anew.
    pub(in crate::backend::clickhouse) fn seal(&self, object: &ObjectName, comment: &str) -> String {
        let on = self.on(&object.namespace);
        format!("ALTER TABLE {}{on} MODIFY COMMENT {}", qualified(object), literal(comment))
    }
}
