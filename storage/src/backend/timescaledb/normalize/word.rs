//! The server's own text of open facts, from the rows that the catalogue gives of a table, its constraints and indexes,
//! and from the query of an aggregate.

use super::facts;
use super::rows::{Column, Constraint, Index};
use crate::catalog::{PartKey, PartKind, put_text};
use crate::types::token::{Flavour, SERVER, Spanned, Token, tokens};
use crate::word::Words;

/// Defaults, generated columns and checks.
pub(in super::super) fn of_table(words: &mut Words, columns: &[&Column], constraints: &[&Constraint]) {
    for row in columns {
        let fact = if row.generated.is_empty() { "default" } else { "generated" };
        let text = row.default_to.as_deref().unwrap_or_default();
        put_text(words, PartKey::new(PartKind::Column, row.name.as_str()), fact, text);
    }
    for row in constraints.iter().filter(|row| row.kind == "c") {
        let text = row.condition.as_deref().unwrap_or_default();
        put_text(words, PartKey::new(PartKind::Check, row.name.as_str()), "condition", text);
    }
}

/// Keys and filter of an index, which is known as this part.
pub(in super::super) fn of_index(words: &mut Words, part: &PartKey, row: &Index) {
    let keys = row.keys.iter().map(|key| facts::key(&key.by, key.descending, key.nulls_first));
    put_text(words, part.clone(), "keys", keys.collect::<Vec<_>>().join(", "));
    put_text(words, part.clone(), "where", row.predicate.as_deref().unwrap_or_default());
}

/// Outputs and filter of an aggregate, from its query. The bucket is closed. False: it has not the form that ours have.
pub(in super::super) fn of_aggregate(words: &mut Words, definition: &str) -> bool {
    let Some((outputs, filter)) = texts(definition.trim().trim_end_matches(';')) else { return false };
    for (name, text) in outputs {
        put_text(words, PartKey::new(PartKind::Column, name), "value", text);
    }
    put_text(words, PartKey::only(PartKind::Object), "where", filter);
    true
}

/// `SELECT outputs FROM table [WHERE filter] GROUP BY keys`, in the server's hand: its own words are in capitals, and a
/// name that is not in small letters is quoted. Names and texts of the outputs but the bucket, and of the filter.
fn texts(query: &str) -> Option<(Vec<(String, &str)>, &str)> {
    let tokens = tokens(query, Flavour::Postgres, SERVER).ok()?;
    let is =
        |place: usize, word: &str| matches!(tokens.get(place), Some(one) if one.token == Token::Word(word.to_owned()));
    let outside = outside(&tokens);
    let clause = |word: &str| outside.iter().copied().find(|place| is(*place, word));
    let (from, group) = (clause("FROM")?, clause("GROUP")?);
    let filter = clause("WHERE");
    if !is(0, "SELECT") || from > filter.unwrap_or(group) || filter.unwrap_or(from) > group {
        return None;
    }
    let at = |place: usize| tokens.get(place).map_or(query.len(), |one| one.at);
    let slice = |from: usize, to: usize| query.get(at(from)..at(to)).map(str::trim);
    let commas = outside.iter().copied().filter(|place| *place < from && is_symbol(&tokens, *place, ","));
    let (mut start, mut outputs) = (1, Vec::new());
    for end in commas.chain([from]) {
        let named = end.checked_sub(2).filter(|place| *place > start && is(*place, "AS"));
        let Some(Spanned { token: Token::Word(name) | Token::Quoted(name), .. }) = tokens.get(end.checked_sub(1)?)
        else {
            return None;
        };
        let is_bucket =
            [start, start + 2].iter().any(|place| is(*place, "time_bucket") && is_symbol(&tokens, place + 1, "("));
        if !is_bucket {
            outputs.push((name.clone(), slice(start, named.unwrap_or(end))?));
        }
        start = end + 1;
    }
    Some((outputs, filter.map_or(Some(""), |place| slice(place + 1, group))?))
}

fn is_symbol(tokens: &[Spanned], place: usize, symbol: &str) -> bool {
    matches!(tokens.get(place), Some(Spanned { token: Token::Symbol(found), .. }) if *found == symbol)
}

/// Places of tokens outside of all brackets.
fn outside(tokens: &[Spanned]) -> Vec<usize> {
    let mut depth = 0_usize;
    let mut places = Vec::new();
    for (place, one) in tokens.iter().enumerate() {
        match one.token {
            Token::Symbol("(" | "[") => depth += 1,
            Token::Symbol(")" | "]") => depth = depth.saturating_sub(1),
            _ if depth == 0 => places.push(place),
            _ => {}
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_is_closed_and_everything_else_is_text() {
        let mut words = Words::new();
        let known = of_aggregate(
            &mut words,
            " SELECT public.time_bucket('01:00:00'::interval, m.ts) AS bucket,\n    m.dev,\n    count(*) FILTER (WHERE (m.n = ANY (ARRAY[1, 2]))) AS \"FROM\",\n    sum((m.price * (m.n)::numeric)) AS s\n\
               FROM m\n  WHERE ((m.name)::text ~~ 'a%'::text)\n  GROUP BY (public.time_bucket('01:00:00'::interval, m.ts)), m.dev;",
        );
        assert!(known);
        let said = |part: PartKey, fact| words.get(&part).and_then(|facts| facts.get(fact)).map(String::as_str);
        assert_eq!(said(PartKey::new(PartKind::Column, "dev"), "value"), Some("m.dev"));
        assert_eq!(said(PartKey::new(PartKind::Column, "s"), "value"), Some("sum((m.price * (m.n)::numeric))"));
        assert_eq!(said(PartKey::only(PartKind::Object), "where"), Some("((m.name)::text ~~ 'a%'::text)"));
        let filtered = Some("count(*) FILTER (WHERE (m.n = ANY (ARRAY[1, 2])))");
        assert_eq!(said(PartKey::new(PartKind::Column, "FROM"), "value"), filtered);
        assert_eq!(words.len(), 4);
        for other in ["nonsense", "SELECT 1", "SELECT a + 1 FROM s.m GROUP BY a", " SELECT a FROM s.m;"] {
            assert!(!of_aggregate(&mut words, other), "{other}");
        }
    }
}
