//! What a plugin is, and what it asks for.

use crate::Parameter;
use crate::contract::{self, Database, NamespaceRequest};

pub use crate::contract::Operation;

/// What a plugin is.
pub struct Info(contract::PluginInfo);

impl Info {
    /// A plugin of the model of the same name, which creates and alters.
    pub fn new(name: &str, version: &str, summary: &str) -> Self {
        Self(contract::PluginInfo {
            name: name.to_owned(),
            version: version.to_owned(),
            model: name.to_owned(),
            summary: summary.to_owned(),
            parameters: Vec::new(),
            requests: contract::CapabilityRequest {
                databases: Vec::new(),
                namespaces: Vec::new(),
                operations: vec![Operation::Create, Operation::Alter],
            },
        })
    }

    /// The model it belongs to, where that is not the plugin's name.
    pub fn model(mut self, model: &str) -> Self {
        self.0.model = model.to_owned();
        self
    }

    /// A parameter it takes.
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.0.parameters.push(parameter.0);
        self
    }

    /// Takes several parameters.
    pub fn parameters(self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        parameters.into_iter().fold(self, Self::parameter)
    }

    /// Asks to define objects in TimescaleDB.
    pub fn timescaledb(self) -> Self {
        self.database(Database::Timescaledb)
    }

    /// Asks to define objects in ClickHouse.
    pub fn clickhouse(self) -> Self {
        self.database(Database::Clickhouse)
    }

    /// Asks to define objects in Milvus.
    pub fn milvus(self) -> Self {
        self.database(Database::Milvus)
    }

    /// Asks for a PostgreSQL schema beside the model's own.
    pub fn timescaledb_namespace(self, name: &str) -> Self {
        self.namespace(Database::Timescaledb, name)
    }

    /// Asks for a ClickHouse database beside the model's own.
    pub fn clickhouse_namespace(self, name: &str) -> Self {
        self.namespace(Database::Clickhouse, name)
    }

    /// Asks for a Milvus database beside the model's own.
    pub fn milvus_namespace(self, name: &str) -> Self {
        self.namespace(Database::Milvus, name)
    }

    /// What it wants done, where that is not to create and to alter.
    pub fn operations(mut self, operations: &[Operation]) -> Self {
        self.0.requests.operations = operations.to_vec();
        self
    }

    fn database(mut self, database: Database) -> Self {
        self.0.requests.databases.push(database);
        self
    }

    fn namespace(mut self, database: Database, name: &str) -> Self {
        self.0.requests.namespaces.push(NamespaceRequest { database, namespace: name.to_owned() });
        self
    }

    #[doc(hidden)]
    pub fn into_contract(self) -> contract::PluginInfo {
        self.0
    }
}
