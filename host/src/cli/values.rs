//! Values of flags, as they are typed.

use std::str::FromStr;
use std::time::Duration;
use whale_storage::definition::Backend;
use whale_storage::server::{Version, known};

/// `--set`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// The plugin; none: every plugin that has the parameter.
    pub(crate) plugin: Option<String>,
    /// The parameter.
    pub(crate) name: String,
    /// Its value, as typed.
    pub(crate) value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (target, value) = text.split_once('=').ok_or("this takes name=value, or plugin.name=value")?;
        let (plugin, name) = match target.split_once('.') {
            Some((plugin, name)) => (Some(plugin.to_owned()), name),
            None => (None, target),
        };
        if name.is_empty() || plugin.as_ref().is_some_and(String::is_empty) {
            return Err("a name is missing before the equals sign".to_owned());
        }
        Ok(Self { plugin, name: name.to_owned(), value: value.to_owned() })
    }
}

/// `--budget`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    /// Hundredths of each limit.
    pub(crate) percent: u8,
}

impl FromStr for Budget {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_suffix('%').unwrap_or(text).parse() {
            Ok(percent @ 1..=100) => Ok(Self { percent }),
            _ => Err("this takes a part of the limits, from 1% to 100%"),
        }
    }
}

/// `--source-root`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceRoot {
    /// The plugin; none: every plugin that has none of its own.
    pub(crate) plugin: Option<String>,
    /// The folder, without a slash at its end.
    pub(crate) folder: String,
}

impl FromStr for SourceRoot {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (plugin, folder) = match text.split_once('=') {
            Some((plugin, folder)) => (Some(plugin.to_owned()), folder),
            None => (None, text),
        };
        let folder = folder.trim_end_matches('/');
        if folder.is_empty() || plugin.as_ref().is_some_and(String::is_empty) {
            return Err("this takes a folder, or plugin=folder");
        }
        Ok(Self { plugin, folder: folder.to_owned() })
    }
}

/// `--against`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Against {
    /// The engine.
    pub(crate) engine: Backend,
    /// Its version.
    pub(crate) version: Version,
}

impl FromStr for Against {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (engine, version) = text.split_once('=').ok_or("this takes engine=version, such as milvus=2.3")?;
        let engine = Backend::find(engine).ok_or_else(|| {
            format!("{engine:?} is not an engine; engines are {}", Backend::ALL.map(Backend::id).join(", "))
        })?;
        let version: Version = version.parse()?;
        let oldest = known(engine).oldest;
        if version < oldest {
            return Err(format!("the oldest {} that is supported is {oldest}", engine.title()));
        }
        Ok(Self { engine, version })
    }
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let factor = match unit {
        "ms" => 1,
        "s" | "" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("units are ms, s, m and h".to_owned()),
    };
    let count: u64 = digits.parse().map_err(|_| "this takes a number and a unit, such as 30s".to_owned())?;
    // A day is longer than anybody waits, and far from what a clock cannot add.
    Some(count)
        .and_then(|count| count.checked_mul(factor))
        .filter(|ms| *ms <= 86_400_000)
        .map_or_else(|| Err("at most 24h".to_owned()), |ms| Ok(Duration::from_millis(ms)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_and_a_most() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        assert!(duration("5d").is_err());
        assert!(duration("s").is_err());
        assert!(duration("99999999999999999999h").is_err());
        assert!(duration("1000h").is_err());
    }

    #[test]
    fn a_parameter_may_name_its_plugin() {
        let of = |plugin: Option<&str>, name: &str, value: &str| {
            Ok(Assignment { plugin: plugin.map(str::to_owned), name: name.to_owned(), value: value.to_owned() })
        };
        assert_eq!("dim=768".parse(), of(None, "dim", "768"));
        assert_eq!("language.dim=a=b.c".parse(), of(Some("language"), "dim", "a=b.c"));
        assert!("dim".parse::<Assignment>().is_err());
        assert!(".dim=1".parse::<Assignment>().is_err());
    }

    #[test]
    fn a_version_below_the_oldest_is_refused() {
        assert_eq!("milvus=2.5".parse(), Ok(Against { engine: Backend::Milvus, version: Version::of(2, 5) }));
        assert!("milvus=2.2".parse::<Against>().is_err());
        assert!("mysql=8.0".parse::<Against>().is_err());
    }
}
