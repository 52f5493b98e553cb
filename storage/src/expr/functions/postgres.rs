//! Functions of PostgreSQL and TimescaleDB.

use super::{MANY, Row};

pub(super) const IMMUTABLE: &[Row] = &[
    (
        1,
        1,
        "abs ceil ceiling floor sqrt exp ln sign lower upper initcap length char_length octet_length reverse md5 \
         sha256 ascii to_hex jsonb_typeof jsonb_array_length json_typeof json_array_length cardinality \
         to_timestamp isfinite",
    ),
    (1, 2, "round trunc log btrim trim ltrim rtrim"),
    (
        2,
        2,
        "power pow mod div nullif left right strpos starts_with encode decode array_length array_position \
         array_append extract date_part age timezone",
    ),
    (2, 3, "substring substr date_trunc"),
    (3, 3, "replace split_part translate make_date date_bin"),
    (3, 4, "regexp_replace"),
    (1, MANY, "coalesce greatest least"),
    (2, MANY, "jsonb_extract_path jsonb_extract_path_text"),
    (2, 5, "time_bucket"),
];
pub(super) const STABLE: &[Row] = &[
    (0, 0, "now current_timestamp current_date localtimestamp transaction_timestamp statement_timestamp"),
    (1, 1, "to_jsonb"),
    (2, 2, "to_char to_date"),
    (1, MANY, "concat"),
    (2, MANY, "concat_ws"),
    (0, MANY, "jsonb_build_object jsonb_build_array"),
];
pub(super) const VOLATILE: &[Row] = &[(0, 0, "gen_random_uuid clock_timestamp random")];
pub(super) const AGGREGATES: &[Row] = &[
    (0, 1, "count"),
    (1, 1, "sum avg min max bool_and bool_or stddev stddev_pop stddev_samp variance var_pop var_samp bit_and bit_or"),
    (2, 2, "first last corr covar_pop covar_samp regr_slope regr_intercept"),
    (4, 4, "histogram"),
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
