//! Objects that are made to be looked at, in a transaction that is rolled back.
//!
//! Invariants: everything is made in the session's own schema of temporary objects, under names of ours that no two share,
//! so that no lock is taken on what is there and nothing that is there is read; a statement that fails is told by its
//! object and part, and the others go on. Left out is what a temporary object cannot have or what says nothing: foreign
//! keys, sequences, hypertables.

use super::parts::{self, sql};
use super::{Extension, TimescaleLower, aggregate, identifier, literal, qualified, table};
use crate::catalog::{PartKey, PartKind};
use crate::definition::timescaledb::{Aggregate, Column, ColumnValue, Index, Key, Table};
use crate::definition::{Backend, Object, ObjectName};
use crate::expr::Expr;
use crate::name::Name;
use std::collections::BTreeMap;

/// The schema that a session's temporary objects are in.
const SCHEMA: &str = "pg_temp";

/// The columns of a relation: names and types.
pub(in crate::backend::timescaledb) type Columns = Vec<(Name, String)>;

/// An object with a place of its own.
pub(in crate::backend::timescaledb) enum Member<'a> {
    /// What is asked about.
    Asked(&'a Object),
    /// What something else reads.
    Read(&'a Object),
    /// What something else reads, and is in the database only.
    Found(&'a Columns),
}

/// A statement, and what it is about.
struct Line {
    place: usize,
    /// None: the object as a whole.
    part: Option<PartKey>,
    /// Whether the extension's functions have to be found.
    extended: bool,
    text: String,
    /// What is done instead where it fails, so that what reads the object can go on.
    otherwise: Option<String>,
}

/// Statements that make objects to look at.
#[derive(Default)]
pub(in crate::backend::timescaledb) struct Script {
    lines: Vec<Line>,
    /// Places of objects by the name of their scratch table or view, and indexes by theirs.
    pub(in crate::backend::timescaledb) relations: BTreeMap<String, usize>,
    pub(in crate::backend::timescaledb) indexes: BTreeMap<String, PartKey>,
}

/// The objects asked about and what they read, each behind what it reads itself, or what of that is not to be found.
pub(in crate::backend::timescaledb) fn members<'a>(
    asked: &[&'a Object],
    wanted: &impl Fn(&ObjectName) -> Option<&'a Object>,
    found: &'a BTreeMap<ObjectName, Columns>,
) -> (BTreeMap<ObjectName, usize>, Vec<Member<'a>>) {
    let (mut places, mut all) = (BTreeMap::new(), Vec::new());
    for object in asked {
        let mut chain = vec![*object];
        // Each aggregate reads one object; a circle of them has been refused.
        while let Some(Object::Aggregate(last)) = chain.last() {
            match wanted(&last.source) {
                Some(source) if !chain.iter().any(|one| one.name() == source.name()) => chain.push(source),
                _ => break,
            }
        }
        for one in chain.into_iter().rev() {
            if let Object::Aggregate(reads) = one
                && let Some(columns) = found.get(&reads.source)
                && !places.contains_key(&reads.source)
            {
                places.insert(reads.source.clone(), all.len());
                all.push(Member::Found(columns));
            }
            let is_asked = asked.iter().any(|asked| asked.name() == one.name());
            if !places.contains_key(one.name()) {
                places.insert(one.name().clone(), all.len());
                all.push(if is_asked { Member::Asked(one) } else { Member::Read(one) });
            }
        }
    }
    (places, all)
}

fn scratch(letter: char, place: usize) -> ObjectName {
    temporary(format!("{letter}{place}"))
}

fn temporary(name: String) -> ObjectName {
    let (namespace, name) = (Name::from_server(SCHEMA), Name::from_server(name));
    ObjectName { backend: Backend::Timescaledb, namespace, name }
}

fn bare(columns: impl Iterator<Item = (Name, String)>) -> String {
    columns.map(|(name, data_type)| format!("{} {data_type}", identifier(&name))).collect::<Vec<_>>().join(", ")
}

fn columns_of(table: &Table) -> impl Iterator<Item = (Name, String)> {
    table.columns.iter().map(|column| (column.name.clone(), column.data_type.to_string()))
}

fn make(place: usize, columns: &str) -> String {
    format!("CREATE TABLE {} ({columns})", qualified(&scratch('t', place)))
}

/// The table without what it has not here, its keys under names of ours.
fn copy(table: &Table, place: usize) -> Table {
    let column = |column: &Column| match column.value {
        ColumnValue::Identity(_) => Column { value: ColumnValue::Empty, ..column.clone() },
        _ => column.clone(),
    };
    let key = |number: usize, key: &Key| Key { name: Name::from_server(format!("k{place}_{number}")), ..key.clone() };
    let mut copy = Table {
        columns: table.columns.iter().map(column).collect(),
        primary_key: table.primary_key.as_ref().map(|found| key(0, found)),
        uniques: table.uniques.iter().enumerate().map(|(number, found)| key(number + 1, found)).collect(),
        foreign_keys: Vec::new(),
        ..table.clone()
    };
    copy.header.name = scratch('t', place);
    copy
}

impl Script {
    /// Makes every object as a whole.
    pub(in crate::backend::timescaledb) fn wholes(
        lower: &TimescaleLower,
        places: &BTreeMap<ObjectName, usize>,
        members: &[Member<'_>],
    ) -> Self {
        let mut script = Self::default();
        for (place, member) in members.iter().enumerate() {
            match member {
                Member::Found(columns) => script.add(place, None, make(place, &bare(columns.iter().cloned()))),
                Member::Read(Object::Table(table)) => script.add(place, None, make(place, &bare(columns_of(table)))),
                Member::Asked(Object::Table(table)) => {
                    script.relations.insert(format!("t{place}"), place);
                    let extended = table::expressions(table).any(parts::calls_extension);
                    let otherwise = Some(make(place, &bare(columns_of(table))));
                    let text = table::create(&copy(table, place));
                    script.lines.push(Line { place, part: None, extended, text, otherwise });
                    script.indexes(place, &table.indexes);
                }
                Member::Read(Object::Aggregate(found)) => script.view(lower, places, place, found),
                Member::Asked(Object::Aggregate(found)) => {
                    script.relations.insert(format!("v{place}"), place);
                    script.relations.insert(format!("t{place}"), place);
                    script.view(lower, places, place, found);
                    script.indexes(place, &found.indexes);
                }
                Member::Asked(_) | Member::Read(_) => {}
            }
        }
        script
    }

    /// The same, with each part of these objects by itself, and the others only as far as they are read.
    pub(in crate::backend::timescaledb) fn parts(
        lower: &TimescaleLower,
        places: &BTreeMap<ObjectName, usize>,
        members: &[Member<'_>],
        apart: &[usize],
    ) -> Self {
        let mut script = Self::default();
        for (place, member) in members.iter().enumerate() {
            match member {
                Member::Found(columns) => script.add(place, None, make(place, &bare(columns.iter().cloned()))),
                Member::Asked(Object::Table(table)) if apart.contains(&place) => script.table_apart(place, table),
                Member::Asked(Object::Table(table)) | Member::Read(Object::Table(table)) => {
                    script.add(place, None, make(place, &bare(columns_of(table))));
                }
                Member::Asked(Object::Aggregate(found)) if apart.contains(&place) => {
                    script.view_apart(lower, places, place, found);
                }
                Member::Asked(Object::Aggregate(found)) | Member::Read(Object::Aggregate(found)) => {
                    script.view(lower, places, place, found);
                }
                Member::Asked(_) | Member::Read(_) => {}
            }
        }
        script
    }

    fn add(&mut self, place: usize, part: Option<PartKey>, text: String) {
        self.lines.push(Line { place, part, extended: false, text, otherwise: None });
    }

    fn about(&mut self, place: usize, part: PartKey, expressions: &[&Expr], text: String) {
        let extended = expressions.iter().any(|expr| parts::calls_extension(expr));
        self.lines.push(Line { place, part: Some(part), extended, text, otherwise: None });
    }

    fn indexes(&mut self, place: usize, indexes: &[Index]) {
        for (number, index) in indexes.iter().enumerate() {
            let (name, part) = (format!("i{place}_{number}"), PartKey::new(PartKind::Index, index.name.as_str()));
            let renamed = Index { name: Name::from_server(name.as_str()), ..index.clone() };
            let expressions: Vec<&Expr> = index.keys.iter().map(|key| &key.by).chain(&index.only_where).collect();
            self.about(place, part.clone(), &expressions, parts::index(&scratch('t', place), &renamed, false));
            self.indexes.insert(name, part);
        }
    }

    /// The view that says how an aggregate's query is written, and a table of its columns, for indexes and for what reads it.
    fn view(&mut self, lower: &TimescaleLower, places: &BTreeMap<ObjectName, usize>, place: usize, found: &Aggregate) {
        let Some((extension, source)) = reads(lower, places, found) else { return };
        let (view, table) = (qualified(&scratch('v', place)), qualified(&scratch('t', place)));
        let query = aggregate::query(extension, found, &source);
        let extended = outputs(found).any(parts::calls_extension);
        let text = format!("CREATE VIEW {view} AS {query}");
        self.lines.push(Line { place, part: None, extended, text, otherwise: None });
        self.add(place, None, format!("CREATE TABLE {table} AS TABLE {view} WITH NO DATA"));
    }

    fn table_apart(&mut self, place: usize, table: &Table) {
        let on = qualified(&scratch('t', place));
        self.add(place, None, make(place, ""));
        let part = |column: &Column| PartKey::new(PartKind::Column, column.name.as_str());
        let add =
            |column: &Column| format!("ALTER TABLE {on} ADD COLUMN {} {}", identifier(&column.name), column.data_type);
        // What others read is there before them, and so is a column whose value is refused.
        let is_generated = |column: &&Column| matches!(column.value, ColumnValue::Generated(_));
        for column in table.columns.iter().filter(|column| !is_generated(column)) {
            self.about(place, part(column), &[], add(column));
        }
        for column in &table.columns {
            match &column.value {
                ColumnValue::Default(expr) => {
                    let name = identifier(&column.name);
                    let text = format!("ALTER TABLE {on} ALTER COLUMN {name} SET DEFAULT ({})", sql(expr));
                    self.about(place, part(column), &[expr], text);
                }
                ColumnValue::Generated(expr) => {
                    let text = format!("{} GENERATED ALWAYS AS ({}) STORED", add(column), sql(expr));
                    let (part, extended, otherwise) =
                        (Some(part(column)), parts::calls_extension(expr), Some(add(column)));
                    self.lines.push(Line { place, part, extended, text, otherwise });
                }
                ColumnValue::Empty | ColumnValue::Identity(_) => {}
            }
        }
        for check in &table.checks {
            let text = format!("ALTER TABLE {on} ADD {}", parts::check(check));
            self.about(place, PartKey::new(PartKind::Check, check.name.as_str()), &[&check.condition], text);
        }
        let copy = copy(table, place);
        if let Some(key) = &copy.primary_key {
            let text = format!("ALTER TABLE {on} ADD {}", parts::key("PRIMARY KEY", key));
            self.about(place, PartKey::only(PartKind::PrimaryKey), &[], text);
        }
        for (renamed, key) in copy.uniques.iter().zip(&table.uniques) {
            let text = format!("ALTER TABLE {on} ADD {}", parts::key("UNIQUE", renamed));
            self.about(place, PartKey::new(PartKind::Unique, key.name.as_str()), &[], text);
        }
        self.indexes(place, &table.indexes);
    }

    fn view_apart(
        &mut self,
        lower: &TimescaleLower,
        places: &BTreeMap<ObjectName, usize>,
        place: usize,
        found: &Aggregate,
    ) {
        let Some((extension, source)) = reads(lower, places, found) else { return };
        let on = |number: usize| qualified(&temporary(format!("v{place}_{number}")));
        let none = Aggregate { group_by: Vec::new(), aggregates: Vec::new(), only_where: None, ..found.clone() };
        let bucket = aggregate::query(extension, &none, &source);
        self.about(place, PartKey::only(PartKind::Object), &[], format!("CREATE VIEW {} AS {bucket}", on(0)));
        if let Some(filter) = &found.only_where {
            let text = format!("CREATE VIEW {} AS SELECT 1 AS one FROM {source} WHERE {}", on(1), sql(filter));
            self.about(place, PartKey::only(PartKind::Object), &[filter], text);
        }
        let outputs =
            found.group_by.iter().map(|one| (one, true)).chain(found.aggregates.iter().map(|one| (one, false)));
        for (number, (selected, grouped)) in outputs.enumerate() {
            let group = if grouped { " GROUP BY 1" } else { "" };
            let output = aggregate::output(selected);
            let text = format!("CREATE VIEW {} AS SELECT {output} FROM {source}{group}", on(number + 2));
            self.about(place, PartKey::new(PartKind::Column, selected.name.as_str()), &[&selected.value], text);
        }
        // Last: it fails, and what reads it says so of itself.
        self.view(lower, places, place, found);
    }

    /// What is sent to make them: one block, which notes what fails and goes on.
    pub(in crate::backend::timescaledb) fn text(&self, lower: &TimescaleLower) -> String {
        let extension = lower.extension(PartKind::Object).ok();
        let path = |extended: bool| match (extended, extension) {
            (true, Some(extension)) => format!("pg_catalog, {}", identifier(extension.schema)),
            _ => "pg_catalog".to_owned(),
        };
        let rows: Vec<String> = self
            .lines
            .iter()
            .enumerate()
            .map(|(number, line)| {
                let otherwise = line.otherwise.as_deref().map_or_else(|| "NULL".to_owned(), literal);
                format!("({number}, {}, {}, {otherwise})", literal(&path(line.extended)), literal(&line.text))
            })
            .collect();
        if rows.is_empty() {
            return "SELECT".to_owned();
        }
        let block = format!(
            "DECLARE line record;
            BEGIN
                FOR line IN SELECT * FROM (VALUES {}) AS v(number, path, text, otherwise) ORDER BY number LOOP
                    PERFORM set_config('search_path', line.path, true);
                    BEGIN
                        EXECUTE line.text;
                    EXCEPTION WHEN OTHERS THEN
                        INSERT INTO {SCHEMA}.failed VALUES (line.number, SQLSTATE, SQLERRM);
                        BEGIN
                            IF line.otherwise IS NOT NULL THEN EXECUTE line.otherwise; END IF;
                        EXCEPTION WHEN OTHERS THEN NULL;
                        END;
                    END;
                END LOOP;
                PERFORM set_config('search_path', 'pg_catalog', true);
            END",
            rows.join(", ")
        );
        format!("CREATE TABLE {SCHEMA}.failed (number int, state text, message text);\nDO {}", literal(&block))
    }

    /// The object and the part that a line is about.
    pub(in crate::backend::timescaledb) fn line(&self, number: usize) -> Option<(usize, Option<&PartKey>)> {
        self.lines.get(number).map(|line| (line.place, line.part.as_ref()))
    }
}

/// The extension, and what an aggregate reads, under the name that it has for the aggregate.
fn reads<'a>(
    lower: &'a TimescaleLower,
    places: &BTreeMap<ObjectName, usize>,
    found: &Aggregate,
) -> Option<(Extension<'a>, String)> {
    let extension = lower.extension(PartKind::Object).ok()?;
    let place = places.get(&found.source)?;
    Some((extension, format!("{} AS {}", qualified(&scratch('t', *place)), identifier(&found.source.name))))
}

fn outputs(aggregate: &Aggregate) -> impl Iterator<Item = &Expr> {
    let selected = aggregate.group_by.iter().chain(&aggregate.aggregates);
    selected.map(|selected| &selected.value).chain(&aggregate.only_where)
}
