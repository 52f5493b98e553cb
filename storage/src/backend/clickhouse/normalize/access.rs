//! Roles of models, their settings profiles and quotas, as they were found.
//!
//! A profile and a quota of a role's name are wholly ours where the role is: what they hold beside what is wanted is taken
//! away. One that is not given to its role holds nothing.

use super::super::lower::{INTERVAL, MARK, QUOTA, number};
use crate::catalog::{CatalogRole, Fact, Shape};
use crate::definition::Backend;
use crate::mark::MarkState;
use crate::name::Name;
use crate::scaling::{self, VALUE, Value};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A setting of a profile or of a role; what is not there is empty.
#[derive(Debug, Deserialize)]
pub(in crate::backend::clickhouse) struct ElementRow {
    pub(super) profile: String,
    pub(super) role: String,
    pub(super) setting: String,
    pub(super) value: String,
    pub(super) min: String,
    pub(super) max: String,
}

/// To whom a profile or a quota is given.
#[derive(Debug, Deserialize)]
pub(in crate::backend::clickhouse) struct GivenRow {
    pub(super) name: String,
    pub(super) given: Vec<String>,
    /// Of a quota: by what it counts apart, and over which times.
    pub(super) keys: Vec<String>,
    pub(super) durations: Vec<String>,
}

