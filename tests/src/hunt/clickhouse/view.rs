//! A materialized view out of a table, and the table that it fills.

use super::words::AGGREGATES;
use super::{Made, plain_column, table, writer};
use crate::hunt::grammar::list;
use crate::hunt::random::Random;
use crate::hunt::unit::header;
use whale_storage::raw::{ChMaterializedView, ChTable, Selected};

/// What stands for an argument where no column is of its class: an expression, and its type.
const STANDS: &[(&str, &str, &str)] = &[
    ("u", "toUInt64({n})", "UInt64"),
    ("n", "toFloat64({n})", "Float64"),
    ("s", "toString({any})", "String"),
    ("t", "lower({t})", "String"),
    ("d", "toDate({d})", "Date"),
    ("b", "{n} > 5", "UInt8"),
    ("an", "[toUInt64({n})]", "Array(UInt64)"),
    ("i64", "toInt64({n})", "Int64"),
    ("f", "{n} / 2", "Float64"),
    ("u64", "cityHash64({any})", "UInt64"),
    ("any", "toString({any})", "String"),
    ("key", "toUInt32({n})", "UInt32"),
];

/// What a view groups by: an expression, and its type.
const GROUPS: &[(&str, &str)] = &[
    ("toStartOfHour({dt})", "DateTime"),
    ("toDate({d})", "Date"),
    ("toYYYYMM({d})", "UInt32"),
    ("lower({t})", "String"),
    ("{u} % 10", "UInt64"),
    ("toStartOfInterval({dt}, INTERVAL 15 MINUTE)", "DateTime"),
    ("ifNull({ns}, '')", "String"),
    ("if({b}, 'a', 'b')", "String"),
];

/// An argument of a class and its type: a column, or what stands for one.
fn argument(random: &mut Random, made: &Made, class: &str, odd: usize) -> (String, String) {
    let write = writer(&made.columns, odd);
    let fits: Vec<String> = made
        .columns
        .iter()
        .filter(|column| write.holds(class, column.class))
        .map(|column| column.name.clone())
        .collect();
    if !fits.is_empty() && random.chance(75) {
        let name = random.pick(&fits);
        return (write.name(random, name), made.type_of(name));
    }
    let of = STANDS.iter().find(|(name, ..)| *name == class).unwrap_or_else(|| panic!("nothing stands for {class}"));
    (write.fill(random, of.1, 1), of.2.to_owned())
}

pub(super) fn from(random: &mut Random, made: &Made, odd: usize) -> (ChTable, ChMaterializedView) {
    let name = &made.table.header.name;
    let mut target = ChTable { header: header(&format!("{name}_into"), ""), ..super::empty(random, name) };
    let mut view = ChMaterializedView {
        header: header(&format!("{name}_view"), if random.chance(20) { "a view" } else { "" }),
        source: made.table.header.id.clone(),
        target: target.header.id.clone(),
        select: Vec::new(),
        only_where: None,
        group_by: Vec::new(),
    };
    if random.chance(20) {
        copied(random, made, &mut target, &mut view, odd);
    } else {
        grouped(random, made, &mut target, &mut view, odd);
    }
    view.only_where = random.chance(25).then(|| writer(&made.columns, odd).write(random, "b", 2));
    (target, view)
}

/// Into a table like any other, each of whose columns gets an expression of its class, or is left out.
fn copied(random: &mut Random, made: &Made, target: &mut ChTable, view: &mut ChMaterializedView, odd: usize) {
    let other = table(random, &target.header.name, odd);
    for column in &other.table.columns {
        let class = other.columns.iter().find(|one| one.name == column.header.name).map(|one| one.class);
        let takes = matches!(column.value, whale_storage::raw::ChColumnValue::Empty);
        let Some(class) = class.filter(|class| takes && !matches!(*class, "sa" | "st" | "version" | "summed")) else {
            continue;
        };
        let depth = random.between(0, 2);
        let value = writer(&made.columns, odd).write(random, class, depth);
        view.select.push(Selected { name: column.header.name.clone(), value });
    }
    *target = other.table;
}

fn grouped(random: &mut Random, made: &Made, target: &mut ChTable, view: &mut ChMaterializedView, odd: usize) {
    for number in 0..random.between(1, 2) {
        let (value, data_type) = if random.chance(50) {
            argument(random, made, "key", odd)
        } else {
            let (template, data_type) = *random.pick(GROUPS);
            (writer(&made.columns, odd).fill(random, template, 1), data_type.to_owned())
        };
        let name = (*random.pick(&["g", "day", "order", "key"])).to_owned() + &number.to_string();
        target.columns.push(plain_column(&name, &data_type));
        target.order_by.push(name.clone());
        view.group_by.push(value.clone());
        view.select.push(Selected { name, value });
    }
    let states = random.chance(70);
    let engine = if states { "AggregatingMergeTree" } else { "SummingMergeTree" };
    engine.clone_into(&mut target.engine);
    for number in 0..random.between(1, 4) {
        let (name, (value, data_type)) = (format!("v{number}"), aggregate(random, made, states, odd));
        target.columns.push(plain_column(&name, &data_type));
        view.select.push(Selected { name, value });
    }
}

/// An aggregate and the type of what it gives: a state, a simple one, or a number.
fn aggregate(random: &mut Random, made: &Made, states: bool, odd: usize) -> (String, String) {
    let (called, classes, result) = *random.pick(AGGREGATES);
    let (function, parameters) = match called.split_once('(') {
        Some((function, parameters)) => (function, format!("({parameters}")),
        None => (called, String::new()),
    };
    let (arguments, types): (Vec<String>, Vec<String>) =
        list(classes).iter().map(|class| argument(random, made, class, odd)).unzip();
    let arguments = arguments.join(", ");
    if !states {
        return (format!("{function}{parameters}({arguments})"), result.unwrap_or("Float64").to_owned());
    }
    let simple = matches!(function, "sum" | "min" | "max" | "any" | "anyLast" | "groupBitOr" | "sumWithOverflow");
    if simple && random.chance(40) {
        let data_type = result.filter(|_| function == "sum").unwrap_or(&types[0]);
        return (format!("{function}({arguments})"), format!("SimpleAggregateFunction({function}, {data_type})"));
    }
    let of = types.iter().fold(String::new(), |text, one| text + ", " + one);
    // One of the usual mistakes: the value instead of its state.
    let state = if random.chance(odd) { "" } else { "State" };
    (format!("{function}{state}{parameters}({arguments})"), format!("AggregateFunction({function}{parameters}{of})"))
}
