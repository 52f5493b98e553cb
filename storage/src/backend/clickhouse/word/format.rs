//! How the server would write statements, and whether it reads back what it writes.

use super::{ASKING, chunks, reason};
use crate::backend::EngineError;
use crate::backend::clickhouse::lower::ClickhouseLower;
use crate::backend::clickhouse::normalize;
use crate::backend::clickhouse::run::{self, Session};
use crate::catalog::{PartKey, PartKind};
use crate::definition::{Object, ObjectName};
use crate::quote::clickhouse::literal;
use crate::word::{Refusal, Word};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A statement as the server formats it, and what it makes of that text; none: it cannot read it.
#[derive(Deserialize)]
struct Formatted {
    place: String,
    once: Option<String>,
    twice: Option<String>,
}

impl Formatted {
    /// The text, if it reads back as itself.
    fn stable(&self) -> Option<&str> {
        self.once.as_deref().filter(|once| self.twice.as_deref() == Some(once))
    }
}

/// How the server formats statements, in their order, or why it does not say.
async fn format(session: &Session, statements: &[String]) -> Result<Result<Vec<Formatted>, String>, EngineError> {
    let mut all = Vec::new();
    for chunk in chunks(statements, String::len) {
        let texts: Vec<String> =
            chunk.iter().enumerate().map(|(place, text)| format!("({place}, {})", literal(text))).collect();
        let sql = format!(
            "SELECT toString(one.1) AS place, formatQuerySingleLineOrNull(one.2) AS once, \
             formatQuerySingleLineOrNull(ifNull(once, '')) AS twice FROM (SELECT arrayJoin([{}]) AS one)",
            texts.join(", ")
        );
        let mut rows = match session.read::<Formatted>(ASKING, &sql).await {
            Ok(rows) => rows,
            Err(fault) if run::code(&fault.detail) == Some(46) => {
                return Ok(Err("the server is too old to say how it would write the statement".to_owned()));
            }
            Err(fault) => return Ok(Err(reason(fault)?)),
        };
        rows.sort_by_key(|row| row.place.parse::<usize>().unwrap_or(usize::MAX));
        if rows.len() != chunk.len() {
            return Ok(Err("the server left statements out that it was asked about".to_owned()));
        }
        all.extend(rows);
    }
    Ok(Ok(all))
}

/// What the server would write of each object, by the statement that would make it.
pub(super) async fn formatted(
    session: &Session,
    lower: &ClickhouseLower,
    objects: &[&Object],
) -> Result<BTreeMap<ObjectName, Word>, EngineError> {
    let (names, statements): (Vec<&Object>, Vec<String>) =
        objects.iter().filter_map(|object| Some((*object, lower.bare(object)?))).unzip();
    let mut words = BTreeMap::new();
    let rows = match format(session, &statements).await? {
        Ok(rows) => rows,
        Err(why) => {
            words.extend(names.iter().map(|object| (object.name().clone(), Word::Undecided(why.clone()))));
            return Ok(words);
        }
    };
    for (object, row) in names.iter().zip(&rows) {
        let word = match row.stable().map(normalize::words) {
            Some(Some(found)) => Word::Said(found),
            Some(None) => {
                Word::Undecided("the server writes its statement in a form that is not known here".to_owned())
            }
            None => unstable(session, lower, object, row).await?,
        };
        words.insert(object.name().clone(), word);
    }
    Ok(words)
}

/// Which parts of an object are it, whose text does not read back as itself.
async fn unstable(
    session: &Session,
    lower: &ClickhouseLower,
    object: &Object,
    whole: &Formatted,
) -> Result<Word, EngineError> {
    let (parts, statements): (Vec<PartKey>, Vec<String>) = lower.alone(object).into_iter().unzip();
    let rows = match format(session, &statements).await? {
        Ok(rows) => rows,
        Err(why) => return Ok(Word::Undecided(why)),
    };
    let parts = parts.into_iter().zip(&rows).filter(|(_, row)| row.stable().is_none());
    let mut refused: Vec<Refusal> = parts.map(|(part, row)| Refusal::of(part.clone(), misread(row, &part))).collect();
    if refused.is_empty() {
        refused.push(Refusal::whole(misread(whole, &PartKey::only(PartKind::Object))));
    }
    Ok(Word::Refused(refused))
}

fn misread(row: &Formatted, part: &PartKey) -> String {
    let Some(once) = &row.once else {
        return "the server cannot read the statement that would make it".to_owned();
    };
    let reads = match &row.twice {
        Some(twice) => format!("and would read that as `{}` at its next start", shown(twice, part)),
        None => "and could not read that: it would not start again".to_owned(),
    };
    format!(
        "the server would keep it as `{}`, {reads}; a column in it is named like one of ClickHouse's own words: rename that column",
        shown(once, part)
    )
}

/// What a statement says of a part; all of it where that is not to be found.
fn shown(statement: &str, part: &PartKey) -> String {
    let facts = normalize::words(statement).and_then(|mut words| words.remove(part));
    let texts: Option<BTreeSet<String>> = facts.map(|facts| facts.into_values().collect());
    texts.map_or_else(|| statement.to_owned(), |texts| texts.into_iter().collect::<Vec<_>>().join("`, `"))
}
