//! Ends of TLS on loopback: certificates made on the spot, and proxies that take the encryption off in front of an engine.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

/// An authority, which signs certificates of servers.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate.
    pub pem: String,
}

/// A certificate of a server and its key.
pub struct Identity {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(parameters, key), pem }
    }

    /// A server that is called this: names of hosts, or addresses.
    pub fn server(&self, names: &[&str]) -> Identity {
        self.signed(&CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap())
    }

    /// The same, until a time long past.
    pub fn expired(&self, names: &[&str]) -> Identity {
        let mut parameters = CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
        (parameters.not_before, parameters.not_after) = (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
        self.signed(&parameters)
    }

    fn signed(&self, parameters: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap().pem();
        Identity { certificate, key: key.serialize_pem() }
    }
}

/// What is spoken inside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// ClickHouse.
    Http,
    /// Milvus.
    Http2,
    /// The client asks for TLS first.
    Postgres,
}

/// A proxy. It is gone with the value.
pub struct Proxy {
    pub port: u16,
    served: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.served.abort();
    }
}

impl Proxy {
    /// Takes TLS off in front of the server of a URL.
    pub async fn tls(identity: &Identity, inside: Inside, behind: &Url) -> Self {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap(),
            )
            .unwrap();
        config.alpn_protocols = match inside {
            Inside::Http => vec![b"http/1.1".to_vec()],
            Inside::Http2 => vec![b"h2".to_vec()],
            Inside::Postgres => Vec::new(),
        };
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::serve(behind, move |client, behind| {
            let acceptor = acceptor.clone();
            async move { carry(client, inside, &acceptor, behind).await }
        })
        .await
    }

    /// Passes so many bytes of the server's on, on each connection, and then ends it.
    pub async fn cut(behind: &Url, after: u64) -> Self {
        Self::serve(behind, move |mut client, behind| async move {
            let mut server = TcpStream::connect(behind).await?;
            let (mut from_server, mut to_server) = server.split();
            let (mut from_client, mut to_client) = client.split();
            let mut some = (&mut from_server).take(after);
            tokio::select! {
                done = tokio::io::copy(&mut some, &mut to_client) => done.map(|_| ()),
                done = tokio::io::copy(&mut from_client, &mut to_server) => done.map(|_| ()),
            }
        })
        .await
    }

    async fn serve<F, D>(behind: &Url, each: F) -> Self
    where
        F: Fn(TcpStream, SocketAddr) -> D + Send + 'static,
        D: Future<Output = io::Result<()>> + Send + 'static,
    {
        let behind = SocketAddr::from(([127, 0, 0, 1], behind.port().unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // A client that refuses the certificate is what many tests are about.
                tokio::spawn(each(client, behind));
            }
        });
        Self { port, served }
    }
}

async fn carry(mut client: TcpStream, inside: Inside, acceptor: &TlsAcceptor, behind: SocketAddr) -> io::Result<()> {
    const ASKS_FOR_TLS: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
    if inside == Inside::Postgres {
        let mut asked = [0; 8];
        client.read_exact(&mut asked).await?;
        if asked != ASKS_FOR_TLS {
            return Ok(());
        }
        client.write_all(b"S").await?;
    }
    let mut client = acceptor.accept(client).await?;
    let mut server = TcpStream::connect(behind).await?;
    copy_bidirectional(&mut client, &mut server).await.map(|_| ())
}
