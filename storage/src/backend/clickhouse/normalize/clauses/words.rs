//! The server's own text of open facts, cut from a statement as the server formats it.
//!
//! The text of a statement that was never carried out and what the catalogue says of the object that it made are the same,
//! but for three things that are done here: a key and an index lose the brackets of their tuple, and one engine puts its
//! version behind its sorting key.

use super::{Cut, Select, distributed, select};
use crate::catalog::{PartKey, PartKind, put_text};
use crate::types::token::Token;
use crate::word::Words;

/// How a column's value is introduced, and the fact that it is.
const VALUES: [(&str, &str); 3] = [("DEFAULT", "default"), ("MATERIALIZED", "materialized"), ("ALIAS", "alias")];

/// The words of a table or a view, from the statement that makes it. None: it has not the form that ours have.
pub(in crate::backend::clickhouse) fn words(statement: &str) -> Option<Words> {
    if statement.starts_with("CREATE MATERIALIZED VIEW ") { of_view(statement) } else { of_table(statement) }
}

fn object() -> PartKey {
    PartKey::only(PartKind::Object)
}

fn of_table(statement: &str) -> Option<Words> {
    let cut = Cut::of(statement)?;
    let open = (0..cut.tokens.len()).find(|position| cut.is_symbol(*position, "("))?;
    let close = cut.closing(open)?;
    let mut words = Words::new();
    for (start, end) in cut.items(open + 1, close) {
        if cut.is_word(start, "INDEX") {
            index(&mut words, &cut, start, end)?;
        } else {
            column(&mut words, &cut, start, end)?;
        }
    }
    if !cut.are_words(close + 1, "ENGINE") || !cut.is_symbol(close + 2, "=") {
        return None;
    }
    keys(&mut words, &cut, close + 3)?;
    Some(words)
}

/// Names of columns are quoted there, whatever they are.
fn column(words: &mut Words, cut: &Cut<'_>, start: usize, end: usize) -> Option<()> {
    let Some(Token::Quoted(name)) = cut.token(start) else { return None };
    let introduced = |position: usize| VALUES.iter().find(|(word, _)| cut.is_word(position, word));
    let found = cut.outside(start + 1, end).find_map(|position| introduced(position).map(|value| (position, value)));
    if let Some((position, (_, fact))) = found {
        put_text(words, PartKey::new(PartKind::Column, name.as_str()), fact, cut.slice(position + 1, end));
    }
    Some(())
}

fn index(words: &mut Words, cut: &Cut<'_>, start: usize, end: usize) -> Option<()> {
    let kind = cut.outside(start + 2, end).filter(|position| cut.is_word(*position, "TYPE")).last()?;
    put_text(
        words,
        PartKey::new(PartKind::Index, cut.name(start + 1)?),
        "on",
        listed(cut.slice(start + 2, kind), true),
    );
    Some(())
}

fn keys(words: &mut Words, cut: &Cut<'_>, start: usize) -> Option<()> {
    let end = cut.tokens.len();
    let clauses = ["PARTITION BY", "PRIMARY KEY", "ORDER BY", "SETTINGS"];
    let mut found = Vec::new();
    let mut from = start;
    // In this order and no other; what looks like a clause inside of a key is a name that a later one stands behind.
    for clause in clauses {
        let length = clause.split(' ').count();
        if let Some(position) = cut.outside(from, end).find(|position| cut.are_words(*position, clause)) {
            found.push((clause, position, position + length));
            from = position + length;
        }
    }
    let ends = found.iter().skip(1).map(|(_, position, _)| *position).chain([end]);
    let text = |wanted: &str| {
        let mut all = found.iter().zip(ends.clone());
        all.find(|((clause, ..), _)| *clause == wanted).map(|((.., from), to)| cut.slice(*from, to))
    };
    let engine = cut.slice(start, found.first().map_or(end, |(_, position, _)| *position));
    if engine.starts_with("Distributed") {
        put_text(words, object(), "sharding key", distributed(engine)?.key.unwrap_or_default());
        return Some(());
    }
    put_text(words, object(), "partition by", text("PARTITION BY").unwrap_or_default());
    let order = listed(text("ORDER BY")?, false);
    put_text(
        words,
        object(),
        "primary key",
        text("PRIMARY KEY").map_or_else(|| order.clone(), |key| listed(key, false)),
    );
    put_text(words, object(), "order by", versioned(engine, order)?);
    Some(())
}

/// What is in the brackets of a tuple; a key in brackets alone keeps them, an index does not.
fn listed(text: &str, one: bool) -> String {
    let inside = |cut: &Cut<'_>, open: usize| {
        let last = cut.tokens.len().checked_sub(1)?;
        (cut.is_symbol(open, "(") && cut.closing(open) == Some(last)).then(|| (open + 1, last))
    };
    let found = Cut::of(text).and_then(|cut| {
        let named = cut.is_word(0, "tuple");
        let (from, to) = inside(&cut, usize::from(named))?;
        let several = cut.items(from, to).len() > 1;
        // `tuple(a)` of one column is no bracket around a key: a sorting key keeps it as `a` too.
        (named || several || one).then(|| cut.slice(from, to).to_owned())
    });
    found.unwrap_or_else(|| text.to_owned())
}

