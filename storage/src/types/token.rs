//! Cuts text into tokens, for types and expressions of all three engines.
//!
//! The only place where quotes and escapes are read. Length and nesting are bounded before any parser runs, comments
//! are refused, and so is every character that no grammar here has a use for: `;`, `$`, `{`, `?`, `#`.

use super::fault::{TextFault, shown};
use crate::diagnostic::codes::types as codes;

/// Whose quoting rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    Postgres,
    ClickHouse,
    Milvus,
}

/// How much is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) bytes: usize,
    pub(crate) depth: usize,
    /// Whether the text is a plugin's, whose names and sizes have to be on our lists and within our bounds. A server's are
    /// taken as they are: what an older version made has to be read.
    pub(crate) author: bool,
}

/// For a plugin's text.
pub(crate) const AUTHOR: Bounds = Bounds { bytes: 4 * 1024, depth: 40, author: true };
/// For what a server says back of it, which is up to three times as deep by the server's own casts and parentheses.
/// Deeper would not fit into the stack of a thread in an unoptimised build.
pub(crate) const SERVER: Bounds = Bounds { bytes: 64 * 1024, depth: 120, author: false };

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// Unquoted, as written.
    Word(String),
    /// An identifier in quotes, without them.
    Quoted(String),
    /// A string literal, without quotes and escapes.
    Text(String),
    /// Digits, with point and exponent.
    Number(String),
    /// A bracket, a comma, an operator.
    Symbol(&'static str),
}

/// A token and its offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spanned {
    pub(crate) token: Token,
    pub(crate) at: usize,
}

/// Longer ones first.
const SYMBOLS: &[&str] = &[
    "!~~*", "!~~", "!~*", "->>", "~~*", "||", "::", "<=", ">=", "<>", "!=", "==", "->", "@>", "<@", "~~", "~*", "!~",
    "(", ")", "[", "]", ",", ".", "+", "-", "*", "/", "%", "=", "<", ">", "~",
];

