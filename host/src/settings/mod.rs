//! What holds for this run: `whale.toml`, the environment and the flags, resolved. The one module that reads any of them.

mod address;
mod cluster;
mod command;
pub(crate) mod config;
pub(crate) mod environment;
pub(crate) mod files;
pub(crate) mod folders;
pub(crate) mod grants;
pub(crate) mod limits;
pub(crate) mod models;
pub(crate) mod reader;
pub(crate) mod room;
mod scaling;
mod session;
pub(crate) mod source;
pub(crate) mod target;
pub(crate) mod targets;
pub(crate) mod terms;
pub(crate) mod versions;

use crate::cli::Shared;
use crate::exit::Failure;
use crate::text;
use config::Config;
use environment::Environment;
use files::Files;
use folders::Folders;
use std::io;
use std::path::{Path, PathBuf};
use whale_storage::diagnostic::{Diagnostic, codes};

/// Name of the settings file.
pub(crate) const FILE: &str = "whale.toml";

/// A settings file to begin with: what most deployments set, with every other table as an example in a comment.
pub(crate) const TEMPLATE: &str = include_str!("template.toml");

/// Longest settings file: a thousand plugins fit into a tenth of it.
const MOST_BYTES: u64 = 1024 * 1024;

/// What holds for this run.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The settings file, or its defaults.
    pub(crate) config: Config,
    /// The file that grants were taken from in place of the settings file, fit to be shown.
    pub(crate) grants: Option<String>,
    /// Where the host keeps what outlives a run.
    pub(crate) folders: Folders,
    /// The environment.
    pub(crate) environment: Environment,
    /// The way to files.
    pub(crate) files: Files,
    /// The settings file, and that of the grants, as findings name them.
    read: Vec<String>,
    /// The folder of the settings file; empty: the working directory.
    base: PathBuf,
}

impl Settings {
    /// Reads the settings file, if there is one.
    pub(crate) fn load(shared: &Shared, environment: Environment, files: Files) -> Result<Self, Failure> {
        let path = shared.config.clone().unwrap_or_else(|| PathBuf::from(FILE));
        let mut config = match files.read_text(&path, MOST_BYTES) {
            Ok(source) => Config::parse(&path.display().to_string(), &source).map_err(Failure::Refused)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound && shared.config.is_none() => Config::default(),
            Err(error) => return Err(unreadable(&path, &error)),
        };
        if let Some(path) = &shared.grants {
            let source = files.read_text(path, MOST_BYTES).map_err(|error| unreadable(path, &error))?;
            config.take_grants(&path.display().to_string(), &source).map_err(Failure::Refused)?;
        }
        let grants = shared.grants.as_deref().map(|path| text::shown(&path.display().to_string()));
        let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let folders = Folders::find(shared.state.as_deref(), &environment);
        let read = [Some(&path), shared.grants.as_ref()]
            .into_iter()
            .flatten()
            .map(|path| path.display().to_string())
            .collect();
        Ok(Self { config, grants, folders, environment, files, read, base })
    }

    /// Whether findings name the settings by this, and not an author's source.
    pub(crate) fn is_a_file_of_ours(&self, file: &str) -> bool {
        self.read.iter().any(|read| read == file)
    }

    /// A path of the settings file, which is relative to that file.
    pub(crate) fn beside_config(&self, path: &Path) -> PathBuf {
        self.base.join(path)
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("reading {}: {error}", path.display());
    Diagnostic::error(codes::settings::SETTINGS_UNREADABLE, path.display().to_string(), message).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_holds_as_it_is_and_with_every_example_taken() {
        let config = Config::parse(FILE, TEMPLATE).unwrap();
        assert_eq!(config.files, ["plugins/*.wasm"]);
        assert!(config.plugins.is_empty() && config.targets.is_empty());
        let example = |line: &str| match line.strip_prefix('#') {
            Some(example) if !example.starts_with(' ') => example.to_owned(),
            _ => line.to_owned(),
        };
        let all: Vec<String> = TEMPLATE.lines().map(example).collect();
        let config = Config::parse(FILE, &all.join("\n")).unwrap();
        assert_eq!(config.plugins.len(), 1);
        assert_eq!(config.all_targets().count(), 4);
    }
}
