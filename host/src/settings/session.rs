//! `[targets.ENGINE.session]`: what each connection of this tool may use of a server. The table of limits and their ranges
//! are [`whale_storage::scaling::own`]'s; here every fault gets its line.

use super::reader::{Key, Reader, Value};
use super::scaling::amount;
use whale_storage::definition::Backend;
use whale_storage::scaling::own::{Own, Said, own, owns};

/// The table's name.
pub(super) const TABLE: &str = "session";

/// Reads the table of one target.
pub(super) fn read(reader: &mut Reader<'_>, backend: Backend, path: &str, value: &Value<'_>) -> Said {
    let mut said = Said::default();
    for (key, value) in reader.entries(path, value) {
        let Some(one) = own(backend, key.get_ref()) else {
            unknown(reader, backend, path, key);
            continue;
        };
        if let Some(read) = amount(reader, one.amount, &format!("{path}.{}", one.name), value) {
            said.by.insert(one.name, read);
        }
    }
    said
}

/// A key that this engine does not have; another may, or the target itself.
fn unknown(reader: &mut Reader<'_>, backend: Backend, path: &str, key: &Key<'_>) {
    let name = key.get_ref().as_ref();
    if matches!(name, "statement_timeout" | "connect_timeout") {
        let help = format!("it stands in [targets.{backend}] itself, in seconds");
        return reader.misplaced(path, key, &help);
    }
    let others = Backend::ALL.into_iter().filter(|other| *other != backend);
    if let Some(other) = others.into_iter().find(|other| own(*other, name).is_some()) {
        return reader.misplaced(path, key, &format!("{} has no such limit; {other} has", backend.title()));
    }
    if owns(backend).next().is_none() {
        let help = format!("{} has no limits of a connection: take the table out", backend.title());
        return reader.misplaced(path, key, &help);
    }
    let known: Vec<&str> = owns(backend).map(|one: &Own| one.name).collect();
    reader.unknown(path, key, &known);
}

#[cfg(test)]
mod tests {
    use super::super::config::Config;
    use whale_storage::definition::Backend;

    #[test]
    fn limits_of_connections_are_read() {
        let source = "[targets.timescaledb.session]\ntemp_file_limit = \"2GB\"\nlock_timeout = \"3s\"\n\
                      [targets.clickhouse.session]\nmax_memory_usage = \"512MB\"\nmax_execution_time = \"1min\"\n";
        let config = Config::parse("whale.toml", source).unwrap();
        let of = |backend: Backend| -> Vec<String> {
            config.targets[&backend].session.by.iter().map(|(name, value)| format!("{name} {value}")).collect()
        };
        assert_eq!(of(Backend::Timescaledb), ["lock_timeout 3s", "temp_file_limit 2GB"]);
        assert_eq!(of(Backend::Clickhouse), ["max_execution_time 1min", "max_memory_usage 512MB"]);
    }

    #[test]
    fn what_cannot_be_meant_is_an_error_with_its_line() {
        let source = "[targets.timescaledb.session]\nmax_memory_usage = \"1GB\"\nstatement_timeout = \"5s\"\nwork_men = \"1MB\"\n\
                      [targets.clickhouse.session]\nmax_memory_usage = \"0B\"\nmax_execution_time = 5\n\
                      [targets.milvus.session]\nmax_memory_usage = \"1GB\"\n";
        let found = Config::parse("whale.toml", source).unwrap_err();
        let told: Vec<String> = found
            .iter()
            .map(|fault| {
                let line = fault.origin.as_ref().map_or(0, |origin| origin.line);
                format!("{} {line} {}", fault.code.id, fault.help.as_deref().unwrap_or("-"))
            })
            .collect();
        assert_eq!(
            told,
            [
                "WH0003 2 TimescaleDB has no such limit; clickhouse has",
                "WH0003 3 it stands in [targets.timescaledb] itself, in seconds",
                "WH0003 4 did you mean `work_mem`?",
                "WH0005 6 leave the key out to keep what holds without it",
                "WH0004 7 -",
                "WH0003 9 Milvus has no such limit; clickhouse has",
            ]
        );
    }
}
