//! Connections to one Milvus, and the sending of requests over them.
//!
//! Reading is done over one connection, as the user of the URL. What is done for a model goes over a connection that names
//! the database in question, as the user that stands for the model where models have users of their own: Milvus before 2.4
//! judges a right by the database of the connection, whatever database a request names, and it is by this that a call
//! aimed at another model's database is refused by the server. Such connections are opened when they are first needed.

use super::place::Place;
use super::{GRPC_UNAUTHENTICATED, grpc_code, kind_of, said};
use crate::backend::host_user::{password_of, user_of};
use crate::backend::{Address, EngineError, FailureKind};
use crate::boundary::{self, Boundary};
use crate::definition::Backend;
use crate::desire::HOST_MODEL;
use crate::name::Name;
use futures::future::BoxFuture;
use milvus::v2::error::Error;
use milvus::v2::{ClientV2, ConnectConfig, RetryConfig, TelemetryConfig};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::timeout;

/// Attempts at a request whose failure says that it may be repeated.
const ATTEMPTS: u32 = 3;

/// Clients by user and database.
type Clients = BTreeMap<(String, String), ClientV2>;

/// The client, with what every request needs.
pub(super) struct Link {
    /// As the user of the URL, in no database.
    pub(super) client: ClientV2,
    pub(super) place: Place,
    pub(super) model_users: bool,
    /// Whether the server forgets the last alteration of a collection when it is restarted.
    pub(super) forgetful: bool,
    pub(super) sent: AtomicU64,
    config: Box<ConnectConfig>,
    connect_timeout: Duration,
    statement_timeout: Duration,
    writers: Mutex<Clients>,
}

impl Link {
    pub(super) async fn open(address: &Address) -> Result<Self, EngineError> {
        let place = Place::read(&address.url)?;
        place.reach(address).await?;
        let retry = RetryConfig::new()
            .max_attempts(ATTEMPTS)
            .max_backoff(Duration::from_millis(500))
            .max_retry_timeout(address.statement_timeout);
        let mut config = ConnectConfig::new()
            .uri(place.uri.clone())
            .connect_timeout(address.connect_timeout)
            .rpc_timeout(address.statement_timeout)
            .retry(retry)
            .telemetry(TelemetryConfig::new().enabled(false));
        if let Some(token) = &place.token {
            config = config.token(token);
        }
        if let Some(authority) = &address.authority {
            // The client reads the file itself; it held certificates when it was read before.
            config = config.ca_certificate(authority.path());
        }
        // The client's own limit ends a wait for an answer; this one also ends whatever precedes it.
        let client = match timeout(address.connect_timeout, ClientV2::new(&config)).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return Err(place.not_connected(place.refused(&error), address.connect_timeout).await),
            Err(_) => return Err(place.not_connected(place.silent(), address.connect_timeout).await),
        };
        Ok(Self {
            client,
            place,
            model_users: address.model_users,
            forgetful: true,
            sent: AtomicU64::new(0),
            config: Box::new(config),
            connect_timeout: address.connect_timeout,
            statement_timeout: address.statement_timeout,
            writers: Mutex::new(Clients::new()),
        })
    }

    /// The user of the URL; empty where it names none.
    pub(super) fn user(&self) -> &str {
        self.credentials().0
    }

    fn credentials(&self) -> (&str, &str) {
        self.place.token.as_deref().and_then(|token| token.split_once(':')).unwrap_or_default()
    }

    /// The client for what is done for a model in a database.
    pub(super) async fn writer(&self, model: &str, database: &Name) -> Result<ClientV2, EngineError> {
        let (own, password) = self.credentials();
        let user = (self.model_users && model != HOST_MODEL).then(|| user_of(own, model));
        let name = user.as_ref().map_or(own, Name::as_str);
        if user.is_none() && database.as_str() == "default" {
            return Ok(self.client.clone());
        }
        let key = (name.to_owned(), database.to_string());
        let mut writers = self.writers.lock().await;
        if let Some(client) = writers.get(&key) {
            return Ok(client.clone());
        }
        let mut config = ConnectConfig::clone(&self.config).database(database.as_str());
        if let Some(user) = &user {
            config = config.token(format!("{user}:{}", password_of(password, user)));
        }
        let client = match timeout(self.connect_timeout, ClientV2::new(&config)).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) if user.is_some() && grpc_code(&error) == Some(GRPC_UNAUTHENTICATED) => {
                return Err(self.unknown_user(name, model));
            }
            Ok(Err(error)) => return Err(self.place.refused(&error)),
            Err(_) => return Err(self.place.silent()),
        };
        writers.insert(key, client.clone());
        Ok(client)
    }

    /// Whether a user can log in with this password.
    pub(super) async fn lets_in(&self, user: &Name, password: &str) -> Result<bool, EngineError> {
        let config = ConnectConfig::clone(&self.config).token(format!("{user}:{password}"));
        match timeout(self.connect_timeout, ClientV2::new(&config)).await {
            Ok(Ok(_)) => Ok(true),
            Ok(Err(error)) if grpc_code(&error) == Some(GRPC_UNAUTHENTICATED) => Ok(false),
            Ok(Err(error)) => Err(self.place.refused(&error)),
            Err(_) => Err(self.place.silent()),
        }
    }

    fn unknown_user(&self, user: &str, model: &str) -> EngineError {
        EngineError {
            backend: Backend::Milvus,
            kind: FailureKind::Denied,
            attempted: format!("connecting to {} as {user}, for {model}", self.place.host_and_port()),
            detail: "Milvus knows no such user, or not with the password that goes with the one of the URL".to_owned(),
            hint: Some(
                "let an administrator run `whale-host setup roles` again: it makes the users of new models".to_owned(),
            ),
        }
    }

    /// Sends one request, and gives up when the client library should have and did not. The client's futures are large:
    /// they live on the heap.
    pub(super) fn ask<'a, T>(
        &'a self,
        request: impl Future<Output = Result<T, Error>> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, Error>> {
        Box::pin(async move {
            self.sent.fetch_add(1, Ordering::Relaxed);
            let limit = self.statement_timeout.saturating_mul(2);
            boundary::at(Boundary::Request(Backend::Milvus));
            let answer = timeout(limit, request).await;
            boundary::at(Boundary::Answer(Backend::Milvus));
            match answer {
                Ok(answer) => answer,
                Err(_) => Err(Error::Timeout(format!("no answer within {} s", limit.as_secs()))),
            }
        })
    }

    /// The failure of a request.
    pub(super) fn failure(&self, attempted: impl Into<String>, error: &Error) -> EngineError {
        let (kind, place) = (kind_of(error), self.place.host_and_port());
        let hint = match kind {
            FailureKind::Denied => Some(format!("give the user of the URL the right to do this on {place}")),
            FailureKind::InDoubt => Some(format!(
                "look whether Milvus at {place} still runs; then apply again, which goes on from what is there"
            )),
            _ => None,
        };
        EngineError { backend: Backend::Milvus, kind, attempted: attempted.into(), detail: said(error), hint }
    }
}
