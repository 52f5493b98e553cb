//! TLS to the server: how much of it, and the connector.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::Arc;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    /// Not at all.
    None,
    /// Encrypted if the server can; nobody's identity is checked.
    Optional,
    /// Encrypted; nobody's identity is checked.
    Unverified,
    /// Encrypted, and the server's certificate is checked, with its name.
    Verified,
}

impl Protection {
    /// What a URL's `sslmode` means. Beyond this machine nothing less than TLS is taken unless it says `disable`.
    pub(super) fn of(mode: Option<&str>, loopback: bool) -> Result<Self, String> {
        match mode {
            Some("disable") => Ok(Self::None),
            None | Some("allow" | "prefer") if loopback => Ok(Self::Optional),
            Some("require") => Ok(Self::Unverified),
            None | Some("allow" | "prefer" | "verify-ca" | "verify-full") => Ok(Self::Verified),
            Some(other) => Err(format!("sslmode is {other:?}; known are disable, prefer, require and verify-full")),
        }
    }

    /// As the client library calls it.
    pub(super) fn ssl_mode(self) -> SslMode {
        match self {
            Self::None => SslMode::Disable,
            Self::Optional => SslMode::Prefer,
            Self::Unverified | Self::Verified => SslMode::Require,
        }
    }
}

/// A connector with the certificates that this system trusts.
pub(super) fn connector(protection: Protection) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let config = if protection == Protection::Verified {
        builder.with_root_certificates(roots()?).with_no_client_auth()
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(provider))).with_no_client_auth()
    };
    Ok(MakeRustlsConnect::new(config))
}

fn roots() -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err("this system has no trusted certificates; install ca-certificates or set SSL_CERT_FILE".to_owned());
    }
    Ok(roots)
}

/// Takes every certificate, as `sslmode=require` asks; signatures are still checked, so that the session is encrypted to
/// whoever holds the certificate's key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
