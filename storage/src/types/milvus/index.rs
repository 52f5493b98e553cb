//! Kinds of Milvus indexes: since when, on which fields, with which metrics and parameters.
//!
//! Milvus 2.3 accepts parameters out of range when an index is made and fails when it builds it, so the ranges stand
//! here.

use super::{Type, Version};
use crate::diagnostic::codes::types as codes;
use crate::types::{TypeFault, nearest, shown};
use std::fmt;

/// How near two vectors are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variants carry Milvus' own names")]
pub enum Metric {
    L2,
    Ip,
    Cosine,
    Hamming,
    Jaccard,
}

/// A kind of index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variants carry Milvus' own names")]
pub enum IndexKind {
    AutoIndex,
    Flat,
    IvfFlat,
    IvfSq8,
    IvfPq,
    Hnsw,
    HnswSq,
    Scann,
    DiskAnn,
    IvfRabitq,
    BinFlat,
    BinIvfFlat,
    SparseInvertedIndex,
    SparseWand,
    Trie,
    StlSort,
    Inverted,
    Bitmap,
    Ngram,
}

/// A build parameter of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, as Milvus writes it.
    pub name: &'static str,
    /// What it takes.
    pub values: Values,
    /// Which servers cannot build an index without it.
    pub needed: Needed,
}

/// Which servers need a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    /// None.
    Never,
    /// Those before 2.5, which know no value of their own.
    Before25,
    /// All.
    Always,
}

impl Needed {
    /// Whether a server of this version needs it.
    pub fn by(self, version: Version) -> bool {
        match self {
            Needed::Never => false,
            Needed::Before25 => version < (2, 5),
            Needed::Always => true,
        }
    }
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// A whole number, both bounds included.
    Integer(u32, u32),
    /// One of these words.
    Choice(&'static [&'static str]),
}

const fn integer(name: &'static str, least: u32, most: u32) -> Parameter {
    Parameter { name, values: Values::Integer(least, most), needed: Needed::Never }
}

/// One that servers before 2.5 do not do without: the collection would stay without its index.
const fn wanted(name: &'static str, least: u32, most: u32) -> Parameter {
    Parameter { name, values: Values::Integer(least, most), needed: Needed::Before25 }
}

const NLIST: Parameter = wanted("nlist", 1, 65_536);
// Milvus takes 2,048 neighbours, which are 16 KiB for each vector, and any number of candidates.
const HNSW: &[Parameter] = &[wanted("M", 2, 256), wanted("efConstruction", 1, 4_096)];
const HNSW_SQ: &[Parameter] = &[
    integer("M", 2, 256),
    integer("efConstruction", 1, 4_096),
    Parameter { name: "sq_type", values: Values::Choice(&["SQ6", "SQ8", "BF16", "FP16"]), needed: Needed::Never },
];
// A codebook has two to the power of `nbits` centroids.
const IVF_PQ: &[Parameter] = &[
    NLIST,
    Parameter { name: "m", values: Values::Integer(1, 65_536), needed: Needed::Always },
    integer("nbits", 1, 12),
];
const SCANN: &[Parameter] =
    &[NLIST, Parameter { name: "with_raw_data", values: Values::Choice(&["true", "false"]), needed: Needed::Never }];
const NGRAM: &[Parameter] = &[
    Parameter { name: "min_gram", values: Values::Integer(1, 32), needed: Needed::Always },
    Parameter { name: "max_gram", values: Values::Integer(1, 32), needed: Needed::Always },
];

impl IndexKind {
    /// All kinds.
    pub const ALL: [IndexKind; 19] = [
        IndexKind::AutoIndex,
        IndexKind::Flat,
        IndexKind::IvfFlat,
        IndexKind::IvfSq8,
        IndexKind::IvfPq,
        IndexKind::Hnsw,
        IndexKind::HnswSq,
        IndexKind::Scann,
        IndexKind::DiskAnn,
        IndexKind::IvfRabitq,
        IndexKind::BinFlat,
        IndexKind::BinIvfFlat,
        IndexKind::SparseInvertedIndex,
        IndexKind::SparseWand,
        IndexKind::Trie,
        IndexKind::StlSort,
        IndexKind::Inverted,
        IndexKind::Bitmap,
        IndexKind::Ngram,
    ];

    /// Reads a kind, in any case.
    pub fn parse(text: &str) -> Result<IndexKind, TypeFault> {
        find(text, "a kind of index", &Self::ALL, IndexKind::name)
    }

