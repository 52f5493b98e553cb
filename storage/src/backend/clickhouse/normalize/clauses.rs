//! Cuts what the server says about tables and views into clauses.
//!
//! The server writes its own keywords in capitals and outside of quotes, and quotes names that look like them. What does
//! not have the form that we know is none, and the caller takes it for opaque.

mod cluster;
mod words;

pub(super) use cluster::{distributed, replicated};
pub(super) use words::of_query;
pub(in crate::backend::clickhouse) use words::words;

use crate::types::token::{Bounds, Flavour, SERVER, Spanned, Token, tokens};
use std::collections::BTreeMap;

/// A table may have thousands of columns with long comments.
const WHOLE: Bounds = Bounds { bytes: 16 * 1024 * 1024, ..SERVER };

/// A text with its tokens.
struct Cut<'a> {
    text: &'a str,
    tokens: Vec<Spanned>,
}

impl<'a> Cut<'a> {
    fn of(text: &'a str) -> Option<Self> {
        Some(Self { text, tokens: tokens(text, Flavour::ClickHouse, WHOLE).ok()? })
    }

    fn token(&self, position: usize) -> Option<&Token> {
        self.tokens.get(position).map(|spanned| &spanned.token)
    }

    fn is_word(&self, position: usize, word: &str) -> bool {
        matches!(self.token(position), Some(Token::Word(found)) if found == word)
    }

    fn are_words(&self, position: usize, words: &str) -> bool {
        words.split(' ').enumerate().all(|(ahead, word)| self.is_word(position + ahead, word))
    }

    fn is_symbol(&self, position: usize, symbol: &str) -> bool {
        matches!(self.token(position), Some(Token::Symbol(found)) if *found == symbol)
    }

    /// A name, quoted or not.
    fn name(&self, position: usize) -> Option<&str> {
        match self.token(position)? {
            Token::Word(name) | Token::Quoted(name) => Some(name),
            _ => None,
        }
    }

    /// `database.table`, and what follows it.
    fn place(&self, position: usize) -> Option<(String, usize)> {
        let (database, table) = (self.name(position)?, self.name(position + 2)?);
        self.is_symbol(position + 1, ".").then(|| (format!("{database}.{table}"), position + 3))
    }

    /// The text from one token up to another.
    fn slice(&self, from: usize, to: usize) -> &'a str {
        let at = |position: usize| self.tokens.get(position).map_or(self.text.len(), |spanned| spanned.at);
        self.text.get(at(from)..at(to)).unwrap_or("").trim()
    }

    /// Tokens in a range that stand outside of all brackets that open in it.
    fn outside(&self, from: usize, to: usize) -> impl Iterator<Item = usize> {
        let mut depth = 0_usize;
        (from..to.min(self.tokens.len())).filter(move |position| match self.token(*position) {
            Some(Token::Symbol("(" | "[")) => {
                depth += 1;
                false
            }
            Some(Token::Symbol(")" | "]")) => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
    }

    /// The ranges between commas.
    fn items(&self, from: usize, to: usize) -> Vec<(usize, usize)> {
        let mut items = Vec::new();
        let mut start = from;
        for comma in self.outside(from, to).filter(|position| self.is_symbol(*position, ",")) {
            items.push((start, comma));
            start = comma + 1;
        }
        items.push((start, to));
        items
    }

    /// The bracket that closes the one at a position.
    fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        (open..self.tokens.len()).find(|position| {
            depth += usize::from(self.is_symbol(*position, "("));
            depth = depth.saturating_sub(usize::from(self.is_symbol(*position, ")")));
            depth == 0
        })
    }
}

/// What `engine_full` says beside the keys.
#[derive(Debug, Default, PartialEq)]
pub(super) struct EngineClauses<'a> {
    /// The engine with its arguments.
    pub(super) head: &'a str,
    pub(super) ttl: Option<String>,
    pub(super) settings: BTreeMap<String, String>,
}

/// Words that end what `engine_full` says of the engine itself.
const AFTER_ENGINE: [&str; 6] = ["PARTITION", "PRIMARY", "ORDER", "SAMPLE", "TTL", "SETTINGS"];

