//! `explain`: what a code means, or all of them.

use crate::exit::{Ending, Exit, Failure, Trouble};
use crate::render::Output;
use crate::text::shown_within;
use whale_storage::diagnostic::{Code, Diagnostics, codes};

/// Finds the code.
pub(super) fn run(code: Option<&str>) -> Result<Ending, Failure> {
    let found = match code {
        None => codes::all().collect(),
        Some(id) => vec![Code::find(id.trim()).ok_or_else(|| unknown(id))?],
    };
    Ok(Ending::new(Exit::Done, Output::Explained(found), Diagnostics::default()))
}

fn unknown(id: &str) -> Failure {
    let message = format!("there is no code {}", shown_within(id, 40));
    Failure::Usage(Trouble::new("usage", message).hint("whale-host explain lists all codes"))
}
