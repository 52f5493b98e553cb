//! PostgreSQL types.
//!
//! The canonical text is what `format_type` says, so that a server's answer and a definition end in the same value.

use super::cursor::Cursor;
use super::token::{AUTHOR, Bounds, Flavour, SERVER, Token};
use super::{TypeFault, nearest, shown};
use crate::diagnostic::codes::types as codes;
use std::fmt;

/// A type of a PostgreSQL column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variants carry PostgreSQL's own names")]
pub enum Type {
    SmallInt,
    Integer,
    BigInt,
    /// With precision and scale; without: any.
    Numeric(Option<(u16, u16)>),
    Real,
    DoublePrecision,
    Text,
    /// With its length in characters; without: any.
    Varchar(Option<u32>),
    /// Padded to its length.
    Char(u32),
    Boolean,
    Date,
    /// Without time zone; digits of a second.
    Time(Option<u8>),
    /// Without time zone; digits of a second.
    Timestamp(Option<u8>),
    /// With time zone; digits of a second.
    TimestampTz(Option<u8>),
    Interval,
    Uuid,
    Json,
    Jsonb,
    Bytea,
    Inet,
    Cidr,
    Macaddr,
    /// Of any number of dimensions: PostgreSQL does not keep it.
    Array(Box<Type>),
}

/// Longest `varchar(n)` and `char(n)`.
const MOST_CHARACTERS: i64 = 10_485_760;
/// Longest `char(n)` of a definition.
const MOST_PADDED: u32 = 1_024;
const KNOWN: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "real",
    "double precision",
    "text",
    "varchar",
    "char",
    "boolean",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "interval",
    "uuid",
    "json",
    "jsonb",
    "bytea",
    "inet",
    "cidr",
    "macaddr",
    "character varying",
    "decimal",
];

/// Every name that a definition may write.
#[cfg(test)]
pub(crate) fn known() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().copied()
}

impl Type {
    /// Reads a type, in the words of SQL or of `format_type`.
    pub fn parse(text: &str) -> Result<Type, TypeFault> {
        Type::within(text, AUTHOR)
    }

    /// Reads what `format_type` says, with any length that the server takes.
    pub fn parse_server(text: &str) -> Result<Type, TypeFault> {
        Type::within(text, SERVER)
    }

    fn within(text: &str, bounds: Bounds) -> Result<Type, TypeFault> {
        let mut cursor = Cursor::over(text, Flavour::Postgres, bounds, codes::TYPE_SYNTAX)?;
        let found = Type::read(&mut cursor)?;
        cursor.end()?;
        Ok(found)
    }

    /// Reads a type and leaves what follows.
    pub(crate) fn read(cursor: &mut Cursor) -> Result<Type, TypeFault> {
        let scalar = scalar(cursor)?;
        if !cursor.take_symbol("[") {
            return Ok(scalar);
        }
        cursor
            .expect_symbol("]")
            .map_err(|fault| fault.help("PostgreSQL does not keep an array's size: write `[]`"))?;
        if cursor.is_symbol("[") {
            return Err(cursor
                .wanted("the end")
                .help("PostgreSQL does not keep an array's dimensions: write one `[]`"));
        }
        Ok(Type::Array(Box::new(scalar)))
    }

    /// A whole number.
    pub fn is_integer(&self) -> bool {
        matches!(self, Type::SmallInt | Type::Integer | Type::BigInt)
    }

    /// A day or a point in time: what a hypertable can be cut by, beside integers.
    pub fn is_time(&self) -> bool {
        matches!(self, Type::Date | Type::Timestamp(_) | Type::TimestampTz(_))
    }

    /// Characters.
    pub fn is_text(&self) -> bool {
        matches!(self, Type::Text | Type::Varchar(_) | Type::Char(_))
    }

    /// A number of any kind.
    pub fn is_number(&self) -> bool {
        self.is_integer() || matches!(self, Type::Numeric(_) | Type::Real | Type::DoublePrecision)
    }
}

