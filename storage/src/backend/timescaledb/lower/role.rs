//! Roles of models, and what they may use.
//!
//! Settings of a role hold for sessions that log in as it. The host becomes the role by `SET ROLE`, where they do not
//! hold: an apply is never cut short by a limit of the model it is for.

use super::super::inspect::PROTECTED;
use super::TimescaleLower;
use crate::catalog::PartKey;
use crate::change::ChangedPart;
use crate::definition::Object;
use crate::desire::HOST_MODEL;
use crate::diff::role_of;
use crate::mark::Mark;
use crate::name::Name;
use crate::plan::Unsupported;
use crate::quote::postgres::{identifier, literal};
use crate::scaling::{self, VALUE, Value, Values};

/// The setting that is an option of the role itself.
pub(in crate::backend::timescaledb) const CONNECTIONS: &str = "connections";
/// The fact of a setting that holds in this database only, and goes before the one that holds in all.
pub(in crate::backend::timescaledb) const HERE: &str = "in this database";

impl TimescaleLower {
    /// What differs is set or reset, and the mark says which settings are ours.
    pub(super) fn alter_role(
        &self,
        role: &Name,
        settings: &[ChangedPart],
        wanted: &Values,
        mark: &Mark,
    ) -> Result<Vec<String>, Vec<Unsupported>> {
        let refused: Vec<Unsupported> = settings.iter().filter_map(|part| self.refusal(&part.key)).collect();
        if !refused.is_empty() {
            return Err(refused);
        }
        let quoted = identifier(role);
        let mut texts = Vec::new();
        for part in settings {
            let name = part.key.name.as_str();
            texts.extend(self.setting(&quoted, part, wanted.get(name)));
        }
        texts.push(format!("COMMENT ON ROLE {quoted} IS {}", literal(&mark.comment(""))));
        Ok(texts)
    }

    fn refusal(&self, part: &PartKey) -> Option<Unsupported> {
        let name = part.name.as_str();
        (PROTECTED.contains(&name) && !self.server.settable.contains(name)).then(|| Unsupported {
            part: part.clone(),
            reason: format!(
                "only a superuser may set it for a role, or since PostgreSQL 15 a user with GRANT SET ON PARAMETER {name}"
            ),
        })
    }

    fn setting(&self, role: &str, part: &ChangedPart, wanted: Option<&Value>) -> Vec<String> {
        let name = part.key.name.as_str();
        // Names come from our own table, and from a mark, in which anything may stand.
        if scaling::find(crate::definition::Backend::Timescaledb, name).is_none() {
            return Vec::new();
        }
        let fact = |name| part.facts.iter().find(|fact| fact.name == name);
        let is = |name| fact(name).and_then(|fact| fact.from.as_ref());
        let differs = fact(VALUE).is_some_and(|fact| fact.from != fact.to);
        let mut texts = Vec::new();
        match wanted {
            _ if !differs => {}
            Some(Value::Count(number)) if name == CONNECTIONS => {
                texts.push(format!("ALTER ROLE {role} CONNECTION LIMIT {number}"));
            }
            None if name == CONNECTIONS => texts.push(format!("ALTER ROLE {role} CONNECTION LIMIT -1")),
            Some(value) => {
                let value = literal(&value.to_string());
                texts.push(format!("ALTER ROLE {role} SET {} = {value}", identifier(&Name::from_server(name))));
            }
            None => texts.push(format!("ALTER ROLE {role} RESET {}", identifier(&Name::from_server(name)))),
        }
        // Never ours, and in the way of what is wanted.
        if let (Some(_), Some(_), Some(database)) = (wanted, is(HERE), &self.server.database) {
            let (database, name) = (identifier(database), identifier(&Name::from_server(name)));
            texts.push(format!("ALTER ROLE {role} IN DATABASE {database} RESET {name}"));
        }
        texts
    }
}

impl TimescaleLower {
    /// A role that can own tables, and nothing else. The host becomes a member so that it may act as it.
    pub(super) fn create_role(&self, role: &Name, mark: &Mark) -> Vec<String> {
        let role = identifier(role);
        // From 16 on membership alone does not let a user become a role.
        let options = if self.server.postgres_version >= 16 { " WITH INHERIT FALSE, SET TRUE" } else { "" };
        let mut texts = vec![
            format!("CREATE ROLE {role} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT"),
            format!("COMMENT ON ROLE {role} IS {}", literal(&mark.comment(""))),
            format!("GRANT {role} TO CURRENT_USER{options}"),
        ];
        if let Some(schema) = &self.server.extension_schema {
            texts.push(format!("GRANT USAGE ON SCHEMA {} TO {role}", identifier(schema)));
        }
        texts
    }
}

/// Statements of a step under its model's role. The owner of a job must be able to log in (without a password it can only
/// where the server trusts whoever connects), so the first job of a model is what lets its role do so.
pub(super) fn with_jobs(object: &Object, statements: Vec<String>) -> Vec<String> {
    let model = &object.header().model;
    let jobs = matches!(object, Object::Aggregate(aggregate) if aggregate.refresh.is_some());
    if !jobs || model.as_str() == HOST_MODEL {
        return statements;
    }
    let role = identifier(&role_of(model));
    let mut all = vec!["RESET ROLE".to_owned(), format!("ALTER ROLE {role} LOGIN"), format!("SET LOCAL ROLE {role}")];
    all.extend(statements);
    all
}
