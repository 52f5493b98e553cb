//! Whole commands without engines: exit code, standard output and standard error together.
//!
//! The plugins are those of this repository, built: a missing one fails and says what to run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "tests")]

mod budget;
mod capabilities;
mod doctor;
mod ending;
mod history;
mod init;
mod many;
mod old_kernel;
mod pipes;
mod refused;
mod reports;
mod schema;
mod settings;
mod setup;
mod shown;
mod state;
mod targets;
mod world;

use world::World;
