//! Names of ClickHouse's aggregate functions, with combinators, and what their parameters may be.

use super::Type;
use crate::diagnostic::codes::types as codes;
use crate::types::cursor::Cursor;
use crate::types::token::Token;
use crate::types::{TypeFault, nearest, shown};

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
pub(super) const COMBINATORS: &[&str] =
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
    base(name).is_some()
}

/// Whether what the function gives is a state, which only the server's own functions can read.
pub(crate) fn makes_state(name: &str) -> bool {
    let ends = |combinator: &str| name.strip_suffix(combinator).is_some_and(is_aggregate);
    is_aggregate(name) && (ends("State") || ends("MergeState"))
}

/// The function without its combinators; a median is a quantile.
pub(crate) fn base(name: &str) -> Option<&'static str> {
    let mut rest = name;
    for _ in 0..=3 {
        if let Some(found) = FUNCTIONS.iter().find(|known| **known == rest) {
            return Some(if *found == "median" { "quantile" } else { found });
        }
        rest = COMBINATORS.iter().find_map(|combinator| rest.strip_suffix(combinator))?;
    }
    None
}

/// What is wrong with the parameters of a parametric aggregate: `quantiles(0.5, 0.9)`. Each is a size, or a share.
pub(crate) fn parameters(name: &str, given: &[&str]) -> Result<(), String> {
    /// Shares that one call computes.
    const MOST_SHARES: usize = 32;
    let whole = |at: usize, what: &str, least: u32, most: u32| match given.get(at) {
        None => Ok(()),
        Some(text) if text.parse::<u32>().is_ok_and(|number| (least..=most).contains(&number)) => Ok(()),
        Some(text) => Err(format!("{what} of `{name}` is {least} to {most}, not {}", shown(text))),
    };
    let taken = match base(name).unwrap_or_default() {
        "uniqCombined" | "uniqCombined64" => {
            whole(0, "the precision", 12, 20)?;
            1
        }
        "topK" => {
            whole(0, "the number of values", 1, 1_000)?;
            whole(1, "the load factor", 1, 10)?;
            2
        }
        "groupArray" | "groupUniqArray" => {
            whole(0, "the number of values", 1, 1_000_000)?;
            1
        }
        one if one.starts_with("quantile") || one == "median" => {
            let share = |text: &&str| text.parse::<f64>().is_ok_and(|share| (0.0..=1.0).contains(&share));
            if let Some(text) = given.iter().find(|text| !share(text)) {
                return Err(format!("a level of `{name}` is 0 to 1, not {}", shown(text)));
            }
            if one.starts_with("quantiles") { MOST_SHARES } else { 1 }
        }
        _ => 0,
    };
    match taken {
        taken if given.len() <= taken => Ok(()),
        0 => Err(format!("`{name}` takes no parameters")),
        taken => Err(format!("`{name}` takes at most {taken} parameters, not {}", given.len())),
    }
}

/// `SimpleAggregateFunction(..)`, behind its name.
pub(super) fn read_simple(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    cursor.expect_symbol("(")?;
    let at = cursor.at();
    let function = cursor.word("an aggregate function")?;
    if !SIMPLE.contains(&function.as_str()) {
        let message = format!("{} has no SimpleAggregateFunction", shown(&function));
        return Err(TypeFault::new(codes::TYPE_ARGUMENT, at, message)
            .help(format!("use AggregateFunction, or one of {}", SIMPLE.join(", "))));
    }
    cursor.expect_symbol(",")?;
    let of = Type::read(cursor)?;
    cursor.expect_symbol(")")?;
    if cursor.is_author()
        && let Some((message, help)) = not_its_result(&function, &of)
    {
        return Err(TypeFault::new(codes::TYPE_ARGUMENT, at, message).help(help));
    }
    Ok(Type::SimpleAggregateFunction(function, Box::new(of)))
}

/// Why a column of this type cannot hold what the function gives, and what can.
fn not_its_result(function: &str, of: &Type) -> Option<(String, &'static str)> {
    let bare = of.plain();
    // A sum of these is of a wider type.
    let narrow = match bare {
        Type::Bool | Type::Float32 => true,
        Type::Int(bits) | Type::UInt(bits) => bits.count() < 64,
        _ => false,
    };
    if function == "sum" && narrow {
        let help = "use UInt64, Int64 or Float64; or sumWithOverflow, which wraps around";
        return Some((format!("sum gives a wider type than {of}"), help));
    }
    // A function takes it off its values everywhere but outside.
    bare.holds_low_cardinality().then(|| {
        (format!("{function} gives {of} without the LowCardinality inside"), "leave LowCardinality out inside of it")
    })
}

