//! The command line as it is typed: nothing is read, nothing is resolved.
//!
//! What a person can get wrong by typing alone is refused here, before anything runs.

mod setup;
mod values;

pub(crate) use setup::{RoleOptions, Setup, TreeOptions};
pub(crate) use values::{Against, Assignment, Budget, SourceRoot};

use crate::exit;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;
use values::duration;
use whale_storage::definition::Backend;
use whale_storage::hazard::Hazard;

/// Loads model plugins in a sandbox, and plans and applies what they define over TimescaleDB, ClickHouse and Milvus.
#[derive(Debug, Parser)]
#[command(name = "whale-host", version, after_help = exit::TABLE, disable_help_subcommand = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// What is to be done.
    #[command(subcommand)]
    pub(crate) verb: Verb,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// Flags of every verb.
#[derive(Debug, Args)]
pub(crate) struct Shared {
    /// Settings file [default: ./whale.toml, where it exists]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Grants, ceiling and limits from this file, in place of those of the settings file; a plugin it does not list is refused
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) grants: Option<PathBuf>,
    /// Folder of the journal [default: $WHALE_STATE, or whale-host in the user's state folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Text for people, or one JSON document on standard output for machines
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Only errors, and what was asked for
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// More: parts of objects, round trips, what a plugin used; twice: the statements, too
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// Forms of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
    /// Findings of validate, for code hosts and editors
    Sarif,
    /// Findings of validate, for CI servers
    Junit,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Judge plugins: no database, no network
    Validate {
        #[command(flatten)]
        selection: Selection,
        /// Judge for this version of an engine; otherwise those of whale.toml, otherwise the oldest supported
        #[arg(long, value_name = "ENGINE=VERSION")]
        against: Vec<Against>,
        /// Refuse a plugin that uses more than this part of any limit: 80%
        #[arg(long, value_name = "PERCENT")]
        budget: Option<Budget>,
        /// Folder of a plugin's sources, for findings at an author's line: that of its crate below the folder that is checked out
        #[arg(long, value_name = "[PLUGIN=]DIR")]
        source_root: Vec<SourceRoot>,
    },
    /// Show what plugins say of themselves, and what they define
    Info {
        #[command(flatten)]
        selection: Selection,
        /// Print the JSON Schema of what `info --format json` writes, and nothing else
        #[arg(long, conflicts_with_all = ["plugin", "all", "model", "engine", "set"])]
        schema: bool,
    },
    /// Compare definitions with the engines; changes nothing
    Plan {
        #[command(flatten)]
        selection: Selection,
        /// Exit with 3 if there is anything to do
        #[arg(long)]
        check: bool,
        /// Do not ask the servers what they make of new and changed expressions: read only what is there
        #[arg(long)]
        offline: bool,
    },
    /// Carry out what plan shows, and look again. On a terminal it asks first; where nobody can be asked it does not ask
    Apply {
        #[command(flatten)]
        selection: Selection,
        /// Allow steps with this hazard
        #[arg(long, value_name = "HAZARD", value_parser = hazard)]
        allow: Vec<Hazard>,
        /// Do not ask, on a terminal either
        #[arg(short, long)]
        yes: bool,
        /// How long to wait for another applier: 500ms, 30s, 5m
        #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration)]
        wait: Duration,
        /// Root of the storage tree, in which definitions are kept as applied [default: `storage_root` of whale.toml]
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
    },
    /// Show what is in the engines, and an unfinished run; changes nothing
    Status {
        #[command(flatten)]
        selection: Selection,
    },
    /// Look whether all that an apply needs is there; changes nothing
    Doctor {
        #[command(flatten)]
        selection: Selection,
    },
    /// Show what ran when, and what came of it; asks no engine
    History {
        /// One run with its steps: its name, or how the name begins
        run: Option<String>,
        /// How many runs, newest first
        #[arg(long, value_name = "N", default_value_t = 20, conflicts_with = "run")]
        limit: usize,
    },
    /// Write a whale.toml to begin with, every setting explained; overwrites nothing
    Init,
    /// Make what surrounds the engines; alone, the storage tree
    #[command(subcommand_precedence_over_arg = true)]
    Setup {
        #[command(subcommand)]
        what: Option<Setup>,
        #[command(flatten)]
        tree: TreeOptions,
    },
    /// Write down which plugins may run and what each may do, or compare; docs/capabilities.md
    Lock {
        #[command(subcommand)]
        what: Lock,
    },
    /// Explain a code such as WH0701; without one, list them all; or list what a definition may name: types clickhouse
    Explain {
        /// The code; or functions, types, codecs, engines, indexes or settings
        what: Option<String>,
        /// Whose functions, types ..
        #[arg(value_name = "ENGINE", value_parser = engines())]
        engine: Option<Backend>,
    },
}

