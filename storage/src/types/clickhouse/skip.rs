//! Kinds of data skipping indexes.

use crate::diagnostic::codes::types as codes;
use crate::types::cursor::Cursor;
use crate::types::token::{AUTHOR, Bounds, Flavour, SERVER, Token};
use crate::types::{TypeFault, nearest, shown};
use std::fmt;

/// A kind of skip index with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipIndexKind {
    /// Smallest and largest value.
    MinMax,
    /// All values, up to so many; 0: any number.
    Set(u64),
    /// A Bloom filter with a rate of false positives in millionths.
    BloomFilter {
        /// 25,000 is the server's default of 0.025.
        millionths: u32,
    },
    /// A Bloom filter of n-grams.
    NgramBloomFilter {
        /// Characters of an n-gram.
        gram: u32,
        /// Bytes of the filter.
        bytes: u32,
        /// Hash functions.
        hashes: u32,
        /// Seed of the hash functions.
        seed: u32,
    },
    /// A Bloom filter of words.
    TokenBloomFilter {
        /// Bytes of the filter.
        bytes: u32,
        /// Hash functions.
        hashes: u32,
        /// Seed of the hash functions.
        seed: u32,
    },
}

pub(super) const KNOWN: &[&str] = &["minmax", "set", "bloom_filter", "ngrambf_v1", "tokenbf_v1"];
const MILLION: f64 = 1_000_000.0;
/// Of a filter; each granule has one, and a part with one row has a granule.
const MOST_BYTES: i64 = 256 * 1024;
const SERVERS_BYTES: i64 = u32::MAX as i64;
/// Hash functions; more than these make a filter slower and no better.
const MOST_HASHES: i64 = 16;
const SERVERS_HASHES: i64 = u32::MAX as i64;
const MOST_GRAM: i64 = 64;

impl SkipIndexKind {
    /// Reads a kind as an author writes it.
    pub fn parse(text: &str) -> Result<SkipIndexKind, TypeFault> {
        SkipIndexKind::within(text, AUTHOR)
    }

    /// Reads what `system.data_skipping_indices.type_full` says, whose sizes may be any that the server takes.
    pub fn parse_server(text: &str) -> Result<SkipIndexKind, TypeFault> {
        SkipIndexKind::within(text, SERVER)
    }

    /// Bytes that each granule of the index takes, however few rows it has.
    pub fn fixed_bytes(&self) -> u64 {
        match self {
            SkipIndexKind::NgramBloomFilter { bytes, .. } | SkipIndexKind::TokenBloomFilter { bytes, .. } => {
                u64::from(*bytes)
            }
            SkipIndexKind::MinMax | SkipIndexKind::Set(_) | SkipIndexKind::BloomFilter { .. } => 0,
        }
    }

    fn within(text: &str, bounds: Bounds) -> Result<SkipIndexKind, TypeFault> {
        let mut cursor = Cursor::over(text, Flavour::ClickHouse, bounds, codes::SKIP_INDEX)?;
        let at = cursor.at();
        let word = cursor.word("a kind of skip index")?;
        let found = match word.to_ascii_lowercase().as_str() {
            "minmax" => {
                if cursor.is_symbol("(") {
                    cursor.list(|cursor| Err::<(), _>(cursor.wanted("`)`")))?;
                }
                SkipIndexKind::MinMax
            }
            "set" => SkipIndexKind::Set(set(&mut cursor)?),
            "bloom_filter" => SkipIndexKind::BloomFilter { millionths: bloom_filter(&mut cursor)? },
            "ngrambf_v1" => {
                let [gram, bytes, hashes, seed] =
                    numbers(&mut cursor, ["the length of an n-gram", "bytes", "hashes", "the seed"])?;
                SkipIndexKind::NgramBloomFilter { gram, bytes, hashes, seed }
            }
            "tokenbf_v1" => {
                let [bytes, hashes, seed] = numbers(&mut cursor, ["bytes", "hashes", "the seed"])?;
                SkipIndexKind::TokenBloomFilter { bytes, hashes, seed }
            }
            _ => return Err(unknown(&word, at)),
        };
        cursor.end()?;
        Ok(found)
    }
}

