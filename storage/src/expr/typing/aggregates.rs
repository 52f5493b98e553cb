//! What the aggregates of ClickHouse take, behind their combinators.

use super::Found;
use super::clickhouse::{ENUM, INTEGERS, MAP, NUMBERS, STATE, TIMES, TRUTH, TUPLE, aggregate};
use crate::expr::kinds::Kinds;
use crate::types::clickhouse::{known_aggregates, makes_state};

/// What every value of an aggregate may be.
fn values(name: &str) -> Kinds {
    match name {
        "sum" | "sumWithOverflow" | "stddevPop" | "stddevSamp" | "varPop" | "varSamp" => NUMBERS.or(ENUM),
        "avg" | "median" => NUMBERS.or(TIMES),
        "avgWeighted" | "corr" | "covarPop" | "covarSamp" => NUMBERS,
        "groupBitAnd" | "groupBitOr" | "groupBitXor" => INTEGERS,
        "sumMap" | "minMap" | "maxMap" => MAP.or(TUPLE).or(Kinds::ARRAYS),
        "min" | "max" => Kinds::ANY.without(STATE),
        name if name.starts_with("quantile") && known_aggregates().contains(&name) => NUMBERS.or(TIMES),
        _ => Kinds::ANY,
    }
}

/// What an aggregate gives, or why it does not take what it is given.
pub(super) fn called(function: &str, given: &[Found<'_>]) -> Result<Kinds, String> {
    let (mut name, mut given) = (function, given);
    loop {
        if let Some(rest) =
            name.strip_suffix("MergeState").or_else(|| name.strip_suffix("Merge")).filter(|rest| !rest.is_empty())
        {
            let state = given.first().is_none_or(|one| one.kinds.meets(STATE));
            return if state { Ok(made(function)) } else { Err(format!("`{rest}Merge` merges states")) };
        }
        let plain = ["SimpleState", "State", "OrNull", "OrDefault", "Distinct"];
        if let Some(rest) = plain.iter().find_map(|suffix| name.strip_suffix(suffix)).filter(|rest| !rest.is_empty()) {
            name = rest;
        } else if let Some(rest) = name.strip_suffix("If").filter(|rest| !rest.is_empty()) {
            let Some((condition, values)) = given.split_last() else { return Ok(made(function)) };
            if !condition.kinds.meets(TRUTH) {
                return Err(format!("the last argument of `{function}` is no condition"));
            }
            (name, given) = (rest, values);
        } else {
            break;
        }
    }
    let taken = values(name);
    match given.iter().position(|one| !one.kinds.meets(taken)) {
        Some(at) => Err(format!("argument {} of `{function}` is of a type that `{name}` does not take", at + 1)),
        None => Ok(made(function)),
    }
}

fn made(function: &str) -> Kinds {
    if makes_state(function) { STATE } else { aggregate(function) }
}
