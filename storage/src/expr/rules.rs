//! What a plugin may write where.

use super::functions::{self, Function, Kind};
use super::parse::read;
use super::{Dialect, Expr, ExprFault, Literal, estimate};
use crate::diagnostic::codes::types as codes;
use crate::types::{nearest, shown};

/// The place that an expression stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clause {
    /// A default. In PostgreSQL and Milvus it names no column.
    Default,
    /// A check constraint.
    Check,
    /// A generated column; in ClickHouse one that is materialized or an alias.
    Generated,
    /// A key of an index, or what a skip index is on.
    IndexKey,
    /// Which rows an index holds.
    IndexWhere,
    /// A partition key.
    PartitionKey,
    /// A sorting or primary key, or an order of rows.
    SortKey,
    /// An output of a view or aggregate: the one place for aggregate functions.
    Select,
    /// What a view or aggregate groups by.
    GroupKey,
    /// Which rows a view or aggregate reads.
    Filter,
}

impl Clause {
    /// The most that a function in this place may depend on, aggregates apart.
    fn most(self, dialect: Dialect) -> Kind {
        match (self, dialect) {
            (Clause::Default, _) | (Clause::Generated, Dialect::ClickHouse) => Kind::Volatile,
            (Clause::Select | Clause::Filter | Clause::GroupKey, Dialect::ClickHouse) => Kind::Stable,
            _ => Kind::Immutable,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Clause::Default => "a default",
            Clause::Check => "a check",
            Clause::Generated => "a generated column",
            Clause::IndexKey => "an index key",
            Clause::IndexWhere => "the condition of an index",
            Clause::PartitionKey => "a partition key",
            Clause::SortKey => "a sorting key",
            Clause::Select => "an output column",
            Clause::GroupKey => "a group key",
            Clause::Filter => "a filter",
        }
    }

    /// Whether a row is there to take columns from.
    fn has_columns(self, dialect: Dialect) -> bool {
        !(self == Clause::Default && dialect != Dialect::ClickHouse)
    }
}

/// Reads a plugin's expression. Everything that the lists do not know is refused.
pub fn parse(text: &str, dialect: Dialect, clause: Clause) -> Result<Expr, ExprFault> {
    let found = read(text, dialect, Some(clause))?;
    estimate::check(&found, dialect)?;
    let constant = matches!(found, Expr::Literal(_));
    if dialect == Dialect::Milvus && !constant {
        return Err(ExprFault::new(codes::EXPRESSION_REFUSED, 0, "Milvus takes a literal here, not an expression"));
    }
    let keyed = matches!(clause, Clause::IndexKey | Clause::PartitionKey | Clause::SortKey);
    if keyed && found.columns().is_empty() && found != Expr::Tuple(Vec::new()) {
        let message = format!("{} names no column", clause.name());
        return Err(ExprFault::new(codes::COLUMN_PLACE, 0, message).help("a constant is the same for every row"));
    }
    if clause == Clause::Select {
        nested_aggregate(&found)?;
    }
    if matches!(found, Expr::Literal(Literal::Null)) && clause == Clause::Default {
        return Err(ExprFault::new(codes::EXPRESSION_REFUSED, 0, "a default of null is no default")
            .help("leave the default out"));
    }
    Ok(found)
}

fn nested_aggregate(expr: &Expr) -> Result<(), ExprFault> {
    let mut nested = false;
    expr.walk(&mut |part| {
        if let Expr::Call(call) = part
            && functions::is_aggregate(&call.function)
        {
            nested |= call.arguments.iter().chain(call.filter.as_deref()).any(Expr::has_aggregate);
        }
    });
    if nested {
        return Err(ExprFault::new(codes::FUNCTION_PLACE, 0, "an aggregate stands inside an aggregate"));
    }
    Ok(())
}

/// Functions of ClickHouse whose first argument is a function. Their neighbours by name do something else.
const LAMBDAS: &[&str] = &[
    "arrayAll",
    "arrayExists",
    "arrayFill",
    "arrayFilter",
    "arrayFirst",
    "arrayFirstIndex",
    "arrayFold",
    "arrayLast",
    "arrayLastIndex",
    "arrayMap",
    "arrayReverseFill",
    "arrayReverseSplit",
    "arraySplit",
    "mapApply",
    "mapFilter",
];

/// A function that a plugin calls, if it is on the list and allowed here; under the name that the engine stores.
pub(super) fn function(
    dialect: Dialect,
    clause: Clause,
    at: usize,
    name: &str,
) -> Result<(String, Function), ExprFault> {
    let Some((canonical, function)) = functions::find(dialect, name) else {
        let fault =
            ExprFault::new(codes::FUNCTION_UNKNOWN, at, format!("{} is not a function on the list", shown(name)));
        let takes_a_function = dialect == Dialect::ClickHouse && LAMBDAS.contains(&name);
        return Err(match nearest(name, functions::names(dialect)).filter(|_| !takes_a_function) {
            None if takes_a_function => fault.help("functions that take a function (`x -> ..`) cannot be called"),
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help("only listed functions are called: those whose value follows from their arguments"),
        });
    };
    if function.kind == Kind::Aggregate {
        if clause != Clause::Select {
            let message = format!("`{canonical}` is an aggregate, which cannot stand in {}", clause.name());
            return Err(ExprFault::new(codes::FUNCTION_PLACE, at, message));
        }
    } else if function.kind > clause.most(dialect) {
        let message = format!("`{canonical}` gives another value each time, which cannot stand in {}", clause.name());
        return Err(ExprFault::new(codes::FUNCTION_PLACE, at, message)
            .help("only functions whose value follows from their arguments are allowed here"));
    }
    Ok((canonical, function))
}

/// Checks how many arguments a plugin gives to a function.
pub(super) fn arity(at: usize, name: &str, function: Function, given: usize) -> Result<(), ExprFault> {
    let (least, most) = (usize::from(function.least), usize::from(function.most));
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let wanted = match (least, most) {
        (least, most) if least == most => format!("{least}"),
        (least, most) if most == usize::from(u8::MAX) => format!("at least {least}"),
        (least, most) => format!("{least} to {most}"),
    };
    Err(ExprFault::new(codes::FUNCTION_ARGUMENTS, at, format!("`{name}` takes {wanted} arguments, not {given}")))
}

/// Checks that a plugin may name a column here.
pub(super) fn column(dialect: Dialect, clause: Clause, at: usize, name: &str) -> Result<(), ExprFault> {
    if clause.has_columns(dialect) {
        return Ok(());
    }
    let message = format!("{} names the column {}", clause.name(), shown(name));
    Err(ExprFault::new(codes::COLUMN_PLACE, at, message)
        .help("a text is written in single quotes; a default has no row to read"))
}
