//! Tables of the `MergeTree` family, and materialized views between them.

mod engine;
pub mod expressions;
mod view;
pub mod words;

use super::grammar::{Column, Writer, one};
use super::random::Random;
use super::unit::{column_header, header};
use engine::{engine, keys, settings};
use expressions::GRAMMAR;
use whale_storage::raw::{ChColumn, ChColumnValue, ChSkipIndex, ChTable, ModelDefinition};
use words::{KEYWORDS, KINDS, Kind, PLAIN};

/// How many of a hundred choices of an odd unit are odd.
const ODD: usize = 12;

/// A table with the classes of its columns.
struct Made {
    table: ChTable,
    columns: Vec<Column>,
}

impl Made {
    /// The type of a column, as it is written inside of another type.
    fn type_of(&self, name: &str) -> String {
        let column = self.table.columns.iter().find(|column| column.header.name == name).unwrap();
        column.data_type.trim_end_matches(" NOT NULL").to_owned()
    }
}

/// Objects of one unit.
pub fn unit(random: &mut Random, number: u64) -> ModelDefinition {
    let odd = if random.chance(15) { ODD } else { 0 };
    let name = format!("t{number}");
    let mut all = ModelDefinition::default();
    let made = table(random, &name, odd);
    if random.chance(25) {
        let (target, view) = view::from(random, &made, odd);
        all.clickhouse.tables.push(target);
        all.clickhouse.materialized_views.push(view);
    }
    all.clickhouse.tables.push(made.table);
    all
}

fn table(random: &mut Random, name: &str, odd: usize) -> Made {
    let mut made = Made { table: empty(random, name), columns: Vec::new() };
    for _ in 0..random.between(2, 8) {
        let name = column_name(random, &made.table.columns);
        let kind = if random.chance(65) { &KINDS[random.below(17)] } else { random.pick(KINDS) };
        let data_type = one(random, kind.types).to_owned();
        let comment = if random.chance(10) { *random.pick(super::COMMENTS) } else { "" };
        let value = value(random, kind, &made.columns, odd);
        let is_alias = matches!(value, ChColumnValue::Alias(_));
        let codec = (!is_alias && random.chance(20)).then(|| codec(random, kind, odd));
        made.table.columns.push(ChColumn { header: column_header(&name, comment), data_type, value, codec });
        // An alias is in no key; a chain of them is rare.
        if !is_alias || random.chance(odd) {
            made.columns.push(Column { name, class: kind.class });
        }
    }
    if made.columns.is_empty() {
        made.columns.push(Column { name: "a_plain_one".to_owned(), class: "u64" });
        made.table.columns.push(plain_column("a_plain_one", "UInt64"));
    }
    engine(random, &mut made, odd);
    keys(random, &mut made, odd);
    skip_indexes(random, &mut made, odd);
    settings(random, &mut made);
    made
}

fn plain_column(name: &str, data_type: &str) -> ChColumn {
    let (value, codec) = (ChColumnValue::Empty, None);
    ChColumn { header: column_header(name, ""), data_type: data_type.to_owned(), value, codec }
}

fn empty(random: &mut Random, name: &str) -> ChTable {
    let comment = if random.chance(20) { *random.pick(super::COMMENTS) } else { "" };
    ChTable {
        header: header(name, comment),
        columns: Vec::new(),
        engine: "MergeTree".to_owned(),
        partition_by: None,
        order_by: Vec::new(),
        primary_key: None,
        skip_indexes: Vec::new(),
        settings: Vec::new(),
        sharding_key: None,
    }
}

fn writer(columns: &[Column], odd: usize) -> Writer<'_> {
    Writer { grammar: &GRAMMAR, columns, odd }
}

/// A name that no column has yet.
fn column_name(random: &mut Random, taken: &[ChColumn]) -> String {
    loop {
        let name = if random.chance(18) { one(random, KEYWORDS) } else { one(random, PLAIN) };
        let name = if random.chance(30) { format!("{name}{}", random.below(10)) } else { name.to_owned() };
        if !taken.iter().any(|column| column.header.name == name) {
            return name;
        }
    }
}

fn value(random: &mut Random, kind: &Kind, before: &[Column], odd: usize) -> ChColumnValue {
    if kind.defaults.is_empty() {
        return ChColumnValue::Empty;
    }
    let depth = random.between(1, 3);
    match random.below(20) {
        0..10 => ChColumnValue::Empty,
        10..14 if random.chance(odd) => ChColumnValue::DefaultTo(one(random, kind.odd).to_owned()),
        10..14 => ChColumnValue::DefaultTo(one(random, kind.defaults).to_owned()),
        14..16 => ChColumnValue::DefaultTo(writer(before, odd).write(random, kind.class, depth)),
        16..18 => ChColumnValue::Materialized(writer(before, odd).write(random, kind.class, depth)),
        18 => ChColumnValue::Alias(writer(before, odd).write(random, kind.class, depth)),
        _ => ChColumnValue::Materialized(one(random, kind.defaults).to_owned()),
    }
}

fn codec(random: &mut Random, kind: &Kind, odd: usize) -> String {
    let of = if random.chance(odd) { random.pick(KINDS).codecs } else { kind.codecs };
    one(random, of).to_owned()
}

fn skip_indexes(random: &mut Random, made: &mut Made, odd: usize) {
    let depth = usize::from(random.chance(40));
    for number in 0..*random.weighted(&[(65, 0), (25, 1), (10, 2)]) {
        let (classes, kinds): (&[&str], &[&str]) = *random.pick(&[
            (&["n", "d", "u64", "key"][..], &["minmax", "set(100)", "set(0)", "minmax()"][..]),
            (&["t", "s", "uuid", "u64", "as", "date"], &["bloom_filter", "bloom_filter(0.01)", "bloom_filter()"]),
            (&["s", "fs", "lc"], &["ngrambf_v1(3, 256, 2, 0)", "tokenbf_v1(512, 3, 0)", "tokenbf_v1(256, 2, 7)"]),
        ]);
        let class = *random.pick(classes);
        let on = writer(&made.columns, odd).keyed(random, class, depth);
        let (kind, granularity) = ((*random.pick(kinds)).to_owned(), u32::try_from(random.between(1, 4)).unwrap());
        made.table.skip_indexes.push(ChSkipIndex { name: format!("i{number}"), on, kind, granularity });
    }
}
