//! Tables, hypertables and continuous aggregates.

mod aggregate;
pub mod expressions;
mod keys;
pub mod words;

use super::grammar::{Column, Writer, one};
use super::random::Random;
use super::unit::{column_header, header};
use expressions::GRAMMAR;
use keys::{hypertable, indexes, keys, references};
use whale_storage::raw::{Identity, ModelDefinition, PgCheck, PgColumn, PgColumnValue, PgTable};
use words::{KEYWORDS, KINDS, Kind, PLAIN};

/// How many of a hundred choices of an odd unit are odd.
const ODD: usize = 12;

/// A table with the classes of its columns.
struct Made {
    table: PgTable,
    columns: Vec<Column>,
}

/// Objects of one unit.
pub fn unit(random: &mut Random, number: u64) -> ModelDefinition {
    let odd = if random.chance(15) { ODD } else { 0 };
    let name = format!("t{number}");
    let mut all = ModelDefinition::default();
    match random.below(20) {
        0..11 => all.timescaledb.tables.push(table(random, &name, odd).table),
        11..14 => {
            let first = table(random, &name, odd);
            let mut second = table(random, &format!("{name}_b"), odd);
            references(random, &first, &mut second, odd);
            all.timescaledb.tables.extend([first.table, second.table]);
        }
        14..16 => {
            let mut made = table(random, &name, odd);
            hypertable(random, &mut made, odd);
            all.timescaledb.tables.push(made.table);
        }
        _ => {
            let mut made = table(random, &name, odd);
            hypertable(random, &mut made, odd);
            all.timescaledb.aggregates = aggregate::over(random, &made, odd);
            all.timescaledb.tables.push(made.table);
        }
    }
    all
}

fn table(random: &mut Random, name: &str, odd: usize) -> Made {
    let mut made = Made { table: empty(random, name), columns: Vec::new() };
    for _ in 0..random.between(2, 8) {
        let name = column_name(random, &made.columns);
        let kind = if random.chance(60) { &KINDS[random.below(16)] } else { random.pick(KINDS) };
        let data_type = one(random, kind.types).to_owned();
        let nullable = random.chance(50);
        let comment = if random.chance(10) { *random.pick(super::COMMENTS) } else { "" };
        let value = value(random, kind, &made.columns, odd);
        let is_source = !matches!(value, PgColumnValue::Generated(_)) || odd > 0;
        made.table.columns.push(PgColumn { header: column_header(&name, comment), data_type, nullable, value });
        // A generated column names no other that is generated.
        if is_source {
            made.columns.push(Column { name, class: kind.class });
        }
    }
    if made.columns.is_empty() {
        made.columns.push(Column { name: "a_plain_one".to_owned(), class: "int" });
        made.table.columns.push(PgColumn {
            header: column_header("a_plain_one", ""),
            data_type: "int".to_owned(),
            nullable: true,
            value: PgColumnValue::Empty,
        });
    }
    keys(random, &mut made, odd);
    for number in 0..*random.weighted(&[(45, 0), (30, 1), (15, 2), (10, 3)]) {
        // A derived name is made of the columns: two without a name may meet.
        let name = (number > 0 || random.chance(25)).then(|| format!("{name}_check{number}"));
        let depth = random.between(1, 3);
        let condition = writer(&made.columns, odd).write(random, "bool", depth);
        made.table.checks.push(PgCheck { name, condition });
    }
    indexes(random, &mut made, odd);
    made
}

fn empty(random: &mut Random, name: &str) -> PgTable {
    let comment = if random.chance(20) { *random.pick(super::COMMENTS) } else { "" };
    PgTable {
        header: header(name, comment),
        columns: Vec::new(),
        primary_key: None,
        uniques: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        indexes: Vec::new(),
        hypertable: None,
        columnstore: None,
    }
}

fn writer(columns: &[Column], odd: usize) -> Writer<'_> {
    Writer { grammar: &GRAMMAR, columns, odd }
}

/// A name that no column has yet.
fn column_name(random: &mut Random, taken: &[Column]) -> String {
    loop {
        let name = if random.chance(15) { one(random, KEYWORDS) } else { one(random, PLAIN) };
        let name = if random.chance(40) { format!("{name}{}", random.below(10)) } else { name.to_owned() };
        if name.len() < 64 && !taken.iter().any(|column| column.name == name) {
            return name;
        }
    }
}

fn value(random: &mut Random, kind: &Kind, before: &[Column], odd: usize) -> PgColumnValue {
    let is_integer = matches!(kind.class, "small" | "int" | "big");
    match random.below(20) {
        // Half of them, and what has nothing to name, have none.
        10..15 if random.chance(odd) => PgColumnValue::DefaultTo(one(random, kind.odd).to_owned()),
        10..15 => PgColumnValue::DefaultTo(one(random, kind.defaults).to_owned()),
        15 => {
            let depth = random.between(1, 2);
            PgColumnValue::DefaultTo(writer(&[], odd).write(random, kind.class, depth))
        }
        16 if is_integer || random.chance(odd) => {
            PgColumnValue::Identity(*random.pick(&[Identity::Always, Identity::ByDefault]))
        }
        17..19 if !before.is_empty() => {
            let depth = random.between(1, 3);
            PgColumnValue::Generated(writer(before, odd).write(random, kind.class, depth))
        }
        _ => PgColumnValue::Empty,
    }
}
