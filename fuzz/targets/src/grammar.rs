//! Draws expressions of the language from bytes: most of them are taken, and few have parentheses, so that it matters
//! how tightly operators bind.
//!
//! Each has a type of its own, over the columns `a`, `b` (whole numbers), `t`, `s` (texts), `f`, `g` (truths): an engine
//! can carry it out. Where the bytes end, the first choice is taken, which is a column.

use arbitrary::Unstructured;
use whale_storage::expr::Dialect;

/// What an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// True or false.
    Truth,
    /// A text.
    Text,
}

/// An expression of any kind.
pub fn expression(bytes: &mut Unstructured<'_>, dialect: Dialect) -> String {
    let kind = [Kind::Number, Kind::Truth, Kind::Text][pick(bytes, 3)];
    of_kind(bytes, dialect, kind)
}

/// An expression of one kind.
pub fn of_kind(bytes: &mut Unstructured<'_>, dialect: Dialect, kind: Kind) -> String {
    let mut grammar = Grammar { bytes, dialect, left: 24 };
    grammar.any(kind)
}

/// One of so many; the first where the bytes have ended.
fn pick(bytes: &mut Unstructured<'_>, of: usize) -> usize {
    bytes.int_in_range(0..=of - 1).unwrap_or(0)
}

/// No zero: ClickHouse makes `0` of `-0`.
const NUMBERS: [&str; 6] = ["1", "10", "7", "2.5", "1e3", "-3"];
const TEXTS: [&str; 8] = ["''", "'x'", "'it''s'", "'100%'", "'a_c'", "'--'", "';'", "'表'"];
const SUMS: [&str; 5] = ["+", "-", "*", "/", "%"];
const COMPARISONS: [&str; 7] = ["=", "<>", "<", "<=", ">", ">=", "!="];

struct Grammar<'a, 'b> {
    bytes: &'a mut Unstructured<'b>,
    dialect: Dialect,
    /// So many nodes may still be made.
    left: u32,
}

