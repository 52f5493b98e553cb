//! What a plugin may do: what it asks for, is granted, and the ceiling allows, made into one by [`Capabilities::of`].
//!
//! [`Terms`] is what one side says. A dimension it does not mention is not bounded by it, and an empty list is none.
//! Namespaces stand beside that of the plugin's own model. That one needs no grant where whale-host makes it; one of that
//! name that others made is entered only by a grant that names it.

use crate::definition::Backend;
use crate::raw::{Operation, PluginInfo};
use std::collections::BTreeSet;
use std::fmt;

/// What one side, a grant or the ceiling, says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Engines.
    pub engines: Option<BTreeSet<Backend>>,
    /// Namespaces beside the model's own, exact names, on every engine.
    pub namespaces: Option<BTreeSet<String>>,
    /// Operations.
    pub operations: Option<BTreeSet<Operation>>,
    /// Bounds on sizes.
    pub maxima: Maxima,
}

/// Bounds on the sizes of a definition; none: whatever the engine takes. [`Maxima::usual`] are those of a plugin of which
/// nobody has said anything else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Maxima {
    by_size: [Option<u64>; Size::ALL.len()],
}

/// A size of a definition that can be bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// Objects, over all engines.
    Objects,
    /// Columns, or fields, of one object.
    Columns,
    /// Partitions that one object declares.
    Partitions,
    /// Dimensions of one vector.
    Dimension,
    /// Dimensions of all vectors of one object together.
    VectorDimensions,
    /// Shards of all collections that are kept loaded.
    LoadedShards,
    /// Runs of all jobs in an hour.
    JobRuns,
}

impl Size {
    /// All of them, in the order they are told.
    pub const ALL: [Size; 7] = [
        Size::Objects,
        Size::Columns,
        Size::Partitions,
        Size::Dimension,
        Size::VectorDimensions,
        Size::LoadedShards,
        Size::JobRuns,
    ];

    /// The key by which settings know its bound.
    pub fn key(self) -> &'static str {
        match self {
            Size::Objects => "max_objects",
            Size::Columns => "max_columns",
            Size::Partitions => "max_partitions",
            Size::Dimension => "max_dimension",
            Size::VectorDimensions => "max_vector_dimensions",
            Size::LoadedShards => "max_loaded_shards",
            Size::JobRuns => "max_job_runs",
        }
    }

    /// Many of it.
    pub fn unit(self) -> &'static str {
        match self {
            Size::Objects => "objects",
            Size::Columns => "columns",
            Size::Partitions => "partitions",
            Size::Dimension => "dimensions of a vector",
            Size::VectorDimensions => "dimensions of all its vectors",
            Size::LoadedShards => "shards of loaded collections",
            Size::JobRuns => "runs of jobs an hour",
        }
    }

    /// The bound on a plugin of which nobody has said another; none: whatever the engine takes. Each is several times what
    /// the largest of our own plugins needs.
    pub fn usual(self) -> Option<u64> {
        match self {
            Size::Objects => Some(256),
            Size::Columns | Size::Dimension => None,
            Size::Partitions => Some(1_024),
            Size::VectorDimensions => Some(32_768),
            Size::LoadedShards => Some(64),
            Size::JobRuns => Some(3_600),
        }
    }
}

impl Maxima {
    /// The bounds on a plugin of which nobody has said others.
    pub fn usual() -> Self {
        Self { by_size: Size::ALL.map(Size::usual) }
    }

    /// The bound on a size.
    pub fn of(&self, size: Size) -> Option<u64> {
        self.by_size.get(size as usize).copied().flatten()
    }

    /// Sets the bound on a size.
    pub fn set(&mut self, size: Size, most: u64) {
        if let Some(place) = self.by_size.get_mut(size as usize) {
            *place = Some(most);
        }
    }
}

/// Which side forbids something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The plugin did not ask for it.
    Request,
    /// It was not granted.
    Grant,
    /// The ceiling does not allow it.
    Ceiling,
}

impl Side {
    /// The first side that forbids what is not allowed.
    pub fn of<T: Ord>(asked: bool, granted: Option<&BTreeSet<T>>, what: &T) -> Self {
        if !asked {
            Side::Request
        } else if !allows(granted, what) {
            Side::Grant
        } else {
            Side::Ceiling
        }
    }
}

