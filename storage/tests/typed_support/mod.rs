//! What the tests of types share: expressions made from lists, and what validate says of them.
#![allow(dead_code, reason = "each file of tests uses a part")]

use std::collections::BTreeSet;
use whale_storage::capability::Terms;
use whale_storage::definition::Backend;
use whale_storage::expr::{Clause, Dialect, parse};
use whale_storage::raw::{CapabilityRequest, ColumnHeader, Header, ModelDefinition, Operation, PluginInfo};
use whale_storage::validate::{Against, Granted, validate};

/// Every function of a list, which docs/arguments.md repeats and another test holds to it.
pub fn listed(heading: &str) -> Vec<&'static str> {
    let document = include_str!("../../../docs/arguments.md");
    let section = document.split(heading).nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('|').next());
    rows.flat_map(|cell| cell.split('`').map(str::trim).filter(|name| !name.is_empty())).collect()
}

pub fn column_header(name: &str) -> ColumnHeader {
    ColumnHeader { name: name.to_owned(), was: vec![], comment: String::new() }
}

pub fn header_of(id: &str) -> Header {
    Header { id: id.to_owned(), namespace: None, name: id.to_owned(), comment: String::new(), origin: None }
}

/// Those that are expressions of a definition in this place, each once.
pub fn readable(expressions: Vec<String>, dialect: Dialect, clause: Clause) -> Vec<String> {
    let mut seen = BTreeSet::new();
    expressions.into_iter().filter(|text| parse(text, dialect, clause).is_ok() && seen.insert(text.clone())).collect()
}

/// An expression as it is sent.
pub fn rendered(text: &str, dialect: Dialect, clause: Clause) -> String {
    parse(text, dialect, clause).unwrap().render(dialect)
}

/// Numbers of the columns `x0`, `x1`, .. that are refused for their types.
pub fn refused_columns(definition: &ModelDefinition, count: usize, place: &str) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    // Findings are bounded, so that what was refused is left out the next time.
    let info = PluginInfo {
        name: "typed".to_owned(),
        version: "1.0.0".to_owned(),
        model: "typed".to_owned(),
        summary: String::new(),
        parameters: vec![],
        requests: CapabilityRequest {
            databases: Backend::ALL.to_vec(),
            namespaces: vec![],
            operations: vec![Operation::Create],
        },
    };
    let granted = Granted { grant: Terms::default(), ..Granted::default() };
    let mut left = definition.clone();
    loop {
        let (_, said) = validate(&info, &left, "", &granted, &Against::oldest());
        let codes = ["WH0317", "WH0318", "WH0319"];
        let named: BTreeSet<usize> = said
            .iter()
            .filter(|one| codes.contains(&one.code.id))
            .filter_map(|one| one.path.rsplit(place).next()?.strip_prefix('x')?.parse().ok())
            .collect();
        let new: BTreeSet<usize> = named.difference(&found).copied().collect();
        found.extend(&new);
        if said.dropped() == 0 || new.is_empty() {
            break;
        }
        let kept = |name: &str| {
            !name.strip_prefix('x').and_then(|at| at.parse().ok()).is_some_and(|at: usize| new.contains(&at))
        };
        for table in &mut left.timescaledb.tables {
            table.columns.retain(|column| kept(&column.header.name));
        }
        for one in &mut left.timescaledb.aggregates {
            one.aggregates.retain(|output| kept(&output.name));
        }
        for table in &mut left.clickhouse.tables {
            table.columns.retain(|column| kept(&column.header.name));
        }
        for view in &mut left.clickhouse.materialized_views {
            view.select.retain(|output| kept(&output.name));
        }
    }
    assert!(found.iter().all(|at| *at < count));
    found
}

/// Some of many.
pub fn sample<'a>(all: &[&'a str]) -> Vec<&'a str> {
    let step = all.len() / 40 + 1;
    all.iter().copied().step_by(step).collect()
}
