//! Laws of planning, tried on random definitions against the engine in memory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::backend::memory::{MemoryLower, MemoryTarget};
use whale_storage::catalog::{Catalog, Shape};
use whale_storage::definition::{Backend, Definition, Object, ObjectName};
use whale_storage::desire::{Desire, Wanted};
use whale_storage::diff::diff;
use whale_storage::mark::MarkState;
use whale_storage::name::Name;
use whale_storage::plan::{Lower, Plan, mark_of};
use whale_storage::raw::{self, Operation};
use whale_storage::scaling::{Limit, Limits, VALUE, Value, part};
use whale_storage::target::Layout;
use whale_storage::validate::{Against, Granted, validate};
use whale_storage::word::Spoken;

/// A random model: tables with columns, comments, indexes and settings.
fn models() -> impl Strategy<Value = raw::ModelDefinition> {
    let column = ("[a-d]", prop::sample::select(vec!["String", "UInt64", "DateTime", "Array(String)"]), "[x-z ]{0,3}");
    let table = (
        prop::collection::btree_map("[a-d]", column, 1..4),
        "[a-z]{0,4}",
        prop::collection::btree_set("[p-r]", 0..3),
        prop::option::of(64_u32..1000),
    );
    prop::collection::btree_map("t[a-c]", table, 0..4).prop_map(|tables| {
        let tables = tables.into_iter().map(|(name, (columns, comment, indexes, granularity))| {
            let first = columns.keys().next().unwrap().clone();
            raw::ChTable {
                header: raw::Header { id: name.clone(), namespace: None, name, comment, origin: None },
                columns: columns
                    .into_iter()
                    .map(|(name, (_, data_type, comment))| column_of(&name, data_type, &comment))
                    .collect(),
                engine: "MergeTree".to_owned(),
                partition_by: None,
                order_by: Vec::new(),
                primary_key: None,
                skip_indexes: indexes.into_iter().map(|name| index_of(&name, &first)).collect(),
                settings: granularity
                    .into_iter()
                    .map(|value| raw::Setting { name: "index_granularity".to_owned(), value: value.to_string() })
                    .collect(),
                sharding_key: None,
            }
        });
        raw::ModelDefinition {
            clickhouse: raw::ClickhouseObjects { tables: tables.collect(), materialized_views: Vec::new() },
            ..Default::default()
        }
    })
}

fn column_of(name: &str, data_type: &str, comment: &str) -> raw::ChColumn {
    raw::ChColumn {
        header: raw::ColumnHeader { name: name.to_owned(), was: Vec::new(), comment: comment.to_owned() },
        data_type: data_type.to_owned(),
        value: raw::ChColumnValue::Empty,
        codec: None,
    }
}

fn index_of(name: &str, on: &str) -> raw::ChSkipIndex {
    raw::ChSkipIndex { name: name.to_owned(), on: on.to_owned(), kind: "minmax".to_owned(), granularity: 1 }
}

fn wanted(model: &raw::ModelDefinition) -> Wanted {
    let info = raw::PluginInfo {
        name: "model".to_owned(),
        version: "0.1.0".to_owned(),
        model: "model".to_owned(),
        summary: String::new(),
        parameters: Vec::new(),
        requests: raw::CapabilityRequest {
            databases: vec![Backend::Clickhouse],
            namespaces: Vec::new(),
            operations: vec![Operation::Create, Operation::Alter],
        },
    };
    let granted = Granted::default();
    let (definition, found) = validate(&info, model, "", &granted, &Against::oldest());
    let definition: Definition =
        definition.unwrap_or_else(|| panic!("{:?}", found.iter().map(|d| &d.message).collect::<Vec<_>>()));
    Desire::merge(&[definition], &Layout::default())
        .0
        .for_target(&Backend::Clickhouse.into(), |object| MemoryLower.drawn(object))
}

fn plan(wanted: &Wanted, target: &MemoryTarget) -> Plan {
    let mut plan = Plan::default();
    let actual = target.inspect();
    plan.add(wanted, &actual, diff(wanted, &actual, &Spoken::new()), &MemoryLower, "run");
    plan
}

/// Carries out the first steps of a plan, then completes the marks of what is as wanted.
fn carry_out(target: &mut MemoryTarget, wanted: &Wanted, plan: &Plan, steps: usize) {
    target.expect(wanted);
    plan.steps().take(steps).for_each(|step| target.run(step));
    for (name, parts) in diff(wanted, &target.inspect(), &Spoken::new()).unsealed {
        target.seal(&name, mark_of(&wanted.objects[&name].desired.object, parts, "main", "run"));
    }
}

