//! Types, defaults, metrics and kinds of indexes in the client library's own terms, and back.
//!
//! Pure.

use crate::catalog::Fact;
use crate::definition::milvus::{Collection, Field};
use crate::expr::{Expr, Literal, UnaryOp};
use crate::raw::Consistency;
use crate::types::milvus::{IndexKind, Metric, Type};
use milvus::v2::{ConsistencyLevel, DataType, DefaultValue, FieldSchema, IndexType, MetricType};

/// A field as the client library takes it. Without its collection it is no key.
pub(super) fn field_schema(field: &Field, collection: Option<&Collection>) -> FieldSchema {
    let primary = collection.is_some_and(|collection| field.name == collection.primary_key);
    let mut schema = FieldSchema::new()
        .name(field.name.as_str())
        .description(&field.comment)
        .primary_key(primary)
        .auto_id(primary && collection.is_some_and(|collection| collection.auto_id))
        .nullable(field.nullable)
        .partition_key(field.partition_key);
    schema = match &field.data_type {
        Type::Array(of, most) => {
            bounded(schema.data_type(DataType::Array).element_type(data_type(of)).max_capacity(*most), of)
        }
        other => bounded(schema.data_type(data_type(other)), other),
    };
    match field.default.as_ref().and_then(|value| default_value(&field.data_type, value)) {
        Some(value) => schema.default_value(value),
        None => schema,
    }
}

fn bounded(schema: FieldSchema, data_type: &Type) -> FieldSchema {
    match data_type {
        Type::Varchar(bytes) => schema.max_length(*bytes),
        other => match other.dimensions() {
            Some(dimensions) => schema.dimension(dimensions),
            None => schema,
        },
    }
}

fn data_type(data_type: &Type) -> DataType {
    match data_type {
        Type::Bool => DataType::Bool,
        Type::Int8 => DataType::Int8,
        Type::Int16 => DataType::Int16,
        Type::Int32 => DataType::Int32,
        Type::Int64 => DataType::Int64,
        Type::Float => DataType::Float,
        Type::Double => DataType::Double,
        Type::Varchar(_) => DataType::VarChar,
        Type::Json => DataType::Json,
        Type::Array(..) => DataType::Array,
        Type::FloatVector(_) => DataType::FloatVector,
        Type::BinaryVector(_) => DataType::BinaryVector,
        Type::Float16Vector(_) => DataType::Float16Vector,
        Type::BFloat16Vector(_) => DataType::BFloat16Vector,
        Type::SparseFloatVector => DataType::SparseFloatVector,
        Type::Int8Vector(_) => DataType::Int8Vector,
    }
}

pub(super) fn type_fact(field: &FieldSchema) -> Fact {
    let scalar = |data_type: DataType| {
        Some(match data_type {
            DataType::Bool => Type::Bool,
            DataType::Int8 => Type::Int8,
            DataType::Int16 => Type::Int16,
            DataType::Int32 => Type::Int32,
            DataType::Int64 => Type::Int64,
            DataType::Float => Type::Float,
            DataType::Double => Type::Double,
            DataType::VarChar => Type::Varchar(field.get_max_length()),
            _ => return None,
        })
    };
    let found = match field.get_data_type() {
        DataType::Json => Some(Type::Json),
        DataType::Array => {
            field.get_element_type().and_then(scalar).map(|of| Type::Array(Box::new(of), field.get_max_capacity()))
        }
        DataType::FloatVector => Some(Type::FloatVector(field.get_dimension())),
        DataType::BinaryVector => Some(Type::BinaryVector(field.get_dimension())),
        DataType::Float16Vector => Some(Type::Float16Vector(field.get_dimension())),
        DataType::BFloat16Vector => Some(Type::BFloat16Vector(field.get_dimension())),
        DataType::SparseFloatVector => Some(Type::SparseFloatVector),
        DataType::Int8Vector => Some(Type::Int8Vector(field.get_dimension())),
        other => scalar(other),
    };
    found.map_or_else(|| Fact::Opaque(format!("{:?}", field.get_data_type())), |found| found.to_string().into())
}

/// A literal as a value of the field's type; none where it is none, which validation has refused before.
pub(super) fn default_value(data_type: &Type, value: &Expr) -> Option<DefaultValue> {
    let (negative, literal) = match value {
        Expr::Literal(literal) => (false, literal),
        Expr::Unary(UnaryOp::Minus, inner) => (true, inner.as_literal()?),
        _ => return None,
    };
    let number = |digits: &str| if negative { format!("-{digits}") } else { digits.to_owned() };
    match (data_type, literal) {
        (Type::Bool, Literal::Boolean(value)) => Some(DefaultValue::Bool(*value)),
        (Type::Int8 | Type::Int16 | Type::Int32, Literal::Number(digits)) => {
            number(digits).parse().ok().map(DefaultValue::Int32)
        }
        (Type::Int64, Literal::Number(digits)) => number(digits).parse().ok().map(DefaultValue::Int64),
        (Type::Float, Literal::Number(digits)) => number(digits).parse().ok().map(DefaultValue::Float),
        (Type::Double, Literal::Number(digits)) => number(digits).parse().ok().map(DefaultValue::Double),
        (Type::Varchar(_), Literal::Text(text)) => Some(DefaultValue::String(text.clone())),
        _ => None,
    }
}

