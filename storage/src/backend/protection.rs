//! How a connection is protected: what the URL of a target asks for, in the same words for all engines.
//!
//! Pure: the file of an authority is named here and read by whoever hands the URL down. Invariants: beyond this machine
//! nothing less than TLS with the server's identity checked, unless the URL says so in words; what contradicts itself is
//! refused; no message repeats anything of the URL.

use crate::definition::Backend;
use std::net::IpAddr;
use url::{Host, Url, form_urlencoded};

/// How much protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// None: everything is plain text.
    Plain,
    /// Encrypted if the server can; nobody's identity is checked.
    IfOffered,
    /// Encrypted; nobody's identity is checked.
    Encrypted,
    /// Encrypted, and a known authority has signed the server's certificate, whatever name it is for.
    KnownAuthority,
    /// Encrypted, and the certificate is the server's: signed by a known authority, for this name.
    Verified,
}

/// What a URL asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// How much.
    pub level: Level,
    /// The file with the authorities that are trusted instead of the system's.
    pub authority_file: Option<String>,
}

/// Parameters of a URL that are about protection.
pub(super) const PARAMETERS: [&str; 2] = ["sslmode", "sslrootcert"];

impl Protection {
    /// Reads the scheme and the parameters `sslmode` and `sslrootcert`.
    pub fn read(backend: Backend, url: &Url) -> Result<Self, String> {
        // Parsers do not agree on which `@` ends the credentials.
        if [url.path(), url.query().unwrap_or(""), url.fragment().unwrap_or("")].iter().any(|part| part.contains('@')) {
            let advice = "in user and password write %40 for @, %2F for /, %3F for ?, %23 for # and %25 for %";
            return Err(format!("there is an @ behind the host; {advice}"));
        }
        let [mode, file] = asked(backend, url)?;
        let level = match backend {
            Backend::Timescaledb => of_postgres(mode.as_deref(), file.is_some(), url)?,
            Backend::Clickhouse | Backend::Milvus => of_http(backend, mode.as_deref(), file.is_some(), url)?,
        };
        if file.is_some() && level == Level::Plain {
            return Err("sslrootcert names authorities, and the connection has no TLS that they could vouch for".into());
        }
        Ok(Self { level, authority_file: file })
    }
}

/// Whether the server is on this machine.
pub fn is_loopback(url: &Url) -> bool {
    is_socket(url)
        || match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            // Schemes that the URL standard does not know keep an address as text.
            Some(Host::Domain(name)) => {
                name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
            }
            None => false,
        }
}

/// The port, which is the engine's usual one where the URL has none. The URL standard takes 80 and 443 for none; they are
/// what is written.
pub fn port(text: &str, url: &Url, usual: u16) -> u16 {
    let authority =
        text.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit(['@', ']']).next().unwrap_or_default();
    match url.port() {
        Some(port) => port,
        None if host.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty()) => {
            url.port_or_known_default().unwrap_or(usual)
        }
        None => usual,
    }
}

/// Whether a URL of PostgreSQL names the folder of a socket instead of a host.
fn is_socket(url: &Url) -> bool {
    url.host_str().unwrap_or_default().is_empty()
        && pairs(url).any(|(name, value)| name == "host" && value.starts_with('/'))
}

/// The parameters, percent signs undone. A plus is a plus.
fn pairs(url: &Url) -> impl Iterator<Item = (String, String)> {
    let query = url.query().unwrap_or("").replace('+', "%2B");
    form_urlencoded::parse(query.as_bytes()).into_owned().collect::<Vec<_>>().into_iter()
}