    /// Milvus' name.
    pub fn name(self) -> &'static str {
        match self {
            IndexKind::AutoIndex => "AUTOINDEX",
            IndexKind::Flat => "FLAT",
            IndexKind::IvfFlat => "IVF_FLAT",
            IndexKind::IvfSq8 => "IVF_SQ8",
            IndexKind::IvfPq => "IVF_PQ",
            IndexKind::Hnsw => "HNSW",
            IndexKind::HnswSq => "HNSW_SQ",
            IndexKind::Scann => "SCANN",
            IndexKind::DiskAnn => "DISKANN",
            IndexKind::IvfRabitq => "IVF_RABITQ",
            IndexKind::BinFlat => "BIN_FLAT",
            IndexKind::BinIvfFlat => "BIN_IVF_FLAT",
            IndexKind::SparseInvertedIndex => "SPARSE_INVERTED_INDEX",
            IndexKind::SparseWand => "SPARSE_WAND",
            IndexKind::Trie => "Trie",
            IndexKind::StlSort => "STL_SORT",
            IndexKind::Inverted => "INVERTED",
            IndexKind::Bitmap => "BITMAP",
            IndexKind::Ngram => "NGRAM",
        }
    }

    /// The first version of Milvus that has the kind.
    pub fn since(self) -> Version {
        match self {
            IndexKind::SparseInvertedIndex | IndexKind::SparseWand | IndexKind::Inverted => (2, 4),
            IndexKind::HnswSq | IndexKind::Bitmap => (2, 5),
            IndexKind::IvfRabitq | IndexKind::Ngram => (2, 6),
            _ => (2, 3),
        }
    }

    /// Whether the kind is for vectors. `AUTOINDEX` is for both.
    pub fn is_vector(self) -> bool {
        !matches!(
            self,
            IndexKind::Trie | IndexKind::StlSort | IndexKind::Inverted | IndexKind::Bitmap | IndexKind::Ngram
        )
    }

    /// Whether the kind works on a field of this type.
    pub fn fits(self, field: &Type) -> bool {
        match self {
            IndexKind::AutoIndex => !matches!(field, Type::Json | Type::Array(..)),
            IndexKind::Flat | IndexKind::IvfFlat | IndexKind::IvfSq8 | IndexKind::IvfPq | IndexKind::Scann => {
                field.is_dense() && !matches!(field, Type::Int8Vector(_))
            }
            IndexKind::Hnsw | IndexKind::HnswSq => field.is_dense(),
            IndexKind::DiskAnn | IndexKind::IvfRabitq => field.is_dense() && !matches!(field, Type::Int8Vector(_)),
            IndexKind::BinFlat | IndexKind::BinIvfFlat => matches!(field, Type::BinaryVector(_)),
            IndexKind::SparseInvertedIndex | IndexKind::SparseWand => *field == Type::SparseFloatVector,
            IndexKind::Trie | IndexKind::Ngram => matches!(field, Type::Varchar(_)),
            IndexKind::StlSort => field.is_number(),
            IndexKind::Inverted => match field {
                Type::Array(of, _) => self.fits(of),
                other => other.is_number() || matches!(other, Type::Bool | Type::Varchar(_)),
            },
            IndexKind::Bitmap => match field {
                Type::Array(of, _) => self.fits(of),
                other => other.is_integer() || matches!(other, Type::Bool | Type::Varchar(_)),
            },
        }
    }

    /// Build parameters that the kind takes.
    pub fn parameters(self) -> &'static [Parameter] {
        match self {
            IndexKind::IvfFlat | IndexKind::IvfSq8 | IndexKind::BinIvfFlat | IndexKind::IvfRabitq => &[NLIST],
            IndexKind::IvfPq => IVF_PQ,
            IndexKind::Hnsw => HNSW,
            IndexKind::HnswSq => HNSW_SQ,
            IndexKind::Scann => SCANN,
            IndexKind::Ngram => NGRAM,
            _ => &[],
        }
    }

    /// Checks one parameter and gives its canonical value.
    pub fn parameter(self, name: &str, value: &str) -> Result<String, TypeFault> {
        let fault = |message: String| TypeFault::new(codes::VECTOR_INDEX, 0, message);
        let Some(parameter) = self.parameters().iter().find(|parameter| parameter.name == name) else {
            let names: Vec<&str> = self.parameters().iter().map(|parameter| parameter.name).collect();
            let unknown = fault(format!("{} has no parameter {}", self.name(), shown(name)));
            return Err(match nearest(name, names.iter().copied()) {
                Some(near) => unknown.help(format!("did you mean `{near}`?")),
                None if names.is_empty() => unknown.help("it takes none"),
                None => unknown.help(format!("it takes {}", names.join(", "))),
            });
        };
        match parameter.values {
            Values::Integer(least, most) => match value.parse::<u32>() {
                Ok(number) if (least..=most).contains(&number) => Ok(number.to_string()),
                _ => Err(fault(format!("`{name}` of {} is {least} to {most}, not {}", self.name(), shown(value)))),
            },
            Values::Choice(words) => match words.iter().find(|word| word.eq_ignore_ascii_case(value)) {
                Some(word) => Ok((*word).to_owned()),
                None => Err(fault(format!(
                    "`{name}` of {} is one of {}, not {}",
                    self.name(),
                    words.join(", "),
                    shown(value)
                ))),
            },
        }
    }
}

