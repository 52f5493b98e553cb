//! clickhouse.
