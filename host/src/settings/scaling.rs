//! `[models.NAME.scaling.ENGINE]`: what a model may use. The table of settings, their ranges and what contradicts itself
//! are [`whale_storage::scaling`]'s; here every fault gets its line.

use super::reader::{Key, Reader, Value};
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::definition::Backend;
use whale_storage::scaling::{self, Amount, Limit, Limits, Setting, Value as Amounts};

/// The table of ClickHouse's quota, whose keys stand in our table of settings after this.
const QUOTA: &str = "quota";

/// The longest name of a resource group.
const MOST_NAME: usize = 255;

/// Reads the tables of all engines.
pub(super) fn read(reader: &mut Reader<'_>, path: &str, value: &Value<'_>) -> BTreeMap<Backend, Limits> {
    let mut engines = BTreeMap::new();
    for (key, value) in reader.entries(path, value) {
        let Some(backend) = Backend::find(key.get_ref()) else {
            reader.unknown(path, key, &Backend::ALL.map(Backend::id));
            continue;
        };
        let mut table = Table { backend, limits: Limits::default(), places: BTreeMap::new() };
        table.limits.origin = Some(reader.origin(key.span()));
        let path = format!("{path}.{backend}");
        table.limits.table.clone_from(&path);
        table.entries(reader, &path, "", value);
        for (name, message, help) in table.limits.contradictions() {
            if let Some((path, value)) = table.places.get(name) {
                reader.unusable(path, value, message, Some(help.to_owned()));
            }
        }
        if !table.limits.by.is_empty() {
            engines.insert(backend, table.limits);
        }
    }
    engines
}

/// One engine's table as it is read.
struct Table<'v, 't> {
    backend: Backend,
    limits: Limits,
    /// Where each setting stands.
    places: BTreeMap<&'static str, (String, &'v Value<'t>)>,
}

impl<'v, 't> Table<'v, 't> {
    fn entries(&mut self, reader: &mut Reader<'_>, path: &str, prefix: &str, value: &'v Value<'t>) {
        for (key, value) in reader.entries(path, value) {
            let inner = format!("{path}.{}", key.get_ref());
            let name = format!("{prefix}{}", key.get_ref());
            match scaling::find(self.backend, &name).filter(|_| !name.contains('.') || !prefix.is_empty()) {
                Some(setting) => self.setting(reader, setting, inner, value, key),
                None if self.backend == Backend::Clickhouse && name == QUOTA => {
                    self.entries(reader, &inner, "quota.", value);
                }
                None => self.unknown(reader, path, prefix, key),
            }
        }
    }

    fn setting(
        &mut self,
        reader: &mut Reader<'_>,
        setting: &'static Setting,
        path: String,
        value: &'v Value<'t>,
        key: &Key<'_>,
    ) {
        if let Some(read) = amount(reader, setting.amount, &path, value) {
            let limit = Limit { value: read, origin: Some(reader.origin(key.span())) };
            self.limits.by.insert(setting.name, limit);
            self.places.insert(setting.name, (path, value));
        }
    }

    /// A key that this engine does not have; another may.
    fn unknown(&self, reader: &mut Reader<'_>, path: &str, prefix: &str, key: &Key<'_>) {
        let name = key.get_ref().as_ref();
        let others = Backend::ALL.into_iter().filter(|other| *other != self.backend);
        let other = others.filter(|_| prefix.is_empty()).find(|other| scaling::find(*other, name).is_some());
        if let Some(other) = other {
            return reader.misplaced(path, key, &format!("{} has no such limit; {other} has", self.backend.title()));
        }
        let all = scaling::all(self.backend).map(|setting| setting.name);
        let mut known: BTreeSet<&str> = all.filter_map(|name| name.strip_prefix(prefix)).collect();
        if prefix.is_empty() {
            known = known.into_iter().map(|name| name.split('.').next().unwrap_or(name)).collect();
        }
        reader.unknown(path, key, &known.into_iter().collect::<Vec<_>>());
    }
}

pub(super) fn amount(reader: &mut Reader<'_>, amount: Amount, path: &str, value: &Value<'_>) -> Option<Amounts> {
    let read = match amount {
        Amount::Size { .. } | Amount::Time { .. } => amount.read(&reader.text(path, value)?),
        Amount::Count { .. } => {
            let number = reader.number(path, value)?;
            amount.check(number, &number.to_string())
        }
        Amount::Names => return names(reader, path, value),
    };
    match read {
        Ok(read) => Some(read),
        Err(fault) => {
            reader.unusable(path, value, fault.message, Some(fault.help));
            None
        }
    }
}