fn set(cursor: &mut Cursor) -> Result<u64, TypeFault> {
    cursor.expect_symbol("(").map_err(|fault| fault.help("write how many values are kept: `set(100)`"))?;
    let most = cursor.integer("the number of values", 0, i64::from(u32::MAX), codes::SKIP_INDEX)?;
    cursor.expect_symbol(")")?;
    Ok(u64::try_from(most).unwrap_or_default())
}

fn bloom_filter(cursor: &mut Cursor) -> Result<u32, TypeFault> {
    const DEFAULT: u32 = 25_000;
    if !cursor.is_symbol("(") {
        return Ok(DEFAULT);
    }
    let at = cursor.at();
    let rates = cursor.list(|cursor| match cursor.advance() {
        Some(Token::Number(rate)) => Ok(rate),
        _ => Err(TypeFault::new(codes::SKIP_INDEX, at, "the rate of a bloom filter is a number")),
    })?;
    let rate = match rates.as_slice() {
        [] => return Ok(DEFAULT),
        [rate] => rate.parse::<f64>().unwrap_or(0.0) * MILLION,
        _ => 0.0,
    };
    if (0.0..1.0).contains(&rate) && rate > 0.0 {
        let message = "the rate of a bloom filter is at least 0.000001 here";
        return Err(TypeFault::new(codes::SKIP_INDEX, at, message).help("write `bloom_filter(0.01)`"));
    }
    if !(1.0..MILLION).contains(&rate) {
        return Err(TypeFault::new(codes::SKIP_INDEX, at, "the rate of a bloom filter is one number between 0 and 1")
            .help("write `bloom_filter(0.01)`"));
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to a million, checked above")]
    let millionths = rate.round() as u32;
    Ok(millionths)
}

fn numbers<const N: usize>(cursor: &mut Cursor, what: [&str; N]) -> Result<[u32; N], TypeFault> {
    let mut found = [0; N];
    cursor.expect_symbol("(")?;
    for (position, (slot, what)) in found.iter_mut().zip(what).enumerate() {
        if position > 0 {
            cursor.expect_symbol(",")?;
        }
        let author = cursor.is_author();
        let (least, most) = match what {
            "bytes" => (1, if author { MOST_BYTES } else { SERVERS_BYTES }),
            "the seed" => (0, i64::from(u32::MAX)),
            "hashes" => (1, if author { MOST_HASHES } else { SERVERS_HASHES }),
            _ => (1, MOST_GRAM),
        };
        *slot = u32::try_from(cursor.integer(what, least, most, codes::SKIP_INDEX)?).unwrap_or_default();
    }
    cursor.expect_symbol(")")?;
    Ok(found)
}

fn unknown(word: &str, at: usize) -> TypeFault {
    let fault =
        TypeFault::new(codes::SKIP_INDEX, at, format!("{} is not a kind of skip index on the list", shown(word)));
    match nearest(word, KNOWN.iter().copied()) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(format!("known are {}", KNOWN.join(", "))),
    }
}

impl fmt::Display for SkipIndexKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SkipIndexKind::MinMax => f.write_str("minmax"),
            SkipIndexKind::Set(most) => write!(f, "set({most})"),
            SkipIndexKind::BloomFilter { millionths } => {
                write!(f, "bloom_filter({})", f64::from(*millionths) / MILLION)
            }
            SkipIndexKind::NgramBloomFilter { gram, bytes, hashes, seed } => {
                write!(f, "ngrambf_v1({gram}, {bytes}, {hashes}, {seed})")
            }
            SkipIndexKind::TokenBloomFilter { bytes, hashes, seed } => {
                write!(f, "tokenbf_v1({bytes}, {hashes}, {seed})")
            }
        }
    }
}
