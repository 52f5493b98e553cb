//! Values of the contract to canonical bytes, and arguments the other way.
//!
//! The canonical form is JSON without spaces, fields in the contract's order. It is what is compared, hashed, planned
//! and approved. It is written by one function only, which counts while it writes and stops at the limits, so that
//! neither side works on more than may be.

use super::bindings::contract;
use super::limits::Limits;
use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};
use std::fmt::Write as _;
use std::io::{self, Write};
use whale_storage::raw;

/// Why a value has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it holds more than {most} {unit} at `{path}`")]
pub(super) struct TooLarge {
    pub(super) most: u64,
    pub(super) unit: &'static str,
    pub(super) path: String,
}

/// How much a value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Returned {
    /// List elements, all together.
    pub(super) items: u64,
    /// How deep lists and records stand in each other.
    pub(super) nesting: u64,
    /// Bytes of the longest text.
    pub(super) text: u64,
    /// Bytes of its canonical form.
    pub(super) canonical: u64,
}

/// Canonical bytes of a value within the limits, and how much it holds.
pub(super) fn canonical(value: &impl Serialize, limits: &Limits) -> Result<(Vec<u8>, Returned), TooLarge> {
    let mut count =
        Count { limits, most: Returned::default(), text: 0, in_key: false, path: Vec::new(), depth: 0, stopped: None };
    let mut out = Bounded { bytes: Vec::new(), most: limits.canonical };
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Counting(&mut count));
    match value.serialize(&mut serializer) {
        Ok(()) => {
            let canonical = out.bytes.len() as u64;
            Ok((out.bytes, Returned { canonical, ..count.most }))
        }
        // The only other way to fail is the writer's.
        Err(_) => Err(count.stopped.take().unwrap_or_else(|| TooLarge {
            most: limits.canonical,
            unit: "bytes in all (limit `canonical`)",
            path: count.path(),
        })),
    }
}

struct Bounded {
    bytes: Vec<u8>,
    most: u64,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.bytes.len() as u64).saturating_add(bytes.len() as u64) > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One step of the way to where the writer is.
#[derive(Default)]
struct Place {
    key: String,
    index: Option<usize>,
}

struct Count<'a> {
    limits: &'a Limits,
    most: Returned,
    text: u64,
    in_key: bool,
    /// Kept when left, so that names of fields are not allocated again for each record.
    path: Vec<Place>,
    depth: usize,
    stopped: Option<TooLarge>,
}

impl Count<'_> {
    fn stop(&mut self, most: u64, unit: &'static str) -> io::Result<()> {
        self.stopped = Some(TooLarge { most, unit, path: self.path() });
        Err(io::ErrorKind::FileTooLarge.into())
    }

    fn path(&self) -> String {
        let mut out = String::new();
        for place in self.path.iter().take(self.depth) {
            // Writing to a `String` cannot fail.
            let _ = match place.index {
                Some(index) => write!(out, "/{index}"),
                None => write!(out, "/{}", place.key),
            };
        }
        out
    }

    fn enter(&mut self, index: Option<usize>) -> io::Result<()> {
        self.depth += 1;
        self.most.nesting = self.most.nesting.max(self.depth as u64);
        if self.most.nesting > self.limits.nesting {
            return self.stop(self.limits.nesting, "lists and records inside of each other (limit `nesting`)");
        }
        if self.path.len() < self.depth {
            self.path.push(Place::default());
        }
        if let Some(place) = self.place() {
            place.key.clear();
            place.index = index;
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn place(&mut self) -> Option<&mut Place> {
        self.depth.checked_sub(1).and_then(|last| self.path.get_mut(last))
    }

    fn item(&mut self) -> io::Result<()> {
        self.most.items += 1;
        if let Some(Place { index: Some(index), .. }) = self.place() {
            *index = index.wrapping_add(1);
        }
        if self.most.items > self.limits.items {
            self.stop(self.limits.items, "list elements (limit `items`)")
        } else {
            Ok(())
        }
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        if self.in_key {
            if let Some(place) = self.place() {
                place.key.push_str(text);
            }
            return Ok(());
        }
        self.text = self.text.saturating_add(text.len() as u64);
        self.most.text = self.most.text.max(self.text);
        if self.text > self.limits.text {
            self.stop(self.limits.text, "bytes in one text (limit `text`)")
        } else {
            Ok(())
        }
    }
}

/// Writes as [`CompactFormatter`] does, and counts.
struct Counting<'a, 'b>(&'a mut Count<'b>);

impl Formatter for Counting<'_, '_> {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        // The first element makes it 0.
        self.0.enter(Some(usize::MAX))?;
        CompactFormatter.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.leave();
        CompactFormatter.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.item()?;
        CompactFormatter.begin_array_value(writer, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.enter(None)?;
        CompactFormatter.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.leave();
        CompactFormatter.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.in_key = true;
        if let Some(place) = self.0.place() {
            place.key.clear();
        }
        CompactFormatter.begin_object_key(writer, first)
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.in_key = false;
        CompactFormatter.end_object_key(writer)
    }

    fn begin_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.text = 0;
        CompactFormatter.begin_string(writer)
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        self.0.text(fragment)?;
        CompactFormatter.write_string_fragment(writer, fragment)
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        self.0.text(" ")?;
        CompactFormatter.write_char_escape(writer, escape)
    }
}