fn names(reader: &mut Reader<'_>, path: &str, value: &Value<'_>) -> Option<Amounts> {
    let names = reader.texts(path, value)?;
    let is_name = |name: &String| {
        let mut letters = name.chars();
        letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            && name.len() <= MOST_NAME
    };
    if names.is_empty() || !names.iter().all(is_name) {
        let help = "write [\"name\"]: letters, digits and `_`, no digit first; leave the key out for the default group";
        reader.unusable(path, value, "this names no resource groups", Some(help.to_owned()));
        return None;
    }
    Some(Amounts::Names(names.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::super::config::Config;
    use whale_storage::definition::Backend;
    use whale_storage::name::Name;

    fn faults(source: &str) -> Vec<String> {
        let Err(found) = Config::parse("whale.toml", source) else { return Vec::new() };
        found
            .iter()
            .map(|fault| {
                let line = fault.origin.as_ref().map_or(0, |origin| origin.line);
                format!("{} {line}: {} ({})", fault.code.id, fault.message, fault.help.as_deref().unwrap_or("-"))
            })
            .collect()
    }

    #[test]
    fn every_setting_has_its_place() {
        let config = Config::parse(
            "whale.toml",
            r#"
            [models.legal.scaling.timescaledb]
            connections = 20
            work_mem = "64MB"
            statement_timeout = "30s"
            [models.legal.scaling.clickhouse]
            max_memory_usage = "10GB"
            quota = { interval = "1h", queries = 1000 }
            [models.legal.scaling.milvus]
            replicas = 2
            resource_groups = ["legal"]
            "#,
        )
        .unwrap();
        let of = |backend: Backend| -> Vec<String> {
            let limits = &config.models[&Name::from_server("legal")].scaling[&backend];
            limits.by.iter().map(|(name, limit)| format!("{name} {}", limit.value)).collect()
        };
        assert_eq!(of(Backend::Timescaledb), ["connections 20", "statement_timeout 30s", "work_mem 64MB"]);
        assert_eq!(of(Backend::Clickhouse), ["max_memory_usage 10GB", "quota.interval 1h", "quota.queries 1000"]);
        assert_eq!(of(Backend::Milvus), ["replicas 2", "resource_groups legal"]);
        let limits = &config.models[&Name::from_server("legal")].scaling[&Backend::Timescaledb];
        assert_eq!(limits.origin_of("work_mem").unwrap().line, 4);
        assert_eq!(limits.origin_of("").unwrap().line, 2);
    }

    #[test]
    fn what_cannot_be_meant_is_an_error_with_its_line() {
        assert_eq!(
            faults(
                "[models.legal]\nscalling = {}\n[models.legal.scaling.postgres]\n[models.legal.scaling.timescaledb]\n\
                 work_men = \"64MB\"\nmax_threads = 4\nwork_mem = \"64mb\"\nconnections = 0\nlock_timeout = 5\n\
                 temp_file_limit = \"-1\"\n"
            ),
            [
                "WH0003 2: `scalling` is not a key in [models.legal] (did you mean `scaling`?)",
                "WH0003 3: `postgres` is not a key in [models.legal.scaling] (known keys: timescaledb, clickhouse, milvus)",
                "WH0003 5: `work_men` is not a key in [models.legal.scaling.timescaledb] (did you mean `work_mem`?)",
                "WH0003 6: `max_threads` is not a key in [models.legal.scaling.timescaledb] (TimescaleDB has no such limit; clickhouse has)",
                "WH0005 7: \"64mb\" has the unit \"mb\" (units are case-sensitive: did you mean `MB`?)",
                "WH0005 8: 0 is outside of what this setting can be: 1 to 262143 (leave the key out to keep what holds without it)",
                "WH0004 9: `models.legal.scaling.timescaledb.lock_timeout` takes text in quotes, and this is a whole number (-)",
                "WH0005 10: \"-1\" does not begin with a number (write a whole number and one of B, kB, MB, GB, TB, as in \"64MB\")",
            ]
        );
        assert_eq!(
            faults(
                "[models.legal.scaling.clickhouse.quota]\nqueries = 5\nquerys = 6\n[models.legal.scaling.milvus]\n\
                 replicas = 3\nresource_groups = [\"a\", \"b\"]\n[models.other.scaling.milvus]\nresource_groups = [\"a b\"]\n\
                 [models.more.scaling.clickhouse]\n\"quota.queries\" = 5\n"
            ),
            [
                "WH0005 2: a quota counts within an interval (add interval = \"1h\")",
                "WH0003 3: `querys` is not a key in [models.legal.scaling.clickhouse.quota] (did you mean `queries`?)",
                "WH0005 6: Milvus puts all replicas into one group, or one into each of as many groups as replicas (name one group, or as many as replicas)",
                "WH0005 8: this names no resource groups (write [\"name\"]: letters, digits and `_`, no digit first; leave the key out for the default group)",
                "WH0003 10: `quota.queries` is not a key in [models.more.scaling.clickhouse] (known keys: max_concurrent_queries_for_user, max_execution_time, max_memory_usage, max_threads, quota)",
            ]
        );
    }
}
