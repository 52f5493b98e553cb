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

/// One reason why a definition cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    fn into_contract(self) -> contract::Problem {
        contract::Problem { path: self.path, message: self.message, help: self.help }
    }
}

/// Why a definition cannot be made: one problem or several. `?` makes one of any error, with its text and its causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    #[doc(hidden)]
    pub fn into_contract(self) -> Vec<contract::Problem> {
        self.0.into_iter().map(Problem::into_contract).collect()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl FromIterator<Problem> for Problems {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Self {
        Self(problems.into_iter().collect())
    }
}

/// `Problems` itself is no `Error`: that would make two ways from it to itself.
impl<E: std::error::Error> From<E> for Problems {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message = format!("{message}: {error}");
            cause = error.source();
        }
        Problem::new("define", message).into()
    }
}

/// The values of all parameters.
pub struct Arguments(Vec<contract::Argument>);

impl Arguments {
    #[doc(hidden)]
    pub fn new(arguments: Vec<contract::Argument>) -> Self {
        Self(arguments)
    }

    fn get(&self, name: &str) -> Result<&ParameterValue, Problems> {
        let found = self.0.iter().find(|argument| argument.name == name).map(|argument| &argument.value);
        found.ok_or_else(|| {
            Problem::new(format!("parameters/{name}"), "the plugin reads a parameter that it does not describe").into()
        })
    }

    /// A number that fits `T`.
    pub fn integer<T: TryFrom<i64>>(&self, name: &str) -> Result<T, Problems> {
        match self.get(name)? {
            ParameterValue::Integer(number) => {
                T::try_from(*number).map_err(|_| wrong(name, "is outside what its use takes"))
            }
            _ => Err(wrong(name, "is not a whole number")),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self, name: &str) -> Result<bool, Problems> {
        match self.get(name)? {
            ParameterValue::Boolean(value) => Ok(*value),
            _ => Err(wrong(name, "is neither true nor false")),
        }
    }

    /// Text, or one of the choices.
    pub fn text(&self, name: &str) -> Result<&str, Problems> {
        match self.get(name)? {
            ParameterValue::Text(text) => Ok(text),
            _ => Err(wrong(name, "is not text")),
        }
    }

    /// A length of time.
    pub fn duration(&self, name: &str) -> Result<crate::Duration, Problems> {
        match self.get(name)? {
            ParameterValue::Duration(duration) => Ok(*duration),
            _ => Err(wrong(name, "is not a length of time")),
        }
    }
}

fn wrong(name: &str, message: &str) -> Problems {
    Problem::new(format!("parameters/{name}"), format!("{name} {message}")).into()
}