fn shapes(target: &MemoryTarget) -> BTreeMap<ObjectName, Shape> {
    target.inspect().objects.into_iter().map(|(name, object)| (name, object.shape)).collect()
}

fn applied(model: &raw::ModelDefinition) -> (MemoryTarget, Wanted) {
    let wanted = wanted(model);
    let mut target = MemoryTarget::new(Backend::Clickhouse);
    let plan = plan(&wanted, &target);
    carry_out(&mut target, &wanted, &plan, usize::MAX);
    (target, wanted)
}

proptest! {
    #[test]
    fn what_was_applied_needs_nothing_more(model in models()) {
        let (target, wanted) = applied(&model);
        let again = plan(&wanted, &target);
        prop_assert!(again.is_empty() && again.found.is_empty());
        prop_assert!(again.targets.iter().all(|target| target.unsealed.is_empty()));
        let expected: BTreeMap<_, _> = wanted.objects.iter().map(|(name, object)| (name.clone(), object.drawn.shape.clone())).collect();
        prop_assert_eq!(shapes(&target), expected);
    }

    #[test]
    fn a_plan_reaches_what_is_wanted_or_is_refused_whole(from in models(), to in models()) {
        let (mut target, _) = applied(&from);
        let wanted = wanted(&to);
        let plan_to = plan(&wanted, &target);
        if plan_to.found.errors() > 0 {
            return Ok(());
        }
        carry_out(&mut target, &wanted, &plan_to, usize::MAX);
        prop_assert!(plan(&wanted, &target).is_empty());
        let found = shapes(&target);
        for (name, object) in &wanted.objects {
            prop_assert_eq!(found.get(name).map(|shape| shape.parts.keys().collect::<BTreeSet<_>>().is_superset(&object.drawn.shape.parts.keys().collect())), Some(true));
        }
    }

    #[test]
    fn any_prefix_of_a_plan_and_planning_again_reaches_the_same(model in models(), steps in 0_usize..8) {
        let wanted = wanted(&model);
        let mut target = MemoryTarget::new(Backend::Clickhouse);
        let whole = plan(&wanted, &target);
        // Killed: nothing is sealed, either.
        target.expect(&wanted);
        whole.steps().take(steps).for_each(|step| target.run(step));
        let rest = plan(&wanted, &target);
        carry_out(&mut target, &wanted, &rest, usize::MAX);
        prop_assert_eq!(shapes(&target), shapes(&applied(&model).0));
    }

    #[test]
    fn planning_twice_gives_the_same_bytes(from in models(), to in models()) {
        let (target, _) = applied(&from);
        let wanted = wanted(&to);
        let bytes = |plan: &Plan| plan.steps().map(|step| format!("{} {} {:?}", step.number, step.title(), step.recipe)).collect::<Vec<_>>();
        prop_assert_eq!(bytes(&plan(&wanted, &target)), bytes(&plan(&wanted, &target)));
    }
}

const SETTINGS: [&str; 4] = ["max_concurrent_queries_for_user", "max_threads", "quota.queries", "quota.read_rows"];

/// Some of four settings, each with one of a few values.
fn settings() -> impl Strategy<Value = BTreeMap<&'static str, u64>> {
    prop::collection::btree_map(prop::sample::select(SETTINGS.to_vec()), 1_u64..4, 0..4)
}

fn limited(settings: &BTreeMap<&'static str, u64>) -> Wanted {
    let columns = vec![column_of("a", "String", "")];
    let header = raw::Header {
        id: "ta".to_owned(),
        namespace: None,
        name: "ta".to_owned(),
        comment: String::new(),
        origin: None,
    };
    let table = raw::ChTable {
        header,
        columns,
        engine: "MergeTree".to_owned(),
        partition_by: None,
        order_by: Vec::new(),
        primary_key: None,
        skip_indexes: Vec::new(),
        settings: Vec::new(),
        sharding_key: None,
    };
    let clickhouse = raw::ClickhouseObjects { tables: vec![table], materialized_views: Vec::new() };
    let mut wanted = wanted(&raw::ModelDefinition { clickhouse, ..Default::default() });
    let limit = |value: &u64| Limit { value: Value::Count(*value), origin: None };
    let by: BTreeMap<_, _> = settings.iter().map(|(name, value)| (*name, limit(value))).collect();
    if !by.is_empty() {
        wanted.limits.insert(Name::from_server("model"), Limits { by, table: String::new(), origin: None });
    }
    wanted
}