fn scalar(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    let at = cursor.at();
    let written = match cursor.peek() {
        // `format_type` writes this one in quotes only for the one-byte type, which nobody means.
        Some(Token::Quoted(_)) => return Err(cursor.wanted("a type").help("write the type without quotes")),
        _ => cursor.word("a type")?,
    };
    Ok(match written.to_ascii_lowercase().as_str() {
        "smallint" | "int2" => Type::SmallInt,
        "integer" | "int" | "int4" => Type::Integer,
        "bigint" | "int8" => Type::BigInt,
        "numeric" | "decimal" | "dec" => numeric(cursor)?,
        "real" | "float4" => Type::Real,
        "float8" => Type::DoublePrecision,
        "float" => float(cursor)?,
        "double" => {
            cursor.expect_word("precision")?;
            Type::DoublePrecision
        }
        "text" => Type::Text,
        "varchar" => Type::Varchar(length(cursor)?),
        "character" | "char" if cursor.take_words(&["varying"]) => Type::Varchar(length(cursor)?),
        "character" | "char" => Type::Char(padded(cursor)?),
        "boolean" | "bool" => Type::Boolean,
        "date" => Type::Date,
        "time" => time(cursor)?,
        "timestamp" => timestamp(cursor)?,
        "timestamptz" => Type::TimestampTz(digits(cursor)?),
        "interval" => Type::Interval,
        "uuid" => Type::Uuid,
        "json" => Type::Json,
        "jsonb" => Type::Jsonb,
        "bytea" => Type::Bytea,
        "inet" => Type::Inet,
        "cidr" => Type::Cidr,
        "macaddr" => Type::Macaddr,
        other => return Err(unknown(other, &written, at)),
    })
}

fn unknown(lower: &str, written: &str, at: usize) -> TypeFault {
    let fault =
        TypeFault::new(codes::TYPE_UNKNOWN, at, format!("{} is not a PostgreSQL type on the list", shown(written)));
    match lower {
        "serial" | "serial4" => fault.help("write `integer` and make the column an identity"),
        "bigserial" | "serial8" => fault.help("write `bigint` and make the column an identity"),
        "smallserial" | "serial2" => fault.help("write `smallint` and make the column an identity"),
        "timetz" => fault.help("a time of day with a zone has no meaning without its day: use `timestamptz`"),
        "money" => fault.help("use `numeric(19,4)`; `money` depends on a setting of the server"),
        "datetime" => fault.help("use `timestamptz`"),
        "string" => fault.help("use `text`"),
        _ => match nearest(lower, KNOWN.iter().copied()) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help(format!("known are {}", KNOWN.join(", "))),
        },
    }
}

fn numeric(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    if !cursor.take_symbol("(") {
        return Ok(Type::Numeric(None));
    }
    let precision = cursor.integer("the precision", 1, 1000, codes::TYPE_ARGUMENT)?;
    let scale =
        if cursor.take_symbol(",") { cursor.integer("the scale", 0, precision, codes::TYPE_ARGUMENT)? } else { 0 };
    cursor.expect_symbol(")")?;
    Ok(Type::Numeric(Some((narrow(precision), narrow(scale)))))
}

fn float(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    if !cursor.take_symbol("(") {
        return Ok(Type::DoublePrecision);
    }
    let bits = cursor.integer("the precision of a float in bits", 1, 53, codes::TYPE_ARGUMENT)?;
    cursor.expect_symbol(")")?;
    Ok(if bits <= 24 { Type::Real } else { Type::DoublePrecision })
}

/// Every value is padded to the length, so that a long one is a size and not a type.
fn padded(cursor: &mut Cursor) -> Result<u32, TypeFault> {
    let at = cursor.at();
    let length = length(cursor)?.unwrap_or(1);
    if cursor.is_author() && length > MOST_PADDED {
        let message = format!("the length of a padded text is 1 to {MOST_PADDED}, not {length}");
        return Err(TypeFault::new(codes::TYPE_ARGUMENT, at, message).help("write `varchar`, which is not padded"));
    }
    Ok(length)
}

fn length(cursor: &mut Cursor) -> Result<Option<u32>, TypeFault> {
    if !cursor.take_symbol("(") {
        return Ok(None);
    }
    let length = cursor.integer("the length", 1, MOST_CHARACTERS, codes::TYPE_ARGUMENT)?;
    cursor.expect_symbol(")")?;
    Ok(Some(narrow(length)))
}

fn digits(cursor: &mut Cursor) -> Result<Option<u8>, TypeFault> {
    if !cursor.take_symbol("(") {
        return Ok(None);
    }
    let digits = cursor.integer("the digits of a second", 0, 6, codes::TYPE_ARGUMENT)?;
    cursor.expect_symbol(")")?;
    // Six is what every time has anyway, but `format_type` tells `timestamp(6)` from `timestamp`.
    Ok(Some(narrow(digits)))
}

fn time(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    let at = cursor.at();
    let digits = digits(cursor)?;
    if cursor.take_words(&["with", "time", "zone"]) {
        return Err(unknown("timetz", "time with time zone", at));
    }
    cursor.take_words(&["without", "time", "zone"]);
    Ok(Type::Time(digits))
}

fn timestamp(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    let digits = digits(cursor)?;
    if cursor.take_words(&["with", "time", "zone"]) {
        return Ok(Type::TimestampTz(digits));
    }
    cursor.take_words(&["without", "time", "zone"]);
    Ok(Type::Timestamp(digits))
}

