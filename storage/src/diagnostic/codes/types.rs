//! WH03, types and expressions.

codes! {}
