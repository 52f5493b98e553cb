//! WH08, engines.

codes! {}