proptest! {
    #[test]
    fn limits_become_what_is_wanted_and_what_others_set_stays(
        first in settings(), second in settings(), others in settings(), steps in 0_usize..4
    ) {
        let role = whale_storage::diff::role_of(&Name::from_server("model"));
        let mut target = MemoryTarget::new(Backend::Clickhouse);
        let before = limited(&first);
        let plan_to = plan(&before, &target);
        carry_out(&mut target, &before, &plan_to, usize::MAX);
        prop_assert!(plan(&before, &target).is_empty());
        let others = if target.inspect().roles.contains_key(&role) { others } else { BTreeMap::new() };
        for (name, value) in &others {
            target.meddle(&role, name, &value.to_string());
        }
        let wanted = limited(&second);
        // Killed somewhere, and planned again.
        let plan_to = plan(&wanted, &target);
        carry_out(&mut target, &wanted, &plan_to, steps);
        let plan_to = plan(&wanted, &target);
        carry_out(&mut target, &wanted, &plan_to, usize::MAX);
        prop_assert!(plan(&wanted, &target).is_empty());
        let Some(found) = target.inspect().roles.remove(&role) else {
            prop_assert!(first.is_empty() && second.is_empty());
            return Ok(());
        };
        for name in SETTINGS {
            let expected = second.get(name).or(others.get(name).filter(|_| !first.contains_key(name)));
            let value = found.limits.parts.get(&part(name)).map(|facts| facts[VALUE].text().to_owned());
            prop_assert_eq!(value, expected.map(ToString::to_string), "{}", name);
        }
        prop_assert_eq!(found.held, second.keys().map(ToString::to_string).collect());
    }
}

#[test]
fn a_role_of_somebody_elses_is_in_the_way_of_limits_and_of_nothing_else() {
    let (plain, asked) = (limited(&BTreeMap::new()), limited(&BTreeMap::from([("max_threads", 2)])));
    let mut target = MemoryTarget::new(Backend::Clickhouse);
    let plan_to = plan(&asked, &target);
    carry_out(&mut target, &asked, &plan_to, usize::MAX);
    let mut catalog = target.inspect();
    for role in catalog.roles.values_mut() {
        role.mark = MarkState::Absent;
    }
    let codes = |wanted: &Wanted, catalog: &Catalog| -> Vec<&str> {
        diff(wanted, catalog, &Spoken::new()).found.iter().map(|found| found.code.id).collect()
    };
    assert_eq!(codes(&asked, &catalog), ["WH0701"]);
    assert_eq!(codes(&plain, &catalog), [""; 0]);
    assert_eq!(diff(&plain, &catalog, &Spoken::new()).changes, []);
    catalog.unlimited = Some("it is so".to_owned());
    assert_eq!(codes(&asked, &catalog), ["WH0901"]);
    assert_eq!(codes(&plain, &catalog), [""; 0]);
}

#[test]
fn a_stranger_is_reported_and_left() {
    let model = raw::ModelDefinition {
        clickhouse: raw::ClickhouseObjects {
            tables: vec![raw::ChTable {
                header: raw::Header {
                    id: "ta".to_owned(),
                    namespace: None,
                    name: "ta".to_owned(),
                    comment: String::new(),
                    origin: None,
                },
                columns: vec![column_of("a", "String", "")],
                engine: "MergeTree".to_owned(),
                partition_by: None,
                order_by: Vec::new(),
                primary_key: None,
                skip_indexes: Vec::new(),
                settings: Vec::new(),
                sharding_key: None,
            }],
            materialized_views: Vec::new(),
        },
        ..Default::default()
    };
    let (target, wanted) = applied(&model);
    let mut catalog = target.inspect();
    let name = ObjectName {
        backend: Backend::Clickhouse,
        namespace: Name::from_server("model"),
        name: Name::from_server("ta"),
    };
    catalog.objects.get_mut(&name).unwrap().mark = MarkState::Absent;
    let found = diff(&wanted, &catalog, &Spoken::new());
    assert!(found.changes.is_empty());
    assert_eq!(found.found.iter().map(|one| one.code.id).collect::<Vec<_>>(), ["WH0701"]);
    assert!(matches!(wanted.objects[&name].desired.object, Object::ClickhouseTable(_)));
}
