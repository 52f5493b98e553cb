//! Names of ClickHouse's aggregate functions, with combinators.

/// Aggregates that the host carries out.
const FUNCTIONS: &[&str] = &[
    "any",
    "anyLast",
    "argMax",
    "argMin",
    "avg",
    "avgWeighted",
    "corr",
    "count",
    "covarPop",
    "covarSamp",
    "groupArray",
    "groupBitAnd",
    "groupBitOr",
    "groupBitXor",
    "groupUniqArray",
    "max",
    "maxMap",
    "median",
    "min",
    "minMap",
    "quantile",
    "quantileExact",
    "quantileTDigest",
    "quantileTiming",
    "quantiles",
    "quantilesExact",
    "quantilesTDigest",
    "quantilesTiming",
    "stddevPop",
    "stddevSamp",
    "sum",
    "sumMap",
    "sumWithOverflow",
    "topK",
    "uniq",
    "uniqCombined",
    "uniqCombined64",
    "uniqExact",
    "uniqHLL12",
    "varPop",
    "varSamp",
];

/// What is appended to a function's name and changes how it aggregates.
const COMBINATORS: &[&str] =
    &["If", "Array", "Map", "Distinct", "OrDefault", "OrNull", "SimpleState", "State", "MergeState", "Merge"];

/// Functions whose value of two groups follows from the values of each, which is all that is stored of them.
pub(super) const SIMPLE: &[&str] = &[
    "any",
    "anyLast",
    "groupArrayArray",
    "groupBitAnd",
    "groupBitOr",
    "groupBitXor",
    "groupUniqArrayArray",
    "max",
    "maxMap",
    "min",
    "minMap",
    "sum",
    "sumMap",
    "sumWithOverflow",
];

/// All names without combinators.
pub(crate) fn known() -> &'static [&'static str] {
    FUNCTIONS
}

/// Whether a name is an aggregate function, with up to three combinators.
pub fn is_aggregate(name: &str) -> bool {
    let mut rest = name;
    for _ in 0..=3 {
        if FUNCTIONS.contains(&rest) {
            return true;
        }
        let Some(shorter) = COMBINATORS.iter().find_map(|combinator| rest.strip_suffix(combinator)) else {
            return false;
        };
        rest = shorter;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinators_are_taken_off() {
        for name in ["sum", "avgState", "countIf", "uniqMerge", "sumArrayIf", "quantileTDigestState", "avgIfMergeState"]
        {
            assert!(is_aggregate(name), "{name}");
        }
        for name in ["", "If", "State", "sumx", "lower", "sumIfIfIfIfIf"] {
            assert!(!is_aggregate(name), "{name}");
        }
    }
}
