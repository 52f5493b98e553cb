//! ClickHouse types, table engines, codecs and skip indexes.
//!
//! `Display` of a type is what `system.columns.type` says, but for names in a tuple, which are always quoted.

mod aggregate;
mod codec;
pub(crate) mod engine;
mod parse;
mod skip;
#[cfg(test)]
mod tests;

pub use aggregate::is_aggregate;
pub(crate) use aggregate::parameters as aggregate_parameters;
pub(crate) use aggregate::{base as aggregate_base, known as known_aggregates, makes_state};
pub use codec::{Codec, Codecs};
pub use engine::TableEngine;
pub use skip::SkipIndexKind;

/// Every name that a definition may write.
#[cfg(test)]
pub(crate) mod lists {
    use super::{aggregate, codec, engine, parse, skip};

    pub(crate) fn types() -> impl Iterator<Item = &'static str> {
        parse::KNOWN.iter().copied()
    }

    pub(crate) fn aggregates() -> impl Iterator<Item = &'static str> {
        aggregate::known().iter().copied()
    }

    pub(crate) fn combinators() -> impl Iterator<Item = &'static str> {
        aggregate::COMBINATORS.iter().copied()
    }

    pub(crate) fn codecs() -> impl Iterator<Item = &'static str> {
        codec::KNOWN.iter().copied()
    }

    pub(crate) fn engines() -> impl Iterator<Item = &'static str> {
        engine::KNOWN.iter().copied()
    }

    pub(crate) fn skip_indexes() -> impl Iterator<Item = &'static str> {
        skip::KNOWN.iter().copied()
    }
}

use crate::name::Name;
use crate::quote::clickhouse::{identifier, literal};
use std::fmt;

/// How wide an integer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "a number of bits")]
pub enum Bits {
    B8,
    B16,
    B32,
    B64,
    B128,
    B256,
}

impl Bits {
    /// As a number.
    pub fn count(self) -> u16 {
        match self {
            Bits::B8 => 8,
            Bits::B16 => 16,
            Bits::B32 => 32,
            Bits::B64 => 64,
            Bits::B128 => 128,
            Bits::B256 => 256,
        }
    }
}

/// A type of a ClickHouse column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variants carry ClickHouse's own names")]
pub enum Type {
    UInt(Bits),
    Int(Bits),
    Float32,
    Float64,
    BFloat16,
    Bool,
    String,
    FixedString(u32),
    Date,
    Date32,
    /// With its time zone.
    DateTime(Option<String>),
    /// With digits of a second and its time zone.
    DateTime64(u8, Option<String>),
    /// With precision and scale.
    Decimal(u8, u8),
    Uuid,
    Ipv4,
    Ipv6,
    /// Names with their numbers, in the order of the numbers.
    Enum8(Vec<(String, i16)>),
    /// Names with their numbers, in the order of the numbers.
    Enum16(Vec<(String, i16)>),
    Array(Box<Type>),
    Nullable(Box<Type>),
    LowCardinality(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Tuple(Vec<(Option<Name>, Type)>),
    SimpleAggregateFunction(String, Box<Type>),
    AggregateFunction {
        function: String,
        /// Of a parametric function, as canonical numbers.
        parameters: Vec<String>,
        arguments: Vec<Type>,
    },
    Json,
}

impl Type {
    /// Whether null can stand in a column of this type.
    pub fn is_nullable(&self) -> bool {
        match self {
            Type::Nullable(_) => true,
            Type::LowCardinality(of) => of.is_nullable(),
            _ => false,
        }
    }

    /// The type of a value that is not null, without its encoding.
    pub fn plain(&self) -> &Type {
        match self {
            Type::Nullable(of) | Type::LowCardinality(of) | Type::SimpleAggregateFunction(_, of) => of.plain(),
            other => other,
        }
    }

    /// A day or a point in time.
    pub fn is_time(&self) -> bool {
        matches!(self.plain(), Type::Date | Type::Date32 | Type::DateTime(_) | Type::DateTime64(..))
    }

    /// An integer of any width.
    pub fn is_integer(&self) -> bool {
        matches!(self.plain(), Type::UInt(_) | Type::Int(_))
    }

    /// A state or value of an aggregate.
    pub fn is_aggregate(&self) -> bool {
        matches!(self, Type::SimpleAggregateFunction(..) | Type::AggregateFunction { .. })
    }

    /// Whether a value is, or holds, the state of an aggregate: bytes that the server reads as memory of its own.
    pub fn holds_state(&self) -> bool {
        match self {
            Type::AggregateFunction { .. } => true,
            Type::Array(of) | Type::Nullable(of) | Type::LowCardinality(of) | Type::SimpleAggregateFunction(_, of) => {
                of.holds_state()
            }
            Type::Map(key, value) => key.holds_state() || value.holds_state(),
            Type::Tuple(fields) => fields.iter().any(|(_, of)| of.holds_state()),
            _ => false,
        }
    }

