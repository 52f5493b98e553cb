//! Table engines: the MergeTree family, and nothing else.

use crate::diagnostic::codes::types as codes;
use crate::name::Name;
use crate::quote::clickhouse::identifier;
use crate::types::cursor::Cursor;
use crate::types::token::{AUTHOR, Bounds, Flavour, SERVER, Token};
use crate::types::{TypeFault, nearest, shown};
use std::collections::BTreeSet;
use std::fmt;

/// A table engine with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableEngine {
    /// Keeps every row.
    MergeTree,
    /// Keeps the newest row of a key, by version where there is one.
    ReplacingMergeTree {
        /// Column that says which row is newest.
        version: Option<Name>,
        /// Column that says that a row is deleted.
        deleted: Option<Name>,
    },
    /// Adds the rows of a key. No columns: all that can be added.
    SummingMergeTree(Vec<Name>),
    /// Merges states of aggregates.
    AggregatingMergeTree,
    /// Cancels rows against each other.
    CollapsingMergeTree {
        /// Column with 1 or -1.
        sign: Name,
    },
    /// Cancels rows against each other, in any order of arrival.
    VersionedCollapsingMergeTree {
        /// Column with 1 or -1.
        sign: Name,
        /// Column that says which rows belong together.
        version: Name,
    },
}

pub(crate) const KNOWN: &[&str] = &[
    "MergeTree",
    "ReplacingMergeTree",
    "SummingMergeTree",
    "AggregatingMergeTree",
    "CollapsingMergeTree",
    "VersionedCollapsingMergeTree",
];

impl TableEngine {
    /// Reads a definition's engine; its columns have plugin's names.
    pub fn parse(text: &str) -> Result<TableEngine, TypeFault> {
        let mut cursor = Cursor::over(text, Flavour::ClickHouse, AUTHOR, codes::TABLE_ENGINE)?;
        let found = engine(&mut cursor)?;
        cursor.end()?;
        for name in found.columns() {
            Name::checked(name.as_str()).map_err(|fault| {
                TypeFault::new(codes::TABLE_ENGINE, 0, format!("{}: {fault}", shown(name.as_str()))).help(fault.help())
            })?;
        }
        Ok(found)
    }

    /// Reads the head of a server's `engine_full`, which goes on with the keys and settings of the table.
    pub fn parse_server(engine_full: &str) -> Result<TableEngine, TypeFault> {
        // What follows the head may be as long as it likes and is not for this parser.
        let bounds = Bounds { bytes: SERVER.bytes * 16, ..SERVER };
        engine(&mut Cursor::over(engine_full, Flavour::ClickHouse, bounds, codes::TABLE_ENGINE)?)
    }

    /// Name of the engine, without arguments.
    pub fn name(&self) -> &'static str {
        match self {
            TableEngine::MergeTree => "MergeTree",
            TableEngine::ReplacingMergeTree { .. } => "ReplacingMergeTree",
            TableEngine::SummingMergeTree(_) => "SummingMergeTree",
            TableEngine::AggregatingMergeTree => "AggregatingMergeTree",
            TableEngine::CollapsingMergeTree { .. } => "CollapsingMergeTree",
            TableEngine::VersionedCollapsingMergeTree { .. } => "VersionedCollapsingMergeTree",
        }
    }

    /// Columns that the arguments name, in order.
    pub fn columns(&self) -> Vec<&Name> {
        match self {
            TableEngine::MergeTree | TableEngine::AggregatingMergeTree => Vec::new(),
            TableEngine::ReplacingMergeTree { version, deleted } => version.iter().chain(deleted).collect(),
            TableEngine::SummingMergeTree(columns) => columns.iter().collect(),
            TableEngine::CollapsingMergeTree { sign } => vec![sign],
            TableEngine::VersionedCollapsingMergeTree { sign, version } => vec![sign, version],
        }
    }

    /// As an engine of the replicated family, whose first arguments say where its replicas meet.
    pub fn replicated(&self, first: &[String]) -> String {
        let columns: Vec<String> = self.columns().into_iter().map(identifier).collect();
        let own = match self {
            TableEngine::SummingMergeTree(_) if !columns.is_empty() => vec![format!("({})", columns.join(", "))],
            _ => columns,
        };
        let arguments: Vec<&str> = first.iter().chain(&own).map(String::as_str).collect();
        let name = format!("Replicated{}", self.name());
        if arguments.is_empty() { name } else { format!("{name}({})", arguments.join(", ")) }
    }

    /// Whether rows of one key become one row when parts merge.
    pub fn merges_rows(&self) -> bool {
        *self != TableEngine::MergeTree
    }
}

