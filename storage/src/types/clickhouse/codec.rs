//! Codec chains of a ClickHouse column.
//!
//! The server fills in what an author leaves out, some of it from the column's type: `Delta` of a `UInt64` comes back as
//! `Delta(8)`. [`Codecs::canonical`] does the same to both sides. A chain of `Default` alone is no codec at all.

use super::Type;
use crate::diagnostic::codes::types as codes;
use crate::types::cursor::Cursor;
use crate::types::token::{AUTHOR, Bounds, Flavour, SERVER, Token};
use crate::types::{TypeFault, nearest, shown};
use std::fmt;

/// Codecs of one chain; each holds a block of the column.
const MOST_CODECS: usize = 4;
/// FPC keeps two tables of `2^level` values for each column that it writes: 1 MiB at this level, 4 GiB at the server's
/// highest, for a single row.
const MOST_FPC: i64 = 16;
const SERVERS_FPC: i64 = 28;

/// One codec; an argument that is absent is the server's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variants carry ClickHouse's own names")]
pub enum Codec {
    None,
    /// The one that the server is set to.
    Default,
    Lz4,
    /// With its level.
    Lz4Hc(Option<u8>),
    /// With its level.
    Zstd(Option<u8>),
    /// With bytes of a value.
    Delta(Option<u8>),
    /// With bytes of a value.
    DoubleDelta(Option<u8>),
    /// With bytes of a value.
    Gorilla(Option<u8>),
    /// Whether bits are transposed, not bytes.
    T64 {
        bit: bool,
    },
    /// With its level and bytes of a value.
    Fpc(Option<u8>, Option<u8>),
}

/// A chain of codecs, in the order of application.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Codecs(Vec<Codec>);

pub(super) const KNOWN: &[&str] =
    &["NONE", "Default", "LZ4", "LZ4HC", "ZSTD", "Delta", "DoubleDelta", "Gorilla", "T64", "FPC"];

impl Codecs {
    /// Reads `Delta, ZSTD(3)`, with or without `CODEC( )` around it. An empty text is no codec.
    pub fn parse(text: &str) -> Result<Codecs, TypeFault> {
        Codecs::within(text, AUTHOR)
    }

    /// Reads what `system.columns.compression_codec` says, whose arguments may be any that the server takes.
    pub fn parse_server(text: &str) -> Result<Codecs, TypeFault> {
        Codecs::within(text, SERVER)
    }

    fn within(text: &str, bounds: Bounds) -> Result<Codecs, TypeFault> {
        let mut cursor = Cursor::over(text, Flavour::ClickHouse, bounds, codes::CODEC)?;
        if cursor.peek().is_none() {
            return Ok(Codecs::default());
        }
        let chain = if cursor.take_words(&["CODEC"]) {
            cursor.list(codec)?
        } else {
            let mut chain = vec![codec(&mut cursor)?];
            while cursor.take_symbol(",") {
                chain.push(codec(&mut cursor)?);
            }
            chain
        };
        cursor.end()?;
        if bounds.author && chain.len() > MOST_CODECS {
            let message = format!("a chain of {} codecs; at most {MOST_CODECS} are taken", chain.len());
            return Err(TypeFault::new(codes::CODEC, 0, message).help("one or two prepare, and one compresses"));
        }
        ordered(&chain)?;
        Ok(Codecs(chain))
    }

    /// The codecs, in the order of application.
    pub fn chain(&self) -> &[Codec] {
        &self.0
    }

    /// Whether the server's own choice is taken.
    pub fn is_default(&self) -> bool {
        matches!(self.0.as_slice(), [] | [Codec::Default])
    }

    /// Whether every codec can work on a column of this type.
    pub fn check(&self, column: &Type) -> Result<(), TypeFault> {
        let width = value_width(column);
        for codec in &self.0 {
            let fits = match codec {
                Codec::Delta(_) | Codec::DoubleDelta(_) => width.is_some(),
                Codec::Gorilla(_) => matches!(value(column), Type::Float32 | Type::Float64 | Type::BFloat16),
                Codec::Fpc(..) => matches!(value(column), Type::Float32 | Type::Float64),
                Codec::T64 { .. } => t64_fits(value(column)),
                Codec::None | Codec::Default | Codec::Lz4 | Codec::Lz4Hc(_) | Codec::Zstd(_) => true,
            };
            if !fits {
                return Err(TypeFault::new(codes::CODEC, 0, format!("`{codec}` does not work on `{column}`"))
                    .help("values of 1, 2, 4 or 8 bytes can be prepared; T64 takes integers and dates, Gorilla and FPC floats"));
            }
        }
        self.makes_sense()
    }

