//! Reads ClickHouse types, aliases included, and refuses what cannot stand together.

use super::{Bits, Type, aggregate};
use crate::diagnostic::codes::types as codes;
use crate::name::Name;
use crate::types::cursor::Cursor;
use crate::types::token::{AUTHOR, Bounds, Flavour, SERVER, Token};
use crate::types::{TypeFault, nearest, shown, zone};

/// The longest `FixedString` that a server makes a column of without a setting; each value takes all its bytes.
pub(crate) const MOST_FIXED: i64 = 256;

/// Names that ClickHouse takes only in this case.
pub(super) const KNOWN: &[&str] = &[
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "UInt128",
    "UInt256",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "Int128",
    "Int256",
    "Float32",
    "Float64",
    "BFloat16",
    "Bool",
    "String",
    "FixedString",
    "Date",
    "Date32",
    "DateTime",
    "DateTime64",
    "Decimal",
    "Decimal32",
    "Decimal64",
    "Decimal128",
    "Decimal256",
    "UUID",
    "IPv4",
    "IPv6",
    "Enum",
    "Enum8",
    "Enum16",
    "Array",
    "Nullable",
    "LowCardinality",
    "Map",
    "Tuple",
    "SimpleAggregateFunction",
    "AggregateFunction",
    "JSON",
];

impl Type {
    /// Reads a type as an author writes it.
    pub fn parse(text: &str) -> Result<Type, TypeFault> {
        Type::within(text, AUTHOR)
    }

    /// Reads a type as `system.columns` says it: with blanks and escapes that an author may leave out, so that it can be
    /// longer.
    pub fn parse_server(text: &str) -> Result<Type, TypeFault> {
        Type::within(text, SERVER)
    }

    fn within(text: &str, bounds: Bounds) -> Result<Type, TypeFault> {
        let mut cursor = Cursor::over(text, Flavour::ClickHouse, bounds, codes::TYPE_SYNTAX)?;
        let found = Type::read(&mut cursor)?;
        cursor.end()?;
        Ok(found)
    }

    /// Reads a type, with `NULL` or `NOT NULL` after it, and leaves what follows.
    pub(crate) fn read(cursor: &mut Cursor) -> Result<Type, TypeFault> {
        let at = cursor.at();
        let found = bare(cursor)?;
        if cursor.take_words(&["NOT", "NULL"]) {
            return Ok(found);
        }
        if cursor.take_words(&["NULL"]) { nullable(found, at) } else { Ok(found) }
    }
}

fn bare(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    let at = cursor.at();
    let word = cursor.word("a type")?;
    if let Some(found) = number(&word) {
        return Ok(found);
    }
    Ok(match word.as_str() {
        "Bool" => Type::Bool,
        "String" => Type::String,
        "FixedString" => {
            let most = if cursor.is_author() { MOST_FIXED } else { 0x00ff_ffff };
            Type::FixedString(one(cursor, "the number of bytes", 1, most)?)
        }
        "Date32" => Type::Date32,
        "DateTime64" => date_time64(cursor)?,
        "Enum" | "Enum8" | "Enum16" => enumeration(cursor, &word, at)?,
        "Array" => Type::Array(Box::new(wrapped(cursor)?)),
        "Nullable" => nullable(wrapped(cursor)?, at)?,
        "LowCardinality" => low_cardinality(wrapped(cursor)?, at)?,
        "Map" => map(cursor, at)?,
        "Tuple" => tuple(cursor)?,
        "SimpleAggregateFunction" => aggregate::read_simple(cursor)?,
        "AggregateFunction" => aggregate::read_state(cursor)?,
        "UUID" => Type::Uuid,
        "IPv4" => Type::Ipv4,
        "IPv6" => Type::Ipv6,
        _ => alias(cursor, &word, at)?,
    })
}

fn number(word: &str) -> Option<Type> {
    const ALL: [Bits; 6] = [Bits::B8, Bits::B16, Bits::B32, Bits::B64, Bits::B128, Bits::B256];
    let width = |digits: &str| ALL.into_iter().find(|bits| bits.count().to_string() == digits);
    if let Some(digits) = word.strip_prefix("UInt") {
        return width(digits).map(Type::UInt);
    }
    if let Some(digits) = word.strip_prefix("Int") {
        return width(digits).map(Type::Int);
    }
    match word {
        "Float32" => Some(Type::Float32),
        "Float64" => Some(Type::Float64),
        "BFloat16" => Some(Type::BFloat16),
        _ => None,
    }
}

