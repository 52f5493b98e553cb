//! Puts an expression into an engine's SQL.
//!
//! Made from the value alone: columns and unknown functions through the engine's `identifier`, texts through its
//! `literal`, types from their own `Display`. Every operand that is not one token or one bracket is put in parentheses,
//! so that no engine's precedence matters.

use super::{BinaryOp, Call, CastType, Dialect, Expr, Literal, LogicOp, State, UnaryOp, functions};
use crate::name::Name;
use crate::quote;
use crate::types::postgres;

impl BinaryOp {
    /// Whether only PostgreSQL has the operator.
    pub(super) fn is_postgres_only(self) -> bool {
        matches!(
            self,
            BinaryOp::DistinctFrom
                | BinaryOp::NotDistinctFrom
                | BinaryOp::JsonField
                | BinaryOp::JsonText
                | BinaryOp::Contains
                | BinaryOp::ContainedBy
                | BinaryOp::Matches
                | BinaryOp::MatchesAnyCase
                | BinaryOp::MatchesNot
                | BinaryOp::MatchesNotAnyCase
        )
    }

    /// Whether two values become a third of the same kind.
    pub(crate) fn is_arithmetic(self) -> bool {
        matches!(self, BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo)
    }

    /// Whether a text is compared with a regular expression.
    pub(super) fn is_match(self) -> bool {
        matches!(
            self,
            BinaryOp::Matches | BinaryOp::MatchesAnyCase | BinaryOp::MatchesNot | BinaryOp::MatchesNotAnyCase
        )
    }

    /// Whether two values are compared.
    pub(super) fn is_comparison(self) -> bool {
        matches!(
            self,
            BinaryOp::Equal
                | BinaryOp::NotEqual
                | BinaryOp::Less
                | BinaryOp::LessOrEqual
                | BinaryOp::Greater
                | BinaryOp::GreaterOrEqual
                | BinaryOp::DistinctFrom
                | BinaryOp::NotDistinctFrom
        )
    }

    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Modulo => "%",
            BinaryOp::Concat => "||",
            BinaryOp::Equal => "=",
            BinaryOp::NotEqual => "<>",
            BinaryOp::Less => "<",
            BinaryOp::LessOrEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterOrEqual => ">=",
            BinaryOp::DistinctFrom => "IS DISTINCT FROM",
            BinaryOp::NotDistinctFrom => "IS NOT DISTINCT FROM",
            BinaryOp::JsonField => "->",
            BinaryOp::JsonText => "->>",
            BinaryOp::Contains => "@>",
            BinaryOp::ContainedBy => "<@",
            BinaryOp::Matches => "~",
            BinaryOp::MatchesAnyCase => "~*",
            BinaryOp::MatchesNot => "!~",
            BinaryOp::MatchesNotAnyCase => "!~*",
        }
    }
}

impl Expr {
    /// The expression in an engine's SQL, safe to put into a statement.
    pub fn render(&self, dialect: Dialect) -> String {
        let operand = |of: &Expr| of.operand(dialect);
        let not = |negated: bool| if negated { "NOT " } else { "" };
        match self {
            Expr::Column(name) => identifier(name, dialect),
            Expr::Literal(value) => literal(value, dialect),
            Expr::Interval(interval) => format!("INTERVAL {}", quote::postgres::literal(&interval.to_string())),
            Expr::Unary(UnaryOp::Not, of) => format!("NOT {}", operand(of)),
            Expr::Unary(UnaryOp::Minus, of) => format!("- {}", operand(of)),
            Expr::Binary(left, op, right) => format!("{} {} {}", operand(left), op.symbol(), operand(right)),
            Expr::Logic(op, all) => {
                let word = if *op == LogicOp::And { " AND " } else { " OR " };
                all.iter().map(operand).collect::<Vec<_>>().join(word)
            }
            Expr::In { value, list, negated } => {
                format!("{} {}IN ({})", operand(value), not(*negated), join(list, dialect))
            }
            Expr::Quantified { value, op, all, array } => {
                let word = if *all { "ALL" } else { "ANY" };
                format!("{} {} {word} ({})", operand(value), op.symbol(), array.render(dialect))
            }
            Expr::Between { value, low, high, negated } => {
                format!("{} {}BETWEEN {} AND {}", operand(value), not(*negated), operand(low), operand(high))
            }
            Expr::Like { value, pattern, any_case, negated } => {
                let word = if *any_case { "ILIKE" } else { "LIKE" };
                format!("{} {}{word} {}", operand(value), not(*negated), operand(pattern))
            }
            Expr::Is { value, state, negated } => format!("{} IS {}{}", operand(value), not(*negated), state.word()),
            Expr::Case { operand, branches, otherwise } => {
                case(operand.as_deref(), branches, otherwise.as_deref(), dialect)
            }
            Expr::Cast(of, to) => format!("CAST({} AS {})", of.render(dialect), cast_type(to)),
            Expr::Call(of) => call(of, dialect),
            Expr::Array(parts) if dialect == Dialect::Postgres => format!("ARRAY[{}]", join(parts, dialect)),
            Expr::Array(parts) => format!("[{}]", join(parts, dialect)),
            Expr::Tuple(parts) => format!("tuple({})", join(parts, dialect)),
        }
    }

