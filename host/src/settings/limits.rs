//! Bounds on a guest: `[limits]` for all, `[plugins.NAME.limits]` for what one plugin returns, `[ceiling.limits]` above both.

use super::reader::{Reader, Value};
use crate::sandbox::Limits;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// No limit can be raised above so many times its default: what a guest may cost has to stay what a machine has.
pub(crate) const CEILING_FACTOR: u64 = 8;

/// What bounds a call. Whatever bounds the file holds before the plugin has said which one it is.
const OF_CALLS: [&str; 11] = [
    "memory",
    "table_elements",
    "instances",
    "tables",
    "fuel",
    "call_ms",
    "returned",
    "items",
    "nesting",
    "text",
    "canonical",
];

/// Limits that a table names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named(BTreeMap<String, u64>);

impl Named {
    /// A table that may name all limits.
    pub(super) fn read(reader: &mut Reader<'_>, path: &str, value: &Value<'_>) -> Self {
        let all = fields(&Limits::default());
        Self::read_some(reader, path, value, &all.keys().map(String::as_str).collect::<Vec<_>>())
    }

    /// A table that may name those of calls.
    pub(super) fn read_of_calls(reader: &mut Reader<'_>, path: &str, value: &Value<'_>) -> Self {
        Self::read_some(reader, path, value, &OF_CALLS)
    }

    fn read_some(reader: &mut Reader<'_>, path: &str, value: &Value<'_>, known: &[&str]) -> Self {
        let defaults = fields(&Limits::default());
        let mut named = Self::default();
        for (key, value) in reader.entries(path, value) {
            let name = key.get_ref().as_ref();
            let default = defaults.get(name).and_then(Json::as_u64).filter(|_| known.contains(&name));
            let Some(default) = default else {
                reader.unknown(path, key, known);
                continue;
            };
            let path = format!("{path}.{name}");
            let most = default.saturating_mul(CEILING_FACTOR);
            match reader.number(&path, value) {
                Some(number) if (1..=most).contains(&number) => {
                    named.0.insert(name.to_owned(), number);
                }
                Some(number) => {
                    let message = format!("{number} is outside of what this limit can be: 1 to {most}");
                    reader.unusable(&path, value, message, Some(format!("the default is {default}")));
                }
                None => {}
            }
        }
        named
    }

    /// Whether it names none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These in the place of those that were.
    pub(crate) fn over(&self, limits: &Limits) -> Limits {
        self.with(limits, |_, named| named)
    }

    /// Of each limit the lower one.
    pub(crate) fn above(&self, limits: &Limits) -> Limits {
        self.with(limits, u64::min)
    }

    fn with(&self, limits: &Limits, which: impl Fn(u64, u64) -> u64) -> Limits {
        let mut fields = fields(limits);
        for (name, named) in &self.0 {
            if let Some(field) = fields.get_mut(name) {
                *field = field.as_u64().map_or(*named, |was| which(was, *named)).into();
            }
        }
        serde_json::from_value(Json::Object(fields)).unwrap_or_else(|_| limits.clone())
    }
}

/// The limits by name. They are numbers, all of them.
fn fields(limits: &Limits) -> Map<String, Json> {
    match serde_json::to_value(limits) {
        Ok(Json::Object(fields)) => fields,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bounds_calls_are_limits() {
        let all = fields(&Limits::default());
        assert_eq!(OF_CALLS.iter().filter(|name| !all.contains_key(**name)).count(), 0);
    }
}