/// Names that ClickHouse takes in any case, most of them other databases'.
fn alias(cursor: &mut Cursor, word: &str, at: usize) -> Result<Type, TypeFault> {
    Ok(match word.to_ascii_uppercase().as_str() {
        "TINYINT" | "INT1" | "BYTE" => signed(cursor, Bits::B8),
        "SMALLINT" => signed(cursor, Bits::B16),
        "INT" | "INTEGER" | "MEDIUMINT" => signed(cursor, Bits::B32),
        "BIGINT" | "SIGNED" => signed(cursor, Bits::B64),
        "UNSIGNED" => Type::UInt(Bits::B64),
        "FLOAT" | "REAL" | "SINGLE" => Type::Float32,
        "DOUBLE" => {
            cursor.take_words(&["PRECISION"]);
            Type::Float64
        }
        "BOOL" | "BOOLEAN" => Type::Bool,
        "TEXT" | "TINYTEXT" | "MEDIUMTEXT" | "LONGTEXT" | "CLOB" | "BLOB" | "BYTEA" | "VARCHAR" | "CHAR"
        | "CHARACTER" => {
            if word.eq_ignore_ascii_case("CHARACTER") || word.eq_ignore_ascii_case("CHAR") {
                cursor.take_words(&["VARYING"]);
            }
            // ClickHouse takes a length and does not keep it.
            if cursor.is_symbol("(") {
                return Err(cursor
                    .wanted("the end")
                    .help("ClickHouse does not keep the length of a text: write `String`"));
            }
            Type::String
        }
        "DATE" => Type::Date,
        "DATETIME" | "TIMESTAMP" => date_time(cursor)?,
        "DECIMAL" | "DEC" | "NUMERIC" | "FIXED" => decimal(cursor)?,
        "DECIMAL32" => Type::Decimal(9, one(cursor, "the scale", 0, 9)?),
        "DECIMAL64" => Type::Decimal(18, one(cursor, "the scale", 0, 18)?),
        "DECIMAL128" => Type::Decimal(38, one(cursor, "the scale", 0, 38)?),
        "DECIMAL256" => Type::Decimal(76, one(cursor, "the scale", 0, 76)?),
        "INET4" => Type::Ipv4,
        "INET6" => Type::Ipv6,
        "JSON" if !cursor.is_symbol("(") => Type::Json,
        _ => return Err(unknown(word, at)),
    })
}

fn unknown(word: &str, at: usize) -> TypeFault {
    let fault =
        TypeFault::new(codes::TYPE_UNKNOWN, at, format!("{} is not a ClickHouse type on the list", shown(word)));
    match word {
        "Nested" => fault.help("write one `Array(..)` column for each field, such as `lines_price` and `lines_amount`"),
        "Object" | "Variant" | "Dynamic" => fault.help("use `String` or `JSON`"),
        _ if word.eq_ignore_ascii_case("JSON") => fault.help("`JSON` is taken without paths and limits: write `JSON`"),
        _ => match nearest(word, KNOWN.iter().copied()) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help("`String`, `UInt64`, `Float64`, `DateTime`, `Array(String)` are types of ClickHouse"),
        },
    }
}

fn signed(cursor: &mut Cursor, bits: Bits) -> Type {
    if cursor.take_words(&["UNSIGNED"]) {
        return Type::UInt(bits);
    }
    cursor.take_words(&["SIGNED"]);
    Type::Int(bits)
}

/// A whole number in parentheses.
fn one<T: TryFrom<i64> + Default>(cursor: &mut Cursor, what: &str, least: i64, most: i64) -> Result<T, TypeFault> {
    cursor.expect_symbol("(")?;
    let value = cursor.integer(what, least, most, codes::TYPE_ARGUMENT)?;
    cursor.expect_symbol(")")?;
    // The cursor checked the range.
    Ok(T::try_from(value).unwrap_or_default())
}

/// A type in parentheses.
fn wrapped(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    cursor.expect_symbol("(")?;
    let of = Type::read(cursor)?;
    cursor.expect_symbol(")")?;
    Ok(of)
}

fn zone(cursor: &mut Cursor) -> Result<String, TypeFault> {
    let at = cursor.at();
    let zone = cursor.text("a time zone in quotes")?;
    if cursor.is_author() {
        zone::check(&zone, at)?;
    }
    Ok(zone)
}

fn date_time(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    if !cursor.take_symbol("(") {
        return Ok(Type::DateTime(None));
    }
    if matches!(cursor.peek(), Some(Token::Number(_))) {
        return Err(cursor.wanted("a time zone in quotes").help("for parts of a second write `DateTime64(3)`"));
    }
    let zone = zone(cursor)?;
    cursor.expect_symbol(")")?;
    Ok(Type::DateTime(Some(zone)))
}

fn date_time64(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    const DEFAULT: u8 = 3;
    if !cursor.take_symbol("(") {
        return Ok(Type::DateTime64(DEFAULT, None));
    }
    let digits = cursor.integer("the digits of a second", 0, 9, codes::TYPE_ARGUMENT)?;
    let zone = if cursor.take_symbol(",") { Some(zone(cursor)?) } else { None };
    cursor.expect_symbol(")")?;
    Ok(Type::DateTime64(u8::try_from(digits).unwrap_or(DEFAULT), zone))
}

