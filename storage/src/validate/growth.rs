//! How large values become on their way through a definition: from column to column of a table, and from table to table
//! through views and aggregates.
//!
//! A server puts the expressions of a table's columns into each other, and runs every view behind an insert. So an expression
//! that is small by itself is judged here once more, with what the columns that it names can hold. Linear in expressions: a
//! column is settled once those that it names are, and a table once all that write into it are.

use super::Check;
use super::order::settled;
use crate::definition::{Backend, Header, Object, ObjectName, clickhouse, timescaledb};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::types as codes;
use crate::expr::{self, Dialect, Expr, Weight};
use crate::name::Name;
use std::collections::{BTreeMap, BTreeSet};

/// The most for the computed columns of one table together.
const MOST_OF_TABLE: Weight = Weight { bytes: 4 * 1_024 * 1_024, parts: 100_000 };

/// What computes values: a table from its own columns, a view or an aggregate from those of its source.
struct Maker<'d> {
    header: &'d Header,
    /// The place of an item in the definition, before its name.
    path: &'static str,
    items: Vec<(&'d Name, &'d Expr)>,
}

/// A view or an aggregate, and where it writes.
struct Flow<'d> {
    maker: Maker<'d>,
    source: &'d ObjectName,
    target: &'d ObjectName,
}

/// What columns can hold; one that is not named here holds what an author may put into it.
type Weights = BTreeMap<Name, Weight>;

impl Check<'_> {
    /// Refuses values that become too large on their way.
    pub(super) fn growth(&mut self, objects: &[Object]) {
        let mut tables: BTreeMap<&ObjectName, Maker<'_>> = BTreeMap::new();
        let mut flows = Vec::new();
        for object in objects {
            match object {
                Object::Table(table) => {
                    tables.insert(object.name(), generated(table));
                }
                Object::ClickhouseTable(table) => {
                    tables.insert(object.name(), computed(table));
                }
                Object::View(view) => flows.push(of_view(view)),
                Object::Aggregate(aggregate) => flows.push(of_aggregate(aggregate)),
                Object::Collection(_) => {}
            }
        }
        let mut held: BTreeMap<&ObjectName, Weights> = BTreeMap::new();
        let mut done: BTreeSet<&ObjectName> = BTreeSet::new();
        // What lies on a circle is refused elsewhere, and left out.
        let edges: Vec<(&ObjectName, &ObjectName)> = flows.iter().map(|flow| (flow.source, flow.target)).collect();
        for at in settled(&edges).0 {
            let Some(flow) = flows.get(at) else { continue };
            if let Some(table) = tables.get(flow.source).filter(|_| done.insert(flow.source)) {
                self.settle(table, held.entry(flow.source).or_default());
            }
            let from = held.get(flow.source).cloned().unwrap_or_default();
            let made = self.made(&flow.maker, &from);
            let into = held.entry(flow.target).or_default();
            for (name, weight) in made {
                let there = into.entry(name).or_default();
                *there = there.larger(weight);
            }
        }
        for (name, table) in tables.iter().filter(|(name, _)| !done.contains(*name)) {
            self.settle(table, held.entry(name).or_default());
        }
    }

    /// Adds what the computed columns of a table hold, each after those that it names.
    fn settle(&mut self, table: &Maker<'_>, held: &mut Weights) {
        let by_name: BTreeMap<&Name, &Expr> = table.items.iter().copied().collect();
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        for (name, _) in &table.items {
            visit(name, &by_name, &mut seen, &mut order);
        }
        let mut together = Weight::NONE;
        for name in order {
            let Some(of) = by_name.get(name) else { continue };
            let Some(weight) = self.weigh(table, name, of, held) else { continue };
            let there = held.entry(name.clone()).or_default();
            *there = there.larger(weight);
            let before = together;
            together = together.and(weight);
            if !together.within(MOST_OF_TABLE) && before.within(MOST_OF_TABLE) {
                let message = format!("the computed columns up to {name} can have more together than a table may");
                self.too_large(table, name, message);
            }
        }
    }

    fn made(&mut self, maker: &Maker<'_>, from: &Weights) -> Weights {
        let items = maker.items.iter();
        items.filter_map(|(name, of)| Some(((*name).clone(), self.weigh(maker, name, of, from)?))).collect()
    }

    fn weigh(&mut self, maker: &Maker<'_>, name: &Name, of: &Expr, held: &Weights) -> Option<Weight> {
        let dialect = match maker.header.name.backend {
            Backend::Clickhouse => Dialect::ClickHouse,
            Backend::Timescaledb | Backend::Milvus => Dialect::Postgres,
        };
        match expr::weigh(of, dialect, &|column| held.get(column).copied().unwrap_or_default()) {
            Ok(weight) => Some(weight),
            Err(fault) => {
                let message = format!("with what the columns that it names can hold, {}", fault.diagnostic("").message);
                self.too_large(maker, name, message);
                None
            }
        }
    }

    fn too_large(&mut self, maker: &Maker<'_>, name: &Name, message: String) {
        let (header, plugin) = (maker.header, self.plugin.clone());
        let id = header.id.split_once('/').map_or(header.id.as_str(), |(_, id)| id);
        let path = format!("{}/{id}/{}/{name}", header.name.backend, maker.path);
        self.faults.push(
            Diagnostic::error(codes::RESULT_SIZE, path, message)
                .of(plugin.as_str())
                .at(header.origin.as_ref())
                .help("let no computed column multiply what another one computes; leave that to the application"),
        );
    }
}

fn computed(table: &clickhouse::Table) -> Maker<'_> {
    let items = table.columns.iter().filter_map(|column| match &column.value {
        clickhouse::ColumnValue::Empty => None,
        clickhouse::ColumnValue::Default(of)
        | clickhouse::ColumnValue::Materialized(of)
        | clickhouse::ColumnValue::Alias(of) => Some((&column.name, of)),
    });
    Maker { header: &table.header, path: "columns", items: items.collect() }
}

fn generated(table: &timescaledb::Table) -> Maker<'_> {
    let items = table.columns.iter().filter_map(|column| match &column.value {
        timescaledb::ColumnValue::Generated(of) => Some((&column.name, of)),
        _ => None,
    });
    Maker { header: &table.header, path: "columns", items: items.collect() }
}

fn of_view(view: &clickhouse::View) -> Flow<'_> {
    let items = view.select.iter().map(|one| (&one.name, &one.value)).collect();
    let maker = Maker { header: &view.header, path: "select", items };
    Flow { maker, source: &view.source, target: &view.target }
}

fn of_aggregate(aggregate: &timescaledb::Aggregate) -> Flow<'_> {
    let all = aggregate.group_by.iter().chain(&aggregate.aggregates);
    let maker = Maker {
        header: &aggregate.header,
        path: "aggregates",
        items: all.map(|one| (&one.name, &one.value)).collect(),
    };
    Flow { maker, source: &aggregate.source, target: &aggregate.header.name }
}

/// Puts a column behind those that it names. As deep as a table has columns; one that names itself comes where it is.
fn visit<'d>(
    name: &'d Name,
    by_name: &BTreeMap<&'d Name, &'d Expr>,
    seen: &mut BTreeSet<Name>,
    order: &mut Vec<&'d Name>,
) {
    if !seen.insert(name.clone()) {
        return;
    }
    let named = by_name.get(name).map(|of| of.columns()).unwrap_or_default();
    for other in named {
        if let Some((other, _)) = by_name.get_key_value(&other) {
            visit(other, by_name, seen, order);
        }
    }
    order.push(name);
}
