//! One case, as it is written.

use super::definition::definition;
use super::limits::limits;
use super::milvus::Act;
use serde::Deserialize;
use std::path::Path;
use toml::{Table, Value};
use whale_storage::definition::Backend;
use whale_storage::hazard::Hazard;
use whale_storage::raw::{ModelDefinition, Operation};
use whale_storage::scaling::Limits;

/// A case.
#[derive(Debug)]
pub struct Case {
    pub engine: Backend,
    /// Its namespace, its model and its plugin: `case_` and the name of the file.
    pub name: String,
    /// What it shows, in one sentence.
    pub says: String,
    /// What is applied first.
    pub current: Option<ModelDefinition>,
    /// What the model may use then, and what it is to.
    pub limits: [Limits; 2],
    /// What an ordinary client does then.
    pub setup: Vec<Setup>,
    /// What is wanted; left out, what is applied first.
    pub desired: ModelDefinition,
    /// What the plugin may do.
    pub operations: Vec<Operation>,
    pub plan: Vec<PlannedStep>,
    pub hazards: Vec<String>,
    /// What forbids the plan.
    pub diagnostics: Vec<Expected>,
    /// What is worth saying, and forbids nothing.
    pub warnings: Vec<Expected>,
    pub check: Vec<Check>,
}

/// What an ordinary client does before the tool looks.
#[derive(Debug)]
pub enum Setup {
    Sql(String),
    Act(Act),
}

/// A step that is expected.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedStep {
    pub title: String,
    /// What it sends, where the case says so.
    pub statements: Option<Vec<String>>,
}

/// A finding that is expected.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub code: String,
    pub path: String,
    /// Part of its message.
    pub says: Option<String>,
}

/// What an ordinary client finds afterwards.
#[derive(Debug)]
pub enum Check {
    Sql(Query),
    Rows(Rows),
}

/// A query with the lines of its answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    pub query: String,
    pub lines: Vec<String>,
}

/// How many entities a loaded collection has.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    pub collection: String,
    pub rows: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    says: String,
    current: Option<Table>,
    #[serde(default)]
    limits: WrittenLimits,
    #[serde(default)]
    setup: Vec<Value>,
    desired: Option<Table>,
    #[serde(default = "create_and_alter")]
    operations: Vec<String>,
    #[serde(default)]
    plan: Vec<Value>,
    #[serde(default)]
    hazards: Vec<String>,
    #[serde(default)]
    diagnostics: Vec<Expected>,
    #[serde(default)]
    warnings: Vec<Expected>,
    #[serde(default)]
    check: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenLimits {
    current: Table,
    desired: Table,
}

/// Reads a case. `$case` in it stands for its name.
pub fn load(engine: Backend, path: &Path) -> Result<Case, String> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if path.extension().is_none_or(|ending| ending != "toml") || stem.is_empty() || !stem.bytes().all(plain) {
        return Err("a case is a file NAME.toml, its name of lower-case letters, digits and `_`".to_owned());
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    read(engine, &format!("case_{stem}"), &text)
}

/// Reads a case of that name from its text.
pub fn read(engine: Backend, name: &str, text: &str) -> Result<Case, String> {
    let written: Written = toml::from_str(&text.replace("$case", name)).map_err(|error| error.to_string())?;
    let define = |part: &str, table: Table| definition(engine, table).map_err(|fault| format!("{part}.{fault}"));
    let current = written.current.map(|table| define("current", table)).transpose()?;
    let desired = written.desired.map(|table| define("desired", table)).transpose()?;
    let limits = |table: &Table| limits(engine, table).map_err(|fault| format!("limits: {fault}"));
    let case = Case {
        engine,
        name: name.to_owned(),
        says: written.says,
        desired: desired.or_else(|| current.clone()).ok_or("neither `current` nor `desired` is given")?,
        current,
        limits: [limits(&written.limits.current)?, limits(&written.limits.desired)?],
        setup: each("setup", written.setup, |value| setup(engine, value))?,
        operations: written.operations.iter().map(|word| operation(word)).collect::<Result<_, _>>()?,
        plan: each("plan", written.plan, step)?,
        hazards: written.hazards,
        diagnostics: written.diagnostics,
        warnings: written.warnings,
        check: each("check", written.check, |value| check(engine, value))?,
    };
    match case.hazards.iter().find(|name| Hazard::find(name).is_none()) {
        Some(unknown) => Err(format!("hazards: there is no hazard {unknown}")),
        None => Ok(case),
    }
}

fn each<T>(key: &str, values: Vec<Value>, read: impl Fn(Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    values.into_iter().map(|value| read(value).map_err(|fault| format!("{key}: {fault}"))).collect()
}

fn of<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
    let shown = value.to_string();
    value.try_into().map_err(|error: toml::de::Error| format!("{shown}: {}", error.message()))
}

fn setup(engine: Backend, value: Value) -> Result<Setup, String> {
    if engine == Backend::Milvus { of(value).map(Setup::Act) } else { of(value).map(Setup::Sql) }
}

fn check(engine: Backend, value: Value) -> Result<Check, String> {
    if engine == Backend::Milvus { of(value).map(Check::Rows) } else { of(value).map(Check::Sql) }
}

fn create_and_alter() -> Vec<String> {
    ["create", "alter"].map(str::to_owned).into()
}

fn operation(word: &str) -> Result<Operation, String> {
    match word {
        "create" => Ok(Operation::Create),
        "alter" => Ok(Operation::Alter),
        other => Err(format!("operations: there is no operation {other}")),
    }
}

/// A title, or a title with statements.
fn step(value: Value) -> Result<PlannedStep, String> {
    match value {
        Value::String(title) => Ok(PlannedStep { title, statements: None }),
        value => of(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        says = "x"
        plan = ["create table $case.t"]
        [[desired.tables]]
        name = "t"
        columns = [{ name = "a", type = "bigint" }]
    "#;

    fn fault(text: &str) -> String {
        read(Backend::Timescaledb, "case_x", text).unwrap_err()
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        let case = read(Backend::Timescaledb, "case_x", GOOD).unwrap();
        assert_eq!(case.plan[0].title, "create table case_x.t");
        let table = &case.desired.timescaledb.tables[0];
        assert_eq!((table.header.id.as_str(), table.columns[0].data_type.as_str()), ("t", "bigint"));
    }

    #[test]
    fn a_typo_does_not_pass() {
        for (from, to, said) in [
            ("says = \"x\"", "says = \"x\"\nhazard = []", "unknown field `hazard`"),
            ("says = \"x\"", "says = \"x\"\nhazards = [\"Exclusive\"]", "there is no hazard Exclusive"),
            ("[\"create table $case.t\"]", "[{ title = \"t\", statement = [] }]", "unknown field `statement`"),
            ("[[desired.tables]]", "[[desired.table]]", "desired.table: there is no such key"),
            ("name = \"t\"", "name = \"t\"\nindices = []", "unknown field `indices`"),
            ("type = \"bigint\" }", "type = \"bigint\", defualt = \"1\" }", "unknown field `defualt`"),
            ("type = \"bigint\" }", "type = \"bigint\", default = \"1\", generated = \"a\" }", "more than one of"),
        ] {
            let text = GOOD.replace(from, to);
            assert_ne!(text, GOOD);
            assert!(fault(&text).contains(said), "{said}: {}", fault(&text));
        }
    }
}
