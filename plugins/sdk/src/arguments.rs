//! Parameters that a plugin takes, and the values it gets for them.

use crate::contract::{self, IntegerRange, ParameterKind, ParameterValue};

/// Something a deployment may choose.
pub struct Parameter(pub(crate) contract::Parameter);

impl Parameter {
    fn new(name: &str, kind: ParameterKind, default: ParameterValue, summary: &str) -> Self {
        Self(contract::Parameter {
            name: name.to_owned(),
            kind,
            default_to: Some(default),
            summary: summary.to_owned(),
        })
    }

    /// A whole number in a range, both ends included.
    pub fn integer(name: &str, range: std::ops::RangeInclusive<i64>, default: i64, summary: &str) -> Self {
        let kind = ParameterKind::Integer(IntegerRange { minimum: *range.start(), maximum: *range.end() });
        Self::new(name, kind, ParameterValue::Integer(default), summary)
    }

    /// `true` or `false`.
    pub fn boolean(name: &str, default: bool, summary: &str) -> Self {
        Self::new(name, ParameterKind::Boolean, ParameterValue::Boolean(default), summary)
    }

    /// Text of at most so many bytes.
    pub fn text(name: &str, most_bytes: u32, default: &str, summary: &str) -> Self {
        Self::new(name, ParameterKind::Text(most_bytes), ParameterValue::Text(default.to_owned()), summary)
    }

    /// One of some words.
    pub fn choice(name: &str, choices: &[&str], default: &str, summary: &str) -> Self {
        let kind = ParameterKind::Choice(crate::header::texts(choices.iter().copied()));
        Self::new(name, kind, ParameterValue::Text(default.to_owned()), summary)
    }

    /// A length of time.
    pub fn duration(name: &str, default: crate::Duration, summary: &str) -> Self {
        Self::new(name, ParameterKind::Duration, ParameterValue::Duration(default), summary)
    }

    /// Takes the default away: a deployment must give a value.
    pub fn required(mut self) -> Self {
        self.0.default_to = None;
        self
    }
}

/// Why a definition cannot be made.
pub struct Problem {
    path: String,
    message: String,
    help: Option<String>,
}

impl Problem {
    /// A problem with a parameter or an object.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), help: None }
    }

    /// What to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[doc(hidden)]
    pub fn into_contract(self) -> contract::Problem {
        contract::Problem { path: self.path, message: self.message, help: self.help }
    }
}

/// The values of all parameters.
pub struct Arguments(Vec<contract::Argument>);

impl Arguments {
    #[doc(hidden)]
    pub fn new(arguments: Vec<contract::Argument>) -> Self {
        Self(arguments)
    }

    fn get(&self, name: &str) -> Result<&ParameterValue, Vec<Problem>> {
        let found = self.0.iter().find(|argument| argument.name == name).map(|argument| &argument.value);
        found.ok_or_else(|| {
            vec![Problem::new(format!("parameters/{name}"), "the plugin reads a parameter that it does not describe")]
        })
    }

    /// A number that fits `T`.
    pub fn integer<T: TryFrom<i64>>(&self, name: &str) -> Result<T, Vec<Problem>> {
        match self.get(name)? {
            ParameterValue::Integer(number) => {
                T::try_from(*number).map_err(|_| wrong(name, "is too large for its use"))
            }
            _ => Err(wrong(name, "is not a whole number")),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self, name: &str) -> Result<bool, Vec<Problem>> {
        match self.get(name)? {
            ParameterValue::Boolean(value) => Ok(*value),
            _ => Err(wrong(name, "is neither true nor false")),
        }
    }

    /// Text, or one of the choices.
    pub fn text(&self, name: &str) -> Result<&str, Vec<Problem>> {
        match self.get(name)? {
            ParameterValue::Text(text) => Ok(text),
            _ => Err(wrong(name, "is not text")),
        }
    }

    /// A length of time.
    pub fn duration(&self, name: &str) -> Result<crate::Duration, Vec<Problem>> {
        match self.get(name)? {
            ParameterValue::Duration(duration) => Ok(*duration),
            _ => Err(wrong(name, "is not a length of time")),
        }
    }
}

fn wrong(name: &str, message: &str) -> Vec<Problem> {
    vec![Problem::new(format!("parameters/{name}"), format!("{name} {message}"))]
}