pub(super) fn engine(engine_full: &str) -> Option<EngineClauses<'_>> {
    let cut = Cut::of(engine_full)?;
    let end = cut.tokens.len();
    let after = cut.outside(0, end).find(|position| AFTER_ENGINE.iter().any(|word| cut.is_word(*position, word)));
    let settings = cut.outside(0, end).find(|position| cut.is_word(*position, "SETTINGS"));
    let ttl = cut.outside(0, settings.unwrap_or(end)).find(|position| cut.is_word(*position, "TTL"));
    Some(EngineClauses {
        head: cut.slice(0, after.unwrap_or(end)),
        ttl: ttl.map(|position| cut.slice(position + 1, settings.unwrap_or(end)).to_owned()),
        settings: settings.map_or(Some(BTreeMap::new()), |position| self::settings(&cut, position + 1, end))?,
    })
}

fn settings(cut: &Cut, from: usize, to: usize) -> Option<BTreeMap<String, String>> {
    let setting = |(start, end): (usize, usize)| {
        let name = cut.name(start)?.to_owned();
        if !cut.is_symbol(start + 1, "=") {
            return None;
        }
        let value = match cut.token(start + 2)? {
            Token::Text(text) if start + 3 == end => text.clone(),
            _ => cut.slice(start + 2, end).to_owned(),
        };
        Some((name, value))
    };
    cut.items(from, to).into_iter().map(setting).collect()
}

