//! What a model may use, in a case: keys and values as in whale.toml, checked as there; a quota's keys begin with `quota.`.

use toml::{Table, Value};
use whale_storage::definition::Backend;
use whale_storage::scaling::{self, Limit, Limits, Value as Amount};

/// Limits of one engine. None are an empty table.
pub(super) fn limits(engine: Backend, table: &Table) -> Result<Limits, String> {
    let mut limits = Limits::default();
    for (name, value) in table {
        let setting = scaling::find(engine, name).ok_or_else(|| format!("there is no limit {name}"))?;
        let read = match value {
            Value::String(text) => setting.amount.read(text).map_err(|fault| fault.message),
            Value::Integer(number) => {
                let number = u64::try_from(*number).map_err(|error| error.to_string())?;
                setting.amount.check(number, &number.to_string()).map_err(|fault| fault.message)
            }
            Value::Array(names) => {
                Ok(Amount::Names(names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()))
            }
            other => Err(format!("{other} is no value of a limit")),
        };
        limits
            .by
            .insert(setting.name, Limit { value: read.map_err(|fault| format!("{name}: {fault}"))?, origin: None });
    }
    match limits.contradictions().first() {
        Some((name, what, _)) => Err(format!("{name}: {what}")),
        None => Ok(limits),
    }
}
