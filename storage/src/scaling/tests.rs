//! Amounts, what contradicts itself, and placements.

use super::*;

fn read(backend: Backend, name: &str, text: &str) -> Result<String, String> {
    let amount = find(backend, name).unwrap().amount;
    amount.read(text).map(|value| value.to_string()).map_err(|fault| format!("{} ({})", fault.message, fault.help))
}

#[test]
fn amounts_are_read_by_their_units() {
    let work_mem = |text| read(Backend::Timescaledb, "work_mem", text);
    assert_eq!(work_mem("65536kB").unwrap(), "64MB");
    assert_eq!(work_mem("64 MB").unwrap(), "64MB");
    assert_eq!(read(Backend::Timescaledb, "lock_timeout", "90s").unwrap(), "90s");
    assert_eq!(read(Backend::Timescaledb, "lock_timeout", "120s").unwrap(), "2min");
    assert_eq!(
        work_mem("64mb").unwrap_err(),
        "\"64mb\" has the unit \"mb\" (units are case-sensitive: did you mean `MB`?)"
    );
    assert_eq!(
        work_mem("64").unwrap_err(),
        "\"64\" has no unit (write a whole number and one of B, kB, MB, GB, TB, as in \"64MB\")"
    );
    assert!(work_mem("-1MB").unwrap_err().starts_with("\"-1MB\" does not begin with a number"));
    assert!(work_mem("1.5GB").unwrap_err().starts_with("\"1.5GB\" has the unit \".5GB\""));
    assert!(work_mem("63kB").unwrap_err().starts_with("63kB is outside of what this setting can be: 64kB to "));
    assert!(work_mem("99999999999999999999TB").unwrap_err().contains("is outside of"));
    assert!(work_mem("70000B").unwrap_err().contains("write a multiple of 1kB"));
    let time = |text| read(Backend::Clickhouse, "max_execution_time", text);
    assert!(time("1500ms").unwrap_err().contains("write a multiple of 1s"));
    assert!(time("0s").unwrap_err().contains("1s to 365d (leave the key out"));
}

#[test]
fn what_a_server_says_is_the_same_value_in_other_words() {
    let of = |name, text, base| {
        find(Backend::Timescaledb, name).unwrap().amount.found(text, base).map(|value| value.to_string())
    };
    for text in ["64MB", "65536", "65536kB", " 65536 kB"] {
        assert_eq!(of("work_mem", text, 1_024).as_deref(), Some("64MB"), "{text}");
    }
    assert_eq!(of("statement_timeout", "30000", 1).as_deref(), Some("30s"));
    for text in ["", "-1", "off", "0", "1.5GB", "64XB"] {
        assert_eq!(of("work_mem", text, 1_024), None, "{text}");
    }
}

#[test]
fn a_value_is_read_back_from_its_own_text() {
    for setting in SETTINGS {
        let (least, most) = match setting.amount {
            Amount::Size { least, most, .. } | Amount::Time { least, most, .. } => (least, most),
            Amount::Count { .. } | Amount::Names => continue,
        };
        for number in [least, most] {
            let value = setting.amount.check(number, "it").unwrap();
            assert_eq!(setting.amount.read(&value.to_string()).as_ref(), Ok(&value), "{}", setting.name);
        }
    }
}

fn limits(values: &[(&'static str, Value)]) -> Limits {
    let limit = |value: &Value| Limit { value: value.clone(), origin: None };
    Limits {
        by: values.iter().map(|(name, value)| (*name, limit(value))).collect(),
        table: String::new(),
        origin: None,
    }
}

fn groups(names: &[&str]) -> Value {
    Value::Names(names.iter().map(ToString::to_string).collect())
}

#[test]
fn settings_that_contradict_each_other_are_found() {
    let about = |values: &[(&'static str, Value)]| -> Vec<&'static str> {
        limits(values).contradictions().into_iter().map(|(name, ..)| name).collect()
    };
    assert_eq!(about(&[("quota.queries", Value::Count(5))]), ["quota.queries"]);
    assert_eq!(about(&[("quota.interval", Value::Time(1_000))]), ["quota.interval"]);
    assert_eq!(about(&[("quota.interval", Value::Time(1_000)), ("quota.queries", Value::Count(5))]), [""; 0]);
    assert_eq!(about(&[("resource_groups", groups(&["a", "b"]))]), ["resource_groups"]);
    assert_eq!(about(&[("resource_groups", groups(&["a", "b"])), ("replicas", Value::Count(2))]), [""; 0]);
    assert_eq!(
        about(&[("resource_groups", groups(&["a", DEFAULT_GROUP])), ("replicas", Value::Count(2))]),
        ["resource_groups"]
    );
}

#[test]
fn a_placement_that_milvus_has_by_itself_has_no_facts() {
    let plain = limits(&[("resource_groups", groups(&[DEFAULT_GROUP])), ("replicas", Value::Count(1))]);
    assert_eq!(Placement::of(&plain).facts(), []);
    assert_eq!(Placement::of(&plain).settings.len(), 2);
    let more = limits(&[("resource_groups", groups(&["legal"])), ("replicas", Value::Count(2))]);
    assert_eq!(Placement::of(&more).facts(), [("replicas", "2".to_owned()), ("resource groups", "legal".to_owned())]);
}
