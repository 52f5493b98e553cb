//! WH02, names, references and confinement.

codes! {}
