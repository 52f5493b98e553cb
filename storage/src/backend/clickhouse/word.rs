//! Asks the server what it would say of objects that it does not hold yet, and what of them it would refuse.
//!
//! Reading queries only, and a user who may only read can send them. Two for many objects at once: how the server formats
//! the statements that would make them, and whether it finds a type for every expression in them. Only where one of the two
//! says no are objects asked about one by one, and then part by part. What the server formats must read back as itself:
//! it keeps that text and reads it at its next start, and with a text that it reads otherwise, or not at all, the table
//! would be another or the server would not start.

mod format;

use super::lower::{self, ClickhouseLower, Columns, Question};
use super::run::Session;
use crate::backend::{EngineError, FailureKind};
use crate::catalog::{PartKey, PartKind};
use crate::definition::{Backend, Object, ObjectName};
use crate::desire::Wanted;
use crate::name::Name;
use crate::quote::clickhouse::literal;
use crate::word::{Refusal, Word};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const ASKING: &str = "asking what the server says of new definitions";

/// Objects in a query, and bytes of it: the server's own limit on the text of a statement is 256 KiB.
const MOST: usize = 40;
const BYTES: usize = 96 * 1024;

/// What the server says of the objects asked about, which are among the wanted ones; so are the tables that views read and
/// write, or the server has them.
pub(super) async fn words(
    session: &Session,
    lower: &ClickhouseLower,
    asked: &BTreeSet<ObjectName>,
    wanted: &Wanted,
) -> Result<BTreeMap<ObjectName, Word>, EngineError> {
    let objects: Vec<&Object> =
        asked.iter().filter_map(|name| wanted.objects.get(name)).map(|wanted| &wanted.desired.object).collect();
    let columns = columns(session, &objects, wanted).await?;
    let mut words = format::formatted(session, lower, &objects).await?;
    for (name, word) in outside(session, &objects).await? {
        note(&mut words, name, word);
    }
    let mut questions = Vec::new();
    for object in objects {
        match lower::question(object, &columns) {
            Ok(question) => questions.extend(question.map(|question| (object.name(), question))),
            Err(why) => note(&mut words, object.name(), Word::Undecided(why)),
        }
    }
    for (name, word) in typed(session, &questions).await? {
        note(&mut words, name, word);
    }
    Ok(words)
}

/// Adds to what was said of an object: what is refused goes before what is undecided, and that before what is said.
fn note(words: &mut BTreeMap<ObjectName, Word>, name: &ObjectName, more: Word) {
    let both = match (words.remove(name), more) {
        (Some(Word::Refused(mut all)), Word::Refused(more)) => {
            all.extend(more);
            Word::Refused(all)
        }
        (Some(Word::Refused(all)), _) | (_, Word::Refused(all)) => Word::Refused(all),
        (Some(Word::Undecided(why)), _) | (_, Word::Undecided(why)) => Word::Undecided(why),
        (_, said) => said,
    };
    words.insert(name.clone(), both);
}

/// Columns that would be merged into any one of their values: servers since 26 refuse a table with one, unless told not to.
async fn outside<'a>(session: &Session, objects: &[&'a Object]) -> Result<Vec<(&'a ObjectName, Word)>, EngineError> {
    #[derive(Deserialize)]
    struct Any {}
    const WHY: &str = "it is neither part of the sorting key nor an aggregate, so that merges would keep any of its values; \
                       put it into order_by, or give it a type such as SimpleAggregateFunction(any, ..)";
    let refusals = |table| {
        let columns = lower::outside_key(table).into_iter();
        columns.map(|name| Refusal::of(PartKey::new(PartKind::Column, name.as_str()), WHY)).collect::<Vec<_>>()
    };
    let tables = objects.iter().filter_map(|object| match object {
        Object::ClickhouseTable(table) => Some((object.name(), refusals(table))),
        _ => None,
    });
    let found: Vec<_> =
        tables.filter(|(_, all)| !all.is_empty()).map(|(name, all)| (name, Word::Refused(all))).collect();
    if found.is_empty() {
        return Ok(found);
    }
    let sql = format!(
        "SELECT name FROM system.merge_tree_settings WHERE name = {} AND value IN ('0', 'false')",
        literal(lower::OUTSIDE_KEY)
    );
    match session.read::<Any>(ASKING, &sql).await {
        Ok(rows) if !rows.is_empty() => Ok(found),
        Err(fault) if fault.kind != FailureKind::Denied => Err(fault),
        // It takes them, or does not say.
        _ => Ok(Vec::new()),
    }
}