/// What stands in a table's list of columns and is not of our model.
#[derive(Debug, PartialEq)]
pub(super) enum Foreign {
    /// A constraint, with its name.
    Constraint(String, String),
    /// A projection, with its name.
    Projection(String, String),
    /// A clause of a column: its TTL, its statistics, its settings.
    OfColumn(String, &'static str, String),
}

/// Clauses of a column that we do not make.
const COLUMN_CLAUSES: [&str; 4] = ["TTL", "STATISTICS", "SETTINGS", "COLLATE"];

/// All of them. Most tables have none, which is seen without cutting the text.
pub(super) fn foreign(create_table_query: &str) -> Option<Vec<Foreign>> {
    let marks = ["CONSTRAINT ", "PROJECTION ", "TTL ", "STATISTICS", "SETTINGS (", "COLLATE "];
    if !marks.iter().any(|mark| create_table_query.contains(mark)) {
        return Some(Vec::new());
    }
    let cut = Cut::of(create_table_query)?;
    let open = (0..cut.tokens.len()).find(|position| cut.is_symbol(*position, "("))?;
    let close = cut.closing(open)?;
    let mut found = Vec::new();
    for (start, end) in cut.items(open + 1, close) {
        if matches!(cut.token(start), Some(Token::Quoted(_))) {
            column(&cut, start, end, &mut found)?;
        } else if cut.is_word(start, "CONSTRAINT") {
            found.push(Foreign::Constraint(cut.name(start + 1)?.to_owned(), cut.slice(start + 2, end).to_owned()));
        } else if cut.is_word(start, "PROJECTION") {
            found.push(Foreign::Projection(cut.name(start + 1)?.to_owned(), cut.slice(start + 2, end).to_owned()));
        } else if !cut.is_word(start, "INDEX") {
            return None;
        }
    }
    Some(found)
}

fn column(cut: &Cut, start: usize, end: usize, found: &mut Vec<Foreign>) -> Option<()> {
    let name = cut.name(start)?.to_owned();
    for position in cut.outside(start + 1, end) {
        let clause = COLUMN_CLAUSES.iter().find(|word| cut.is_word(position, word));
        if let Some(clause) = clause {
            found.push(Foreign::OfColumn(name, clause, cut.slice(position + 1, end).to_owned()));
            return Some(());
        }
    }
    Some(())
}

/// Where a materialized view writes, and whether it has clauses that we do not make (an engine, a refresh).
pub(super) fn target(create_table_query: &str) -> Option<String> {
    if !create_table_query.starts_with("CREATE MATERIALIZED VIEW ") {
        return None;
    }
    let cut = Cut::of(create_table_query)?;
    let (_, mut next) = cut.place(3)?;
    if cut.is_word(next, "UUID") {
        next += 2;
    }
    if !cut.is_word(next, "TO") {
        return None;
    }
    let (target, next) = cut.place(next + 1)?;
    let mut next = if cut.is_symbol(next, "(") { cut.closing(next)? + 1 } else { next };
    // Servers write the user who made the view, and whose rights it has.
    loop {
        next += match () {
            () if cut.is_word(next, "DEFINER") && cut.is_symbol(next + 1, "=") => 3,
            () if cut.are_words(next, "SQL SECURITY") => 3,
            () if cut.is_word(next, "COMMENT") => 2,
            () if cut.are_words(next, "AS SELECT") => return Some(target),
            () => return None,
        };
    }
}

/// The query of a view, cut.
#[derive(Debug, PartialEq)]
pub(super) struct Select<'a> {
    /// Names and values.
    pub(super) items: Vec<(String, &'a str)>,
    /// `database.table`.
    pub(super) source: String,
    pub(super) only_where: Option<&'a str>,
    pub(super) group_by: Option<&'a str>,
    pub(super) settings: Option<&'a str>,
}

/// `SELECT .. FROM database.table [WHERE ..] [GROUP BY ..] [SETTINGS ..]`; anything else is none, or does not parse as an expression.
pub(super) fn select(as_select: &str) -> Option<Select<'_>> {
    let cut = Cut::of(as_select)?;
    let end = cut.tokens.len();
    let once = |words: &str| {
        let mut all = cut.outside(0, end).filter(|position| cut.are_words(*position, words));
        (all.next(), all.next().is_some())
    };
    let (from, filter, group, settings) = (once("FROM"), once("WHERE"), once("GROUP BY"), once("SETTINGS"));
    if !cut.is_word(0, "SELECT") || from.1 || filter.1 || group.1 || settings.1 {
        return None;
    }
    let from = from.0?;
    let settings_at = settings.0.unwrap_or(end);
    let group_at = group.0.unwrap_or(settings_at);
    let filter_at = filter.0.unwrap_or(group_at);
    let (source, after) = cut.place(from + 1)?;
    if after != filter_at || filter_at > group_at || group_at > settings_at {
        return None;
    }
    let items: Option<Vec<_>> = cut.items(1, from).into_iter().map(|(start, end)| item(&cut, start, end)).collect();
    Some(Select {
        items: items?,
        source,
        only_where: filter.0.map(|position| cut.slice(position + 1, group_at)),
        group_by: group.0.map(|position| cut.slice(position + 2, settings_at)),
        settings: settings.0.map(|position| cut.slice(position + 1, end)),
    })
}

