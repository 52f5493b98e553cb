//! A place in a list of tokens, for the recursive descent of types and expressions.

use super::fault::{TextFault, shown};
use super::token::{Bounds, Flavour, Spanned, Token, tokens};
use crate::diagnostic::Code;

/// Reads tokens one after the other.
pub(crate) struct Cursor {
    tokens: Vec<Spanned>,
    next: usize,
    length: usize,
    code: Code,
    author: bool,
}

impl Cursor {
    /// Cuts a text; faults of syntax carry the code of the grammar that reads.
    pub(crate) fn over(text: &str, flavour: Flavour, bounds: Bounds, code: Code) -> Result<Cursor, TextFault> {
        Ok(Cursor { tokens: tokens(text, flavour, bounds)?, next: 0, length: text.len(), code, author: bounds.author })
    }

    /// Whether the text is a plugin's, and not a server's.
    pub(crate) fn is_author(&self) -> bool {
        self.author
    }

    pub(crate) fn peek(&self) -> Option<&Token> {
        self.peek_after(0)
    }

    /// The token that stands so many after the next one.
    pub(crate) fn peek_after(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.next + ahead).map(|spanned| &spanned.token)
    }

    pub(crate) fn advance(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).map(|spanned| spanned.token.clone());
        self.next += usize::from(token.is_some());
        token
    }

    /// Where the cursor stands, to come back to with [`Cursor::reset`].
    pub(crate) fn mark(&self) -> usize {
        self.next
    }

    pub(crate) fn reset(&mut self, mark: usize) {
        self.next = mark;
    }

    pub(crate) fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.length, |spanned| spanned.at)
    }

    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Some(Token::Symbol(found)) if *found == symbol)
    }

    pub(crate) fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        self.next += usize::from(found);
        found
    }

    pub(crate) fn expect_symbol(&mut self, symbol: &str) -> Result<(), TextFault> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(self.wanted(&format!("`{symbol}`"))) }
    }

    /// Whether these words, in any case, come next.
    pub(crate) fn are_words(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| {
            matches!(self.peek_after(ahead), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word))
        })
    }

    pub(crate) fn take_words(&mut self, words: &[&str]) -> bool {
        let found = self.are_words(words);
        if found {
            self.next += words.len();
        }
        found
    }

    pub(crate) fn expect_word(&mut self, word: &str) -> Result<(), TextFault> {
        if self.take_words(&[word]) { Ok(()) } else { Err(self.wanted(&format!("`{word}`"))) }
    }

    /// A word, as written.
    pub(crate) fn word(&mut self, what: &str) -> Result<String, TextFault> {
        match self.peek() {
            Some(Token::Word(word)) => {
                let word = word.clone();
                self.next += 1;
                Ok(word)
            }
            _ => Err(self.wanted(what)),
        }
    }

    /// A string literal.
    pub(crate) fn text(&mut self, what: &str) -> Result<String, TextFault> {
        match self.peek() {
            Some(Token::Text(text)) => {
                let text = text.clone();
                self.next += 1;
                Ok(text)
            }
            _ => Err(self.wanted(what)),
        }
    }

    /// A whole number in a range; `code` is the rule that the range belongs to.
    pub(crate) fn integer(&mut self, what: &str, least: i64, most: i64, code: Code) -> Result<i64, TextFault> {
        let at = self.at();
        let negative = self.take_symbol("-");
        let Some(Token::Number(digits)) = self.peek() else { return Err(self.wanted(what)) };
        let value = digits.parse::<i64>().ok().map(|value| if negative { -value } else { value });
        if let Some(value) = value.filter(|value| (least..=most).contains(value)) {
            self.next += 1;
            return Ok(value);
        }
        let sign = if negative { "-" } else { "" };
        let message = format!("{what} is {least} to {most}, not {}", shown(&format!("{sign}{digits}")));
        Err(TextFault::new(code, at, message))
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<(), TextFault> {
        if self.peek().is_none() { Ok(()) } else { Err(self.wanted("the end")) }
    }

    /// The fault that something else was expected here.
    pub(crate) fn wanted(&self, what: &str) -> TextFault {
        let found = match self.peek() {
            None => "the end".to_owned(),
            Some(Token::Word(word) | Token::Quoted(word) | Token::Number(word)) => shown(word),
            Some(Token::Text(text)) => format!("the string {}", shown(text)),
            Some(Token::Symbol(symbol)) => format!("`{symbol}`"),
        };
        TextFault::new(self.code, self.at(), format!("expected {what}, found {found}"))
    }

    /// A list in parentheses, which may be empty; the next token is the opening one.
    pub(crate) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Cursor) -> Result<T, TextFault>,
    ) -> Result<Vec<T>, TextFault> {
        self.expect_symbol("(")?;
        let mut found = Vec::new();
        if self.take_symbol(")") {
            return Ok(found);
        }
        loop {
            found.push(item(self)?);
            if !self.take_symbol(",") {
                self.expect_symbol(")")?;
                return Ok(found);
            }
        }
    }
}
