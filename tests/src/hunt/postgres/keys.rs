//! Keys, indexes, references, and what makes a table a hypertable.

use super::words::KEYWORDS;
use super::{Made, writer};
use crate::hunt::grammar::{Column, list};
use crate::hunt::random::Random;
use crate::hunt::unit::column_header;
use whale_storage::raw::{
    ChunkWidth, Columnstore, Direction, Duration, DurationUnit, Hypertable, Nulls, PgColumn, PgColumnValue,
    PgForeignKey, PgIndex, PgKey, ReferenceAction, SortKey, SpacePartition,
};

/// Classes without an order, which no btree takes.
const UNORDERED: &[&str] = &["json"];
const ACTIONS: &[ReferenceAction] = &[
    ReferenceAction::NoAction,
    ReferenceAction::Restrict,
    ReferenceAction::Cascade,
    ReferenceAction::SetNull,
    ReferenceAction::SetDefault,
];

fn ordered(columns: &[Column], random: &mut Random, odd: usize) -> Vec<String> {
    let fits = |column: &&Column| !UNORDERED.contains(&column.class) || random.chance(odd);
    columns.iter().filter(fits).map(|column| column.name.clone()).collect()
}

/// A primary key and unique constraints.
pub(super) fn keys(random: &mut Random, made: &mut Made, odd: usize) {
    let names = ordered(&made.columns, random, odd);
    if names.is_empty() {
        return;
    }
    if random.chance(60) {
        let columns = random.at_least_one(&names, 3);
        let name = random.chance(15).then(|| format!("{}_is_key", made.table.header.name));
        for column in &mut made.table.columns {
            column.nullable &= !columns.contains(&column.header.name) || random.chance(odd);
        }
        made.table.primary_key = Some(PgKey { name, columns });
    }
    for _ in 0..*random.weighted(&[(70, 0), (20, 1), (10, 2)]) {
        let columns = random.at_least_one(&names, 2);
        if !made.table.uniques.iter().any(|key| key.columns == columns) {
            made.table.uniques.push(PgKey { name: None, columns });
        }
    }
}

pub(super) fn indexes(random: &mut Random, made: &mut Made, odd: usize) {
    for number in 0..*random.weighted(&[(40, 0), (30, 1), (20, 2), (10, 3)]) {
        let name = Some(format!("{}_i{number}", made.table.header.name));
        let method = *random.weighted(&[(60, "btree"), (8, "hash"), (14, "gin"), (6, "gist"), (12, "brin")]);
        let btree = method == "btree";
        let most = if btree { 3 } else { 1 };
        let keys: Vec<SortKey> = (0..random.between(1, most)).map(|_| key(random, made, method, odd)).collect();
        let plain = ordered(&made.columns, random, odd);
        let covering = if btree && random.chance(15) { random.some(&plain, 2) } else { Vec::new() };
        let covering = covering.into_iter().filter(|name| !keys.iter().any(|key| key.by == *name)).collect();
        let depth = random.between(1, 2);
        let only_where = random.chance(25).then(|| writer(&made.columns, odd).write(random, "bool", depth));
        let unique = btree && random.chance(20);
        // A derived name is made of the keys' columns: two without a name may meet.
        let name = name.filter(|_| number > 0 || random.chance(60));
        made.table.indexes.push(PgIndex { name, method: method.to_owned(), keys, covering, only_where, unique });
    }
}

fn key(random: &mut Random, made: &Made, method: &str, odd: usize) -> SortKey {
    let classes: &[&str] = match method {
        "gin" => &["jsonb", "texts", "ints", "jsonb"],
        "gist" => &["inet", "text", "tstz"],
        _ => &["n", "t", "t", "date", "ts", "bool", "uuid", "tstz", "x", "vc", "iv", "inet", "bytea", "int"],
    };
    let class = *random.pick(classes);
    let write = writer(&made.columns, odd);
    let fits: Vec<&Column> = made.columns.iter().filter(|column| write.holds(class, column.class)).collect();
    let by = if fits.is_empty() || random.chance(35) {
        let depth = random.between(1, 2);
        write.keyed(random, class, depth)
    } else {
        let name = &random.pick(&fits).name;
        write.name(random, name)
    };
    let (direction, nulls) = if method == "btree" {
        (
            *random.pick(&[Direction::Ascending, Direction::Ascending, Direction::Descending]),
            *random.pick(&[Nulls::EngineDefault, Nulls::EngineDefault, Nulls::First, Nulls::Last]),
        )
    } else {
        (Direction::Ascending, Nulls::EngineDefault)
    };
    SortKey { by, direction, nulls }
}