impl Verb {
    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Verb::Validate { .. } => "validate",
            Verb::Info { .. } => "info",
            Verb::Plan { .. } => "plan",
            Verb::Apply { .. } => "apply",
            Verb::Status { .. } => "status",
            Verb::Doctor { .. } => "doctor",
            Verb::History { .. } => "history",
            Verb::Init => "init",
            Verb::Setup { .. } => "setup",
            Verb::Lock { .. } => "lock",
            Verb::Explain { .. } => "explain",
        }
    }
}

/// What is done with `whale.lock`.
#[derive(Debug, Subcommand)]
pub(crate) enum Lock {
    /// Show what changes, and write it; without a plugin, for all of whale.toml
    Update {
        #[command(flatten)]
        selection: Selection,
    },
    /// Compare plugins with what was written; without a plugin, all of whale.toml
    Verify {
        #[command(flatten)]
        selection: Selection,
    },
}

/// Which plugins, which part of them, and with which parameters.
#[derive(Debug, Default, Args)]
pub(crate) struct Selection {
    /// A plugin; a name may hold * and ?
    #[arg(short, long, value_name = "FILE")]
    pub(crate) plugin: Vec<PathBuf>,
    /// The plugins of whale.toml
    #[arg(long, conflicts_with = "plugin")]
    pub(crate) all: bool,
    /// Only the plugins of this model
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Only this engine
    #[arg(long, value_name = "NAME", value_parser = engines())]
    pub(crate) engine: Vec<Backend>,
    /// Set a parameter, of every plugin that has it or of one
    #[arg(long, value_name = "[PLUGIN.]NAME=VALUE")]
    pub(crate) set: Vec<Assignment>,
}

impl Selection {
    /// Whether an engine is meant.
    pub(crate) fn means(&self, engine: Backend) -> bool {
        self.engine.is_empty() || self.engine.contains(&engine)
    }
}

fn engines() -> impl clap::builder::TypedValueParser<Value = Backend> {
    PossibleValuesParser::new(Backend::ALL.map(Backend::id))
        .try_map(|id| Backend::find(&id).ok_or_else(|| format!("{id:?} is not an engine")))
}

fn hazard(text: &str) -> Result<Hazard, String> {
    Hazard::find(text).ok_or_else(|| format!("hazards are {}", Hazard::ALL.map(|hazard| hazard.to_string()).join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_tree_is_set_up_with_and_without_its_word() {
        let options = |words: &[&str]| {
            let words = ["whale-host", "setup"].iter().chain(words);
            match Cli::try_parse_from(words).unwrap().verb {
                Verb::Setup { what: Some(Setup::Tree { tree }), tree: before } => tree.or(before),
                Verb::Setup { what: None, tree } => tree,
                other => panic!("{other:?}"),
            }
        };
        let models = |words: &[&str]| (options(words).models, options(words).root.is_some());
        let both = (vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], true);
        for words in [
            &["--models", "a", "b,c", "--root", "d"][..],
            &["tree", "--models", "a,b,c", "--root", "d"],
            &["--root", "d", "--format", "json", "tree", "--models", "a,b", "--models", "c"],
            &["--root", "d", "--models", "a", "b", "c", "tree", "-q"],
        ] {
            assert_eq!(models(words), both, "{words:?}");
        }
        assert!(Cli::try_parse_from(["whale-host", "setup", "--engines", "mysql"]).is_err());
        assert!(Cli::try_parse_from(["whale-host", "setup", "trees"]).is_err());
    }
}
