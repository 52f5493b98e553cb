//! Where a target's URL comes from: the settings file itself, an environment variable, a file or a command.
//!
//! Invariants: a URL that holds a secret is refused in the settings file; what a file or a command gave is never shown.

use super::reader::{Reader, Value};
use super::{Settings, address, command};
use std::path::Path;
use whale_storage::definition::Backend;
use whale_storage::file;

/// Longest file that holds a URL or the local engines' addresses, and the most that a command may write.
pub(super) const MOST_BYTES: u64 = 64 * 1024;

/// Longest file of authorities: a system's whole bundle is a quarter of a megabyte.
pub(super) const MOST_CERTIFICATES: u64 = 4 * 1024 * 1024;

/// The variable that names a file in the place of the system's authorities.
const SYSTEM_AUTHORITIES: &str = "SSL_CERT_FILE";

/// Refuses a file in the place of the system's authorities that a library would wait for, or read for ever. One that is not
/// there is that library's to tell.
pub(super) fn system_authorities(settings: &Settings) -> Result<(), String> {
    let Some(path) = settings.environment.path(SYSTEM_AUTHORITIES) else { return Ok(()) };
    match settings.files.read(&path, MOST_CERTIFICATES) {
        Err(error) if file::not_regular(&error).is_some() || file::is_too_long(&error) => {
            Err(format!("{SYSTEM_AUTHORITIES}: {}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Where a URL comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UrlSource {
    /// Stands in the file, without a password.
    Text(String),
    /// An environment variable.
    Variable(String),
    /// A file whose one line it is.
    File(String),
    /// A program with its arguments, which writes it.
    Command(Vec<String>),
}

impl UrlSource {
    /// Keys of the settings file.
    pub(super) const KEYS: [&str; 4] = ["url", "url_env", "url_file", "url_command"];

    /// Reads the value of one of the keys; there may be one of them.
    pub(super) fn read(
        reader: &mut Reader<'_>,
        backend: Backend,
        path: &str,
        key: &str,
        value: &Value<'_>,
        into: &mut Option<Self>,
    ) {
        let found = match key {
            "url_command" => reader.texts(path, value).map(Self::Command),
            "url_env" => reader.text(path, value).map(Self::Variable),
            "url_file" => reader.text(path, value).map(Self::File),
            _ => reader.text(path, value).map(Self::Text),
        };
        let Some(found) = found else { return };
        let fault = match &found {
            _ if into.is_some() => {
                Some(("the URL comes from two places", "keep one of url, url_env, url_file and url_command"))
            }
            Self::Text(url) if address::has_secret(backend, url) => Some((
                "the URL holds a password or token, and this file is no place for one",
                "put the URL into an environment variable (url_env) or a file (url_file), or have a command write it (url_command)",
            )),
            // It would be repeated as the name of what is not there.
            Self::Variable(name) | Self::File(name) if name.contains("://") => Some((
                "this is a URL, and the key takes a name",
                "url_env takes the name of an environment variable, url_file the path of a file, and either of them holds the URL",
            )),
            Self::Command(words) if words.first().is_none_or(String::is_empty) => {
                Some(("the command names no program", "write the program and its arguments, each as one text"))
            }
            _ => None,
        };
        match fault {
            Some((message, help)) => reader.unusable(path, value, message, Some(help.to_owned())),
            None => *into = Some(found),
        }
    }

    /// The URL.
    pub(super) fn url(&self, settings: &Settings) -> Result<String, String> {
        let text = match self {
            Self::Text(url) => Ok(url.clone()),
            Self::Variable(name) => {
                settings.environment.get(name).ok_or_else(|| format!("the environment variable {name} is not set"))
            }
            Self::File(path) => {
                let path = settings.beside_config(Path::new(path));
                settings.files.read_text(&path, MOST_BYTES).map_err(|error| format!("{}: {error}", path.display()))
            }
            Self::Command(words) => command::output(words, &settings.base, MOST_BYTES),
        }?;
        match text.trim() {
            "" => Err("there is no URL in it".to_owned()),
            url => Ok(url.to_owned()),
        }
    }

    /// Where the URL stands, by the name of the target's table.
    pub(super) fn place(&self, table: &str) -> String {
        match self {
            Self::Variable(name) => name.clone(),
            Self::File(path) => format!("{path} (url_file of [{table}])"),
            Self::Text(_) => format!("url of [{table}]"),
            Self::Command(_) => format!("what url_command of [{table}] writes"),
        }
    }

    /// What to do where it gives no URL.
    pub(super) fn help(&self, table: &str) -> String {
        match self {
            Self::Variable(name) => format!("set {name} to the URL, or name another variable in url_env of [{table}]"),
            Self::File(path) => format!("write the URL into {path}, or name another file in url_file of [{table}]"),
            Self::Text(_) => format!("write the URL into url of [{table}]"),
            Self::Command(_) => format!("run the program of url_command of [{table}] by hand, and correct it"),
        }
    }

    /// What paths in the URL are relative to: as all of the settings file to that file, others to the working directory.
    pub(super) fn base<'s>(&self, settings: &'s Settings) -> &'s Path {
        match self {
            Self::Text(_) => &settings.base,
            Self::Variable(_) | Self::File(_) | Self::Command(_) => Path::new(""),
        }
    }
}
