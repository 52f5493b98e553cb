//! The verbs, a file each. A command computes a value and prints nothing but progress and the plan it asks about.

mod apply;
mod doctor;
mod explain;
mod history;
mod info;
mod plan;
mod setup;
mod status;
mod targets;
mod validate;

use crate::cli::{Cli, Setup, Verb};
use crate::exit::{Ending, Failure};
use crate::printer::Printer;
use crate::settings::Settings;
use crate::settings::environment::Environment;
use crate::settings::files::Files;

/// Does what a verb says. `typed` is the command line, for the journal and for those who run it again.
pub(crate) fn run(cli: Cli, typed: String, environment: Environment, files: Files, printer: &mut Printer) -> Ending {
    if let Verb::Explain { code } = &cli.verb {
        return explain::run(code.as_deref()).into();
    }
    let settings = match Settings::load(&cli.shared, environment, files) {
        Ok(settings) => settings,
        Err(failure) => return failure.into(),
    };
    let ended: Result<Ending, Failure> = match cli.verb {
        Verb::Validate { selection, against } => validate::run(&settings, &selection, &against),
        Verb::Info { selection } => info::run(&settings, &selection),
        Verb::Plan { selection, check } => plan::run(&settings, &selection, check),
        Verb::Apply { selection, allow, yes, wait, root } => {
            let how = apply::How { allowed: allow.into_iter().collect(), yes, wait, root, typed };
            apply::run(&settings, &selection, &how, printer)
        }
        Verb::Status { selection } => status::run(&settings, &selection),
        Verb::Doctor { selection } => doctor::run(&settings, &selection),
        Verb::History { run, limit } => history::run(&settings, run.as_deref(), limit),
        Verb::Setup { what: None, tree } => setup::run(&settings, &tree),
        Verb::Setup { what: Some(Setup::Tree { tree }), tree: before } => setup::run(&settings, &tree.or(before)),
        Verb::Explain { code } => explain::run(code.as_deref()),
    };
    ended.into()
}
