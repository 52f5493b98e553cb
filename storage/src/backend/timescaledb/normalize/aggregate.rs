//! A continuous aggregate, read from the query that the server says it is.
//!
//! The text differs by server: columns with or without their table, the arguments of the bucket by position or by name.
//! `sqlparser` takes the query apart; its expressions go through our own parser like any other. A query of another form
//! than ours is opaque as a whole.

use super::rows::{Aggregate, Refresh};
use super::{facts, word};
use crate::catalog::{Digest, Digests, Fact, Facts, PartKey, PartKind, Shape};
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, ObjectName, Select, SelectItem,
    SetExpr, Statement, TableFactor, Value,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

/// How deep a query may be, in calls of the parser's: it takes up to three for each bracket of an author's, of which there
/// are 40 in each other. A deeper query is opaque; without a bound it would end the program.
const DEEPEST: usize = 128;

/// Adds what the rows say.
pub(super) fn shape(shape: &mut Shape, rows: &Aggregate) {
    let real_time = if rows.materialized_only { "no" } else { "yes" };
    let mut whole = Facts::from([("real time", real_time.into())]);
    let object = PartKey::only(PartKind::Object);
    match read(&rows.definition) {
        Some(query) => {
            whole.extend(query.whole);
            if let Some(text) = query.condition {
                whole.insert("where", facts::server_expression(&text));
            }
            for (name, text, grouped) in query.columns {
                let key = PartKey::new(PartKind::Column, name);
                let grouped = if grouped { "yes" } else { "no" };
                shape.put(key, [("value", facts::server_expression(&text)), ("grouped", grouped.into())]);
            }
            // By the same cut as what the server says of a definition, since texts are compared byte for byte.
            word::of_aggregate(&mut shape.open, &rows.definition);
        }
        None => {
            whole.insert("query", Fact::Opaque(rows.definition.clone()));
        }
    }
    shape.put(object, whole);
    if let Some(policy) = &rows.refresh {
        shape.put(PartKey::only(PartKind::Refresh), refresh(policy));
    }
}

/// Adds digests of the server's words.
pub(super) fn answers(all: &mut Digests, rows: &Aggregate) {
    let object = match read(&rows.definition) {
        Some(query) => {
            let whole: Vec<_> = query.whole.iter().map(|(name, fact)| (*name, fact.text())).collect();
            let object = Digest::of(&(rows.materialized_only, whole, &query.condition));
            for (name, text, grouped) in query.columns {
                all.insert(PartKey::new(PartKind::Column, name), Digest::of(&(text, grouped)));
            }
            object
        }
        None => Digest::of(&(rows.materialized_only, &rows.definition)),
    };
    all.insert(PartKey::only(PartKind::Object), object);
    if let Some(policy) = &rows.refresh {
        all.insert(PartKey::only(PartKind::Refresh), Digest::of(policy));
    }
}

fn refresh(row: &Refresh) -> Facts {
    let mut parts = Facts::from([("every", facts::server_interval(&row.every))]);
    parts.extend(row.start_offset.as_ref().map(|text| ("from", facts::server_interval(text))));
    parts.extend(row.end_offset.as_ref().map(|text| ("until", facts::server_interval(text))));
    if !row.scheduled {
        parts.insert("paused", "yes".into());
    }
    parts
}

/// What a query of our form says.
struct Query {
    whole: Facts,
    /// The server's text.
    condition: Option<String>,
    /// Name, the server's text, whether it is grouped by.
    columns: Vec<(String, String, bool)>,
}

fn read(text: &str) -> Option<Query> {
    let parser = Parser::new(&PostgreSqlDialect {}).with_recursion_limit(DEEPEST).try_with_sql(text);
    let mut statements = parser.ok()?.parse_statements().ok()?;
    let (Some(Statement::Query(query)), true) = (statements.pop(), statements.is_empty()) else { return None };
    if query.with.is_some() || query.order_by.is_some() || query.limit_clause.is_some() || query.fetch.is_some() {
        return None;
    }
    let SetExpr::Select(select) = *query.body else { return None };
    let groups = groups(&select)?;
    let mut whole = Facts::from([("source", source(&select)?.into())]);
    let mut columns = Vec::new();
    let mut buckets = 0;
    for item in &select.projection {
        let (name, value) = selected(item)?;
        match bucket(value) {
            Some(parts) => {
                buckets += 1;
                whole.extend(parts);
                whole.insert("bucket name", name.into());
            }
            None => columns.push((name, value.to_string(), groups.contains(&plain(value)))),
        }
    }
    let condition = select.selection.as_ref().map(ToString::to_string);
    (buckets == 1).then_some(Query { whole, condition, columns })
}