/// What a plugin may do, all told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Engines.
    pub engines: BTreeSet<Backend>,
    /// Namespaces that were granted by name.
    pub namespaces: BTreeSet<(Backend, String)>,
    /// Operations.
    pub operations: BTreeSet<Operation>,
    /// Bounds on sizes.
    pub maxima: Maxima,
}

impl Capabilities {
    /// What is asked for, granted, and within the ceiling.
    pub fn of(info: &PluginInfo, grant: &Terms, ceiling: &Terms) -> Self {
        let (asked, sides) = (&info.requests, [grant, ceiling]);
        let within = |engine: &Backend| sides.iter().all(|side| allows(side.engines.as_ref(), engine));
        let engines: BTreeSet<_> = asked.databases.iter().copied().filter(within).collect();
        let requests = asked.namespaces.iter().map(|request| (request.database, &request.namespace));
        let beside = requests.filter(|(_, name)| **name != info.model);
        // No plugin has to ask for the namespace of its own model, and silence about it grants nothing.
        let own = grant.namespaces.as_ref().is_some_and(|names| names.contains(&info.model));
        let own = engines.iter().filter(|_| own).map(|engine| (*engine, &info.model));
        let namespaces = beside.chain(own).filter(|(engine, name)| {
            engines.contains(engine) && sides.iter().all(|side| allows(side.namespaces.as_ref(), name))
        });
        let namespaces = namespaces.map(|(engine, name)| (engine, name.clone())).collect();
        let may = |operation: &Operation| sides.iter().all(|side| allows(side.operations.as_ref(), operation));
        let operations = asked.operations.iter().copied().filter(may).collect();
        let mut maxima = Maxima::default();
        for size in Size::ALL {
            if let Some(most) = sides.iter().filter_map(|side| side.maxima.of(size)).min() {
                maxima.set(size, most);
            }
        }
        Self { engines, namespaces, operations, maxima }
    }

    /// What this has beyond another, in words; empty where it is no wider.
    pub fn beyond(&self, other: &Self) -> Vec<String> {
        let mut wider: Vec<String> = Vec::new();
        wider.extend(self.engines.difference(&other.engines).map(|engine| format!("engine {engine}")));
        let more = self.namespaces.difference(&other.namespaces);
        wider.extend(more.map(|(engine, name)| format!("namespace {name} of {engine}")));
        wider.extend(self.operations.difference(&other.operations).map(|one| format!("operation {}", one.word())));
        for size in Size::ALL {
            let told = |most: Option<u64>| most.map_or_else(|| "any number of".to_owned(), |most| format!("{most}"));
            let (mine, theirs) = (self.maxima.of(size), other.maxima.of(size));
            let is_wider = mine.unwrap_or(u64::MAX) > theirs.unwrap_or(u64::MAX);
            if is_wider {
                wider.push(format!("{} {}, instead of {}", told(mine), size.unit(), told(theirs)));
            }
        }
        wider
    }
}

fn allows<T: Ord>(said: Option<&BTreeSet<T>>, what: &T) -> bool {
    said.is_none_or(|said| said.contains(what))
}

impl Operation {
    /// All of them.
    pub const ALL: [Operation; 2] = [Operation::Create, Operation::Alter];

