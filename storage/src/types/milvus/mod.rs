//! Milvus field types, and indexes on them.

mod index;

pub use index::{IndexKind, Metric, Needed, Parameter, Values};

use crate::diagnostic::codes::types as codes;
use crate::types::cursor::Cursor;
use crate::types::token::{AUTHOR, Flavour};
use crate::types::{TypeFault, nearest, shown};
use std::fmt;

/// A version of Milvus as major and minor number: what a type or an index needs.
pub type Version = (u16, u16);

/// A type of a Milvus field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variants carry Milvus' own names")]
pub enum Type {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    Float,
    Double,
    /// With the most bytes of a value.
    Varchar(u32),
    Json,
    /// Of a scalar type, with the most elements of a value.
    Array(Box<Type>, u32),
    /// With its dimension.
    FloatVector(u32),
    /// With its dimension in bits.
    BinaryVector(u32),
    /// With its dimension.
    Float16Vector(u32),
    /// With its dimension.
    BFloat16Vector(u32),
    SparseFloatVector,
    /// With its dimension.
    Int8Vector(u32),
}

const MOST_DIMENSIONS: i64 = 32_768;
const MOST_BYTES: i64 = 65_535;
const MOST_ELEMENTS: i64 = 4_096;
const KNOWN: &[&str] = &[
    "BOOL",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "FLOAT",
    "DOUBLE",
    "VARCHAR",
    "JSON",
    "ARRAY",
    "FLOAT_VECTOR",
    "BINARY_VECTOR",
    "FLOAT16_VECTOR",
    "BFLOAT16_VECTOR",
    "SPARSE_FLOAT_VECTOR",
    "INT8_VECTOR",
];

/// Every name that a definition may write.
#[cfg(test)]
pub(crate) fn known() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().copied()
}

impl Type {
    /// Reads a type: `VARCHAR(4096)`, `ARRAY(INT64, 256)`, `FLOAT_VECTOR(1536)`.
    pub fn parse(text: &str) -> Result<Type, TypeFault> {
        let mut cursor = Cursor::over(text, Flavour::Milvus, AUTHOR, codes::TYPE_SYNTAX)?;
        let found = read(&mut cursor)?;
        cursor.end()?;
        Ok(found)
    }

    /// The first version of Milvus that has the type.
    pub fn since(&self) -> Version {
        match self {
            Type::Float16Vector(_) | Type::BFloat16Vector(_) | Type::SparseFloatVector => (2, 4),
            Type::Int8Vector(_) => (2, 6),
            _ => (2, 3),
        }
    }

    /// Whether values are compared by a metric.
    pub fn is_vector(&self) -> bool {
        self.is_dense() || matches!(self, Type::BinaryVector(_) | Type::SparseFloatVector)
    }

    /// A vector with a number in every dimension.
    pub(crate) fn is_dense(&self) -> bool {
        matches!(self, Type::FloatVector(_) | Type::Float16Vector(_) | Type::BFloat16Vector(_) | Type::Int8Vector(_))
    }

    /// A whole number.
    pub fn is_integer(&self) -> bool {
        matches!(self, Type::Int8 | Type::Int16 | Type::Int32 | Type::Int64)
    }

    /// A number of any kind.
    pub fn is_number(&self) -> bool {
        self.is_integer() || matches!(self, Type::Float | Type::Double)
    }

    /// Dimensions of a vector, where the type says them.
    pub fn dimensions(&self) -> Option<u32> {
        match self {
            Type::FloatVector(dimensions) | Type::BinaryVector(dimensions) | Type::Float16Vector(dimensions) => {
                Some(*dimensions)
            }
            Type::BFloat16Vector(dimensions) | Type::Int8Vector(dimensions) => Some(*dimensions),
            _ => None,
        }
    }
}

fn read(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    let at = cursor.at();
    let word = cursor.word("a type")?;
    Ok(match word.to_ascii_uppercase().as_str() {
        "BOOL" => Type::Bool,
        "INT8" => Type::Int8,
        "INT16" => Type::Int16,
        "INT32" => Type::Int32,
        "INT64" => Type::Int64,
        "FLOAT" => Type::Float,
        "DOUBLE" => Type::Double,
        "VARCHAR" => Type::Varchar(one(cursor, "the length of a VARCHAR in bytes", 1, MOST_BYTES)?),
        "JSON" => Type::Json,
        "ARRAY" => array(cursor)?,
        "FLOAT_VECTOR" => Type::FloatVector(dimension(cursor)?),
        "BINARY_VECTOR" => binary(cursor)?,
        "FLOAT16_VECTOR" => Type::Float16Vector(dimension(cursor)?),
        "BFLOAT16_VECTOR" => Type::BFloat16Vector(dimension(cursor)?),
        "SPARSE_FLOAT_VECTOR" => Type::SparseFloatVector,
        "INT8_VECTOR" => Type::Int8Vector(dimension(cursor)?),
        _ => {
            let fault =
                TypeFault::new(codes::TYPE_UNKNOWN, at, format!("{} is not a Milvus type on the list", shown(&word)));
            return Err(match nearest(&word, KNOWN.iter().copied()) {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault.help(format!("known are {}", KNOWN.join(", "))),
            });
        }
    })
}

fn one(cursor: &mut Cursor, what: &str, least: i64, most: i64) -> Result<u32, TypeFault> {
    if !cursor.is_symbol("(") {
        let message = format!("{what} stands in brackets behind the type, and is missing");
        return Err(TypeFault::new(codes::TYPE_SYNTAX, cursor.at(), message)
            .help("such as `VARCHAR(256)`, `FLOAT_VECTOR(768)`"));
    }
    cursor.expect_symbol("(")?;
    let value = cursor.integer(what, least, most, codes::TYPE_ARGUMENT)?;
    cursor.expect_symbol(")")?;
    Ok(u32::try_from(value).unwrap_or_default())
}