/// What is grouped by, without outer parentheses.
fn groups(select: &Select) -> Option<Vec<String>> {
    if select.distinct.is_some() || select.having.is_some() || !select.named_window.is_empty() {
        return None;
    }
    match &select.group_by {
        GroupByExpr::Expressions(all, more) if more.is_empty() => Some(all.iter().map(plain).collect()),
        _ => None,
    }
}

fn plain(expr: &Expr) -> String {
    match expr {
        Expr::Nested(inner) => plain(inner),
        other => other.to_string(),
    }
}

/// The one table that is read.
fn source(select: &Select) -> Option<String> {
    let [only] = select.from.as_slice() else { return None };
    match &only.relation {
        TableFactor::Table { name, .. } if only.joins.is_empty() => Some(identifiers(name)?.join(".")),
        _ => None,
    }
}

fn identifiers(name: &ObjectName) -> Option<Vec<String>> {
    name.0.iter().map(|part| part.as_ident().map(|ident| ident.value.clone())).collect()
}

/// An output column with its name.
fn selected(item: &SelectItem) -> Option<(String, &Expr)> {
    match item {
        SelectItem::ExprWithAlias { expr, alias } => Some((alias.value.clone(), expr)),
        SelectItem::UnnamedExpr(expr @ Expr::Identifier(name)) => Some((name.value.clone(), expr)),
        SelectItem::UnnamedExpr(expr @ Expr::CompoundIdentifier(names)) => Some((names.last()?.value.clone(), expr)),
        _ => None,
    }
}

/// Facts of the bucket, if the expression is one: its width, its column, and its time zone.
fn bucket(expr: &Expr) -> Option<Facts> {
    let Expr::Function(function) = expr else { return None };
    if identifiers(&function.name)?.last()? != "time_bucket" {
        return None;
    }
    let mut arguments = arguments(function)?.into_iter();
    let (_, width) = arguments.next()?;
    let (_, column) = arguments.next()?;
    let mut parts = Facts::from([
        ("bucket", facts::server_interval(&literal(width)?)),
        ("time column", column_name(column)?.into()),
    ]);
    for (name, value) in arguments {
        let text = literal(value);
        match (name.as_deref(), text) {
            (None | Some("timezone"), Some(zone)) => parts.insert("time zone", zone.into()),
            // Origin and offset: never of ours. An absent one is written as NULL by some servers.
            (_, None) if value.to_string().starts_with("NULL") => None,
            _ => parts.insert("origin", Fact::Opaque(value.to_string())),
        };
    }
    Some(parts)
}

/// Arguments of a call, each with its name where it has one.
fn arguments(function: &Function) -> Option<Vec<(Option<String>, &Expr)>> {
    let FunctionArguments::List(list) = &function.args else { return None };
    list.args
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => Some((None, value)),
            FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => {
                Some((Some(name.value.clone()), value))
            }
            FunctionArg::ExprNamed { name, arg: FunctionArgExpr::Expr(value), .. } => {
                Some((Some(name.to_string()), value))
            }
            _ => None,
        })
        .collect()
}

