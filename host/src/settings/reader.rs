//! Reads values out of parsed TOML, and notes every fault with its line: a key that is not known, a value of another
//! type. Reading goes on after a fault, so that all of them are told at once.

use std::ops::Range;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};
use whale_storage::diagnostic::{Code, Diagnostic, Diagnostics, Origin, codes::settings as codes};
use whale_storage::types::nearest;

/// A key as it stands in the file.
pub(crate) type Key<'s> = Spanned<DeString<'s>>;
/// A value as it stands in the file.
pub(crate) type Value<'s> = Spanned<DeValue<'s>>;

/// Reads one file.
pub(crate) struct Reader<'s> {
    file: String,
    source: &'s str,
    /// Faults, in the order found.
    pub(crate) found: Diagnostics,
}

impl<'s> Reader<'s> {
    /// For a file of that name.
    pub(crate) fn new(file: impl Into<String>, source: &'s str) -> Self {
        Self { file: file.into(), source, found: Diagnostics::default() }
    }

    /// The line of a place.
    pub(crate) fn origin(&self, span: Range<usize>) -> Origin {
        let before = self.source.as_bytes().get(..span.start).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        Origin { file: self.file.clone(), line: u32::try_from(line).unwrap_or(u32::MAX) }
    }

    /// Notes a fault.
    pub(crate) fn fault(&mut self, code: Code, path: &str, span: Range<usize>, message: String, help: Option<String>) {
        let mut fault = Diagnostic::error(code, path, message).at(Some(&self.origin(span)));
        fault.help = help;
        self.found.push(fault);
    }

    /// Parses the file.
    pub(crate) fn document(&mut self) -> Option<DeTable<'s>> {
        match DeTable::parse(self.source) {
            Ok(document) => Some(document.into_inner()),
            Err(error) => {
                let message = error.message().lines().collect::<Vec<_>>().join(", ");
                self.fault(codes::SETTINGS_SYNTAX, "", error.span().unwrap_or_default(), message, None);
                None
            }
        }
    }

    /// A key that is none of those.
    pub(crate) fn unknown(&mut self, section: &str, key: &Key<'_>, known: &[&str]) {
        let name = key.get_ref();
        let place = if section.is_empty() { "here".to_owned() } else { format!("in [{section}]") };
        let help = nearest(name, known.iter().copied())
            .map_or_else(|| format!("known keys: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
        self.fault(codes::UNKNOWN_KEY, section, key.span(), format!("`{name}` is not a key {place}"), Some(help));
    }

    /// A key that stands in the wrong table.
    pub(crate) fn misplaced(&mut self, section: &str, key: &Key<'_>, help: &str) {
        let place = if section.is_empty() { "here".to_owned() } else { format!("in [{section}]") };
        let message = format!("`{}` is not a key {place}", key.get_ref());
        self.fault(codes::UNKNOWN_KEY, section, key.span(), message, Some(help.to_owned()));
    }

    /// A value that has the right type and cannot be used.
    pub(crate) fn unusable(&mut self, path: &str, value: &Value<'_>, message: impl Into<String>, help: Option<String>) {
        self.fault(codes::WRONG_VALUE, path, value.span(), message.into(), help);
    }

    /// A key that cannot be used.
    pub(crate) fn wrong_key(&mut self, path: &str, key: &Key<'_>, message: String, help: &str) {
        self.fault(codes::WRONG_VALUE, path, key.span(), message, Some(help.to_owned()));
    }

    /// A table that lacks something.
    pub(crate) fn missing(&mut self, path: &str, origin: &Origin, message: &str, help: &str) {
        self.found.push(Diagnostic::error(codes::WRONG_VALUE, path, message).at(Some(origin)).help(help));
    }

    fn wrong<T>(&mut self, path: &str, value: &Value<'_>, expected: &str) -> Option<T> {
        self.wrong_as(path, value, expected, kind(value.get_ref()))
    }

    fn wrong_as<T>(&mut self, path: &str, value: &Value<'_>, expected: &str, is: &str) -> Option<T> {
        let message = format!("`{path}` takes {expected}, and this is {is}");
        self.fault(codes::WRONG_TYPE, path, value.span(), message, None);
        None
    }

    /// A table.
    pub(crate) fn table<'v, 't>(&mut self, path: &str, value: &'v Value<'t>) -> Option<&'v DeTable<'t>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => self.wrong(path, value, "a table"),
        }
    }

    /// Text.
    pub(crate) fn text(&mut self, path: &str, value: &Value<'_>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => self.wrong(path, value, "text in quotes"),
        }
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, path: &str, value: &Value<'_>) -> Option<Vec<String>> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| self.text(path, item)).collect(),
            _ => self.wrong(path, value, "a list of texts"),
        }
    }

    /// A whole number from 0.
    pub(crate) fn number(&mut self, path: &str, value: &Value<'_>) -> Option<u64> {
        match value.get_ref() {
            DeValue::Integer(number) => match u64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Some(number),
                Err(_) => self.wrong_as(path, value, "a whole number from 0", "below 0 or too large"),
            },
            _ => self.wrong(path, value, "a whole number from 0"),
        }
    }

    /// True or false.
    pub(crate) fn truth(&mut self, path: &str, value: &Value<'_>) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            _ => self.wrong(path, value, "true or false"),
        }
    }

    /// A value of a parameter, as it would be typed.
    pub(crate) fn parameter(&mut self, path: &str, value: &Value<'_>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Boolean(boolean) => Some(boolean.to_string()),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Some(number.to_string()),
                Err(_) => self.wrong(path, value, "a number of 64 bits"),
            },
            _ => self.wrong(path, value, "text, a whole number, true or false"),
        }
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