/// Arguments as the guest takes them.
pub(super) fn arguments(arguments: Vec<raw::Argument>) -> Vec<contract::Argument> {
    arguments
        .into_iter()
        .map(|argument| contract::Argument { name: argument.name, value: value(argument.value) })
        .collect()
}

fn value(value: raw::ParameterValue) -> contract::ParameterValue {
    match value {
        raw::ParameterValue::Boolean(value) => contract::ParameterValue::Boolean(value),
        raw::ParameterValue::Integer(value) => contract::ParameterValue::Integer(value),
        raw::ParameterValue::Text(value) => contract::ParameterValue::Text(value),
        raw::ParameterValue::Duration(value) => {
            contract::ParameterValue::Duration(contract::Duration { count: value.count, unit: unit(value.unit) })
        }
    }
}

fn unit(unit: raw::DurationUnit) -> contract::DurationUnit {
    match unit {
        raw::DurationUnit::Seconds => contract::DurationUnit::Seconds,
        raw::DurationUnit::Minutes => contract::DurationUnit::Minutes,
        raw::DurationUnit::Hours => contract::DurationUnit::Hours,
        raw::DurationUnit::Days => contract::DurationUnit::Days,
        raw::DurationUnit::Weeks => contract::DurationUnit::Weeks,
        raw::DurationUnit::Months => contract::DurationUnit::Months,
        raw::DurationUnit::Years => contract::DurationUnit::Years,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits { items: 3, text: 8, canonical: 200, ..Limits::default() }
    }

    fn setting(value: &str) -> raw::Setting {
        raw::Setting { name: "a".to_owned(), value: value.to_owned() }
    }

    #[test]
    fn the_form_is_compact_json() {
        let value = vec![setting("x\n\"y"), setting("表")];
        let (bytes, returned) = canonical(&value, &limits()).unwrap();
        assert_eq!(bytes, serde_json::to_vec(&value).unwrap());
        let canonical = bytes.len() as u64;
        assert_eq!(returned, Returned { items: 2, nesting: 2, text: 4, canonical });
    }

    #[test]
    fn a_long_text_is_named_by_its_path() {
        let error = canonical(&vec![setting("short"), setting("too long!")], &limits()).unwrap_err();
        assert_eq!((error.path.as_str(), error.unit), ("/1/value", "bytes in one text (limit `text`)"));
    }

    #[test]
    fn escapes_count_as_text() {
        assert!(canonical(&setting("\n\n\n\n\n\n\n\n"), &limits()).is_ok());
        assert!(canonical(&setting("\n\n\n\n\n\n\n\n\n"), &limits()).is_err());
    }

    #[test]
    fn items_and_bytes_are_counted() {
        let error = canonical(&vec![1; 4], &limits()).unwrap_err();
        assert_eq!((error.path.as_str(), error.unit), ("/3", "list elements (limit `items`)"));
        let error = canonical(&vec![vec!["12345678"; 2]; 1], &Limits { canonical: 20, ..limits() }).unwrap_err();
        assert_eq!(error.unit, "bytes in all (limit `canonical`)");
    }

    #[test]
    fn nesting_is_counted() {
        let limits = Limits { nesting: 3, ..limits() };
        assert_eq!(canonical(&[[[0]]], &limits).unwrap().1.nesting, 3);
        let error = canonical(&[[[[0]]]], &limits).unwrap_err();
        assert_eq!(
            (error.path.as_str(), error.unit),
            ("/0/0/0", "lists and records inside of each other (limit `nesting`)")
        );
    }

    #[test]
    fn what_a_guest_returns_is_the_same_in_the_mirror() {
        let text = || "t".to_owned();
        let header = || contract::Header {
            id: text(),
            namespace: None,
            name: text(),
            comment: String::new(),
            origin: Some(contract::Origin { file: text(), line: 7 }),
        };
        let months = contract::Duration { count: 3, unit: contract::DurationUnit::Months };
        let key = contract::SortKey {
            by: text(),
            direction: contract::Direction::Descending,
            nulls: contract::Nulls::EngineDefault,
        };
        let column = |value| contract::PgColumn {
            header: contract::ColumnHeader { name: text(), was: vec![text()], comment: text() },
            data_type: text(),
            nullable: true,
            value,
        };
        let table = contract::PgTable {
            header: header(),
            columns: vec![
                column(contract::PgColumnValue::Empty),
                column(contract::PgColumnValue::DefaultTo(text())),
                column(contract::PgColumnValue::Identity(contract::Identity::ByDefault)),
            ],
            primary_key: Some(contract::PgKey { name: None, columns: vec![text()] }),
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: vec![contract::PgCheck { name: Some(text()), condition: text() }],
            indexes: Vec::new(),
            hypertable: Some(contract::Hypertable {
                time_column: text(),
                chunk: contract::ChunkWidth::Time(months),
                space: Vec::new(),
            }),
            columnstore: Some(contract::Columnstore { segment_by: vec![text()], order_by: vec![key] }),
        };
        let definition = contract::ModelDefinition {
            timescaledb: contract::TimescaledbObjects { tables: vec![table], aggregates: Vec::new() },
            clickhouse: contract::ClickhouseObjects { tables: Vec::new(), materialized_views: Vec::new() },
            milvus: Vec::new(),
        };
        let limits = Limits::default();
        let (bytes, returned) = canonical(&definition, &limits).unwrap();
        let mirror: raw::ModelDefinition = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(canonical(&mirror, &limits).unwrap(), (bytes, returned));
    }
}