/// A text, with or without a cast.
fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => literal(inner),
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn column_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Identifier(name) => Some(&name.value),
        Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.as_str()),
        Expr::Nested(inner) => column_name(inner),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    fn facts_of(definition: &str) -> Shape {
        let rows = Aggregate { relation: 1, materialized_only: true, definition: definition.to_owned(), refresh: None };
        let mut found = Shape::default();
        shape(&mut found, &rows);
        found
    }

    #[test]
    fn servers_that_write_one_query_differently_give_one_shape() {
        let newer = facts_of(
            " SELECT public.time_bucket('01:00:00'::interval, ts) AS bucket,\n    model,\n    sum(v) AS total\n   FROM s.m\n  \
             WHERE (v > (1)::double precision)\n  GROUP BY (public.time_bucket('01:00:00'::interval, ts)), model;",
        );
        let older = facts_of(
            " SELECT time_bucket('1 hour'::interval, m.ts) AS bucket,\n    m.model,\n    sum(m.v) AS total\n   FROM s.m\n  \
             WHERE m.v > 1::double precision\n  GROUP BY (time_bucket('1 hour'::interval, m.ts)), m.model;",
        );
        assert_eq!(newer, older);
        let whole = newer.parts.get(&PartKey::only(PartKind::Object)).unwrap();
        let says = |name| whole.get(name).map(Fact::text);
        assert_eq!((says("source"), says("bucket"), says("time column")), (Some("s.m"), Some("1 hour"), Some("ts")));
        assert_eq!(
            newer.parts.get(&PartKey::new(PartKind::Column, "model")).unwrap().get("grouped").unwrap().text(),
            "yes"
        );
        assert_eq!(
            newer.parts.get(&PartKey::new(PartKind::Column, "total")).unwrap().get("grouped").unwrap().text(),
            "no"
        );
    }

    #[test]
    fn a_query_of_another_form_is_opaque() {
        for definition in [
            "SELECT 1",
            "SELECT time_bucket('1 day'::interval, ts) AS b, sum(v) AS s FROM a JOIN b USING (id) GROUP BY 1",
            "SELECT time_bucket('1 day'::interval, ts) AS b, sum(v) AS s FROM a GROUP BY 1 HAVING sum(v) > 1",
            "nonsense",
            "SELECT time_bucket('1 day'::interval, ts) AS b FROM a; DROP TABLE a",
        ] {
            let whole = facts_of(definition);
            let facts = whole.parts.get(&PartKey::only(PartKind::Object)).unwrap();
            assert!(matches!(facts.get("query"), Some(Fact::Opaque(_))), "{definition}");
        }
    }

    /// As PostgreSQL 17 says what an author wrote with all brackets that there may be.
    fn selecting(value: &str) -> String {
        format!(
            " SELECT public.time_bucket('01:00:00'::interval, ts) AS b,\n    sum({value}) AS s\n   FROM s.m\n  GROUP BY \
             (public.time_bucket('01:00:00'::interval, ts));"
        )
    }

    fn nested(times: usize, before: &str, of: &str, after: &str) -> String {
        format!("{}{of}{}", before.repeat(times), after.repeat(times))
    }

    #[test]
    fn the_deepest_that_an_author_may_write_is_read_and_what_is_deeper_is_opaque() {
        let value = |definition: &str| {
            facts_of(definition).parts.get(&PartKey::new(PartKind::Column, "s"))?.get("value").cloned()
        };
        let case = |condition: &str| format!("CASE WHEN {condition} THEN 1 ELSE NULL::integer END");
        for deepest in [
            nested(39, "(- ", "a", ")"),
            format!("length({})", nested(39, "lower(", "(c)::text", ")")),
            nested(39, "(", "a", " + 1)"),
            case(&nested(39, "(NOT ", "(a > 1)", ")")),
            nested(39, "COALESCE(", "a", ", 1)"),
            case(&nested(20, "((a > 1) AND ((a < 2) OR ", "(a = 3)", "))")),
            nested(19, "((", "a", ")::text)::integer"),
            nested(39, "CASE WHEN (a > 1) THEN ", "a", " ELSE 0 END"),
        ] {
            let found = value(&selecting(&deepest)).unwrap_or_else(|| panic!("{deepest} is not read"));
            assert!(!matches!(found, Fact::Opaque(_)), "{deepest}");
        }
        for (before, after) in [("(", ")"), ("lower(", ")"), ("(NOT ", ")"), ("- ", ""), ("CASE WHEN ", " THEN 1 END")]
        {
            for times in [1_000, 30_000] {
                let whole = facts_of(&selecting(&nested(times, before, "a", after)));
                let facts = whole.parts.get(&PartKey::only(PartKind::Object)).unwrap();
                assert!(matches!(facts.get("query"), Some(Fact::Opaque(_))), "{before} {times}");
            }
        }
    }
}