impl Metric {
    /// All metrics.
    pub const ALL: [Metric; 5] = [Metric::L2, Metric::Ip, Metric::Cosine, Metric::Hamming, Metric::Jaccard];

    /// Reads a metric, in any case.
    pub fn parse(text: &str) -> Result<Metric, TypeFault> {
        find(text, "a metric", &Self::ALL, Metric::name)
    }

    /// Milvus' name.
    pub fn name(self) -> &'static str {
        match self {
            Metric::L2 => "L2",
            Metric::Ip => "IP",
            Metric::Cosine => "COSINE",
            Metric::Hamming => "HAMMING",
            Metric::Jaccard => "JACCARD",
        }
    }

    /// The first version of Milvus that has the metric.
    pub fn since(self) -> Version {
        (2, 3)
    }

    /// Whether the metric compares vectors of this type.
    pub fn fits(self, field: &Type) -> bool {
        match self {
            Metric::L2 | Metric::Cosine => field.is_dense(),
            Metric::Ip => field.is_dense() || *field == Type::SparseFloatVector,
            Metric::Hamming | Metric::Jaccard => matches!(field, Type::BinaryVector(_)),
        }
    }
}

fn find<T: Copy>(text: &str, what: &str, all: &[T], name: impl Fn(T) -> &'static str) -> Result<T, TypeFault> {
    if let Some(found) = all.iter().copied().find(|one| name(*one).eq_ignore_ascii_case(text)) {
        return Ok(found);
    }
    let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
    let fault = TypeFault::new(codes::VECTOR_INDEX, 0, format!("{} is not {what} on the list", shown(text)));
    Err(match nearest(text, names.iter().copied()) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(format!("known are {}", names.join(", "))),
    })
}

impl fmt::Display for IndexKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogues_index_is_taken() {
        let kind = IndexKind::parse("HNSW").unwrap();
        let field = Type::parse("FLOAT_VECTOR(1536)").unwrap();
        assert!(kind.fits(&field) && Metric::parse("cosine").unwrap().fits(&field));
        assert_eq!(kind.parameter("M", "16").unwrap(), "16");
        assert_eq!(kind.parameter("efConstruction", "0200").unwrap(), "200");
        assert_eq!(kind.since(), (2, 3));
    }

    #[test]
    fn parameters_out_of_range_are_refused() {
        for (kind, name, value) in [
            ("HNSW", "M", "1"),
            ("HNSW", "M", "257"),
            ("HNSW", "efConstruction", "4097"),
            ("IVF_PQ", "nbits", "13"),
            ("NGRAM", "max_gram", "33"),
            ("HNSW", "M", "x"),
            ("HNSW", "M", "-1"),
            ("HNSW", "efConstruction", "0"),
            ("HNSW", "nlist", "10"),
            ("IVF_FLAT", "nlist", "65537"),
            ("IVF_FLAT", "nlist", ""),
            ("FLAT", "nlist", "1"),
            ("HNSW_SQ", "sq_type", "SQ9"),
        ] {
            let fault = IndexKind::parse(kind).unwrap().parameter(name, value).unwrap_err();
            assert_eq!(fault.code, codes::VECTOR_INDEX, "{kind} {name}={value}");
        }
        let help = IndexKind::Hnsw.parameter("efConstructon", "10").unwrap_err().help;
        assert_eq!(help.as_deref(), Some("did you mean `efConstruction`?"));
        assert_eq!(IndexKind::parse("HSNW").unwrap_err().help.as_deref(), Some("did you mean `HNSW`?"));
    }

    #[test]
    fn kinds_fit_their_fields_only() {
        let field = |text: &str| Type::parse(text).unwrap();
        assert!(!IndexKind::Hnsw.fits(&field("BINARY_VECTOR(8)")));
        assert!(IndexKind::BinFlat.fits(&field("BINARY_VECTOR(8)")));
        assert!(IndexKind::Trie.fits(&field("VARCHAR(10)")) && !IndexKind::Trie.fits(&field("INT64")));
        assert!(IndexKind::StlSort.fits(&field("INT64")) && !IndexKind::StlSort.fits(&field("VARCHAR(10)")));
        assert!(IndexKind::Inverted.fits(&field("ARRAY(INT64, 8)")) && !IndexKind::Inverted.fits(&field("JSON")));
        assert!(Metric::Ip.fits(&field("SPARSE_FLOAT_VECTOR")) && !Metric::L2.fits(&field("SPARSE_FLOAT_VECTOR")));
        assert!(Metric::Hamming.fits(&field("BINARY_VECTOR(8)")) && !Metric::Cosine.fits(&field("BINARY_VECTOR(8)")));
    }
}