/// All tokens of a text.
pub(crate) fn tokens(text: &str, flavour: Flavour, bounds: Bounds) -> Result<Vec<Spanned>, TextFault> {
    if text.len() > bounds.bytes {
        let message = format!("the text has {} bytes, at most {} are read", text.len(), bounds.bytes);
        return Err(TextFault::new(codes::EXPRESSION_SIZE, 0, message));
    }
    let mut reader = Reader { text, at: 0, flavour };
    let mut found = Vec::new();
    let mut depth = 0_usize;
    while let Some(spanned) = reader.next()? {
        match spanned.token {
            Token::Symbol("(" | "[") => depth += 1,
            Token::Symbol(")" | "]") => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > bounds.depth {
            let message = format!("more than {} brackets are open", bounds.depth);
            return Err(TextFault::new(codes::EXPRESSION_SIZE, spanned.at, message));
        }
        found.push(spanned);
    }
    Ok(found)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    flavour: Flavour,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    fn next(&mut self) -> Result<Option<Spanned>, TextFault> {
        self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
        let at = self.at;
        let rest = self.rest();
        let mut ahead = rest.chars();
        let Some(first) = ahead.next() else { return Ok(None) };
        let second = ahead.next();
        if rest.starts_with("--") || rest.starts_with("/*") {
            return Err(TextFault::new(codes::EXPRESSION_COMMENT, at, "a comment stands here").help(
                "put it into the comment of the column or the object; for minus a negative number write `- (-1)`",
            ));
        }
        let token = match first {
            'a'..='z' | 'A'..='Z' | '_' => self.word()?,
            '0'..='9' => self.number()?,
            '.' if second.is_some_and(|c| c.is_ascii_digit()) => self.number()?,
            '\'' => Token::Text(self.quoted('\'', self.flavour == Flavour::ClickHouse)?),
            '"' if self.flavour == Flavour::Milvus => Token::Text(self.quoted('"', false)?),
            '"' => Token::Quoted(self.quoted('"', self.flavour == Flavour::ClickHouse)?),
            '`' if self.flavour == Flavour::ClickHouse => Token::Quoted(self.quoted('`', true)?),
            _ => self.symbol(first)?,
        };
        Ok(Some(Spanned { token, at }))
    }

    fn word(&mut self) -> Result<Token, TextFault> {
        let at = self.at;
        let word = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        if !self.rest().starts_with('\'') {
            return Ok(Token::Word(word.to_owned()));
        }
        match (self.flavour, word) {
            (Flavour::Postgres, "E" | "e") => Ok(Token::Text(self.quoted('\'', true)?)),
            (_, word) if word.len() == 1 => Err(TextFault::new(codes::EXPRESSION_REFUSED, at, "a string has a prefix")
                .help("write a plain string, `'..'`")),
            _ => Ok(Token::Word(word.to_owned())),
        }
    }

    fn number(&mut self) -> Result<Token, TextFault> {
        let at = self.at;
        self.take_while(|c| c.is_ascii_digit());
        if self.rest().starts_with('.') {
            self.at += 1;
            self.take_while(|c| c.is_ascii_digit());
        }
        let mut ahead = self.rest().chars();
        if matches!(ahead.next(), Some('e' | 'E')) {
            let signed = matches!(ahead.next(), Some('+' | '-'));
            self.at += 1 + usize::from(signed);
            if self.take_while(|c| c.is_ascii_digit()).is_empty() {
                return Err(self.bad_number(at));
            }
        }
        if self.rest().starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return Err(self.bad_number(at));
        }
        Ok(Token::Number(self.text.get(at..self.at).unwrap_or("").to_owned()))
    }

    fn bad_number(&self, at: usize) -> TextFault {
        let text = self.text.get(at..).unwrap_or("");
        TextFault::new(codes::EXPRESSION_SYNTAX, at, format!("{} is not a number", shown(text)))
            .help("write it in decimal: `10`, `1.5`, `1e6`")
    }

    /// Reads to the closing mark; a doubled mark stands for itself.
    fn quoted(&mut self, mark: char, escapes: bool) -> Result<String, TextFault> {
        let opened = self.at;
        let mut out = String::new();
        let mut ahead = self.rest().char_indices().skip(1).peekable();
        while let Some((offset, c)) = ahead.next() {
            match c {
                '\0' => {
                    return Err(TextFault::new(codes::EXPRESSION_SYNTAX, opened + offset, "a NUL stands in quotes"));
                }
                c if c == mark => match ahead.peek() {
                    Some((_, again)) if *again == mark => {
                        ahead.next();
                        out.push(mark);
                    }
                    _ => {
                        self.at = opened + offset + mark.len_utf8();
                        return Ok(out);
                    }
                },
                '\\' if escapes => {
                    let Some((_, letter)) = ahead.next() else { break };
                    self.escape(letter, opened + offset, &mut out)?;
                }
                c => out.push(c),
            }
        }
        Err(TextFault::new(codes::EXPRESSION_SYNTAX, opened, format!("a {mark} is never closed")))
    }

    fn escape(&self, letter: char, at: usize, out: &mut String) -> Result<(), TextFault> {
        match letter {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            '\\' | '\'' | '"' | '`' => out.push(letter),
            '0' if self.flavour == Flavour::ClickHouse => out.push('\0'),
            'a' if self.flavour == Flavour::ClickHouse => out.push('\u{7}'),
            'v' if self.flavour == Flavour::ClickHouse => out.push('\u{b}'),
            'e' if self.flavour == Flavour::ClickHouse => out.push('\u{1b}'),
            '/' | '=' if self.flavour == Flavour::ClickHouse => out.push(letter),
            // ClickHouse keeps the backslash of an escape that it does not know, so that `'\d'` and `'\%'` are patterns.
            c if self.flavour == Flavour::ClickHouse && !matches!(c, 'x' | 'N') => out.extend(['\\', c]),
            _ => {
                return Err(TextFault::new(codes::EXPRESSION_REFUSED, at, "an escape is not of the language")
                    .help("write the character itself, or `\\\\` for a backslash"));
            }
        }
        Ok(())
    }

    fn symbol(&mut self, first: char) -> Result<Token, TextFault> {
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol)) {
            self.at += symbol.len();
            return Ok(Token::Symbol(symbol));
        }
        let fault = |message: String| TextFault::new(codes::EXPRESSION_REFUSED, self.at, message);
        Err(match first {
            ';' => fault("a statement ends here".to_owned()).help("write one expression, without `;`"),
            // Operators of jsonb, which a client could take for a placeholder, and of which none makes a comment.
            '?' | '#' if self.flavour == Flavour::Postgres => {
                let operator: String = self.rest().chars().take_while(|c| "?#|&->@".contains(*c)).take(3).collect();
                fault(format!("the operator `{operator}` is not on the list"))
                    .help("for jsonb `->`, `->>`, `@>` and `<@` are: `meta -> 'a' is not null`, `meta -> 'a' ->> 'b'`")
            }
            '$' | '?' | '{' | ':' => fault(format!("{first:?} begins a placeholder"))
                .help("write the value itself; parameters are put in by the plugin"),
            '#' => TextFault::new(codes::EXPRESSION_COMMENT, self.at, "a comment stands here"),
            _ => fault(format!("{first:?} is not of the language")),
        })
    }
}

#[cfg(test)]
mod tests;