    /// The word that settings and people use for it.
    pub fn word(self) -> &'static str {
        match self {
            Operation::Create => "create",
            Operation::Alter => "alter",
        }
    }

    /// The operation of that word.
    pub fn find(word: &str) -> Option<Operation> {
        Self::ALL.into_iter().find(|operation| operation.word() == word)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::{CapabilityRequest, NamespaceRequest};

    fn asked() -> PluginInfo {
        let of = |database, namespace: &str| NamespaceRequest { database, namespace: namespace.to_owned() };
        let requests = CapabilityRequest {
            databases: vec![Backend::Timescaledb, Backend::Clickhouse],
            namespaces: vec![of(Backend::Timescaledb, "public"), of(Backend::Clickhouse, "default")],
            operations: Operation::ALL.to_vec(),
        };
        PluginInfo {
            name: "cases".to_owned(),
            version: "1.0.0".to_owned(),
            model: "legal".to_owned(),
            summary: String::new(),
            parameters: Vec::new(),
            requests,
        }
    }

    fn only<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
        items.into_iter().collect()
    }

    #[test]
    fn silence_bounds_nothing_and_an_empty_list_is_none() {
        let all = Capabilities::of(&asked(), &Terms::default(), &Terms::default());
        assert_eq!((all.engines.len(), all.namespaces.len(), all.operations.len()), (2, 2, 2));
        let nothing = Terms {
            engines: Some(only([])),
            namespaces: Some(only([])),
            operations: Some(only([])),
            ..Terms::default()
        };
        for (grant, ceiling) in [(&nothing, &Terms::default()), (&Terms::default(), &nothing)] {
            assert_eq!(Capabilities::of(&asked(), grant, ceiling), Capabilities::default());
        }
    }

    #[test]
    fn nothing_is_had_that_one_side_does_not_give() {
        let grant = Terms {
            engines: Some(only([Backend::Clickhouse, Backend::Milvus])),
            namespaces: Some(only(["public".to_owned(), "default".to_owned()])),
            ..Terms::default()
        };
        let mut ceiling = Terms { operations: Some(only([Operation::Create])), ..Terms::default() };
        ceiling.maxima.set(Size::Columns, 5);
        let may = Capabilities::of(&asked(), &grant, &ceiling);
        assert_eq!(may.engines, BTreeSet::from([Backend::Clickhouse]), "Milvus was not asked for");
        assert_eq!(may.namespaces, BTreeSet::from([(Backend::Clickhouse, "default".to_owned())]));
        assert_eq!(may.operations, BTreeSet::from([Operation::Create]));
        assert_eq!((may.maxima.of(Size::Columns), may.maxima.of(Size::Objects)), (Some(5), None));
    }

    #[test]
    fn the_namespace_of_the_own_model_is_named_only_by_a_grant() {
        let named = |names: &[&str]| Terms {
            namespaces: Some(only(names.iter().map(|name| (*name).to_owned()))),
            ..Terms::default()
        };
        let has = |grant: &Terms, ceiling: &Terms| {
            Capabilities::of(&asked(), grant, ceiling).namespaces.contains(&(Backend::Clickhouse, "legal".to_owned()))
        };
        assert!(has(&named(&["legal"]), &Terms::default()));
        assert!(!has(&Terms::default(), &Terms::default()), "silence names nothing");
        assert!(!has(&named(&["legal"]), &named(&["public"])), "the ceiling bounds it too");
        let mut asks = asked();
        asks.requests
            .namespaces
            .push(NamespaceRequest { database: Backend::Clickhouse, namespace: "legal".to_owned() });
        assert!(Capabilities::of(&asks, &Terms::default(), &Terms::default()).namespaces.len() == 2, "nor does asking");
    }

    #[test]
    fn the_lower_of_two_bounds_holds() {
        let of = |most| {
            let mut terms = Terms::default();
            terms.maxima.set(Size::Objects, most);
            terms
        };
        for (grant, ceiling) in [(3, 9), (9, 3)] {
            assert_eq!(Capabilities::of(&asked(), &of(grant), &of(ceiling)).maxima.of(Size::Objects), Some(3));
        }
    }

    #[test]
    fn what_is_wider_is_told_and_what_is_narrower_is_not() {
        let wide = Capabilities::of(&asked(), &Terms::default(), &Terms::default());
        let mut terms =
            Terms { namespaces: Some(only([])), operations: Some(only([Operation::Create])), ..Terms::default() };
        terms.maxima.set(Size::Dimension, 768);
        let narrow = Capabilities::of(&asked(), &terms, &Terms::default());
        assert!(narrow.beyond(&wide).is_empty() && wide.beyond(&wide).is_empty());
        assert_eq!(
            wide.beyond(&narrow),
            [
                "namespace public of timescaledb",
                "namespace default of clickhouse",
                "operation alter",
                "any number of dimensions of a vector, instead of 768"
            ]
        );
    }
}
