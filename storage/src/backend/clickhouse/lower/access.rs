//! What a model may use, as statements: a role that carries our mark, a settings profile and a quota of its name.
//!
//! Each of the two is replaced as a whole, so that a step that is repeated, or was stopped half-way, ends in the same
//! state. A limit can be lowered by a session and not raised: `MIN 1` keeps nought out, which ClickHouse takes for none.

use crate::mark::Mark;
use crate::name::Name;
use crate::quote::clickhouse::{identifier, literal};
use crate::scaling::{Value, Values};

/// The setting of the role that holds our mark. Access has no comments; what sessions of the role run is logged with it.
pub(in crate::backend::clickhouse) const MARK: &str = "log_comment";
/// How names of a quota begin in our own table of settings.
pub(in crate::backend::clickhouse) const QUOTA: &str = "quota.";
/// The setting of a quota that is no maximum.
pub(in crate::backend::clickhouse) const INTERVAL: &str = "quota.interval";

/// The role; `on` makes the statement reach every host. One that came in between is found by the look at the end of the run.
pub(super) fn create_role(role: &Name, on: &str, mark: &Mark) -> String {
    format!("CREATE ROLE IF NOT EXISTS {}{on} SETTINGS {MARK} = {}", identifier(role), literal(&mark.line()))
}

/// Writes the mark of a role anew. It is the one setting that the role itself has.
pub(in crate::backend::clickhouse) fn mark_role(role: &Name, on: &str, mark: &Mark) -> String {
    format!("ALTER ROLE {}{on} SETTINGS {MARK} = {}", identifier(role), literal(&mark.line()))
}

/// Its profile and its quota.
pub(super) fn alter_role(role: &Name, on: &str, wanted: &Values) -> Vec<String> {
    vec![profile(role, on, wanted), quota(role, on, wanted)]
}

fn profile(role: &Name, on: &str, wanted: &Values) -> String {
    let name = identifier(role);
    let settings: Vec<String> = wanted
        .iter()
        .filter(|(setting, _)| !setting.starts_with(QUOTA))
        .map(|(setting, value)| format!("{setting} = {0} MIN 1 MAX {0}", number(value)))
        .collect();
    if settings.is_empty() {
        return format!("DROP SETTINGS PROFILE IF EXISTS {name}{on}");
    }
    format!("CREATE SETTINGS PROFILE OR REPLACE {name}{on} SETTINGS {} TO {name}", settings.join(", "))
}

fn quota(role: &Name, on: &str, wanted: &Values) -> String {
    let name = identifier(role);
    let Some(interval) = wanted.get(INTERVAL) else { return format!("DROP QUOTA IF EXISTS {name}{on}") };
    let most: Vec<String> = wanted
        .iter()
        .filter(|(setting, _)| **setting != INTERVAL)
        .filter_map(|(setting, value)| Some(format!("{} = {}", setting.strip_prefix(QUOTA)?, number(value))))
        .collect();
    let (interval, most) = (number(interval), most.join(", "));
    format!("CREATE QUOTA OR REPLACE {name}{on} NOT KEYED FOR INTERVAL {interval} second MAX {most} TO {name}")
}

/// As ClickHouse counts: bytes, seconds, or how many.
pub(in crate::backend::clickhouse) fn number(value: &Value) -> u64 {
    match value {
        Value::Size(bytes) => *bytes,
        Value::Time(milliseconds) => milliseconds / 1_000,
        Value::Count(count) => *count,
        // No setting of ClickHouse takes names.
        Value::Names(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_in_two_statements_and_nothing_leaves_its_quotes() {
        let role = Name::from_server("whale_a`; DROP");
        let wanted = Values::from([
            ("max_execution_time", Value::Time(60_000)),
            ("max_memory_usage", Value::Size(1 << 30)),
            (INTERVAL, Value::Time(3_600_000)),
            ("quota.queries", Value::Count(30)),
            ("quota.read_bytes", Value::Size(1_024)),
        ]);
        assert_eq!(
            alter_role(&role, "", &wanted),
            [
                "CREATE SETTINGS PROFILE OR REPLACE `whale_a\\`; DROP` SETTINGS max_execution_time = 60 MIN 1 MAX 60, \
                 max_memory_usage = 1073741824 MIN 1 MAX 1073741824 TO `whale_a\\`; DROP`",
                "CREATE QUOTA OR REPLACE `whale_a\\`; DROP` NOT KEYED FOR INTERVAL 3600 second \
                 MAX queries = 30, read_bytes = 1024 TO `whale_a\\`; DROP`",
            ]
        );
        assert_eq!(
            alter_role(&Name::from_server("r"), "", &Values::new()),
            ["DROP SETTINGS PROFILE IF EXISTS `r`", "DROP QUOTA IF EXISTS `r`"]
        );
    }
}
