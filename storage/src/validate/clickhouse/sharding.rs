//! Rules of sharding keys. They hold on every deployment, with shards or without, so that a plugin that one takes is taken
//! by all.

use crate::cluster::LOCAL;
use crate::definition::clickhouse::{ColumnValue, Table};
use crate::diagnostic::codes;
use crate::expr::{BinaryOp, Expr, Literal};
use crate::name::Name;
use crate::types::clickhouse::TableEngine;
use crate::validate::Check;
use std::collections::BTreeSet;

const PATH: &str = "sharding_key";

impl Check<'_> {
    pub(super) fn sharding_rules(&mut self, table: &Table) {
        let Some(key) = &table.sharding_key else { return };
        if !is_integer(key, table) {
            let message = format!("{} is not known to be an integer", key.render(crate::expr::Dialect::ClickHouse));
            let help = "hash the column: cityHash64(user_id)";
            self.error(codes::clickhouse::SHARDING_KEY, PATH, message, help);
        }
        for name in key.columns() {
            let stored = |column: &&crate::definition::clickhouse::Column| column.name == name;
            if let Some(column) = table.columns.iter().find(stored) {
                if matches!(column.value, ColumnValue::Alias(_) | ColumnValue::Materialized(_)) {
                    let message = format!("{name} is computed on the shard, after it was decided which");
                    self.error(codes::clickhouse::SHARDING_KEY, PATH, message, "name what it is computed from");
                }
                if column.data_type.is_nullable() {
                    let message = format!("{name} is {} and a sharding key takes no null", column.data_type);
                    let help = "use a type without Nullable, with a value that means none";
                    self.error(codes::clickhouse::SHARDING_KEY, PATH, message, help);
                }
            }
        }
        let keyed: BTreeSet<Name> = table.order_by.iter().flat_map(Expr::columns).collect();
        let merges = matches!(
            table.engine,
            TableEngine::ReplacingMergeTree { .. }
                | TableEngine::CollapsingMergeTree { .. }
                | TableEngine::VersionedCollapsingMergeTree { .. }
        );
        let loose = key.columns().into_iter().find(|name| !keyed.contains(name));
        if let (true, Some(loose)) = (merges, loose) {
            let message = format!(
                "{loose} is not in order_by, so that rows which {} should merge may be on different shards",
                table.engine.name()
            );
            self.error(codes::clickhouse::SHARDING_KEY, PATH, message, "name columns of order_by only");
        }
        let name = &table.header.name.name;
        if name.as_str().len() + LOCAL.len() > Name::MOST_BYTES {
            let message =
                format!("{name}{LOCAL}, which holds a shard's rows, is longer than {} bytes", Name::MOST_BYTES);
            self.error(codes::clickhouse::LOCAL_NAME, "name", message, "give the table a shorter name");
        }
    }
}

/// Hashes of ClickHouse that give an integer, and what turns a value into one.
const INTEGERS: [&str; 22] = [
    "cityHash64",
    "sipHash64",
    "xxHash32",
    "xxHash64",
    "murmurHash3_64",
    "murmurHash3_32",
    "murmurHash2_64",
    "farmHash64",
    "metroHash64",
    "intHash32",
    "intHash64",
    "halfMD5",
    "toUInt8",
    "toUInt16",
    "toUInt32",
    "toUInt64",
    "toInt32",
    "toInt64",
    "toYYYYMM",
    "toYYYYMMDD",
    "toUnixTimestamp",
    "length",
];

fn is_integer(expr: &Expr, table: &Table) -> bool {
    match expr {
        Expr::Column(name) => {
            let of = table.columns.iter().find(|column| column.name == *name);
            // A column that is not there is told by itself.
            of.is_none_or(|column| column.data_type.is_integer())
        }
        Expr::Literal(Literal::Number(number)) => number.bytes().all(|byte| byte.is_ascii_digit()),
        Expr::Call(call) => INTEGERS.contains(&call.function.as_str()),
        Expr::Binary(left, BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Modulo, right) => {
            is_integer(left, table) && is_integer(right, table)
        }
        _ => false,
    }
}