/// Values of `sslmode` and `sslrootcert`.
fn asked(backend: Backend, url: &Url) -> Result<[Option<String>; 2], String> {
    let mut found = [None, None];
    for (name, value) in pairs(url) {
        match PARAMETERS.iter().position(|known| *known == name).and_then(|at| found.get_mut(at)) {
            Some(Some(_)) => return Err(format!("{name} stands in it twice")),
            Some(_) if value.is_empty() => return Err(format!("{name} has no value")),
            Some(place) => *place = Some(value),
            // PostgreSQL has more of them, which its client library knows.
            None if backend != Backend::Timescaledb && name.starts_with("ssl") => {
                return Err("a parameter that begins with ssl is not known; known are sslmode and sslrootcert".into());
            }
            None => {}
        }
    }
    Ok(found)
}

fn of_postgres(mode: Option<&str>, own_authority: bool, url: &Url) -> Result<Level, String> {
    let unasked = matches!(mode, None | Some("allow" | "prefer"));
    match mode {
        None | Some("allow" | "prefer" | "disable") if is_socket(url) => Ok(Level::Plain),
        _ if is_socket(url) => Err("sslmode asks for TLS, and there is none over a socket of this machine".to_owned()),
        Some("disable") => Ok(Level::Plain),
        // Who names an authority wants it asked.
        _ if unasked && is_loopback(url) && !own_authority => Ok(Level::IfOffered),
        Some("require") if !own_authority => Ok(Level::Encrypted),
        // As libpq has it: with an authority at hand it is asked.
        Some("require" | "verify-ca") => Ok(Level::KnownAuthority),
        Some("verify-full") => Ok(Level::Verified),
        _ if unasked => Ok(Level::Verified),
        _ => {
            Err("sslmode has a value that is not known; known are disable, prefer, require, verify-ca and verify-full"
                .to_owned())
        }
    }
}