/// Columns of the tables that views read and write.
async fn columns(
    session: &Session,
    objects: &[&Object],
    wanted: &Wanted,
) -> Result<BTreeMap<ObjectName, Columns>, EngineError> {
    #[derive(Deserialize)]
    struct Row {
        database: String,
        table: String,
        name: String,
        r#type: String,
    }
    let (mut known, mut missing) = (BTreeMap::new(), Vec::new());
    for object in objects {
        let Object::View(view) = object else { continue };
        for name in [&view.source, &view.target] {
            match wanted.objects.get(name).map(|wanted| &wanted.desired.object) {
                Some(Object::ClickhouseTable(table)) => {
                    known.insert(name.clone(), lower::columns_of(table));
                }
                _ => missing.push(format!("({}, {})", literal(name.namespace.as_str()), literal(name.name.as_str()))),
            }
        }
    }
    if missing.is_empty() {
        return Ok(known);
    }
    let sql = format!(
        "SELECT database, table, name, type FROM system.columns WHERE (database, table) IN ({}) ORDER BY position",
        missing.join(", ")
    );
    for row in session.read::<Row>(ASKING, &sql).await? {
        let (namespace, name) = (Name::from_server(row.database), Name::from_server(row.table));
        let place = ObjectName { backend: Backend::Clickhouse, namespace, name };
        known.entry(place).or_default().push((Name::from_server(row.name), row.r#type));
    }
    Ok(known)
}

/// What the server refuses when it looks for the types of expressions. Who has nothing refused is left out.
async fn typed<'a>(
    session: &Session,
    questions: &'a [(&ObjectName, Question)],
) -> Result<Vec<(&'a ObjectName, Word)>, EngineError> {
    let mut found = Vec::new();
    let mut open: Vec<&[(&ObjectName, Question)]> = chunks(questions, |(_, question)| question.all().len());
    while let Some(some) = open.pop() {
        let queries: Vec<String> = some.iter().map(|(_, question)| question.all()).collect();
        match described(session, &queries).await? {
            Answer::Holds => {}
            Answer::Unsaid(why) => found.extend(some.iter().map(|(name, _)| (*name, Word::Undecided(why.clone())))),
            Answer::Refused(why) => match some {
                [(name, question)] => found.push((*name, refused(session, question, why).await?)),
                some => open.extend(<[&[_]; 2]>::from(some.split_at(some.len() / 2))),
            },
        }
    }
    Ok(found)
}

/// Which parts of one object are refused. One that is refused only together with others is not decided.
async fn refused(session: &Session, question: &Question, whole: String) -> Result<Word, EngineError> {
    if let Answer::Refused(why) | Answer::Unsaid(why) = described(session, &[question.types()]).await? {
        return Ok(Word::Undecided(why));
    }
    if let Answer::Refused(why) = described(session, &[question.rows()]).await? {
        let part = question.asked.first().map(|asked| asked.part.clone());
        return Ok(Word::Refused(vec![Refusal { part, message: why }]));
    }
    let mut refused = Vec::new();
    for asked in &question.asked {
        if let Answer::Refused(why) = described(session, &[question.one(asked)]).await? {
            refused.push(Refusal::of(asked.part.clone(), format!("{}{why}", asked.about)));
        }
    }
    Ok(if refused.is_empty() { Word::Undecided(whole) } else { Word::Refused(refused) })
}

/// What came of a query that is described.
enum Answer {
    Holds,
    Refused(String),
    Unsaid(String),
}

async fn described(session: &Session, queries: &[String]) -> Result<Answer, EngineError> {
    #[derive(Deserialize)]
    struct Any {}
    match session.read::<Any>(ASKING, &lower::described(queries)).await {
        Ok(_) => Ok(Answer::Holds),
        Err(fault) if fault.kind == FailureKind::Refused => Ok(Answer::Refused(reason(fault)?)),
        Err(fault) => Ok(Answer::Unsaid(reason(fault)?)),
    }
}

/// Why a query was refused or may not be asked. A server that does not answer is no answer.
fn reason(fault: EngineError) -> Result<String, EngineError> {
    match fault.kind {
        FailureKind::Refused | FailureKind::Denied => Ok(said(&fault.detail)),
        _ => Err(fault),
    }
}

/// What the server said, without its number and without our query, which it repeats.
fn said(detail: &str) -> String {
    let text = detail.split_once("DB::Exception: ").map_or(detail, |(_, text)| text);
    let ends = [
        " In scope SELECT",
        ": In scope SELECT",
        " In query SELECT",
        ": while executing function",
        ": While processing",
    ];
    let end = ends.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
    text.get(..end).unwrap_or(text).trim_end_matches(['.', ':', ' ']).to_owned()
}

/// Cuts a list so that each piece makes one query.
fn chunks<T>(all: &[T], bytes: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let mut pieces = Vec::new();
    let (mut rest, mut count, mut size) = (all, 0, 0);
    for one in all {
        let more = bytes(one);
        if count > 0 && (count == MOST || size + more > BYTES) {
            let (piece, after) = rest.split_at(count);
            pieces.push(piece);
            (rest, count, size) = (after, 0, 0);
        }
        count += 1;
        size += more;
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_is_cut_before_our_query() {
        for (detail, text) in [
            (
                "Code: 46. DB::Exception: Function with name `f` does not exist. In scope SELECT f(1). (UNKNOWN_FUNCTION)",
                "Function with name `f` does not exist",
            ),
            (
                "Code: 386. DB::Exception: There is no supertype: while executing function greater on arguments a.",
                "There is no supertype",
            ),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(said(detail), text);
        }
    }

    #[test]
    fn lists_are_cut_by_count_and_by_bytes() {
        let sizes = |all: &[usize]| chunks(all, |size| *size).iter().map(|piece| piece.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&[]), [0; 0]);
        assert_eq!(sizes(&[1; 95]), [40, 40, 15]);
        assert_eq!(sizes(&[BYTES * 2, 1, BYTES, 1]), [1, 1, 1, 1]);
        assert_eq!(sizes(&[1, BYTES - 1, 1]), [2, 1]);
    }

    #[test]
    fn what_is_refused_stands_before_the_rest() {
        let name = ObjectName {
            backend: Backend::Clickhouse,
            namespace: Name::from_server("a"),
            name: Name::from_server("b"),
        };
        let refused = |text: &str| Word::Refused(vec![Refusal::whole(text)]);
        let undecided = || Word::Undecided(String::new());
        let mut words = BTreeMap::from([(name.clone(), Word::Said(BTreeMap::new()))]);
        for (more, now) in [
            (undecided(), undecided()),
            (refused("x"), refused("x")),
            (undecided(), refused("x")),
            (refused("y"), Word::Refused(vec![Refusal::whole("x"), Refusal::whole("y")])),
        ] {
            note(&mut words, &name, more);
            assert_eq!(words.get(&name), Some(&now));
        }
    }
}