fn engine(cursor: &mut Cursor) -> Result<TableEngine, TypeFault> {
    let at = cursor.at();
    let word = cursor.word("a table engine")?;
    if !KNOWN.contains(&word.as_str()) {
        return Err(unknown(&word, at));
    }
    let arguments = if cursor.is_symbol("(") { arguments(cursor)? } else { Vec::new() };
    let wrong = |usage: &str| {
        let message = format!("`{word}` has wrong arguments");
        Err(TypeFault::new(codes::TABLE_ENGINE, at, message).help(format!("write `{usage}`")))
    };
    let distinct: BTreeSet<&Name> = arguments.iter().collect();
    if distinct.len() != arguments.len() {
        return Err(TypeFault::new(codes::TABLE_ENGINE, at, format!("`{word}` names a column twice")));
    }
    let mut given = arguments.into_iter();
    match (word.as_str(), given.next(), given.next(), given.next()) {
        ("MergeTree", None, ..) => Ok(TableEngine::MergeTree),
        ("MergeTree", ..) => wrong("MergeTree`, and `ORDER BY` beside it: `MergeTree"),
        ("AggregatingMergeTree", None, ..) => Ok(TableEngine::AggregatingMergeTree),
        ("AggregatingMergeTree", ..) => wrong("AggregatingMergeTree"),
        ("ReplacingMergeTree", version, deleted, None) => Ok(TableEngine::ReplacingMergeTree { version, deleted }),
        ("ReplacingMergeTree", ..) => wrong("ReplacingMergeTree(version, is_deleted)"),
        ("SummingMergeTree", a, b, c) => {
            Ok(TableEngine::SummingMergeTree([a, b, c].into_iter().flatten().chain(given).collect()))
        }
        ("CollapsingMergeTree", Some(sign), None, _) => Ok(TableEngine::CollapsingMergeTree { sign }),
        ("CollapsingMergeTree", ..) => wrong("CollapsingMergeTree(sign)"),
        (_, Some(sign), Some(version), None) => Ok(TableEngine::VersionedCollapsingMergeTree { sign, version }),
        _ => wrong("VersionedCollapsingMergeTree(sign, version)"),
    }
}

/// Columns, of which some may stand in a tuple: `SummingMergeTree((a, b))`.
fn arguments(cursor: &mut Cursor) -> Result<Vec<Name>, TypeFault> {
    let groups =
        cursor.list(|cursor| if cursor.is_symbol("(") { cursor.list(column) } else { Ok(vec![column(cursor)?]) })?;
    Ok(groups.into_iter().flatten().collect())
}

fn column(cursor: &mut Cursor) -> Result<Name, TypeFault> {
    match cursor.peek() {
        Some(Token::Word(name) | Token::Quoted(name)) => {
            let name = Name::from_server(name.clone());
            cursor.advance();
            Ok(name)
        }
        _ => Err(cursor.wanted("a column")),
    }
}

fn unknown(word: &str, at: usize) -> TypeFault {
    let fault = TypeFault::new(codes::TABLE_ENGINE, at, format!("{} is not a table engine on the list", shown(word)));
    if let Some(plain) = word.strip_prefix("Replicated").or_else(|| word.strip_prefix("Shared")) {
        let plain = if KNOWN.contains(&plain) { plain } else { "MergeTree" };
        return fault.help(format!("write `{plain}`: replication belongs to the deployment, not to a definition"));
    }
    match nearest(word, KNOWN.iter().copied()) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(format!("known are {}", KNOWN.join(", "))),
    }
}

impl fmt::Display for TableEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        let columns: Vec<String> = self.columns().into_iter().map(identifier).collect();
        match self {
            TableEngine::MergeTree | TableEngine::AggregatingMergeTree => Ok(()),
            _ if columns.is_empty() => Ok(()),
            TableEngine::SummingMergeTree(_) => write!(f, "(({}))", columns.join(", ")),
            _ => write!(f, "({})", columns.join(", ")),
        }
    }
}
