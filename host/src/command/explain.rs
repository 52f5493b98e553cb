//! `explain`: what a code means, or all of them; and what definitions may name, engine by engine.
//!
//! What may be named is read from docs/arguments.md, which a test of whale-storage holds to the lists that decide.

use crate::exit::{Ending, Exit, Failure, Trouble};
use crate::render::{Listed, Output};
use crate::text::shown_within;
use whale_storage::definition::Backend;
use whale_storage::diagnostic::{Code, Diagnostics, codes};

const DOCUMENT: &str = include_str!("../../../docs/arguments.md");

/// A word of the command line, and how the headings of its lists begin.
const LISTS: [(&str, &[&str]); 6] = [
    ("functions", &["Functions", "Aggregates", "Combinators"]),
    ("types", &["Types"]),
    ("codecs", &["Codecs"]),
    ("engines", &["Table engines"]),
    ("indexes", &["Index methods", "Skip indexes", "Indexes", "Parameters"]),
    ("settings", &["Settings", "Properties"]),
];

/// Finds the code, or the list.
pub(super) fn run(what: Option<&str>, engine: Option<Backend>) -> Result<Ending, Failure> {
    let Some(word) = what.map(str::trim) else { return Ok(done(Output::Explained(codes::all().collect()))) };
    let list = LISTS.iter().find(|(list, _)| word.eq_ignore_ascii_case(list));
    match (list, engine) {
        (Some((word, headings)), Some(engine)) => {
            let lists = listed(headings, engine);
            if lists.is_empty() {
                let message = format!("there are no {word} of {} that a definition names", engine.title());
                return Err(Failure::Usage(Trouble::new("usage", message).hint("docs/arguments.md has all lists")));
            }
            Ok(done(Output::Listed(lists)))
        }
        (Some((word, _)), None) => {
            let trouble = Trouble::new("usage", format!("each engine has {word} of its own"));
            let engines = Backend::ALL.map(Backend::id).join(" or ");
            Err(Failure::Usage(trouble.hint(format!("name it: whale-host explain {word} {engines}"))))
        }
        (None, _) => Ok(done(Output::Explained(vec![Code::find(word).ok_or_else(|| unknown(word))?]))),
    }
}

fn done(output: Output) -> Ending {
    Ending::new(Exit::Done, output, Diagnostics::default())
}

/// The names below these headings of an engine. They stand between backticks in the first cell of each row.
fn listed(headings: &[&str], engine: Backend) -> Vec<Listed> {
    let of = match engine {
        // The document speaks of the server: TimescaleDB has its types and functions.
        Backend::Timescaledb => "PostgreSQL",
        Backend::Clickhouse | Backend::Milvus => engine.title(),
    };
    let mut found = Vec::new();
    for section in DOCUMENT.split("\n## ").skip(1) {
        let heading = section.lines().next().unwrap_or_default();
        let ours = heading.split_once(" of ").is_some_and(|(what, engine)| engine == of && headings.contains(&what));
        if ours {
            let cells = section.lines().filter_map(|line| line.split('|').nth(1));
            let mut names: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
            names.sort_by_key(|name| name.to_ascii_lowercase());
            found.push(Listed { heading, names });
        }
    }
    found
}

fn unknown(id: &str) -> Failure {
    let message = format!("there is no code {}", shown_within(id, 40));
    let lists = LISTS.map(|(word, _)| word).join(", ");
    let hint =
        format!("whale-host explain lists all codes; what definitions may name: explain {lists}, each with an engine");
    Failure::Usage(Trouble::new("usage", message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(word: &str, engine: Backend) -> Vec<&'static str> {
        let headings = LISTS.iter().find(|(list, _)| *list == word).map(|(_, headings)| *headings).unwrap_or_default();
        listed(headings, engine).into_iter().flat_map(|list| list.names).collect()
    }

    #[test]
    fn every_list_of_the_document_is_shown() {
        let all: usize =
            LISTS.iter().flat_map(|(_, headings)| Backend::ALL.map(|engine| listed(headings, engine).len())).sum();
        assert_eq!(all, DOCUMENT.matches("\n## ").count());
        assert!(names("functions", Backend::Clickhouse).contains(&"toStartOfHour"));
        assert!(names("functions", Backend::Clickhouse).contains(&"quantile"));
        assert!(names("types", Backend::Timescaledb).contains(&"timestamptz"));
        assert!(names("types", Backend::Milvus).contains(&"FLOAT_VECTOR"));
        assert!(names("codecs", Backend::Milvus).is_empty());
    }
}