/// Makes a table reference another by columns of the same types.
pub(super) fn references(random: &mut Random, first: &Made, second: &mut Made, odd: usize) {
    let keys: Vec<&PgKey> = first.table.primary_key.iter().chain(&first.table.uniques).collect();
    if keys.is_empty() {
        return;
    }
    let key = *random.pick(&keys);
    let nullable = random.chance(60);
    let mut columns = Vec::new();
    for target in &key.columns {
        let of = first.table.columns.iter().find(|column| column.header.name == *target).unwrap();
        let name = format!("r_{}", target.chars().take(50).collect::<String>());
        let data_type = if random.chance(odd) { "text".to_owned() } else { of.data_type.clone() };
        let header = column_header(&name, "");
        second.table.columns.push(PgColumn { header, data_type, nullable, value: PgColumnValue::Empty });
        columns.push(name);
    }
    let action = |random: &mut Random| {
        let action = *random.pick(ACTIONS);
        if nullable || action != ReferenceAction::SetNull { action } else { ReferenceAction::Cascade }
    };
    let (on_update, on_delete) = (action(random), action(random));
    second.table.foreign_keys.push(PgForeignKey {
        name: None,
        columns,
        target: first.table.header.id.clone(),
        target_columns: key.columns.clone(),
        on_update,
        on_delete,
    });
}

/// Adds a time column and cuts the table by it.
pub(super) fn hypertable(random: &mut Random, made: &mut Made, odd: usize) {
    let (data_type, class) = *random.pick(&[
        ("timestamptz", "tstz"),
        ("timestamptz", "tstz"),
        ("timestamp", "ts"),
        ("date", "date"),
        ("bigint", "big"),
        ("int", "int"),
        ("timestamptz(3)", "tstz"),
    ]);
    let name = (*random.pick(&["at", "happened_at", "time", "timestamp", "order"])).to_owned();
    if made.table.columns.iter().any(|column| column.header.name == name) {
        return;
    }
    let (nullable, header) = (random.chance(odd), column_header(&name, ""));
    let value = PgColumnValue::Empty;
    made.table.columns.push(PgColumn { header, data_type: data_type.to_owned(), nullable, value });
    made.columns.push(Column { name: name.clone(), class });
    let by_number = matches!(class, "big" | "int") != random.chance(odd);
    let chunk = if by_number {
        ChunkWidth::Units(*random.pick(&[1_000, 86_400, 1_000_000]))
    } else {
        let unit = *random.pick(&[DurationUnit::Hours, DurationUnit::Days, DurationUnit::Weeks]);
        let days = Duration { count: u32::try_from(random.between(1, 40)).unwrap(), unit: DurationUnit::Days };
        ChunkWidth::Time(if class == "date" { days } else { Duration { unit, ..days } })
    };
    let mut space = Vec::new();
    let plain = ordered(&made.columns, random, odd);
    let others: Vec<String> = plain.into_iter().filter(|other| *other != name).collect();
    if random.chance(20) && !others.is_empty() {
        let partitions = u32::try_from(random.between(1, 8)).unwrap();
        space.push(SpacePartition { column: random.pick(&others).clone(), partitions });
    }
    let dimensions: Vec<String> =
        [name.clone()].into_iter().chain(space.iter().map(|one| one.column.clone())).collect();
    let hold = |columns: &mut Vec<String>| {
        columns.extend(dimensions.iter().filter(|one| !columns.contains(one)).cloned().collect::<Vec<_>>());
    };
    made.table.primary_key.iter_mut().chain(&mut made.table.uniques).for_each(|key| hold(&mut key.columns));
    for index in made.table.indexes.iter_mut().filter(|index| index.unique) {
        index.unique = dimensions.iter().all(|name| index.keys.iter().any(|key| key.by == *name));
    }
    if random.chance(50) {
        let segment_by = random.some(&others, 2);
        let ordered: Vec<String> = others.iter().filter(|name| !segment_by.contains(name)).cloned().collect();
        let mut order_by: Vec<SortKey> = Vec::new();
        if random.chance(50) {
            let keys = random.some(&ordered, 1).into_iter().chain([name.clone()]);
            let quoted =
                |name: String| if list(KEYWORDS).contains(&name.as_str()) { format!("\"{name}\"") } else { name };
            let key = |by| SortKey { by: quoted(by), direction: Direction::Descending, nulls: Nulls::EngineDefault };
            order_by.extend(keys.map(key));
        }
        made.table.columnstore = Some(Columnstore { segment_by, order_by });
    }
    made.table.hypertable = Some(Hypertable { time_column: name, chunk, space });
}