fn decimal(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    let (mut precision, mut scale) = (10, 0);
    if cursor.take_symbol("(") {
        precision = cursor.integer("the precision", 1, 76, codes::TYPE_ARGUMENT)?;
        if cursor.take_symbol(",") {
            scale = cursor.integer("the scale", 0, precision, codes::TYPE_ARGUMENT)?;
        }
        cursor.expect_symbol(")")?;
    }
    Ok(Type::Decimal(u8::try_from(precision).unwrap_or(10), u8::try_from(scale).unwrap_or(0)))
}

/// Names with or without numbers; a name without one takes the next. `Enum` is as wide as its numbers need.
fn enumeration(cursor: &mut Cursor, word: &str, at: usize) -> Result<Type, TypeFault> {
    let narrow = i64::from(i8::MIN)..=i64::from(i8::MAX);
    let mut next = 1;
    let mut values: Vec<(String, i16)> = cursor.list(|cursor| {
        let name = cursor.text("a name in quotes")?;
        if cursor.take_symbol("=") {
            let (least, most) = if word == "Enum8" { (-128, 127) } else { (-32_768, 32_767) };
            next = cursor.integer("the number of a name", least, most, codes::TYPE_ARGUMENT)?;
        }
        let number = i16::try_from(next).ok().filter(|_| word != "Enum8" || narrow.contains(&next));
        let number = number.ok_or_else(|| cursor.wanted("a smaller number"))?;
        next += 1;
        Ok((name, number))
    })?;
    values.sort_by_key(|(_, number)| *number);
    let mut names: Vec<&str> = values.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let twice = names.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
        || values.windows(2).any(|pair| matches!(pair, [a, b] if a.1 == b.1));
    if values.is_empty() || twice {
        let message = if twice { "a name or number stands twice in the enum" } else { "the enum is empty" };
        return Err(TypeFault::new(codes::TYPE_ARGUMENT, at, message));
    }
    let wide = word == "Enum16" || values.iter().any(|(_, number)| !narrow.contains(&i64::from(*number)));
    Ok(if wide { Type::Enum16(values) } else { Type::Enum8(values) })
}

fn nullable(of: Type, at: usize) -> Result<Type, TypeFault> {
    match of {
        Type::Array(_)
        | Type::Map(..)
        | Type::Tuple(_)
        | Type::Json
        | Type::Nullable(_)
        | Type::LowCardinality(_)
        | Type::SimpleAggregateFunction(..)
        | Type::AggregateFunction { .. } => {}
        scalar => return Ok(Type::Nullable(Box::new(scalar))),
    }
    let fault = TypeFault::new(codes::TYPE_COMBINATION, at, format!("`{of}` cannot be Nullable"));
    Err(match of {
        Type::LowCardinality(inner) => fault.help(format!("write `LowCardinality(Nullable({inner}))`")),
        Type::Array(_) => fault.help("an empty array stands for nothing"),
        _ => fault,
    })
}

fn low_cardinality(of: Type, at: usize) -> Result<Type, TypeFault> {
    let inner = if let Type::Nullable(inner) = &of { inner } else { &of };
    match inner {
        Type::String | Type::FixedString(_) => Ok(Type::LowCardinality(Box::new(of))),
        _ => Err(TypeFault::new(codes::TYPE_COMBINATION, at, format!("`{of}` cannot be LowCardinality")).help(
            "only String and FixedString gain by it; ClickHouse refuses it for small types unless a setting allows it",
        )),
    }
}

fn map(cursor: &mut Cursor, at: usize) -> Result<Type, TypeFault> {
    cursor.expect_symbol("(")?;
    let key = Type::read(cursor)?;
    cursor.expect_symbol(",")?;
    let value = Type::read(cursor)?;
    cursor.expect_symbol(")")?;
    if key.is_nullable() || key.plain().width().is_none() && *key.plain() != Type::String {
        return Err(TypeFault::new(codes::TYPE_COMBINATION, at, format!("`{key}` cannot be the key of a map"))
            .help("use a String, an integer, a date or a UUID"));
    }
    Ok(Type::Map(Box::new(key), Box::new(value)))
}

fn tuple(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    let fields = cursor.list(|cursor| {
        let named = match (cursor.peek(), cursor.peek_after(1)) {
            (Some(Token::Quoted(name)), _) => Some(name.clone()),
            // `a String`, but not `INT NULL`, `DOUBLE PRECISION` or `INT UNSIGNED`.
            (Some(Token::Word(name)), Some(Token::Word(next))) if !is_suffix(next) => Some(name.clone()),
            _ => None,
        };
        let name = named.map(|name| {
            cursor.advance();
            Name::from_server(name)
        });
        Ok((name, Type::read(cursor)?))
    })?;
    if fields.is_empty() {
        return Err(cursor.wanted("a type in the tuple"));
    }
    Ok(Type::Tuple(fields))
}

fn is_suffix(word: &str) -> bool {
    ["NULL", "NOT", "UNSIGNED", "SIGNED", "PRECISION", "VARYING"].iter().any(|suffix| word.eq_ignore_ascii_case(suffix))
}
