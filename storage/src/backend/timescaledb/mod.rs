//! timescaledb.