fn dimension(cursor: &mut Cursor) -> Result<u32, TypeFault> {
    one(cursor, "the dimension of a vector", 2, MOST_DIMENSIONS)
}

fn binary(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    let at = cursor.at();
    let bits = one(cursor, "the dimension of a binary vector", 8, MOST_DIMENSIONS * 8)?;
    if bits % 8 != 0 {
        return Err(TypeFault::new(codes::TYPE_ARGUMENT, at, format!("{bits} bits are not whole bytes"))
            .help("the dimension of a binary vector is a multiple of 8"));
    }
    Ok(Type::BinaryVector(bits))
}

fn array(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    cursor.expect_symbol("(")?;
    let at = cursor.at();
    let of = read(cursor)?;
    if of.is_vector() || matches!(of, Type::Json | Type::Array(..)) {
        return Err(TypeFault::new(codes::TYPE_COMBINATION, at, format!("an array cannot hold `{of}`"))
            .help("arrays hold BOOL, integers, FLOAT, DOUBLE and VARCHAR"));
    }
    cursor.expect_symbol(",").map_err(|fault| fault.help("write the most elements too: `ARRAY(INT64, 256)`"))?;
    let most = cursor.integer("the most elements of an array", 1, MOST_ELEMENTS, codes::TYPE_ARGUMENT)?;
    cursor.expect_symbol(")")?;
    Ok(Type::Array(Box::new(of), u32::try_from(most).unwrap_or_default()))
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => f.write_str("BOOL"),
            Type::Int8 => f.write_str("INT8"),
            Type::Int16 => f.write_str("INT16"),
            Type::Int32 => f.write_str("INT32"),
            Type::Int64 => f.write_str("INT64"),
            Type::Float => f.write_str("FLOAT"),
            Type::Double => f.write_str("DOUBLE"),
            Type::Varchar(bytes) => write!(f, "VARCHAR({bytes})"),
            Type::Json => f.write_str("JSON"),
            Type::Array(of, most) => write!(f, "ARRAY({of}, {most})"),
            Type::FloatVector(dimensions) => write!(f, "FLOAT_VECTOR({dimensions})"),
            Type::BinaryVector(bits) => write!(f, "BINARY_VECTOR({bits})"),
            Type::Float16Vector(dimensions) => write!(f, "FLOAT16_VECTOR({dimensions})"),
            Type::BFloat16Vector(dimensions) => write!(f, "BFLOAT16_VECTOR({dimensions})"),
            Type::SparseFloatVector => f.write_str("SPARSE_FLOAT_VECTOR"),
            Type::Int8Vector(dimensions) => write!(f, "INT8_VECTOR({dimensions})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_seed_and_catalogue_are_canonical() {
        for text in [
            "INT64",
            "FLOAT_VECTOR(1536)",
            "FLOAT_VECTOR(2)",
            "VARCHAR(4096)",
            "VARCHAR(65535)",
            "VARCHAR(255)",
            "JSON",
            "FLOAT",
            "DOUBLE",
            "BOOL",
            "INT8",
            "ARRAY(INT64, 256)",
            "ARRAY(VARCHAR(64), 4096)",
            "BINARY_VECTOR(128)",
            "SPARSE_FLOAT_VECTOR",
            "FLOAT16_VECTOR(768)",
            "BFLOAT16_VECTOR(768)",
            "INT8_VECTOR(768)",
        ] {
            assert_eq!(Type::parse(text).unwrap().to_string(), text);
            assert_eq!(Type::parse(&text.to_lowercase()).unwrap().to_string(), text);
        }
        assert_eq!(Type::parse("INT8_VECTOR(8)").unwrap().since(), (2, 6));
        assert_eq!(Type::parse("SPARSE_FLOAT_VECTOR").unwrap().since(), (2, 4));
        assert_eq!(Type::parse("FLOAT_VECTOR(8)").unwrap().since(), (2, 3));
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        for (text, code) in [
            ("FLOAT_VECTOR(1)", codes::TYPE_ARGUMENT),
            ("FLOAT_VECTOR(32769)", codes::TYPE_ARGUMENT),
            ("FLOAT_VECTOR", codes::TYPE_SYNTAX),
            ("FLOAT_VECTOR(-8)", codes::TYPE_ARGUMENT),
            ("FLOAT_VECTOR(1.5)", codes::TYPE_ARGUMENT),
            ("BINARY_VECTOR(12)", codes::TYPE_ARGUMENT),
            ("VARCHAR(0)", codes::TYPE_ARGUMENT),
            ("VARCHAR(65536)", codes::TYPE_ARGUMENT),
            ("VARCHAR", codes::TYPE_SYNTAX),
            ("ARRAY(INT64)", codes::TYPE_SYNTAX),
            ("ARRAY(INT64, 4097)", codes::TYPE_ARGUMENT),
            ("ARRAY(JSON, 10)", codes::TYPE_COMBINATION),
            ("ARRAY(ARRAY(INT8, 1), 1)", codes::TYPE_COMBINATION),
            ("STRING", codes::TYPE_UNKNOWN),
            ("INT64 INT64", codes::TYPE_SYNTAX),
            ("", codes::TYPE_SYNTAX),
            ("INT64;", codes::EXPRESSION_REFUSED),
        ] {
            assert_eq!(Type::parse(text).unwrap_err().code, code, "{text}");
        }
    }
}