/// The cursor checked the range; what does not fit cannot come here.
fn narrow<T: TryFrom<i64> + Default>(value: i64) -> T {
    T::try_from(value).unwrap_or_default()
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let optional = |digits: &Option<u8>| digits.map(|digits| format!("({digits})")).unwrap_or_default();
        match self {
            Type::SmallInt => f.write_str("smallint"),
            Type::Integer => f.write_str("integer"),
            Type::BigInt => f.write_str("bigint"),
            Type::Numeric(None) => f.write_str("numeric"),
            Type::Numeric(Some((precision, scale))) => write!(f, "numeric({precision},{scale})"),
            Type::Real => f.write_str("real"),
            Type::DoublePrecision => f.write_str("double precision"),
            Type::Text => f.write_str("text"),
            Type::Varchar(None) => f.write_str("character varying"),
            Type::Varchar(Some(length)) => write!(f, "character varying({length})"),
            Type::Char(length) => write!(f, "character({length})"),
            Type::Boolean => f.write_str("boolean"),
            Type::Date => f.write_str("date"),
            Type::Time(digits) => write!(f, "time{} without time zone", optional(digits)),
            Type::Timestamp(digits) => write!(f, "timestamp{} without time zone", optional(digits)),
            Type::TimestampTz(digits) => write!(f, "timestamp{} with time zone", optional(digits)),
            Type::Interval => f.write_str("interval"),
            Type::Uuid => f.write_str("uuid"),
            Type::Json => f.write_str("json"),
            Type::Jsonb => f.write_str("jsonb"),
            Type::Bytea => f.write_str("bytea"),
            Type::Inet => f.write_str("inet"),
            Type::Cidr => f.write_str("cidr"),
            Type::Macaddr => f.write_str("macaddr"),
            Type::Array(of) => write!(f, "{of}[]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_seed_and_catalogue_are_canonical() {
        for (written, canonical) in [
            ("VARCHAR(255)", "character varying(255)"),
            ("varchar(100)", "character varying(100)"),
            ("character varying(100)", "character varying(100)"),
            ("TEXT", "text"),
            ("TIMESTAMPTZ", "timestamp with time zone"),
            ("timestamp with time zone", "timestamp with time zone"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("timestamp(3) with time zone", "timestamp(3) with time zone"),
            ("timestamp", "timestamp without time zone"),
            ("BOOLEAN", "boolean"),
            ("bool", "boolean"),
            ("INTEGER", "integer"),
            ("int4", "integer"),
            ("int8", "bigint"),
            ("bigint", "bigint"),
            ("JSONB", "jsonb"),
            ("real", "real"),
            ("double precision", "double precision"),
            ("float8", "double precision"),
            ("float(24)", "real"),
            ("numeric(12,2)", "numeric(12,2)"),
            ("decimal(12)", "numeric(12,0)"),
            ("numeric", "numeric"),
            ("char", "character(1)"),
            ("text[]", "text[]"),
            ("character varying(10)[]", "character varying(10)[]"),
            ("time(0)", "time(0) without time zone"),
        ] {
            let found = Type::parse(written).unwrap();
            assert_eq!(found.to_string(), canonical);
            assert_eq!(Type::parse(canonical).unwrap(), found, "{canonical}");
        }
    }

    #[test]
    fn what_is_no_type_is_refused_with_help() {
        for (text, code, help) in [
            ("serial", codes::TYPE_UNKNOWN, "identity"),
            ("BIGSERIAL", codes::TYPE_UNKNOWN, "bigint"),
            ("intger", codes::TYPE_UNKNOWN, "`integer`"),
            ("regclass", codes::TYPE_UNKNOWN, "known are"),
            ("time with time zone", codes::TYPE_UNKNOWN, "timestamptz"),
            ("int[3]", codes::TYPE_SYNTAX, "write `[]`"),
            ("int[][]", codes::TYPE_SYNTAX, "one `[]`"),
            ("\"char\"", codes::TYPE_SYNTAX, "without quotes"),
        ] {
            let fault = Type::parse(text).unwrap_err();
            assert_eq!(fault.code, code, "{text}");
            assert!(fault.help.clone().unwrap_or_default().contains(help), "{text}: {fault:?}");
        }
        for text in [
            "",
            "varchar(0)",
            "numeric(10,11)",
            "numeric(1001)",
            "timestamp(7)",
            "text; drop",
            "text text",
            "int -- x",
            "varchar(99999999999999999999)",
            "(int)",
            "int)",
            "pg_catalog.int4",
            "public.mytype",
        ] {
            assert!(Type::parse(text).is_err(), "{text}");
        }
    }
}
