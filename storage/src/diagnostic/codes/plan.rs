//! WH07, planning.

codes! {}
