//! Why a handshake failed, in words that say what to do.

use super::{Authority, bare};
use crate::definition::Backend;
use rustls::{AlertDescription, CertificateError, Error};
use std::error;
use std::io;

/// The server of a connection, as far as messages need it.
#[derive(Debug, Clone)]
pub(in crate::backend) struct Peer {
    backend: Backend,
    host: String,
    authority: Option<String>,
}

/// What is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::backend) struct Explained {
    pub(in crate::backend) detail: String,
    pub(in crate::backend) hint: String,
}

impl Explained {
    /// The server takes no plain text.
    pub(in crate::backend) fn no_plain_text() -> Self {
        Self {
            detail: "the server speaks TLS there, and the URL says http".to_owned(),
            hint: "write https in the URL; an authority that this system does not know is named with ?sslrootcert=FILE"
                .to_owned(),
        }
    }
}

impl Peer {
    pub(in crate::backend) fn new(backend: Backend, host: &str, authority: Option<&Authority>) -> Self {
        Self { backend, host: bare(host).to_owned(), authority: authority.map(|known| known.path().to_owned()) }
    }

    /// The failure of a handshake, if that is what an error is about.
    pub(in crate::backend) fn explain(&self, error: &(dyn error::Error + 'static)) -> Option<Explained> {
        let (detail, hint) = match find::<Error>(error) {
            Some(Error::InvalidCertificate(fault)) => self.certificate(fault),
            Some(Error::InvalidMessage(_)) => ("what answers there does not speak TLS".to_owned(), self.without_tls()),
            Some(Error::AlertReceived(alert)) => self.alert(*alert),
            Some(Error::PeerIncompatible(fault)) => (
                format!("the server and this program have no way of TLS in common: {fault:?}"),
                "let the server take TLS 1.2 or 1.3".to_owned(),
            ),
            Some(other) => (format!("the TLS handshake failed: {other}"), self.without_tls()),
            None => {
                let ended = find::<io::Error>(error).filter(|fault| fault.kind() == io::ErrorKind::UnexpectedEof)?;
                if !ended.to_string().contains("handshake") {
                    return None;
                }
                ("the server ended the connection during the TLS handshake".to_owned(), self.without_tls())
            }
        };
        Some(Explained { detail, hint })
    }

    fn certificate(&self, fault: &CertificateError) -> (String, String) {
        let host = &self.host;
        match fault {
            CertificateError::UnknownIssuer => (
                "the server's certificate is signed by an authority that is not trusted here".to_owned(),
                match &self.authority {
                    Some(file) => format!("{file} holds other authorities; name the file of the one that signed it"),
                    None => {
                        "name the authority's file in the URL (sslrootcert=FILE), or add it to those of this system"
                            .to_owned()
                    }
                },
            ),
            CertificateError::NotValidForNameContext { presented, .. } => {
                let names: Vec<&str> = presented.iter().map(|name| written(name)).collect();
                let whom = if names.is_empty() { "no host at all".to_owned() } else { names.join(", ") };
                (format!("the server's certificate is not for {host}, but for {whom}"), self.other_name())
            }
            CertificateError::NotValidForName => {
                (format!("the server's certificate is not for {host}"), self.other_name())
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
                "the server's certificate has expired".to_owned(),
                "renew it on the server; if it is not old, set the clock of this machine".to_owned(),
            ),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
                "the server's certificate is not valid yet".to_owned(),
                "set the clock of this machine, or look when the certificate begins".to_owned(),
            ),
            other if format!("{other:?}").contains("CaUsedAsEndEntity") => (
                "the server shows the certificate of an authority as its own".to_owned(),
                "make a certificate for the server, signed by that authority and without CA:TRUE".to_owned(),
            ),
            other => (
                format!("the server's certificate cannot be accepted: {other}"),
                "have a certificate of version 3 made for the server, with its name as a subject alternative name"
                    .to_owned(),
            ),
        }
    }

    fn alert(&self, alert: AlertDescription) -> (String, String) {
        match alert {
            AlertDescription::CertificateRequired | AlertDescription::BadCertificate => (
                "the server asks for a certificate of the client".to_owned(),
                "let the server take passwords without one: certificates of clients are not supported".to_owned(),
            ),
            AlertDescription::UnrecognisedName => (
                format!("the server does not know itself by the name {}", self.host),
                "write the host in the URL as the server is called".to_owned(),
            ),
            other => (format!("the server refused the TLS handshake: {other:?}"), self.without_tls()),
        }
    }

    fn other_name(&self) -> String {
        let lax = match self.backend {
            Backend::Milvus => "",
            _ => "; sslmode=verify-ca takes any name",
        };
        format!("write the host in the URL as the certificate names it, or have one made for {}{lax}", self.host)
    }

    fn without_tls(&self) -> String {
        let plain = match self.backend {
            Backend::Timescaledb => "sslmode=disable",
            _ => "http:// and ?sslmode=disable",
        };
        format!("turn TLS on at the server, correct the port, or allow plain text with {plain} in the URL")
    }
}

/// `DnsName("db.example")`, as the library writes it, without its frame.
fn written(name: &str) -> &str {
    let inner = name.split_once('(').map_or(name, |(_, rest)| rest.trim_end_matches(')'));
    inner.trim_matches('"')
}

/// Whether a handshake failed in a way that only something that speaks TLS can bring about.
pub(super) fn is_answer_in_tls(error: &(dyn error::Error + 'static)) -> bool {
    matches!(find::<Error>(error), Some(Error::AlertReceived(_) | Error::PeerIncompatible(_)))
}

/// The error of a kind in a chain of causes; what an I/O error holds is not its cause but the error itself.
fn find<'e, T: error::Error + 'static>(error: &'e (dyn error::Error + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref::<T>() {
            return Some(found);
        }
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}
