//! Where the host keeps what outlives a run: the journal, and compiled plugins.

use super::environment::Environment;
use super::files::Files;
use crate::exit::{Failure, Trouble};
use crate::folder;
use cap_std::fs::Dir;
use std::io;
use std::path::{Path, PathBuf};
use whale_storage::diagnostic::{Diagnostic, codes::settings as codes};

/// Paths of the folders; none where neither a flag nor the environment gives one.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    /// The journal, and the key of the cache.
    pub(crate) state: Option<PathBuf>,
    /// Compiled plugins.
    pub(crate) compiled: Option<PathBuf>,
}

impl Folders {
    /// From the flag, our own variables, and those of the desktop's standard.
    pub(crate) fn find(state: Option<&Path>, environment: &Environment) -> Self {
        let user = |variable: &str, below_home: &str| {
            let own = environment.path(variable).filter(|path| path.is_absolute());
            own.or_else(|| environment.path("HOME").map(|home| home.join(below_home)))
                .map(|base| base.join("whale-host"))
        };
        let state = state.map(Path::to_path_buf).or_else(|| environment.path("WHALE_STATE"));
        let cache = environment.path("WHALE_CACHE").or_else(|| user("XDG_CACHE_HOME", ".cache"));
        Self {
            state: state.or_else(|| user("XDG_STATE_HOME", ".local/state")),
            compiled: cache.map(|cache| cache.join("compiled")),
        }
    }

    /// Opens the state folder, which an apply cannot do without.
    pub(crate) fn open_state(&self, files: Files) -> Result<Dir, Failure> {
        let trouble =
            |message: String| Trouble::new("state", message).hint("name a folder with --state DIR, or in WHALE_STATE");
        let Some(path) = &self.state else {
            return Err(Failure::World(vec![trouble(
                "there is no folder for the journal: HOME is not set".to_owned(),
            )]));
        };
        files.own_folder(path).map_err(|error| unusable(path, &error, || trouble(opening(path)).because(&error)))
    }
}

/// What there is to say of a state folder that cannot be used.
pub(crate) fn unusable(path: &Path, error: &io::Error, otherwise: impl FnOnce() -> Trouble) -> Failure {
    let Some(why) = folder::not_ours(error) else { return Failure::World(vec![otherwise()]) };
    let message = format!("the state folder {} is not used: {why}", path.display());
    Diagnostic::error(codes::STATE_NOT_OURS, path.display().to_string(), message).help(NOT_OURS).into()
}

/// The way out of a state folder that others may change.
pub(crate) const NOT_OURS: &str = "take the right to write there from others (chmod go-w) and own the folder, or name another with --state or WHALE_STATE";

fn opening(path: &Path) -> String {
    format!("opening the state folder {}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_goes_before_our_variable_before_the_standard() {
        let all = Environment::fixed(&[("WHALE_STATE", "/w"), ("XDG_STATE_HOME", "/x"), ("HOME", "/h")]);
        let state =
            |flag: Option<&str>, environment: &Environment| Folders::find(flag.map(Path::new), environment).state;
        assert_eq!(state(Some("flag"), &all), Some("flag".into()));
        assert_eq!(state(None, &all), Some("/w".into()));
        assert_eq!(state(None, &Environment::fixed(&[("XDG_STATE_HOME", "/x")])), Some("/x/whale-host".into()));
        let relative = Environment::fixed(&[("XDG_STATE_HOME", "x"), ("HOME", "/h")]);
        assert_eq!(state(None, &relative), Some("/h/.local/state/whale-host".into()));
        assert_eq!(state(None, &Environment::fixed(&[])), None);
    }

    #[test]
    fn compiled_plugins_stand_below_the_cache() {
        let compiled = |variables: &[(&str, &str)]| Folders::find(None, &Environment::fixed(variables)).compiled;
        assert_eq!(compiled(&[("WHALE_CACHE", "/c")]), Some("/c/compiled".into()));
        assert_eq!(compiled(&[("HOME", "/h")]), Some("/h/.cache/whale-host/compiled".into()));
    }
}
