//! WH00, the command and its settings.

codes! {}
