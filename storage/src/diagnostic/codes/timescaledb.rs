//! WH04, rules of TimescaleDB.

codes! {}
