//! Names of targets: one of each kind that all models share, and beside it those that a model has for itself.
//!
//! A model's objects of one kind are all in one target: its own where it has one, the shared one otherwise. The host's own
//! objects are in every target.

use crate::definition::Backend;
use crate::name::Name;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Which target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetName {
    /// Kind of database.
    pub backend: Backend,
    /// The model whose own it is; none: the one that models share.
    pub model: Option<Name>,
}

impl TargetName {
    /// The target of a model alone.
    pub fn own(backend: Backend, model: Name) -> Self {
        Self { backend, model: Some(model) }
    }

    /// Finds a target by how it is written: `milvus`, `milvus@legal`.
    pub fn find(text: &str) -> Option<Self> {
        let (backend, model) = match text.split_once('@') {
            Some((backend, model)) => (backend, Some(Name::checked(model).ok()?)),
            None => (text, None),
        };
        Some(Self { backend: Backend::find(backend)?, model })
    }

    /// As people call it: `Milvus`, `Milvus of legal`.
    pub fn title(&self) -> String {
        match &self.model {
            None => self.backend.title().to_owned(),
            Some(model) => format!("{} of {model}", self.backend.title()),
        }
    }
}

impl From<Backend> for TargetName {
    /// The target that models share.
    fn from(backend: Backend) -> Self {
        Self { backend, model: None }
    }
}

impl fmt::Display for TargetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.model {
            None => f.pad(self.backend.id()),
            Some(model) => f.pad(&format!("{}@{model}", self.backend)),
        }
    }
}

impl Serialize for TargetName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The name of a deployment that has none of its own, and no prefix that it could be named for.
const UNNAMED: &str = "main";

/// A deployment as one of its targets knows it: who it is there, and how its namespaces begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its name, which marks carry.
    pub name: String,
    /// What stands before the name of every namespace; empty where nothing does.
    pub prefix: String,
}

impl Deployment {
    /// Where nobody named it, it is named for its prefix.
    pub fn of(name: Option<&Name>, prefix: &str) -> Self {
        let derived = match prefix.trim_end_matches('_') {
            _ if prefix.is_empty() => UNNAMED,
            // As it stands, where the short form would be another's name.
            "" | UNNAMED => prefix,
            short => short,
        };
        Self { name: name.map_or(derived, Name::as_str).to_owned(), prefix: prefix.to_owned() }
    }
}

impl Default for Deployment {
    fn default() -> Self {
        Self::of(None, "")
    }
}

/// How the targets of a deployment are laid out, as far as it decides where an object goes and what it is called there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// What whale.toml calls the deployment, where it does.
    pub deployment: Option<Name>,
    /// Targets that a model has for itself.
    pub own: BTreeSet<TargetName>,
    /// What stands before the name of every namespace in a target, where anything does.
    pub prefixes: BTreeMap<TargetName, String>,
}

impl Layout {
    /// The target that a model's objects of a kind are in.
    pub fn home(&self, backend: Backend, model: &Name) -> TargetName {
        let own = TargetName::own(backend, model.clone());
        if self.own.contains(&own) { own } else { backend.into() }
    }

    /// What stands before the name of every namespace in a target; empty where nothing does.
    pub fn prefix(&self, target: &TargetName) -> &str {
        self.prefixes.get(target).map_or("", String::as_str)
    }

    /// The deployment as a target knows it.
    pub fn deployment(&self, target: &TargetName) -> Deployment {
        Deployment::of(self.deployment.as_ref(), self.prefix(target))
    }

    /// The prefixes of the targets that a model's objects are in.
    pub fn prefixes_of(&self, model: &Name) -> BTreeMap<Backend, String> {
        let prefix = |backend: Backend| self.prefix(&self.home(backend, model)).to_owned();
        Backend::ALL.into_iter().map(|backend| (backend, prefix(backend))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_with_a_target_of_its_own_is_at_home_there() {
        let legal = Name::from_server("legal");
        let own = TargetName::own(Backend::Milvus, legal.clone());
        let layout = Layout {
            own: BTreeSet::from([own.clone()]),
            prefixes: BTreeMap::from([(own.clone(), "court_".to_owned()), (Backend::Milvus.into(), "s_".to_owned())]),
            ..Layout::default()
        };
        assert_eq!(layout.home(Backend::Milvus, &legal), own);
        assert_eq!(layout.home(Backend::Clickhouse, &legal), Backend::Clickhouse.into());
        assert_eq!(layout.home(Backend::Milvus, &Name::from_server("medical")), Backend::Milvus.into());
        assert_eq!(layout.prefixes_of(&legal)[&Backend::Milvus], "court_");
        assert_eq!(layout.prefixes_of(&Name::from_server("medical"))[&Backend::Milvus], "s_");
        assert_eq!(layout.prefixes_of(&legal)[&Backend::Clickhouse], "");
    }

    #[test]
    fn a_deployment_is_named_or_named_for_its_prefix() {
        let named = |name: Option<&str>, prefix| Deployment::of(name.map(Name::from_server).as_ref(), prefix).name;
        assert_eq!(named(None, ""), "main");
        assert_eq!(named(None, "staging_"), "staging");
        assert_eq!(named(None, "main_"), "main_", "not the name of the one without a prefix");
        assert_eq!(named(Some("berlin"), "staging_"), "berlin");
    }

    #[test]
    fn a_target_is_found_by_how_it_is_written() {
        for text in ["milvus", "clickhouse@legal"] {
            assert_eq!(TargetName::find(text).unwrap().to_string(), text);
        }
        for text in ["mysql", "milvus@", "milvus@Le gal", ""] {
            assert_eq!(TargetName::find(text), None, "{text}");
        }
        assert_eq!(format!("{:<8}|", TargetName::from(Backend::Milvus)), "milvus  |");
    }
}
