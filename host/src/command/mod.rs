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
use crate::settings::targets::Origins;
use crate::settings::{FILE, Settings, grants};
use std::path::Path;

/// Does what a verb says. `typed` is the command line, for the journal and for those who run it again.
pub(crate) fn run(cli: Cli, typed: String, environment: Environment, files: Files, printer: &mut Printer) -> Ending {
    let grants = cli.shared.grants.clone();
    let mut origins = Origins::default();
    let mut ending = Ending::from(ended(cli, typed, environment, files, printer, &mut origins));
    // Whatever judges and whatever talks to engines does not know where grants and URLs stand.
    ending.found = grants::by_file(ending.found, grants.as_deref());
    for trouble in &mut ending.troubles {
        origins.explain(trouble.target.as_deref(), &mut trouble.hint);
    }
    ending
}

fn ended(
    cli: Cli,
    typed: String,
    environment: Environment,
    files: Files,
    printer: &mut Printer,
    origins: &mut Origins,
) -> Result<Ending, Failure> {
    let Cli { verb, shared } = cli;
    if matches!(shared.format, Format::Sarif | Format::Junit) && !matches!(verb, Verb::Validate { .. }) {
        let form = if shared.format == Format::Sarif { "sarif" } else { "junit" };
        let message = format!("--format {form} is for validate: {} writes text or json", verb.name());
        let trouble = Trouble::new("usage", message);
        return Err(Failure::Usage(trouble.hint(format!("whale-host {} --format json", verb.name()))));
    }
    let load = || {
        let settings = Settings::load(&shared, environment, files)?;
        *origins = Origins::of(&settings);
        Ok(settings)
    };
    match verb {
        Verb::Validate { selection, against, budget, source_root } => {
            load().and_then(|all| validate::run(&all, &selection, &against, budget, &source_root))
        }
        Verb::Info { schema: true, .. } => Ok(info::schema()),
        Verb::Info { selection, schema: false } => load().and_then(|all| info::run(&all, &selection)),
        Verb::Plan { selection, check, offline } => {
            load().and_then(|all| plan::run(&all, &selection, &plan::Asked { check, offline }))
        }
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
        Verb::Explain { what, engine } => explain::run(what.as_deref(), engine),
    }
}
