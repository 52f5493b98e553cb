//! The verbs, a file each. A command computes a value and prints nothing but progress and the plan it asks about.

mod apply;
mod doctor;
mod explain;
mod history;
mod info;
mod init;
mod lock;
mod plan;
mod roles;
mod setup;
mod status;
mod targets;
mod validate;

use crate::cli::{Cli, Format, Lock, Setup, Verb};
use crate::exit::{Ending, Failure, Trouble};
use crate::printer::Printer;
use crate::settings::environment::Environment;
use crate::settings::files::Files;
use crate::settings::{FILE, Settings};
use std::path::Path;

/// Does what a verb says. `typed` is the command line, for the journal and for those who run it again.
pub(crate) fn run(cli: Cli, typed: String, environment: Environment, files: Files, printer: &mut Printer) -> Ending {
    let Cli { verb, shared } = cli;
    if matches!(shared.format, Format::Sarif | Format::Junit) && !matches!(verb, Verb::Validate { .. }) {
        let trouble = Trouble::new("usage", format!("{} has no findings to be written in this form", verb.name()));
        return Failure::Usage(trouble.hint("sarif and junit are forms of validate; for all verbs: --format json"))
            .into();
    }
    let load = || Settings::load(&shared, environment, files);
    let ended: Result<Ending, Failure> = match verb {
        Verb::Validate { selection, against, budget } => {
            load().and_then(|all| validate::run(&all, &selection, &against, budget))
        }
        Verb::Info { schema: true, .. } => Ok(info::schema()),
        Verb::Info { selection, schema: false } => load().and_then(|all| info::run(&all, &selection)),
        Verb::Plan { selection, check } => load().and_then(|all| plan::run(&all, &selection, check)),
        Verb::Apply { selection, allow, yes, wait, root } => {
            let how = apply::How { allowed: allow.into_iter().collect(), yes, wait, root, typed };
            load().and_then(|all| apply::run(&all, &selection, &how, printer))
        }
        Verb::Status { selection } => load().and_then(|all| status::run(&all, &selection)),
        Verb::Doctor { selection } => load().and_then(|all| doctor::run(&all, &selection)),
        Verb::History { run, limit } => load().and_then(|all| history::run(&all, run.as_deref(), limit)),
        Verb::Init => init::run(shared.config.as_deref().unwrap_or(Path::new(FILE)), files),
        Verb::Setup { what: None, tree } => load().and_then(|all| setup::run(&all, &tree)),
        Verb::Setup { what: Some(Setup::Tree { tree }), tree: before } => {
            load().and_then(|all| setup::run(&all, &tree.or(before)))
        }
        Verb::Lock { what: Lock::Update { selection } } => load().and_then(|all| lock::update(&all, selection)),
        Verb::Lock { what: Lock::Verify { selection } } => load().and_then(|all| lock::verify(&all, selection)),
        Verb::Setup { what: Some(Setup::Roles { options }), .. } => load().and_then(|all| roles::run(&all, &options)),
        Verb::Explain { code } => explain::run(code.as_deref()),
    };
    ended.into()
}
