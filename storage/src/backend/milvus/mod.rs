//! milvus.
