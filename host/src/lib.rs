//! whale-host: what stands between a plugin, a person and the engines.
//!
//! [`run`] is the whole program. `cli` is the command line as typed, `settings` what holds for this run, `sandbox` runs
//! plugins, `lock` says which may, `pipeline` leads from files to definitions, `tree` makes the storage tree, `command`
//! has a file for each verb, `render` makes text and JSON of what they return, `printer` owns the terminal and `exit` the
//! exit codes.

#[cfg(debug_assertions)]
mod chaos;
mod cli;
mod command;
mod exit;
mod folder;
#[cfg(debug_assertions)]
#[doc(hidden)]
pub mod fuzzing;
mod guard;
mod lock;
mod pipeline;
mod printer;
mod render;
mod settings;
mod tree;

pub mod sandbox;
pub mod text;

use cap_std::AmbientAuthority;
use clap::{CommandFactory as _, Parser as _};
use exit::{Ending, Exit};
use printer::Printer;
use render::text::Warnings;
use settings::environment::Environment;
use settings::files::Files;
use std::ffi::OsString;
use std::process::ExitCode;
use whale_storage::foreign;

/// Does what the arguments say. `authority` is the way to files; nothing below takes another one.
pub fn run(arguments: impl IntoIterator<Item = OsString>, authority: AmbientAuthority) -> ExitCode {
    guard::keep_memory_to_ourselves();
    std::panic::set_hook(Box::new(printer::fault));
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match cli::Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way, too. A reader that has gone away is not an error.
            let error = harmless(&error, &arguments);
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    let environment = Environment::of_process();
    #[cfg(debug_assertions)]
    chaos::prepare(&environment);
    let mut printer = Printer::new(&cli.shared, &environment);
    logs(cli.shared.verbose);
    let name = cli.verb.name();
    let typed = render::next::command_line(&arguments);
    let ending = command::run(cli, typed, environment, Files::new(authority), &mut printer);
    deliver(name, &ending, &mut printer).into()
}

/// What is wrong with the arguments, told of arguments in which nothing acts: a shell makes them of names of files.
fn harmless(error: &clap::Error, arguments: &[OsString]) -> clap::Error {
    let shown = |argument: &OsString| foreign::line(&argument.to_string_lossy());
    match cli::Cli::try_parse_from(arguments.iter().map(shown)) {
        Err(shown) => shown,
        // What acts was what was wrong.
        Ok(_) => clap::Error::new(error.kind()).with_cmd(&cli::Cli::command()),
    }
}

/// What the libraries below have to say, for those who ask for it.
fn logs(verbose: u8) {
    let level = match verbose {
        0 => tracing::Level::ERROR,
        1 => tracing::Level::WARN,
        _ => tracing::Level::INFO,
    };
    let logs = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(|| printer::Records)
        .with_ansi(false)
        .without_time();
    // A second call in one process, as in tests, changes nothing.
    let _ = logs.try_init();
}

/// Which warnings a command shows: those of a definition are said by `validate`, and need no second word each time.
fn warnings(name: &str, quiet: bool) -> Warnings {
    match name {
        _ if quiet => Warnings::No,
        "plan" | "apply" | "status" => Warnings::New,
        _ => Warnings::Yes,
    }
}

/// Shows how a command ended.
fn deliver(name: &str, ending: &Ending, printer: &mut Printer) -> Exit {
    match printer.format() {
        cli::Format::Json => printer.result(&render::json::document(name, ending, printer.out_style().detail)),
        cli::Format::Sarif => printer.result(&render::sarif::document(ending)),
        cli::Format::Junit => printer.result(&render::junit::document(ending)),
        cli::Format::Text => {
            let style = printer.err_style();
            let text = ending.output.as_ref().map(|output| render::text::output(output, printer.out_style()));
            // What to run next is the last word on a run that failed; everywhere else findings are.
            let failed = matches!(ending.exit, Exit::Failed | Exit::Interrupted);
            let (first, last) = if failed { (None, text) } else { (text, None) };
            if let Some(page) = &first {
                printer.result(page);
            }
            printer.beside(&render::text::diagnostics(&ending.found, warnings(name, printer.quiet()), style));
            for trouble in &ending.troubles {
                printer.beside(&render::text::trouble(trouble, style));
            }
            if let Some(page) = &last {
                printer.result(page);
            }
            if let Some(output) = ending.output.as_ref().filter(|_| style.detail > 0) {
                printer.beside(&render::text::spent(&output.spent(), style));
            }
        }
    }
    match printer.failure() {
        None => ending.exit,
        Some(error) => {
            printer.say("error: writing to standard output: ", error);
            ending.exit.max(Exit::Failed)
        }
    }
}
