//! WH01, a plugin's file, its load and its calls.

codes! {}