    /// Combinations that a server refuses unless a setting allows them.
    fn makes_sense(&self) -> Result<(), TypeFault> {
        let floats = |codec: &Codec| matches!(codec, Codec::Gorilla(_) | Codec::Fpc(..));
        let deltas = |codec: &Codec| matches!(codec, Codec::Delta(_) | Codec::DoubleDelta(_));
        let delta = self.0.iter().position(deltas);
        let message = if delta.is_some() && delta < self.0.iter().rposition(floats) {
            "a codec for floats stands behind Delta, which it does by itself"
        } else if self.0.len() > 1 && self.0.contains(&Codec::None) {
            "NONE stands beside other codecs"
        } else if !self.0.is_empty() && self.0.iter().all(|codec| matches!(codec, Codec::Delta(_))) {
            "Delta alone compresses nothing"
        } else {
            return Ok(());
        };
        let help = "write one preparing codec and one that compresses: `Delta, ZSTD(3)`, `Gorilla, LZ4`";
        Err(TypeFault::new(codes::CODEC, 0, message).help(help))
    }

    /// The chain as the server writes it for a column of this type.
    #[must_use]
    pub fn canonical(&self, column: &Type) -> Codecs {
        if self.is_default() {
            return Codecs::default();
        }
        let width = value_width(column);
        Codecs(
            self.0
                .iter()
                .map(|codec| match *codec {
                    Codec::Lz4Hc(level) => Codec::Lz4Hc(level.or(Some(0))),
                    Codec::Zstd(level) => Codec::Zstd(level.or(Some(1))),
                    Codec::Delta(bytes) => Codec::Delta(bytes.or(width)),
                    Codec::DoubleDelta(bytes) => Codec::DoubleDelta(bytes.or(width)),
                    Codec::Gorilla(bytes) => Codec::Gorilla(bytes.or(width)),
                    Codec::Fpc(level, bytes) => Codec::Fpc(level.or(Some(12)), bytes.or(width)),
                    same => same,
                })
                .collect(),
        )
    }
}

/// What is compressed: of an array, its elements.
fn value(column: &Type) -> &Type {
    match column.plain() {
        Type::Array(of) => value(of),
        other => other,
    }
}

fn value_width(column: &Type) -> Option<u8> {
    value(column).width().and_then(|bytes| u8::try_from(bytes).ok()).filter(|bytes| matches!(bytes, 1 | 2 | 4 | 8))
}

fn t64_fits(value: &Type) -> bool {
    value.width().is_some_and(|bytes| bytes <= 8)
        && !matches!(value, Type::Float32 | Type::Float64 | Type::BFloat16 | Type::FixedString(_))
}

fn codec(cursor: &mut Cursor) -> Result<Codec, TypeFault> {
    let at = cursor.at();
    let word = cursor.word("a codec")?;
    Ok(match word.to_ascii_uppercase().as_str() {
        "NONE" => Codec::None,
        "DEFAULT" => Codec::Default,
        "LZ4" => Codec::Lz4,
        "LZ4HC" => Codec::Lz4Hc(argument(cursor, "the level of LZ4HC", 0, 12)?),
        "ZSTD" => Codec::Zstd(argument(cursor, "the level of ZSTD", 1, 22)?),
        "DELTA" => Codec::Delta(bytes(cursor)?),
        "DOUBLEDELTA" => Codec::DoubleDelta(bytes(cursor)?),
        "GORILLA" => Codec::Gorilla(bytes(cursor)?),
        "T64" => t64(cursor)?,
        "FPC" => fpc(cursor)?,
        _ => return Err(unknown(&word, at)),
    })
}

fn unknown(word: &str, at: usize) -> TypeFault {
    let fault = TypeFault::new(codes::CODEC, at, format!("{} is not a codec on the list", shown(word)));
    match nearest(word, KNOWN.iter().copied()) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(format!("known are {}", KNOWN.join(", "))),
    }
}