pub(super) fn default_fact(value: &DefaultValue) -> Fact {
    match value {
        DefaultValue::Bool(value) => value.to_string().into(),
        DefaultValue::Int32(value) => value.to_string().into(),
        DefaultValue::Int64(value) => value.to_string().into(),
        DefaultValue::Float(value) => value.to_string().into(),
        DefaultValue::Double(value) => value.to_string().into(),
        DefaultValue::String(value) => format!("{value:?}").into(),
        other => Fact::Opaque(format!("{other:?}")),
    }
}

pub(super) fn consistency_of(consistency: Consistency) -> ConsistencyLevel {
    match consistency {
        Consistency::Strong => ConsistencyLevel::Strong,
        Consistency::Session => ConsistencyLevel::Session,
        Consistency::Bounded => ConsistencyLevel::Bounded,
        Consistency::Eventually => ConsistencyLevel::Eventually,
    }
}

pub(super) fn metric_of(metric: Metric) -> MetricType {
    match metric {
        Metric::L2 => MetricType::L2,
        Metric::Ip => MetricType::Ip,
        Metric::Cosine => MetricType::Cosine,
        Metric::Hamming => MetricType::Hamming,
        Metric::Jaccard => MetricType::Jaccard,
    }
}

pub(super) fn metric_fact(metric: MetricType) -> Fact {
    match Metric::ALL.into_iter().find(|known| metric_of(*known) == metric) {
        Some(known) => known.name().into(),
        None => Fact::Opaque(format!("{metric:?}")),
    }
}

/// A kind as the client library names it.
pub(super) fn index_type(kind: IndexKind) -> IndexType {
    match kind {
        IndexKind::AutoIndex => IndexType::AutoIndex,
        IndexKind::Flat => IndexType::Flat,
        IndexKind::IvfFlat => IndexType::IvfFlat,
        IndexKind::IvfSq8 => IndexType::IvfSq8,
        IndexKind::IvfPq => IndexType::IvfPq,
        IndexKind::Hnsw => IndexType::Hnsw,
        IndexKind::HnswSq => IndexType::HnswSq,
        IndexKind::Scann => IndexType::Scann,
        IndexKind::DiskAnn => IndexType::DiskAnn,
        IndexKind::IvfRabitq => IndexType::IvfRabitq,
        IndexKind::BinFlat => IndexType::BinFlat,
        IndexKind::BinIvfFlat => IndexType::BinIvfFlat,
        IndexKind::SparseInvertedIndex => IndexType::SparseInvertedIndex,
        IndexKind::SparseWand => IndexType::SparseWand,
        IndexKind::Trie => IndexType::Trie,
        IndexKind::StlSort => IndexType::StlSort,
        IndexKind::Inverted => IndexType::Inverted,
        IndexKind::Bitmap => IndexType::Bitmap,
        IndexKind::Ngram => IndexType::Ngram,
    }
}

pub(super) fn kind_of(found: IndexType) -> Option<IndexKind> {
    IndexKind::ALL.into_iter().find(|kind| index_type(*kind) == found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::super::normalize::tests::field;
    use super::*;

    #[test]
    fn every_type_survives_the_clients_terms() {
        for text in [
            "BOOL",
            "INT8",
            "INT16",
            "INT32",
            "INT64",
            "FLOAT",
            "DOUBLE",
            "VARCHAR(4096)",
            "JSON",
            "ARRAY(INT64, 256)",
            "ARRAY(VARCHAR(64), 16)",
            "FLOAT_VECTOR(1536)",
            "BINARY_VECTOR(64)",
            "FLOAT16_VECTOR(8)",
            "BFLOAT16_VECTOR(8)",
            "SPARSE_FLOAT_VECTOR",
            "INT8_VECTOR(8)",
        ] {
            assert_eq!(type_fact(&field_schema(&field("a", text), None)), Fact::from(text));
        }
        assert!(matches!(type_fact(&FieldSchema::new().data_type(DataType::Geometry)), Fact::Opaque(_)));
    }

    #[test]
    fn defaults_are_compared_as_values_of_the_field() {
        let number = |text: &str| Expr::Literal(Literal::Number(text.to_owned()));
        let fact = |data_type: &str, value: Expr| {
            default_value(&Type::parse(data_type).unwrap(), &value).map(|value| default_fact(&value))
        };
        assert_eq!(fact("FLOAT", number("0.10")), fact("FLOAT", number("1e-1")));
        assert_eq!(fact("INT64", number("-9223372036854775808")), Some("-9223372036854775808".into()));
        assert_eq!(fact("INT8", Expr::Unary(UnaryOp::Minus, Box::new(number("7")))), Some("-7".into()));
        assert_eq!(fact("VARCHAR(8)", Expr::text("a\"b")), Some("\"a\\\"b\"".into()));
        assert_eq!(fact("INT64", number("1.5")), None);
    }
}
