//! Amounts: sizes, times, counts and names, read strictly from a person and leniently from a server.
//!
//! Sizes are in units of 1024, as PostgreSQL has them, whichever engine they are for.

use std::collections::BTreeSet;
use std::fmt;

/// A value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// In bytes.
    Size(u64),
    /// In milliseconds.
    Time(u64),
    /// How many.
    Count(u64),
    /// Names of things that the server has.
    Names(BTreeSet<String>),
}

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// A size: a multiple of `step`, in bytes.
    Size {
        /// The engine counts in these.
        step: u64,
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// A time: a multiple of `step`, in milliseconds.
    Time {
        /// The engine counts in these.
        step: u64,
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// A whole number.
    Count {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// One name or more.
    Names,
}

/// A unit, and how many bytes or milliseconds it is.
pub type Unit = (&'static str, u64);

const SIZES: [Unit; 5] = [("B", 1), ("kB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("TB", 1 << 40)];
const TIMES: [Unit; 5] = [("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// What is wrong with a value, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// In lower case.
    pub message: String,
    /// What to write.
    pub help: String,
}

impl Amount {
    pub(super) const fn size(step: u64, least: u64, most: u64) -> Self {
        Amount::Size { step, least, most }
    }

    pub(super) const fn time(step: u64, least: u64, most: u64) -> Self {
        Amount::Time { step, least, most }
    }

    pub(super) const fn count(least: u64, most: u64) -> Self {
        Amount::Count { least, most }
    }

    /// Units of a size or a time.
    fn units(self) -> &'static [Unit] {
        match self {
            Amount::Size { .. } => &SIZES,
            Amount::Time { .. } => &TIMES,
            Amount::Count { .. } | Amount::Names => &[],
        }
    }

    /// A size or a time as a person writes it: a whole number and a unit.
    pub fn read(self, text: &str) -> Result<Value, Fault> {
        let units: Vec<&str> = self.units().iter().map(|(name, _)| *name).collect();
        let help = |near: Option<&str>| match near {
            Some(unit) => format!("units are case-sensitive: did you mean `{unit}`?"),
            None => format!("write a whole number and one of {}, as in \"{}\"", units.join(", "), self.example()),
        };
        let fault = |message: String, near| Fault { message, help: help(near) };
        let (digits, unit) = split(text);
        let number: u64 = match digits.parse() {
            Ok(number) => number,
            Err(_) if digits.is_empty() => return Err(fault(format!("{text:?} does not begin with a number"), None)),
            Err(_) => return Err(self.outside(text)),
        };
        let known = self.units().iter().find(|(name, _)| *name == unit);
        let Some((_, each)) = known else {
            let near = units.iter().copied().find(|name| name.eq_ignore_ascii_case(unit));
            let what = if unit.is_empty() { "has no unit".to_owned() } else { format!("has the unit {unit:?}") };
            return Err(fault(format!("{text:?} {what}"), near.filter(|_| !unit.is_empty())));
        };
        let total = number.checked_mul(*each).ok_or_else(|| self.outside(text))?;
        self.check(total, text)
    }

    /// A number, of bytes or milliseconds or of whatever is counted.
    pub fn check(self, number: u64, text: &str) -> Result<Value, Fault> {
        let (step, least, most) = match self {
            Amount::Size { step, least, most } | Amount::Time { step, least, most } => (step, least, most),
            Amount::Count { least, most } => (1, least, most),
            Amount::Names => return Err(self.outside(text)),
        };
        if !(least..=most).contains(&number) {
            return Err(self.outside(text));
        }
        if !number.is_multiple_of(step) {
            let message = format!("{text:?} is finer than what the engine counts in");
            return Err(Fault { message, help: format!("write a multiple of {}", self.value(step)) });
        }
        Ok(self.value(number))
    }

    /// What a server says: also a bare number of `base` each, spaces before the unit, and nothing out of range.
    pub fn found(self, text: &str, base: u64) -> Option<Value> {
        let (digits, unit) = split(text.trim());
        let number: u64 = digits.parse().ok()?;
        let each = if unit.is_empty() { base } else { self.units().iter().find(|(name, _)| *name == unit)?.1 };
        self.check(number.checked_mul(each)?, text).ok()
    }

    fn value(self, number: u64) -> Value {
        match self {
            Amount::Size { .. } => Value::Size(number),
            Amount::Time { .. } => Value::Time(number),
            Amount::Count { .. } | Amount::Names => Value::Count(number),
        }
    }

    fn outside(self, text: &str) -> Fault {
        let (least, most) = match self {
            Amount::Size { least, most, .. } | Amount::Time { least, most, .. } | Amount::Count { least, most } => {
                (least, most)
            }
            Amount::Names => (1, 1),
        };
        Fault {
            message: format!(
                "{text} is outside of what this setting can be: {} to {}",
                self.value(least),
                self.value(most)
            ),
            help: "leave the key out to keep what holds without it".to_owned(),
        }
    }

    fn example(self) -> &'static str {
        match self {
            Amount::Size { .. } => "64MB",
            Amount::Time { .. } => "30s",
            Amount::Count { .. } | Amount::Names => "20",
        }
    }
}

/// Digits, and what follows them after spaces.
fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end).unwrap_or((text, ""));
    (digits, unit.trim_start())
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, units) = match self {
            Value::Size(bytes) => (*bytes, &SIZES),
            Value::Time(milliseconds) => (*milliseconds, &TIMES),
            Value::Count(count) => return write!(f, "{count}"),
            Value::Names(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                return f.write_str(&names.join(", "));
            }
        };
        let fits = |unit: &&Unit| number.is_multiple_of(unit.1);
        let (name, each) = units.iter().rev().find(fits).copied().unwrap_or(("", 1));
        write!(f, "{}{name}", number / each)
    }
}
