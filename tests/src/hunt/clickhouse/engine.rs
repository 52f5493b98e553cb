//! Engines with what their arguments need, keys and settings.

use super::{Made, plain_column, writer};
use crate::hunt::grammar::Column;
use crate::hunt::random::Random;
use whale_storage::raw::Setting;

/// Classes that a key can hold.
const KEYS: &[&str] = &[
    "u8", "u32", "u64", "i32", "i64", "b", "s", "fs", "lc", "date", "dt", "dt64", "uuid", "e", "ip4", "ip6", "wide",
    "dec",
];
const SETTINGS: &[(&str, &[&str])] = &[
    ("index_granularity", &["8192", "1024", "64"]),
    ("index_granularity_bytes", &["10485760", "1024"]),
    ("min_bytes_for_wide_part", &["0", "10485760"]),
    ("min_rows_for_wide_part", &["0", "1000"]),
    ("non_replicated_deduplication_window", &["0", "100"]),
    ("max_parts_in_total", &["100000", "1000"]),
];

/// An engine, and the columns that it needs.
pub(super) fn engine(random: &mut Random, made: &mut Made, odd: usize) {
    let name = *random.weighted(&[
        (45, "MergeTree"),
        (20, "ReplacingMergeTree"),
        (12, "SummingMergeTree"),
        (12, "AggregatingMergeTree"),
        (6, "CollapsingMergeTree"),
        (5, "VersionedCollapsingMergeTree"),
    ]);
    let mut add = |random: &mut Random, name: &str, types: &[&str], class: &'static str| {
        let data_type = if random.chance(odd) { "String" } else { *random.pick(types) };
        if !made.table.columns.iter().any(|column| column.header.name == name) {
            made.table.columns.push(plain_column(name, data_type));
            made.columns.push(Column { name: name.to_owned(), class });
        }
    };
    let versions: &[&str] = &["UInt64", "DateTime", "DateTime64(3)", "UInt32", "Date"];
    made.table.engine = match name {
        "ReplacingMergeTree" => match random.below(3) {
            0 => name.to_owned(),
            1 => {
                add(random, "version", versions, "version");
                format!("{name}(version)")
            }
            _ => {
                add(random, "version", versions, "version");
                add(random, "gone", &["UInt8"], "version");
                format!("{name}(version, gone)")
            }
        },
        "SummingMergeTree" => {
            add(random, "sum_a", &["UInt64", "Int64", "Float64", "Decimal(18, 4)"], "summed");
            add(random, "sum_b", &["UInt64", "Float64", "Nullable(Int64)"], "summed");
            (*random.pick(&[
                "SummingMergeTree",
                "SummingMergeTree(sum_a)",
                "SummingMergeTree((sum_a, sum_b))",
                "SummingMergeTree()",
            ]))
            .to_owned()
        }
        "CollapsingMergeTree" => {
            add(random, "sign", &["Int8"], "version");
            format!("{name}(sign)")
        }
        "VersionedCollapsingMergeTree" => {
            add(random, "sign", &["Int8"], "version");
            add(random, "version", versions, "version");
            format!("{name}(sign, version)")
        }
        other => other.to_owned(),
    };
}

pub(super) fn keys(random: &mut Random, made: &mut Made, odd: usize) {
    let fits: Vec<Column> = made
        .columns
        .iter()
        .filter(|column| KEYS.contains(&column.class) || odd > 0 && random.chance(odd))
        .cloned()
        .collect();
    let write = writer(&made.columns, odd);
    let keyed = writer(&fits, odd);
    let mut order_by: Vec<String> = Vec::new();
    for column in random.at_least_one(&fits, 3) {
        let key = if random.chance(75) {
            write.name(random, &column.name)
        } else {
            let class = *random.pick(&["u64", "s", "date", "u32", "dt", "u8", "i64"]);
            keyed.keyed(random, class, 1)
        };
        if !order_by.contains(&key) {
            order_by.push(key);
        }
    }
    if made.table.engine == "MergeTree" && random.chance(10) {
        order_by.clear();
    }
    if order_by.len() > 1 && random.chance(25) {
        made.table.primary_key = Some(order_by[..random.between(1, order_by.len())].to_vec());
    }
    if random.chance(40) {
        let class = *random.pick(&["u32", "u8", "date", "u32"]);
        made.table.partition_by = Some(match random.below(4) {
            0 if !fits.is_empty() => {
                let name = random.pick(&fits).name.clone();
                write.name(random, &name)
            }
            1 => format!("({}, {})", keyed.keyed(random, class, 1), keyed.keyed(random, "u8", 1)),
            _ => keyed.keyed(random, class, 1),
        });
    }
    if random.chance(10) {
        made.table.sharding_key = Some(keyed.keyed(random, "u64", 1));
    }
    if made.table.engine == "AggregatingMergeTree" && random.chance(85) {
        for column in &mut made.table.columns {
            let keyed = order_by.iter().any(|key| key.contains(&column.header.name));
            if !keyed && !column.data_type.contains("AggregateFunction") {
                let data_type = column.data_type.trim_end_matches(" NOT NULL");
                column.data_type = format!("SimpleAggregateFunction(anyLast, {data_type})");
            }
        }
    }
    made.table.order_by = order_by;
}

pub(super) fn settings(random: &mut Random, made: &mut Made) {
    if random.chance(75) {
        return;
    }
    for (name, values) in random.at_least_one(SETTINGS, 2) {
        made.table.settings.push(Setting { name: name.to_owned(), value: (*random.pick(values)).to_owned() });
    }
}
