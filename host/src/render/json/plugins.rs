//! Plugins, as `validate` and `info` tell of them, and the JSON Schema of what `info` writes.

use super::super::Spent;
use super::Document;
use crate::pipeline::{Candidate, Ruling};
use crate::sandbox::{Compiled, Measure, Usage};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use whale_storage::raw::{ModelDefinition, PluginInfo};
use whale_storage::validate;

/// Plugins, in the order named.
#[derive(Serialize, JsonSchema)]
pub(super) struct Plugins<'a> {
    plugins: Vec<Plugin<'a>>,
}

/// With what they say of themselves and what they define.
pub(super) fn plugins(candidates: &[Candidate]) -> Plugins<'_> {
    Plugins { plugins: candidates.iter().map(plugin).collect() }
}

/// With what became of them.
pub(super) fn judged(rulings: &[Ruling]) -> Plugins<'_> {
    Plugins { plugins: rulings.iter().map(ruling).collect() }
}

#[derive(Serialize, JsonSchema)]
struct Plugin<'a> {
    /// The path it was read from.
    file: &'a str,
    /// SHA-256 of the file; null where it could not be read.
    sha256: Option<&'a str>,
    /// What it says it is called; null where it could not be asked.
    name: Option<&'a str>,
    /// Its version.
    version: Option<&'a str>,
    /// The model it belongs to.
    model: Option<&'a str>,
    /// Whether nothing forbids it.
    accepted: bool,
    /// How many errors were found about it.
    errors: usize,
    /// How many objects it defines.
    objects: usize,
    /// SHA-256 of its definition in canonical form.
    digest: Option<&'a str>,
    /// With `info`: what it says of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<&'a PluginInfo>,
    /// With `info`: what it defines. The contract, wit/model.wit, says what each field means.
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<&'a ModelDefinition>,
}

fn plugin(candidate: &Candidate) -> Plugin<'_> {
    let (info, defined) = (candidate.info.as_ref(), candidate.defined.as_ref());
    Plugin {
        file: &candidate.file,
        sha256: candidate.sha256.as_deref(),
        name: info.map(|info| info.name.as_str()),
        version: info.map(|info| info.version.as_str()),
        model: info.map(|info| info.model.as_str()),
        accepted: candidate.accepted(),
        errors: candidate.errors(),
        objects: defined.map_or(0, |defined| validate::headers(&defined.definition).count()),
        digest: defined.map(|defined| defined.digest.as_str()),
        info,
        definition: defined.map(|defined| &defined.definition),
    }
}

fn ruling(ruling: &Ruling) -> Plugin<'_> {
    let (says, defined) = (ruling.says.as_ref(), ruling.defined.as_ref());
    Plugin {
        file: &ruling.file,
        sha256: ruling.sha256.as_deref(),
        name: says.map(|says| says.name.as_str()),
        version: says.map(|says| says.version.as_str()),
        model: says.map(|says| says.model.as_str()),
        accepted: ruling.accepted(),
        errors: ruling.errors,
        objects: defined.map_or(0, |outcome| outcome.objects.len()),
        digest: defined.map(|outcome| outcome.digest.as_str()),
        info: None,
        definition: None,
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct SpentView {
    plugins: Vec<UsageView>,
    round_trips: BTreeMap<String, u64>,
}

#[derive(Serialize, JsonSchema)]
struct UsageView {
    plugin: String,
    compile_ms: Option<u128>,
    describe_fuel: u64,
    describe_micros: u64,
    define_fuel: u64,
    define_micros: u64,
    define_memory: u64,
    /// What was used of each limit that can be told.
    limits: Vec<LimitView>,
}

#[derive(Serialize, JsonSchema)]
struct LimitView {
    limit: &'static str,
    used: u64,
    most: u64,
}

pub(super) fn spent(spent: &Spent) -> SpentView {
    let usage = |(plugin, usage): &(String, Usage)| UsageView {
        plugin: plugin.clone(),
        compile_ms: match usage.compiled {
            Compiled::Before => None,
            Compiled::Now(took) => Some(took.as_millis()),
        },
        describe_fuel: usage.describe.fuel,
        describe_micros: usage.describe.micros,
        define_fuel: usage.define.fuel,
        define_micros: usage.define.micros,
        define_memory: usage.define.memory,
        limits: usage
            .measures
            .iter()
            .map(|Measure { limit, used, most }| LimitView { limit, used: *used, most: *most })
            .collect(),
    };
    SpentView {
        plugins: spent.plugins.iter().map(usage).collect(),
        round_trips: spent.round_trips.iter().map(|(target, number)| (target.to_string(), *number)).collect(),
    }
}

/// The result of `info`.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used; the values are flattened into the result of any command")]
struct InfoResult {
    #[schemars(flatten)]
    plugins: Plugins<'static>,
    /// Only with `-v`: what running the plugins took.
    #[schemars(skip_serializing_if = "Option::is_none")]
    spent: Option<SpentView>,
}

/// The schema of the document that `info --format json` writes.
pub(crate) fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.root_schema_for::<Document<'static, InfoResult>>();
    Open.transform(&mut schema);
    schema.insert("title".to_owned(), "whale-host info --format json".into());
    schema.into()
}

/// Lets objects have more keys than are named: within a version of the document, keys may be added.
struct Open;

impl Transform for Open {
    fn transform(&mut self, schema: &mut schemars::Schema) {
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            schema.remove("additionalProperties");
        }
        transform_subschemas(self, schema);
    }
}