fn of_http(backend: Backend, mode: Option<&str>, own_authority: bool, url: &Url) -> Result<Level, String> {
    match (url.scheme() == "https", mode) {
        (true, None | Some("verify-full")) => Ok(Level::Verified),
        (true, Some("require" | "verify-ca")) if backend == Backend::Milvus => Err(
            "the client library of Milvus always checks the server's certificate and its name: leave sslmode out, and name the authority's file in sslrootcert if the system does not know it"
                .to_owned(),
        ),
        (true, Some("require")) if !own_authority => Ok(Level::Encrypted),
        (true, Some("require" | "verify-ca")) => Ok(Level::KnownAuthority),
        (true, Some("disable")) => Err("https and sslmode=disable contradict each other; without TLS it is http".to_owned()),
        (false, Some("disable")) => Ok(Level::Plain),
        (false, None) if is_loopback(url) => Ok(Level::Plain),
        (false, None) => Err(
            "beyond this machine the connection has to be protected: write https, or add ?sslmode=disable to send everything, the password too, as plain text"
                .to_owned(),
        ),
        (false, Some("require" | "verify-ca" | "verify-full")) => {
            Err("sslmode asks for TLS, and http has none; write https".to_owned())
        }
        (_, Some(_)) => Err(
            "sslmode has a value that is not known; known are disable (with http), require, verify-ca and verify-full (with https)"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    fn level(backend: Backend, url: &str) -> Result<Level, String> {
        Protection::read(backend, &Url::parse(url).unwrap()).map(|protection| protection.level)
    }

    #[test]
    fn tls_is_required_beyond_this_machine() {
        for (url, expected) in [
            ("postgres://u:p@127.0.0.1:1/d", Level::IfOffered),
            ("postgres://u:p@127.0.0.1:1/d?sslrootcert=ca.pem", Level::Verified),
            ("postgres://u:p@localhost/d?sslmode=disable", Level::Plain),
            ("postgres://u:p@[::1]/d?sslmode=require", Level::Encrypted),
            ("postgres://u:p@db.example/d", Level::Verified),
            ("postgres://u:p@db.example/d?sslmode=prefer", Level::Verified),
            ("postgres://u:p@db.example/d?sslmode=require", Level::Encrypted),
            ("postgres://u:p@db.example/d?sslmode=require&sslrootcert=ca.pem", Level::KnownAuthority),
            ("postgres://u:p@db.example/d?sslmode=verify-ca", Level::KnownAuthority),
            ("postgres://u:p@db.example/d?sslmode=verify-full&connect_timeout=3", Level::Verified),
            ("postgres://u:p@db.example/d?sslmode=disable", Level::Plain),
            ("postgres:///d?host=/run/pg", Level::Plain),
        ] {
            assert_eq!(level(Backend::Timescaledb, url).unwrap(), expected, "{url}");
        }
        for (url, clickhouse, milvus) in [
            ("http://u:p@127.0.0.1:1", Some(Level::Plain), Some(Level::Plain)),
            ("http://u:p@db.example", None, None),
            ("http://u:p@db.example?sslmode=disable", Some(Level::Plain), Some(Level::Plain)),
            ("https://u:p@db.example", Some(Level::Verified), Some(Level::Verified)),
            ("https://u:p@db.example?sslmode=verify-full", Some(Level::Verified), Some(Level::Verified)),
            ("https://u:p@db.example?sslmode=verify-ca", Some(Level::KnownAuthority), None),
            ("https://u:p@db.example?sslmode=require", Some(Level::Encrypted), None),
            ("https://u:p@db.example?sslmode=require&sslrootcert=ca.pem", Some(Level::KnownAuthority), None),
        ] {
            assert_eq!(level(Backend::Clickhouse, url).ok(), clickhouse, "{url}");
            assert_eq!(level(Backend::Milvus, url).ok(), milvus, "{url}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused_and_nothing_of_the_url_is_repeated() {
        for (backend, url) in [
            (Backend::Timescaledb, "postgres://u:hunter2@h/d?sslmode=hunter2"),
            (Backend::Timescaledb, "postgres://u:hunter2@h/d?sslmode=disable&sslrootcert=hunter2"),
            (Backend::Timescaledb, "postgres://u:hunter2@h/d?sslmode=require&sslmode=disable"),
            (Backend::Timescaledb, "postgres:///hunter2?host=/run/pg&sslmode=require"),
            (Backend::Timescaledb, "postgres://u:12/hunter2@h/d"),
            (Backend::Clickhouse, "http://u:12/hunter2@h/"),
            (Backend::Clickhouse, "http://u:12#hunter2@h/"),
            (Backend::Clickhouse, "http://u:12?hunter2@h/"),
            (Backend::Clickhouse, "http://u:hunter2@h:1?sslmode=verify-full"),
            (Backend::Clickhouse, "https://u:hunter2@h:1?sslmode=disable"),
            (Backend::Clickhouse, "https://u:hunter2@h:1?sslrootcrt=hunter2"),
            (Backend::Milvus, "https://u:hunter2@h:1?sslmode=prefer"),
            (Backend::Milvus, "http://u:hunter2@127.0.0.1:1?sslrootcert=hunter2"),
            (Backend::Milvus, "https://u:hunter2@127.0.0.1:1?sslrootcert="),
        ] {
            let message = level(backend, url).unwrap_err();
            assert!(!message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn a_port_that_is_written_counts() {
        for (text, expected) in [
            ("https://u:443@h/", 7),
            ("https://u:p@h:443/", 443),
            ("http://h:80?x", 80),
            ("https://[::1]:443", 443),
            ("https://[::1]", 7),
            ("https://h:", 7),
            ("https://h:1/a:443", 1),
        ] {
            assert_eq!(port(text, &Url::parse(text).unwrap(), 7), expected, "{text}");
        }
    }

    #[test]
    fn a_file_is_named_as_it_was_written() {
        let url = Url::parse("https://db.example?sslrootcert=/etc/our%20ca+1.pem").unwrap();
        let read = Protection::read(Backend::Clickhouse, &url).unwrap();
        assert_eq!(read.authority_file.as_deref(), Some("/etc/our ca+1.pem"));
    }
}
