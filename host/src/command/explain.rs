//! `explain`: what a code means, or all of them.

use crate::exit::{Ending, Exit, Failure};
use crate::render::Output;
use crate::text::shown_within;
use whale_storage::diagnostic::{Code, Diagnostic, Diagnostics, codes};
use whale_storage::types::nearest;

/// Finds the code.
pub(super) fn run(code: Option<&str>) -> Result<Ending, Failure> {
    let found = match code {
        None => codes::all().collect(),
        Some(id) => vec![Code::find(id.trim()).ok_or_else(|| unknown(id))?],
    };
    Ok(Ending::new(Exit::Done, Output::Explained(found), Diagnostics::default()))
}

fn unknown(id: &str) -> Failure {
    let shown = shown_within(id, 40);
    let known: Vec<&str> = codes::all().map(|code| code.id).collect();
    let near = nearest(&id.trim().to_ascii_uppercase(), known.iter().copied()).filter(|_| id.len() > 3);
    let help =
        near.map_or_else(|| "whale-host explain lists all codes".to_owned(), |near| format!("did you mean {near}?"));
    Diagnostic::error(codes::settings::UNKNOWN_CODE, "", format!("there is no code {shown}")).help(help).into()
}