    /// Whether it, or a type in it, is stored by a dictionary.
    pub fn holds_low_cardinality(&self) -> bool {
        match self {
            Type::LowCardinality(_) => true,
            Type::Array(of) | Type::Nullable(of) | Type::SimpleAggregateFunction(_, of) => of.holds_low_cardinality(),
            Type::Map(key, value) => key.holds_low_cardinality() || value.holds_low_cardinality(),
            Type::Tuple(fields) => fields.iter().any(|(_, of)| of.holds_low_cardinality()),
            _ => false,
        }
    }

    /// Bytes of a value, where all have the same.
    pub fn width(&self) -> Option<u32> {
        Some(match self.plain() {
            Type::UInt(bits) | Type::Int(bits) => u32::from(bits.count() / 8),
            Type::Bool | Type::Enum8(_) => 1,
            Type::BFloat16 | Type::Date | Type::Enum16(_) => 2,
            Type::Float32 | Type::Date32 | Type::DateTime(_) | Type::Ipv4 | Type::Decimal(..=9, _) => 4,
            Type::Float64 | Type::DateTime64(..) | Type::Decimal(..=18, _) => 8,
            Type::Uuid | Type::Ipv6 | Type::Decimal(..=38, _) => 16,
            Type::FixedString(bytes) => *bytes,
            Type::Decimal(..) => 32,
            _ => return None,
        })
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::UInt(bits) => write!(f, "UInt{}", bits.count()),
            Type::Int(bits) => write!(f, "Int{}", bits.count()),
            Type::Float32 => f.write_str("Float32"),
            Type::Float64 => f.write_str("Float64"),
            Type::BFloat16 => f.write_str("BFloat16"),
            Type::Bool => f.write_str("Bool"),
            Type::String => f.write_str("String"),
            Type::FixedString(bytes) => write!(f, "FixedString({bytes})"),
            Type::Date => f.write_str("Date"),
            Type::Date32 => f.write_str("Date32"),
            Type::DateTime(None) => f.write_str("DateTime"),
            Type::DateTime(Some(zone)) => write!(f, "DateTime({})", literal(zone)),
            Type::DateTime64(digits, None) => write!(f, "DateTime64({digits})"),
            Type::DateTime64(digits, Some(zone)) => write!(f, "DateTime64({digits}, {})", literal(zone)),
            Type::Decimal(precision, scale) => write!(f, "Decimal({precision}, {scale})"),
            Type::Uuid => f.write_str("UUID"),
            Type::Ipv4 => f.write_str("IPv4"),
            Type::Ipv6 => f.write_str("IPv6"),
            Type::Enum8(values) => enumeration(f, "Enum8", values),
            Type::Enum16(values) => enumeration(f, "Enum16", values),
            Type::Array(of) => write!(f, "Array({of})"),
            Type::Nullable(of) => write!(f, "Nullable({of})"),
            Type::LowCardinality(of) => write!(f, "LowCardinality({of})"),
            Type::Map(key, value) => write!(f, "Map({key}, {value})"),
            Type::Tuple(fields) => tuple(f, fields),
            Type::SimpleAggregateFunction(function, of) => write!(f, "SimpleAggregateFunction({function}, {of})"),
            Type::AggregateFunction { function, parameters, arguments } => state(f, function, parameters, arguments),
            Type::Json => f.write_str("JSON"),
        }
    }
}

fn enumeration(f: &mut fmt::Formatter<'_>, name: &str, values: &[(String, i16)]) -> fmt::Result {
    let values: Vec<String> = values.iter().map(|(name, number)| format!("{} = {number}", literal(name))).collect();
    write!(f, "{name}({})", values.join(", "))
}

fn tuple(f: &mut fmt::Formatter<'_>, fields: &[(Option<Name>, Type)]) -> fmt::Result {
    let field = |(name, of): &(Option<Name>, Type)| match name {
        Some(name) => format!("{} {of}", identifier(name)),
        None => of.to_string(),
    };
    write!(f, "Tuple({})", fields.iter().map(field).collect::<Vec<_>>().join(", "))
}

fn state(f: &mut fmt::Formatter<'_>, function: &str, parameters: &[String], arguments: &[Type]) -> fmt::Result {
    write!(f, "AggregateFunction({function}")?;
    if !parameters.is_empty() {
        write!(f, "({})", parameters.join(", "))?;
    }
    for argument in arguments {
        write!(f, ", {argument}")?;
    }
    f.write_str(")")
}
