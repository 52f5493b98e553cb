//! `init`: a settings file to begin with. Never overwrites one.

use crate::exit::{Ending, Exit, Failure, Trouble};
use crate::render::Output;
use crate::settings::TEMPLATE;
use crate::settings::files::Files;
use std::io;
use std::path::Path;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes};

/// Writes the file.
pub(super) fn run(path: &Path, files: Files) -> Result<Ending, Failure> {
    let shown = crate::text::shown(&path.display().to_string());
    match files.create(path, TEMPLATE.as_bytes()) {
        Ok(()) => Ok(Ending::new(Exit::Done, Output::Initialised(shown), Diagnostics::default())),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let fault = Diagnostic::error(codes::settings::SETTINGS_EXIST, &shown, format!("{shown} is there already"));
            Err(fault.help("change it, or name another file with --config FILE").into())
        }
        Err(error) => {
            let trouble = Trouble::new("file", format!("writing {shown}")).because(&error);
            Err(Failure::World(vec![trouble.hint("name a file that can be written with --config FILE")]))
        }
    }
}