    /// In parentheses, unless it is one token or one bracket.
    fn operand(&self, dialect: Dialect) -> String {
        let alone = match self {
            Expr::Literal(Literal::Number(digits)) => !digits.starts_with('-'),
            Expr::Column(_) | Expr::Literal(_) | Expr::Call(_) | Expr::Array(_) | Expr::Tuple(_) | Expr::Cast(..) => {
                true
            }
            _ => false,
        };
        let text = self.render(dialect);
        if alone { text } else { format!("({text})") }
    }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Null => "NULL",
            State::True => "TRUE",
            State::False => "FALSE",
        }
    }
}

fn identifier(name: &Name, dialect: Dialect) -> String {
    match dialect {
        Dialect::ClickHouse => quote::clickhouse::identifier(name),
        Dialect::Postgres | Dialect::Milvus => quote::postgres::identifier(name),
    }
}

fn literal(value: &Literal, dialect: Dialect) -> String {
    match value {
        Literal::Null => "NULL".to_owned(),
        Literal::Boolean(true) => "true".to_owned(),
        Literal::Boolean(false) => "false".to_owned(),
        // Digits as our own tokenizer read them.
        Literal::Number(digits) => digits.clone(),
        Literal::Text(text) if dialect == Dialect::ClickHouse => quote::clickhouse::literal(text),
        // As the language reads one: a backslash is itself. Milvus is sent the value, never this text.
        Literal::Text(text) if dialect == Dialect::Milvus => format!("'{}'", text.replace('\'', "''")),
        Literal::Text(text) => quote::postgres::literal(text),
    }
}

fn join(parts: &[Expr], dialect: Dialect) -> String {
    parts.iter().map(|part| part.render(dialect)).collect::<Vec<_>>().join(", ")
}

fn case(operand: Option<&Expr>, branches: &[(Expr, Expr)], otherwise: Option<&Expr>, dialect: Dialect) -> String {
    let mut words = vec!["CASE".to_owned()];
    words.extend(operand.map(|operand| operand.operand(dialect)));
    for (condition, result) in branches {
        words.push(format!("WHEN {} THEN {}", condition.operand(dialect), result.operand(dialect)));
    }
    words.extend(otherwise.map(|otherwise| format!("ELSE {}", otherwise.operand(dialect))));
    words.push("END".to_owned());
    words.join(" ")
}

fn cast_type(to: &CastType) -> String {
    match to {
        CastType::Postgres(of) => of.to_string(),
        CastType::ClickHouse(of) => of.to_string(),
        // Only a server's expression holds one, and those are not sent; quoted, it could do no harm if one were.
        CastType::Foreign(of) => quote::postgres::identifier(&Name::from_server(of.clone())),
    }
}

fn call(call: &Call, dialect: Dialect) -> String {
    let arguments = join(&call.arguments, dialect);
    if dialect == Dialect::Postgres {
        if functions::is_bare(call) {
            return call.function.to_uppercase();
        }
        if let ("extract", [Expr::Literal(Literal::Text(field)), of]) =
            (call.function.as_str(), call.arguments.as_slice())
        {
            return format!("EXTRACT({} FROM {})", quote::postgres::literal(field), of.render(dialect));
        }
    }
    let listed = functions::find(dialect, &call.function).is_some_and(|(name, _)| name == call.function);
    let name =
        if listed { call.function.clone() } else { identifier(&Name::from_server(call.function.clone()), dialect) };
    let parameters =
        if call.parameters.is_empty() { String::new() } else { format!("({})", join(&call.parameters, dialect)) };
    let distinct = if call.distinct { "DISTINCT " } else { "" };
    let star = if arguments.is_empty() && call.function == "count" && dialect == Dialect::Postgres { "*" } else { "" };
    let filter = call.filter.as_ref().map(|filter| format!(" FILTER (WHERE {})", filter.render(dialect)));
    format!("{name}{parameters}({distinct}{arguments}{star}){}", filter.unwrap_or_default())
}

impl From<postgres::Type> for CastType {
    fn from(of: postgres::Type) -> Self {
        CastType::Postgres(of)
    }
}