/// The sorting key with the version behind it, for the engine that does so.
fn versioned(engine: &str, order: String) -> Option<String> {
    let cut = Cut::of(engine)?;
    let family = cut.name(0)?;
    if !family.ends_with("VersionedCollapsingMergeTree") {
        return Some(order);
    }
    let arguments = cut.items(2, cut.closing(1)?);
    let (from, to) = *arguments.last()?;
    let version = cut.slice(from, to);
    let keys = Cut::of(&order)?;
    let mut all = keys.items(0, keys.tokens.len()).into_iter();
    if all.any(|(from, to)| keys.slice(from, to) == version) {
        return Some(order);
    }
    Some(if order.is_empty() { version.to_owned() } else { format!("{order}, {version}") })
}

fn of_view(statement: &str) -> Option<Words> {
    let cut = Cut::of(statement)?;
    let query = cut.outside(0, cut.tokens.len()).find(|position| cut.are_words(*position, "AS SELECT"))?;
    Some(of_query(&select(cut.slice(query + 1, cut.tokens.len()))?))
}

/// Of a view's query, as `system.tables.as_select` has it.
pub(in crate::backend::clickhouse::normalize) fn of_query(found: &Select<'_>) -> Words {
    let items: Vec<String> = found.items.iter().map(|(name, value)| format!("{value} AS {name}")).collect();
    let mut words = Words::new();
    put_text(&mut words, object(), "select", items.join(", "));
    put_text(&mut words, object(), "where", found.only_where.unwrap_or_default());
    put_text(&mut words, object(), "group by", found.group_by.unwrap_or_default());
    words
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    fn said(statement: &str) -> Vec<String> {
        let words = words(statement).unwrap();
        let facts = |(part, facts): (&PartKey, &std::collections::BTreeMap<&str, String>)| {
            facts.iter().map(|(fact, text)| format!("{part} {fact}: {text}")).collect::<Vec<_>>()
        };
        words.iter().flat_map(facts).collect()
    }

    #[test]
    fn every_open_fact_of_a_table_is_cut() {
        let statement = "CREATE TABLE x.t (`id` UInt64, `type` String DEFAULT lower('TYPE'), `e` Enum8('DEFAULT' = 1), \
                         `m` Map(String, UInt64) MATERIALIZED map('a', 1), `a` Bool ALIAS id IN (1, 2), \
                         INDEX i type TYPE set(100) GRANULARITY 1, INDEX order tuple(id, lower(type)) TYPE minmax GRANULARITY 2) \
                         ENGINE = MergeTree PARTITION BY tuple(id, type) PRIMARY KEY order ORDER BY (order, id) \
                         SETTINGS index_granularity = 100";
        assert_eq!(
            said(statement),
            [
                "definition order by: order, id",
                "definition partition by: tuple(id, type)",
                "definition primary key: order",
                "column a alias: id IN (1, 2)",
                "column m materialized: map('a', 1)",
                "column type default: lower('TYPE')",
                "index i on: type",
                "index order on: id, lower(type)",
            ]
        );
    }

    #[test]
    fn keys_are_as_the_catalogue_has_them() {
        let of = |clauses: &str| said(&format!("CREATE TABLE x.t ON CLUSTER c (`a` Int8) ENGINE = {clauses}"));
        assert_eq!(of("MergeTree ORDER BY tuple()"), [""; 0]);
        assert_eq!(of("MergeTree ORDER BY (a)"), ["definition order by: (a)", "definition primary key: (a)"]);
        assert_eq!(of("MergeTree ORDER BY tuple(a)"), ["definition order by: a", "definition primary key: a"]);
        assert_eq!(of("MergeTree ORDER BY (a + 1) * (b)").len(), 2);
        assert_eq!(of("MergeTree ORDER BY (a + 1) * (b)")[0], "definition order by: (a + 1) * (b)");
        assert_eq!(
            of("ReplicatedVersionedCollapsingMergeTree('/p', 'r', sign, v) ORDER BY (a, b)"),
            ["definition order by: a, b, v", "definition primary key: a, b"]
        );
        let sharded = "Distributed('main', 'x', 't_local', cityHash64(a, b))";
        assert_eq!(of(sharded), ["definition sharding key: cityHash64(a, b)"]);
    }

    #[test]
    fn every_open_fact_of_a_view_is_cut() {
        let statement = "CREATE MATERIALIZED VIEW x.v TO x.t AS SELECT toDate(t) AS d, order AS order FROM x.s \
                         WHERE order IN (1) GROUP BY toDate(t), order SETTINGS prefer_column_name_to_alias = 1";
        assert_eq!(
            said(statement),
            [
                "definition group by: toDate(t), order",
                "definition select: toDate(t) AS d, order AS order",
                "definition where: order IN (1)"
            ]
        );
    }

    #[test]
    fn a_statement_of_another_form_has_no_words() {
        for statement in
            ["CREATE TABLE x.t AS SELECT 1", "CREATE TABLE x.t (id UInt64) ENGINE = MergeTree", "", "SELECT 1"]
        {
            assert_eq!(words(statement), None, "{statement}");
        }
    }
}