/// The maxima of a quota, by name; what is not there is left out.
#[derive(Debug, Deserialize)]
pub(in crate::backend::clickhouse) struct MaximaRow {
    pub(super) quota: String,
    pub(super) maxima: BTreeMap<String, String>,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub(in crate::backend::clickhouse) struct AccessRows {
    pub(in crate::backend::clickhouse) roles: Vec<String>,
    pub(in crate::backend::clickhouse) elements: Vec<ElementRow>,
    pub(in crate::backend::clickhouse) profiles: Vec<GivenRow>,
    pub(in crate::backend::clickhouse) quotas: Vec<GivenRow>,
    pub(in crate::backend::clickhouse) maxima: Vec<MaximaRow>,
}

/// Roles by name. A profile or a quota of a role's name without that role is somebody else's, and so is the name.
pub(in crate::backend::clickhouse) fn roles(rows: &AccessRows) -> BTreeMap<Name, CatalogRole> {
    let names: BTreeSet<&str> = rows
        .roles
        .iter()
        .chain(rows.profiles.iter().chain(&rows.quotas).map(|row| &row.name))
        .map(String::as_str)
        .collect();
    names.into_iter().map(|name| (Name::from_server(name), role(name, rows))).collect()
}

fn role(name: &str, rows: &AccessRows) -> CatalogRole {
    let mark = rows.elements.iter().find(|row| row.role == name && row.setting == MARK);
    let mark = mark.map_or(MarkState::Absent, |row| MarkState::read(&row.value));
    let mut limits = Shape::default();
    let given = |all: &[GivenRow]| all.iter().any(|row| row.name == name && row.given.iter().any(|to| to == name));
    if given(&rows.profiles) {
        for row in rows.elements.iter().filter(|row| row.profile == name) {
            limits.put(scaling::part(&row.setting), [(VALUE, profile_fact(row))]);
        }
    }
    if given(&rows.quotas) {
        for quota in rows.quotas.iter().filter(|row| row.name == name) {
            put_quota(&mut limits, quota, rows);
        }
    }
    let held = limits.parts.keys().map(|key| key.name.clone()).collect();
    CatalogRole { mark, limits, held }
}

/// A value that sessions cannot raise; any other is none of ours.
fn profile_fact(row: &ElementRow) -> Fact {
    let known = scaling::find(Backend::Clickhouse, &row.setting);
    let value = known.and_then(|setting| value(setting.amount, &row.value));
    match value {
        Some(value) if row.min == "1" && row.max == number(&value).to_string() => value.to_string().into(),
        _ => {
            let bound = |word, text: &str| if text.is_empty() { String::new() } else { format!(" {word} {text}") };
            Fact::Opaque(format!("{}{}{}", row.value, bound("MIN", &row.min), bound("MAX", &row.max)))
        }
    }
}

fn put_quota(limits: &mut Shape, quota: &GivenRow, rows: &AccessRows) {
    let interval = find(INTERVAL).and_then(|amount| value(amount, quota.durations.first()?));
    let (Some(interval), [_], []) = (interval, quota.durations.as_slice(), quota.keys.as_slice()) else {
        let said = format!("{} s, by {}", quota.durations.join(" and "), quota.keys.join(" and "));
        return limits.put(scaling::part(INTERVAL), [(VALUE, Fact::Opaque(said))]);
    };
    limits.put(scaling::part(INTERVAL), [(VALUE, interval.to_string())]);
    for row in rows.maxima.iter().filter(|row| row.quota == quota.name) {
        for (name, text) in &row.maxima {
            let name = format!("{QUOTA}{name}");
            let fact = find(&name)
                .and_then(|amount| value(amount, text))
                .map_or_else(|| Fact::Opaque(text.clone()), |value| value.to_string().into());
            limits.put(scaling::part(&name), [(VALUE, fact)]);
        }
    }
}

fn find(name: &str) -> Option<scaling::Amount> {
    scaling::find(Backend::Clickhouse, name).map(|setting| setting.amount)
}

/// A bare number: bytes, seconds, or how many. Times may have a fraction of nought.
fn value(amount: scaling::Amount, text: &str) -> Option<Value> {
    let whole = text.strip_suffix('.').or_else(|| text.strip_suffix(".0")).unwrap_or(text);
    let base = if matches!(amount, scaling::Amount::Time { .. }) { 1_000 } else { 1 };
    whole.bytes().all(|byte| byte.is_ascii_digit()).then(|| amount.found(whole, base)).flatten()
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test that fails may panic")]
mod tests {
    use super::*;
    use crate::mark::Mark;

    const ROLE: &str = "whale_legal";

    fn mark() -> Mark {
        Mark::live("main", ROLE, "legal", "r")
    }

    fn element(profile: &str, role: &str, setting: &str, value: &str, bounds: [&str; 2]) -> ElementRow {
        let text = str::to_owned;
        let [min, max] = bounds.map(text);
        ElementRow { profile: text(profile), role: text(role), setting: text(setting), value: text(value), min, max }
    }

    fn given(to: &[&str], keys: &[&str], durations: &[&str]) -> GivenRow {
        let texts = |all: &[&str]| all.iter().map(ToString::to_string).collect();
        GivenRow { name: ROLE.to_owned(), given: texts(to), keys: texts(keys), durations: texts(durations) }
    }

    fn rows() -> AccessRows {
        let maxima = [("queries", "30"), ("execution_time", "100")];
        AccessRows {
            roles: vec![ROLE.to_owned()],
            elements: vec![
                element("", ROLE, MARK, &mark().line(), ["", ""]),
                element(ROLE, "", "max_memory_usage", "1073741824", ["1", "1073741824"]),
                element(ROLE, "", "max_execution_time", "60.", ["1", "60"]),
            ],
            profiles: vec![given(&[ROLE], &[], &[])],
            quotas: vec![given(&[ROLE], &[], &["3600"])],
            maxima: vec![MaximaRow {
                quota: ROLE.to_owned(),
                maxima: maxima.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            }],
        }
    }

    fn facts(rows: &AccessRows) -> Vec<String> {
        let roles = roles(rows);
        let fact = |fact: &Fact| match fact {
            Fact::Known(text) => text.clone(),
            Fact::Opaque(text) => format!("({text})"),
        };
        let role = &roles[&Name::from_server(ROLE)];
        role.limits.parts.iter().map(|(key, facts)| format!("{} {}", key.name, fact(&facts[VALUE]))).collect()
    }

    #[test]
    fn what_is_given_to_the_role_is_what_it_has() {
        let rows = rows();
        assert_eq!(
            facts(&rows),
            [
                "max_execution_time 1min",
                "max_memory_usage 1GB",
                "quota.execution_time 100s",
                "quota.interval 1h",
                "quota.queries 30"
            ]
        );
        let role = &roles(&rows)[&Name::from_server(ROLE)];
        assert_eq!(role.mark, MarkState::Ours(mark()));
        assert_eq!(role.held.len(), 5);
    }

    #[test]
    fn what_sessions_may_raise_is_no_limit_and_what_is_not_ours_shows() {
        let mut rows = rows();
        rows.elements[1].max = String::new();
        rows.elements.push(element(ROLE, "", "readonly", "1", ["", ""]));
        rows.quotas = vec![given(&[ROLE], &["user_name"], &["60", "3600"])];
        assert_eq!(
            facts(&rows),
            [
                "max_execution_time 1min",
                "max_memory_usage (1073741824 MIN 1)",
                "quota.interval (60 and 3600 s, by user_name)",
                "readonly (1)"
            ]
        );
        rows.profiles = vec![given(&["somebody"], &[], &[])];
        assert_eq!(facts(&rows), ["quota.interval (60 and 3600 s, by user_name)"]);
    }

    #[test]
    fn a_profile_without_our_role_is_a_strangers() {
        let mut rows = rows();
        rows.roles.clear();
        rows.elements.remove(0);
        assert_eq!(roles(&rows)[&Name::from_server(ROLE)].mark, MarkState::Absent);
    }
}
