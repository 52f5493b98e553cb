//! WH05, rules of ClickHouse.

codes! {}
