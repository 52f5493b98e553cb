//! WH06, rules of Milvus.

codes! {}
