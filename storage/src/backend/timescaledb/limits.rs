//! What a session of ours may use of a server: PostgreSQL's own limits, set for the session.
//!
//! A limit that nobody has asked for makes none of the server's wider. `temp_file_limit` is for superusers, and since
//! PostgreSQL 15 for whom it was granted to; a user who may not set it works without, and `doctor` says so.

use super::{TimescaleTarget, fault};
use crate::backend::EngineError;
use crate::check::Check;
use crate::definition::Backend;
use crate::quote::postgres::literal;
use crate::scaling::Value;
use crate::scaling::own::{Own, Said, TEMP_FILE_LIMIT, Unheld, Wish, own, owns};
use serde::Deserialize;

const BACKEND: Backend = Backend::Timescaledb;
const OWNER: &str = "timescaledb";
const LIMITS: &str = "limits";

/// What `doctor` shows.
const SHOWN: [&str; 5] = ["statement_timeout", "lock_timeout", TEMP_FILE_LIMIT, "work_mem", "maintenance_work_mem"];

/// Settings that everybody may set.
pub(super) fn settable(said: &Said) -> impl Iterator<Item = (&'static str, String)> {
    owns(BACKEND)
        .filter(|one| one.name != TEMP_FILE_LIMIT)
        .filter_map(|one| said.wish(one).map(|wish| (one.name, text(&wish.value))))
}

/// Bounds temporary files; where the server has a lower bound and nobody has asked for this one, that stays.
pub(super) fn temporary_files(said: &Said) -> String {
    let Some(Wish { value: Value::Size(bytes), said }) = wish(said) else { return "SELECT".to_owned() };
    let kilobytes = bytes / 1_024;
    let lower =
        if said { String::new() } else { format!(" AND (s.setting = '-1' OR s.setting::bigint > {kilobytes})") };
    format!(
        "SELECT pg_catalog.set_config(s.name, {}, false) FROM pg_catalog.pg_settings AS s WHERE s.name = {}{lower}",
        literal(&kilobytes.to_string()),
        literal(TEMP_FILE_LIMIT)
    )
}

fn wish(said: &Said) -> Option<Wish> {
    own(BACKEND, TEMP_FILE_LIMIT).and_then(|one: &Own| said.wish(one))
}

pub(super) fn not_settable(said: &Said) -> Unheld {
    Unheld {
        name: TEMP_FILE_LIMIT,
        said: wish(said).is_some_and(|wish| wish.said),
        why: "the user may not set it".to_owned(),
        help: "as a superuser, from PostgreSQL 15 on: GRANT SET ON PARAMETER temp_file_limit TO the user; or set it in the server's configuration"
            .to_owned(),
    }
}

/// A value as `set_config` takes it.
fn text(value: &Value) -> String {
    match value {
        Value::Size(bytes) => format!("{}kB", bytes / 1_024),
        Value::Time(milliseconds) => format!("{milliseconds}ms"),
        Value::Count(_) | Value::Names(_) => value.to_string(),
    }
}

#[derive(Deserialize)]
struct Held {
    name: String,
    value: String,
    /// Whether there is no limit.
    none: bool,
}

impl TimescaleTarget {
    /// What stands on this connection, as the server says.
    pub(super) async fn limits(&mut self) -> Result<Check, EngineError> {
        const ASKING: &str = "asking for the limits of the session";
        let names: Vec<String> = SHOWN.map(literal).to_vec();
        let sql = format!(
            "SELECT coalesce(json_agg(json_build_object('name', w.name, 'value', current_setting(w.name),
                'none', s.setting IN ('-1', '0')) ORDER BY w.place), '[]')
            FROM unnest(ARRAY[{}]::text[]) WITH ORDINALITY AS w(name, place) JOIN pg_settings AS s ON s.name = w.name",
            names.join(", ")
        );
        let answer = self.session.rows(ASKING, &sql).await?.into_iter().next().unwrap_or_default();
        let held: Vec<Held> =
            serde_json::from_str(&answer).map_err(|error| fault::answer(ASKING, &error.to_string()))?;
        let shown =
            |one: &Held| if one.none { format!("no {}", one.name) } else { format!("{} {}", one.name, one.value) };
        let said = format!("limits of each connection: {}", held.iter().map(shown).collect::<Vec<_>>().join(", "));
        let lacking = held.iter().any(|one| one.none && one.name == TEMP_FILE_LIMIT);
        Ok(match self.server.unheld.first() {
            Some(unheld) if unheld.said || lacking => {
                let check = if unheld.said { Check::problem } else { Check::warning };
                check(OWNER, LIMITS, format!("{said}; {} cannot be set: {}", unheld.name, unheld.why))
                    .hint(&unheld.help)
            }
            _ => Check::ok(OWNER, LIMITS, said),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn only_what_was_asked_for_goes_above_the_server() {
        let asked = Said { by: BTreeMap::from([(TEMP_FILE_LIMIT, Value::Size(1 << 20))]) };
        assert!(temporary_files(&Said::default()).contains("'67108864', false"));
        assert!(temporary_files(&Said::default()).ends_with("(s.setting = '-1' OR s.setting::bigint > 67108864)"));
        assert!(temporary_files(&asked).ends_with("s.name = 'temp_file_limit'"));
        let settings: Vec<_> = settable(&Said::default()).collect();
        assert_eq!(settings, [("lock_timeout", "5000ms".to_owned())]);
    }
}