fn argument(cursor: &mut Cursor, what: &str, least: i64, most: i64) -> Result<Option<u8>, TypeFault> {
    if !cursor.take_symbol("(") {
        return Ok(None);
    }
    let value = cursor.integer(what, least, most, codes::CODEC)?;
    cursor.expect_symbol(")")?;
    Ok(u8::try_from(value).ok())
}

fn bytes(cursor: &mut Cursor) -> Result<Option<u8>, TypeFault> {
    let at = cursor.at();
    match argument(cursor, "the bytes of a value", 1, 8)? {
        Some(bytes) if !bytes.is_power_of_two() => {
            Err(TypeFault::new(codes::CODEC, at, format!("a value has 1, 2, 4 or 8 bytes, not {bytes}")))
        }
        bytes => Ok(bytes),
    }
}

fn t64(cursor: &mut Cursor) -> Result<Codec, TypeFault> {
    if !cursor.take_symbol("(") {
        return Ok(Codec::T64 { bit: false });
    }
    let bit = match cursor.peek() {
        Some(Token::Text(kind)) if kind == "bit" => true,
        Some(Token::Text(kind)) if kind == "byte" => false,
        _ => return Err(cursor.wanted("'bit' or 'byte'")),
    };
    cursor.advance();
    cursor.expect_symbol(")")?;
    Ok(Codec::T64 { bit })
}

fn fpc(cursor: &mut Cursor) -> Result<Codec, TypeFault> {
    if !cursor.take_symbol("(") {
        return Ok(Codec::Fpc(None, None));
    }
    let most = if cursor.is_author() { MOST_FPC } else { SERVERS_FPC };
    let level = cursor.integer("the level of FPC", 1, most, codes::CODEC)?;
    let bytes =
        if cursor.take_symbol(",") { Some(cursor.integer("the bytes of a float", 4, 8, codes::CODEC)?) } else { None };
    cursor.expect_symbol(")")?;
    Ok(Codec::Fpc(u8::try_from(level).ok(), bytes.and_then(|bytes| u8::try_from(bytes).ok())))
}

/// What compresses stands last and once; what is behind it would get bytes without structure.
fn ordered(chain: &[Codec]) -> Result<(), TypeFault> {
    let compresses =
        |codec: &Codec| matches!(codec, Codec::None | Codec::Default | Codec::Lz4 | Codec::Lz4Hc(_) | Codec::Zstd(_));
    match chain.iter().position(compresses) {
        None if chain.is_empty() => Err(TypeFault::new(codes::CODEC, 0, "the chain of codecs is empty")),
        Some(first) if first + 1 < chain.len() => {
            Err(TypeFault::new(codes::CODEC, 0, "a compressing codec stands before another codec")
                .help("write the preparing codecs first and one compressing codec last: `Delta, ZSTD(3)`"))
        }
        _ => Ok(()),
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |f: &mut fmt::Formatter<'_>, name: &str, argument: Option<u8>| match argument {
            Some(argument) => write!(f, "{name}({argument})"),
            None => f.write_str(name),
        };
        match *self {
            Codec::None => f.write_str("NONE"),
            Codec::Default => f.write_str("Default"),
            Codec::Lz4 => f.write_str("LZ4"),
            Codec::Lz4Hc(level) => one(f, "LZ4HC", level),
            Codec::Zstd(level) => one(f, "ZSTD", level),
            Codec::Delta(bytes) => one(f, "Delta", bytes),
            Codec::DoubleDelta(bytes) => one(f, "DoubleDelta", bytes),
            Codec::Gorilla(bytes) => one(f, "Gorilla", bytes),
            Codec::T64 { bit: false } => f.write_str("T64"),
            Codec::T64 { bit: true } => f.write_str("T64('bit')"),
            Codec::Fpc(Some(level), Some(bytes)) => write!(f, "FPC({level}, {bytes})"),
            Codec::Fpc(level, _) => one(f, "FPC", level),
        }
    }
}

impl fmt::Display for Codecs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain: Vec<String> = self.0.iter().map(Codec::to_string).collect();
        f.write_str(&chain.join(", "))
    }
}
