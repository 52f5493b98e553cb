//! The one place that reads environment variables. A variable that is empty counts as not set.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The environment of the process, or a fixed one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    fixed: Option<BTreeMap<String, String>>,
}

impl Environment {
    /// The environment of the process. It is asked when a variable is needed, not before: credentials stay where they
    /// are while plugins run.
    pub(crate) fn of_process() -> Self {
        Self { fixed: None }
    }

    /// An environment with these variables and no others.
    #[cfg(test)]
    pub(crate) fn fixed(variables: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { fixed: Some(variables.iter().map(own).collect()) }
    }

    /// A variable, if it is set and not empty.
    #[allow(clippy::disallowed_methods, reason = "this is the owner of the environment")]
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let value = match &self.fixed {
            Some(fixed) => fixed.get(name).cloned(),
            None => std::env::var(name).ok(),
        };
        value.filter(|value| !value.is_empty())
    }

    /// A variable that holds a path.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }
}
