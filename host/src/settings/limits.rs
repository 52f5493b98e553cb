//! `[limits]`: bounds on a guest, raised or lowered within the ceiling.

use super::reader::{Reader, Value};
use crate::sandbox::Limits;
use serde_json::{Map, Value as Json};

/// No limit can be raised above so many times its default: what a guest may cost has to stay what a machine has.
pub(crate) const CEILING_FACTOR: u64 = 8;

/// Takes the limits that the table names.
pub(super) fn read(reader: &mut Reader<'_>, value: &Value<'_>, limits: &mut Limits) {
    let defaults = fields(&Limits::default());
    let mut fields = fields(limits);
    let Some(table) = reader.table("limits", value) else { return };
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let Some(default) = defaults.get(name).and_then(Json::as_u64) else {
            let known: Vec<&str> = defaults.keys().map(String::as_str).collect();
            reader.unknown("limits", key, &known);
            continue;
        };
        let path = format!("limits.{name}");
        let most = default.saturating_mul(CEILING_FACTOR);
        match reader.number(&path, value) {
            Some(number) if (1..=most).contains(&number) => {
                fields.insert(name.to_owned(), number.into());
            }
            Some(number) => {
                let message = format!("{number} is outside of what this limit can be: 1 to {most}");
                reader.unusable(&path, value, message, Some(format!("the default is {default}")));
            }
            None => {}
        }
    }
    if let Ok(read) = serde_json::from_value(Json::Object(fields)) {
        *limits = read;
    }
}

/// The limits by name. They are numbers, all of them.
fn fields(limits: &Limits) -> Map<String, Json> {
    match serde_json::to_value(limits) {
        Ok(Json::Object(fields)) => fields,
        _ => Map::new(),
    }
}