fn item<'a>(cut: &Cut<'a>, start: usize, end: usize) -> Option<(String, &'a str)> {
    match cut.outside(start, end).filter(|position| cut.is_word(*position, "AS")).last() {
        Some(alias) if alias + 2 == end => Some((cut.name(alias + 1)?.to_owned(), cut.slice(start, alias))),
        None if start + 1 == end => Some((cut.name(start)?.to_owned(), cut.slice(start, end))),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_the_engine_is_cut() {
        let full = "ReplacingMergeTree(t) PARTITION BY toYYYYMM(t) ORDER BY (id, `TTL`) TTL toDateTime(t) + toIntervalYear(1) \
                    SETTINGS storage_policy = 'whale', min_bytes_for_wide_part = '10M', ttl_only_drop_parts = true";
        let found = engine(full).unwrap();
        assert_eq!(found.ttl.as_deref(), Some("toDateTime(t) + toIntervalYear(1)"));
        let settings =
            [("min_bytes_for_wide_part", "10M"), ("storage_policy", "whale"), ("ttl_only_drop_parts", "true")];
        assert_eq!(found.settings, settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert_eq!(found.head, "ReplacingMergeTree(t)");
        let plain = EngineClauses { head: "MergeTree", ..EngineClauses::default() };
        assert_eq!(engine("MergeTree ORDER BY tuple()"), Some(plain));
    }

    #[test]
    fn what_is_not_of_our_model_is_found() {
        let statement = "CREATE TABLE x.a (`id` UInt64 COMMENT 'TTL 1, CONSTRAINT c', `t` String TTL toDateTime(id) + 1, \
                         `n` Int32 STATISTICS(tdigest), INDEX ix (id, n) TYPE minmax GRANULARITY 2, CONSTRAINT c CHECK id > 0, \
                         PROJECTION p (SELECT id ORDER BY n)) ENGINE = MergeTree ORDER BY id TTL x COMMENT 'TTL ( '";
        let expected = vec![
            Foreign::OfColumn("t".to_owned(), "TTL", "toDateTime(id) + 1".to_owned()),
            Foreign::OfColumn("n".to_owned(), "STATISTICS", "(tdigest)".to_owned()),
            Foreign::Constraint("c".to_owned(), "CHECK id > 0".to_owned()),
            Foreign::Projection("p".to_owned(), "(SELECT id ORDER BY n)".to_owned()),
        ];
        assert_eq!(foreign(statement), Some(expected));
        assert_eq!(foreign("CREATE TABLE x.a (`id` UInt64) ENGINE = MergeTree COMMENT 'PROJECTION '"), Some(vec![]));
        assert_eq!(foreign("CREATE TABLE x.a (`id` UInt64 TTL 'never closed"), None);
    }

    #[test]
    fn a_view_says_where_it_writes() {
        for statement in [
            "CREATE MATERIALIZED VIEW x.v TO x.`t` (`id` UInt64) COMMENT 'TO y.z' AS SELECT id FROM x.s",
            "CREATE MATERIALIZED VIEW x.v TO x.t AS SELECT id FROM x.s",
            "CREATE MATERIALIZED VIEW x.v TO x.t (`id` UInt64) DEFINER = default SQL SECURITY DEFINER AS SELECT id FROM x.s",
        ] {
            assert_eq!(target(statement).as_deref(), Some("x.t"), "{statement}");
        }
        for statement in [
            "CREATE MATERIALIZED VIEW x.v (`id` UInt64) ENGINE = MergeTree ORDER BY id AS SELECT id FROM x.s",
            "CREATE MATERIALIZED VIEW x.v REFRESH EVERY 1 HOUR TO x.t AS SELECT id FROM x.s",
            "CREATE VIEW x.v AS SELECT 1",
            "",
        ] {
            assert_eq!(target(statement), None, "{statement}");
        }
    }

    #[test]
    fn queries_are_cut_and_others_are_none() {
        let found = select(
            "SELECT toDate(t) AS d, (a, b), id FROM x.s WHERE (a = 'FROM x') AND b IN (1) GROUP BY d, id SETTINGS p = 1",
        );
        assert_eq!(found, None, "a tuple has no name");
        let found = select(
            "SELECT toDate(t) AS d, id FROM x.s WHERE (a = 'FROM x') AND b IN (1) GROUP BY d, id SETTINGS p = 1",
        )
        .unwrap();
        assert_eq!(found.items, [("d".to_owned(), "toDate(t)"), ("id".to_owned(), "id")]);
        assert_eq!(found.source, "x.s");
        assert_eq!((found.only_where, found.group_by), (Some("(a = 'FROM x') AND b IN (1)"), Some("d, id")));
        assert_eq!(found.settings, Some("p = 1"));
        for text in [
            "SELECT a FROM x.s FINAL",
            "SELECT a FROM x.s AS s",
            "SELECT a FROM x.s INNER JOIN x.t ON 1",
            "SELECT a FROM x.s LIMIT 1",
            "SELECT a FROM (SELECT 1 AS a)",
            "SELECT a FROM x.s UNION ALL SELECT a FROM x.t",
            "WITH 1 AS b SELECT a FROM x.s",
            "SELECT 1",
            "",
        ] {
            assert_eq!(select(text), None, "{text}");
        }
    }
}