/// `AggregateFunction(..)`, behind its name.
pub(super) fn read_state(cursor: &mut Cursor) -> Result<Type, TypeFault> {
    cursor.expect_symbol("(")?;
    // Of some functions a server writes the version of the state first.
    if !cursor.is_author() && matches!(cursor.peek(), Some(Token::Number(_))) {
        cursor.advance();
        cursor.expect_symbol(",")?;
    }
    let at = cursor.at();
    let function = cursor.word("an aggregate function")?;
    // As every server keeps it.
    let function = function.strip_prefix("median").map(|rest| format!("quantile{rest}")).unwrap_or(function);
    if !is_aggregate(&function) {
        let fault = TypeFault::new(
            codes::TYPE_ARGUMENT,
            at,
            format!("{} is not an aggregate function on the list", shown(&function)),
        );
        return Err(match nearest(&function, known().iter().copied()) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault,
        });
    }
    let given = if cursor.is_symbol("(") {
        cursor.list(|cursor| match cursor.advance() {
            Some(Token::Number(number)) => Ok(number),
            _ => Err(cursor.wanted("a number as the parameter of the function")),
        })?
    } else {
        Vec::new()
    };
    if cursor.is_author() {
        let texts: Vec<&str> = given.iter().map(String::as_str).collect();
        parameters(&function, &texts).map_err(|message| TypeFault::new(codes::TYPE_ARGUMENT, at, message))?;
    }
    let mut arguments = Vec::new();
    while cursor.take_symbol(",") {
        arguments.push(Type::read(cursor)?);
    }
    cursor.expect_symbol(")")?;
    Ok(Type::AggregateFunction { function, parameters: given, arguments })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_keeps_of_a_state_is_read() {
        let of = |text: &str| Type::parse(text).map(|of| of.to_string());
        assert_eq!(of("AggregateFunction(median, Float64)").unwrap(), "AggregateFunction(quantile, Float64)");
        let server = Type::parse_server("AggregateFunction(1, sumMap, Array(UInt64), Array(UInt64))").unwrap();
        assert_eq!(server.to_string(), "AggregateFunction(sumMap, Array(UInt64), Array(UInt64))");
        assert!(of("AggregateFunction(1, sumMap, Array(UInt64), Array(UInt64))").is_err(), "no author writes that");
    }

    #[test]
    fn a_simple_aggregate_holds_what_its_function_gives() {
        for text in [
            "sum, UInt64",
            "sum, Nullable(Float64)",
            "max, UInt8",
            "any, LowCardinality(String)",
            "sumWithOverflow, UInt8",
        ] {
            assert!(Type::parse(&format!("SimpleAggregateFunction({text})")).is_ok(), "{text}");
        }
        for text in ["sum, UInt8", "sum, Nullable(Float32)", "anyLast, Map(LowCardinality(String), String)"] {
            assert!(Type::parse(&format!("SimpleAggregateFunction({text})")).is_err(), "{text}");
        }
    }

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

    #[test]
    fn parameters_are_shares_and_sizes_within_bounds() {
        for (name, given) in [
            ("quantile", &["0.5"][..]),
            ("quantilesState", &["0.1", "0.5", "1"]),
            ("topK", &["10"]),
            ("topKIf", &["1000", "3"]),
            ("uniqCombined", &["17"]),
            ("groupArray", &["100"]),
            ("sum", &[]),
        ] {
            assert_eq!(parameters(name, given), Ok(()), "{name}");
        }
        for (name, given) in [
            ("quantile", &["1.5"][..]),
            ("quantile", &["-1"]),
            ("quantile", &["nan"]),
            ("quantile", &["0.1", "0.2"]),
            ("topK", &["65535"]),
            ("topK", &["10", "100000"]),
            ("topK", &["0"]),
            ("uniqCombined", &["21"]),
            ("uniqCombined64State", &["1e9"]),
            ("groupArray", &["1000000000"]),
            ("sum", &["1"]),
            ("quantiles", &["0.5"; 33]),
        ] {
            assert!(parameters(name, given).is_err(), "{name} {given:?}");
        }
    }

    #[test]
    fn what_gives_a_state_is_known_by_its_name() {
        assert!(makes_state("avgState") && makes_state("uniqIfState") && makes_state("avgMergeState"));
        assert!(
            !makes_state("avg") && !makes_state("avgMerge") && !makes_state("sumSimpleState") && !makes_state("State")
        );
    }
}
