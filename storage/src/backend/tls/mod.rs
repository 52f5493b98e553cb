//! TLS to a server: which authorities are trusted, the configuration of a client, and whether a server speaks it at all.
//!
//! Invariants: certificates come as bytes, from whoever may read files; with authorities of its own a target trusts no
//! others; a failure of the handshake has a text of its own (`explain`).

mod explain;
mod verifier;

pub(super) use explain::{Explained, Peer};

use super::protection::{Level, Protection};
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use verifier::{AnyCertificate, AnyName};

/// Authorities that are trusted instead of the system's.
#[derive(Debug, Clone)]
pub struct Authority {
    path: String,
    certificates: Vec<CertificateDer<'static>>,
}

impl Authority {
    /// Reads what a file holds: certificates in PEM form. The path is for messages, and for client libraries that read
    /// files themselves.
    pub fn read(path: impl Into<String>, pem: &[u8]) -> Result<Self, String> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|error| format!("a certificate in it cannot be read: {error}"))?;
        if certificates.is_empty() {
            return Err("it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)".to_owned());
        }
        let mut roots = RootCertStore::empty();
        for certificate in &certificates {
            roots.add(certificate.clone()).map_err(|error| format!("a certificate in it cannot be used: {error}"))?;
        }
        Ok(Self { path: path.into(), certificates })
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

/// What a client does who is to be protected like this.
pub(super) fn configuration(protection: &Protection, authority: Option<&Authority>) -> Result<ClientConfig, String> {
    if protection.authority_file.is_some() && authority.is_none() {
        return Err("the file that sslrootcert names was not read".to_owned());
    }
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(match protection.level {
        Level::Verified => builder.with_root_certificates(roots(authority)?).with_no_client_auth(),
        Level::KnownAuthority => {
            let strict = WebPkiServerVerifier::builder_with_provider(Arc::new(roots(authority)?), provider)
                .build()
                .map_err(|error| error.to_string())?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyName(strict))).with_no_client_auth()
        }
        Level::Encrypted | Level::IfOffered | Level::Plain => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
            .with_no_client_auth(),
    })
}

fn roots(authority: Option<&Authority>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match authority {
        Some(authority) => roots.add_parsable_certificates(authority.certificates.iter().cloned()),
        None => roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
    };
    if roots.is_empty() {
        return Err("this system trusts no certificates: install ca-certificates, set SSL_CERT_FILE, or name the authority's file in sslrootcert".to_owned());
    }
    Ok(roots)
}

/// Opens a connection and shakes hands over it.
pub(super) async fn handshake(host: &str, port: u16, configuration: ClientConfig) -> io::Result<TlsStream<TcpStream>> {
    let name = bare(host);
    let server = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
    let stream = TcpStream::connect((name, port)).await?;
    TlsConnector::from(Arc::new(configuration)).connect(server, stream).await
}

/// Whether what listens there speaks TLS, be it with a certificate that nobody would accept.
pub(super) async fn is_spoken(host: &str, port: u16, limit: Duration) -> bool {
    let anybody = Protection { level: Level::Encrypted, authority_file: None };
    let Ok(configuration) = configuration(&anybody, None) else { return false };
    match tokio::time::timeout(limit, handshake(host, port, configuration)).await {
        Ok(Ok(_)) => true,
        Ok(Err(error)) => explain::is_answer_in_tls(&error),
        Err(_) => false,
    }
}

/// An address of version 6 without the brackets that it has in a URL.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}
