//! What `setup` is asked for.

use super::{Selection, engines};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use whale_storage::definition::Backend;

/// What `setup` makes.
#[derive(Debug, Subcommand)]
pub(crate) enum Setup {
    /// Make on each target a user with the least rights that an apply needs; the target's URL is an administrator's
    Roles {
        #[command(flatten)]
        options: RoleOptions,
    },
    /// Make the storage tree: folders of models and engines, and working files; what is there stays
    Tree {
        #[command(flatten)]
        tree: TreeOptions,
    },
}

/// For which plugins users are made, and where their URLs are kept.
#[derive(Debug, Args)]
pub(crate) struct RoleOptions {
    /// For these plugins [default: those of whale.toml]
    #[arg(short, long, value_name = "FILE")]
    plugin: Vec<PathBuf>,
    /// Only this engine
    #[arg(long, value_name = "NAME", value_parser = engines())]
    engine: Vec<Backend>,
    /// Name of the user
    #[arg(long, value_name = "NAME", default_value = "whalehost")]
    pub(crate) name: String,
    /// Folder for the URLs of the users, with their passwords [default: secrets, beside whale.toml]
    #[arg(long, value_name = "DIR")]
    pub(crate) secrets: Option<PathBuf>,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl RoleOptions {
    /// The plugins.
    pub(crate) fn selection(&self) -> Selection {
        let (plugin, engine) = (self.plugin.clone(), self.engine.clone());
        Selection { all: plugin.is_empty(), plugin, engine, ..Selection::default() }
    }
}

/// Where the storage tree is, and for whom.
#[derive(Debug, Default, Args)]
pub(crate) struct TreeOptions {
    /// Root of the tree [default: `storage_root` of whale.toml, otherwise ./data]
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// For these models: A B,C [default: language, developer, and those of whale.toml]
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    pub(crate) models: Vec<String>,
    /// For these engines [default: all three]
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',', value_parser = engines())]
    pub(crate) engines: Vec<Backend>,
}

impl TreeOptions {
    /// These options; what they leave open stood before the word `tree`, or is left open.
    pub(crate) fn or(self, before: Self) -> Self {
        let Self { root, models, engines } = before;
        Self {
            root: self.root.or(root),
            models: if self.models.is_empty() { models } else { self.models },
            engines: if self.engines.is_empty() { engines } else { self.engines },
        }
    }
}
