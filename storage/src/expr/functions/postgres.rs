//! Functions of PostgreSQL and TimescaleDB.

use super::growth::SMALL;
use super::{Growth, MANY, Row};

/// What a power of `numeric` can have in digits, as far as its exponent is bounded.
const POWER: Growth = Growth::Fixed(8 * 1_024);

pub(super) const IMMUTABLE: &[Row] = &[
    (
        1,
        1,
        SMALL,
        "length char_length octet_length md5 sha256 ascii to_hex jsonb_typeof jsonb_array_length json_typeof \
         json_array_length cardinality to_timestamp isfinite",
    ),
    (1, 1, Growth::Sum, "abs ceil ceiling floor sqrt ln sign lower upper initcap reverse"),
    (1, 1, POWER, "exp"),
    (1, 2, Growth::Sum, "round trunc log btrim trim ltrim rtrim"),
    (2, 2, SMALL, "strpos starts_with array_length array_position extract date_part age timezone"),
    (2, 2, Growth::Sum, "mod div left right decode array_append"),
    (2, 2, POWER, "power pow"),
    (2, 2, Growth::Largest, "nullif"),
    (2, 2, Growth::Times(4), "encode"),
    (2, 3, Growth::Sum, "substring substr"),
    (2, 3, SMALL, "date_trunc"),
    (3, 3, Growth::Replaced, "replace"),
    (3, 3, Growth::Sum, "split_part translate"),
    (3, 3, SMALL, "make_date date_bin"),
    (3, 4, Growth::PatternReplaced, "regexp_replace"),
    (1, MANY, Growth::Largest, "coalesce greatest least"),
    (2, MANY, Growth::Sum, "jsonb_extract_path jsonb_extract_path_text"),
    (2, 5, SMALL, "time_bucket"),
];
pub(super) const STABLE: &[Row] = &[
    (0, 0, SMALL, "now current_timestamp current_date localtimestamp transaction_timestamp statement_timestamp"),
    (1, 1, Growth::Times(6), "to_jsonb"),
    (2, 2, Growth::Formatted, "to_char"),
    (2, 2, SMALL, "to_date"),
    (1, MANY, Growth::Sum, "concat"),
    (2, MANY, Growth::Joined, "concat_ws"),
    (0, MANY, Growth::Times(6), "jsonb_build_object jsonb_build_array"),
];
pub(super) const VOLATILE: &[Row] = &[(0, 0, SMALL, "gen_random_uuid clock_timestamp random")];
pub(super) const AGGREGATES: &[Row] = &[
    (0, 1, SMALL, "count"),
    (
        1,
        1,
        Growth::Sum,
        "sum avg min max bool_and bool_or stddev stddev_pop stddev_samp variance var_pop var_samp bit_and bit_or",
    ),
    (2, 2, Growth::Sum, "first last corr covar_pop covar_samp regr_slope regr_intercept"),
    (4, 4, Growth::Fixed(8 * 1_024), "histogram"),
];

pub(super) const ALIASES: &[(&str, &str)] = &[
    ("current_timestamp", "now"),
    ("transaction_timestamp", "now"),
    ("trim", "btrim"),
    ("substr", "substring"),
    ("ceiling", "ceil"),
    ("char_length", "length"),
    ("character_length", "length"),
    ("pow", "power"),
];