impl Grammar<'_, '_> {
    fn pick(&mut self, of: usize) -> usize {
        pick(self.bytes, of)
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.pick(all.len())]
    }

    fn is_postgres(&self) -> bool {
        self.dialect == Dialect::Postgres
    }

    fn any(&mut self, kind: Kind) -> String {
        self.left = self.left.saturating_sub(1);
        let leaf = self.left == 0;
        match kind {
            Kind::Number if leaf => self.of(&["a", "b"]).to_owned(),
            Kind::Truth if leaf => self.of(&["f", "g"]).to_owned(),
            Kind::Text if leaf => self.of(&["t", "s"]).to_owned(),
            Kind::Number => self.number(),
            Kind::Truth => self.truth(),
            Kind::Text => self.text(),
        }
    }

    fn number(&mut self) -> String {
        match self.pick(10) {
            0 => self.of(&["a", "b"]).to_owned(),
            1 => self.of(&NUMBERS).to_owned(),
            2 => format!("- {}", self.any(Kind::Number)),
            3 => format!("({})", self.any(Kind::Number)),
            4 => self.case(Kind::Number),
            5 => self.cast(),
            6 => {
                let (call, one) = (self.of(&["abs", "coalesce", "length"]), self.pick(2) == 0);
                match call {
                    "length" => format!("length({})", self.any(Kind::Text)),
                    "abs" => format!("abs({})", self.any(Kind::Number)),
                    _ if one => format!("coalesce({})", self.any(Kind::Number)),
                    _ => format!("coalesce({}, {})", self.any(Kind::Number), self.any(Kind::Number)),
                }
            }
            _ => {
                let left = self.any(Kind::Number);
                format!("{left} {} {}", self.of(&SUMS), self.any(Kind::Number))
            }
        }
    }

    fn cast(&mut self) -> String {
        let (short, long) =
            if self.is_postgres() { ("bigint", "numeric(20,3)") } else { ("Int64", "Nullable(Float64)") };
        let to = if self.pick(2) == 0 { short } else { long };
        let short = self.pick(2) == 0;
        if short && self.is_postgres() {
            format!("{}::{to}", self.any(Kind::Number))
        } else if short {
            // Of `7::Int64` ClickHouse makes a cast of the text `'7'`.
            format!("{}::{to}", self.of(&["a", "b"]))
        } else {
            format!("cast({} as {to})", self.any(Kind::Number))
        }
    }

    fn truth(&mut self) -> String {
        match self.pick(14) {
            0 => self.of(&["f", "g"]).to_owned(),
            1 => self.of(&["true", "false"]).to_owned(),
            2 => format!("not {}", self.any(Kind::Truth)),
            3 => format!("({})", self.any(Kind::Truth)),
            4 => format!("{} is {}null", self.any(Kind::Number), self.of(&["", "not "])),
            5 => self.between(),
            6 => self.one_of(),
            7 => format!("{} {}{} {}", self.any(Kind::Text), self.of(&["", "not "]), self.like(), self.of(&TEXTS)),
            8 if self.is_postgres() => {
                format!("{} is {}{}", self.any(Kind::Truth), self.of(&["", "not "]), self.of(&["true", "false"]))
            }
            9 if self.is_postgres() => {
                let not = self.of(&["", "not "]);
                format!("{} is {not}distinct from {}", self.any(Kind::Number), self.any(Kind::Number))
            }
            8 | 10 => {
                let left = self.any(Kind::Text);
                format!("{left} {} {}", self.of(&COMPARISONS), self.any(Kind::Text))
            }
            9 | 11 => {
                let left = self.any(Kind::Number);
                format!("{left} {} {}", self.of(&COMPARISONS), self.any(Kind::Number))
            }
            _ => format!("{} {} {}", self.any(Kind::Truth), self.of(&["and", "or"]), self.any(Kind::Truth)),
        }
    }

    fn like(&mut self) -> &'static str {
        self.of(&["like", "ilike"])
    }

    fn between(&mut self) -> String {
        let not = self.of(&["", "not "]);
        let (value, low) = (self.any(Kind::Number), self.any(Kind::Number));
        format!("{value} {not}between {low} and {}", self.any(Kind::Number))
    }

    fn one_of(&mut self) -> String {
        let kind = if self.pick(2) == 0 { Kind::Number } else { Kind::Text };
        let not = self.of(&["", "not "]);
        let value = self.any(kind);
        let list: Vec<String> = (0..=self.pick(3)).map(|_| self.any(kind)).collect();
        format!("{value} {not}in ({})", list.join(", "))
    }

    fn text(&mut self) -> String {
        match self.pick(9) {
            0 => self.of(&["t", "s"]).to_owned(),
            1 => self.of(&TEXTS).to_owned(),
            2 => format!("({})", self.any(Kind::Text)),
            3 => format!("{}({})", self.of(&["lower", "upper", "reverse"]), self.any(Kind::Text)),
            4 => format!("substring({}, {}, {})", self.any(Kind::Text), self.of(&["1", "2"]), self.of(&["0", "3"])),
            5 => self.case(Kind::Text),
            6 => format!("concat({}, {})", self.any(Kind::Text), self.any(Kind::Text)),
            _ => format!("{} || {}", self.any(Kind::Text), self.any(Kind::Text)),
        }
    }

    fn case(&mut self, kind: Kind) -> String {
        let operand = self.pick(2) == 1;
        let mut words = vec!["case".to_owned()];
        if operand {
            words.push(self.any(Kind::Number));
        }
        for _ in 0..=self.pick(2) {
            let when = self.any(if operand { Kind::Number } else { Kind::Truth });
            words.push(format!("when {when} then {}", self.any(kind)));
        }
        if self.pick(2) == 0 {
            words.push(format!("else {}", self.any(kind)));
        }
        words.push("end".to_owned());
        words.join(" ")
    }
}
