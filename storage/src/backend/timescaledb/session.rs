//! The session with a PostgreSQL server: where it is, how it is protected, what it is set to, and what went wrong.
//!
//! Invariants: beyond this machine nothing is sent without TLS unless the URL says `sslmode=disable`; a session begins with
//! nothing that another client left in it; no statement is prepared under a name, since a pooler or the local engine may
//! keep it; after an answer that did not come the session is not used again.

use super::{fault, limits};
use crate::backend::protection::{Level, PARAMETERS, Protection};
use crate::backend::tls::{self, Peer};
use crate::backend::{Address, EngineError, FailureKind};
use crate::boundary::{self, Boundary};
use crate::definition::Backend;
use crate::scaling::own::Unheld;
use std::future::poll_fn;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

/// The name under which this host shows in `pg_stat_activity`.
const APPLICATION: &str = "whale-host";

/// How much longer than the server's own limit we wait for an answer.
const GRACE: Duration = Duration::from_secs(5);

/// How often a transaction is tried that cannot get a lock, and how long others may work in between.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);

/// Ends whatever a client before us left open. `DISCARD ALL` may not stand in a batch with anything.
const CLEAN: [&str; 2] = ["ROLLBACK", "DISCARD ALL"];

/// Makes the server notice within half a second that we are gone, so that our lock does not outlive us. Not to be had on
/// every system.
const NOTICE_DEATH: &str = "SET client_connection_check_interval = '500ms'";

/// One session.
pub(super) struct Session {
    client: Client,
    driver: JoinHandle<()>,
    /// `host:port/database`, without credentials.
    pub(super) place: String,
    limit: Duration,
    round_trips: u64,
    broken: bool,
    /// Limits that cannot be set.
    pub(super) unheld: Vec<Unheld>,
}

impl Session {
    /// Connects and sets the session up, within the address's time.
    pub(super) async fn open(address: &Address) -> Result<Self, EngineError> {
        let (config, protection) = configuration(address)?;
        let place = place(&config);
        match tokio::time::timeout(address.connect_timeout, Self::begin(&config, &protection, &place, address)).await {
            Ok(opened) => opened,
            Err(_) => Err(fault::silent(&place, address.connect_timeout)),
        }
    }

    async fn begin(
        config: &Config,
        protection: &Protection,
        place: &str,
        address: &Address,
    ) -> Result<Self, EngineError> {
        let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
        let peer = Peer::new(Backend::Timescaledb, host, address.authority.as_ref());
        let refused = |error| fault::connecting(place, &peer, &error);
        let (client, driver) = if protection.level == Level::Plain {
            let (client, connection) = config.connect(NoTls).await.map_err(refused)?;
            (client, tokio::spawn(drive(connection)))
        } else {
            let tls = tls::configuration(protection, address.authority.as_ref());
            let tls = MakeRustlsConnect::new(tls.map_err(|detail| fault::address(&detail))?);
            let (client, connection) = config.connect(tls).await.map_err(refused)?;
            (client, tokio::spawn(drive(connection)))
        };
        let limit = address.statement_timeout + GRACE;
        let mut session =
            Self { client, driver, place: place.to_owned(), limit, round_trips: 0, broken: false, unheld: Vec::new() };
        session.prepare(address).await?;
        Ok(session)
    }

    /// Makes the session clean and its settings ours. Sent together and answered in order: one wait, not one a statement.
    async fn prepare(&mut self, address: &Address) -> Result<(), EngineError> {
        let settings = settings(address);
        let temporary = limits::temporary_files(&address.session);
        let [rollback, discard] = CLEAN.map(|statement| self.client.simple_query(statement));
        let set = self.client.simple_query(&settings);
        let bounded = self.client.simple_query(&temporary);
        let notice = self.client.simple_query(NOTICE_DEATH);
        let (rollback, discard, set, bounded, noticed) = futures::join!(rollback, discard, set, bounded, notice);
        self.round_trips += 1;
        let attempts =
            [("clearing the session", rollback), ("clearing the session", discard), ("setting up the session", set)];
        for (attempted, answer) in attempts {
            answer.map_err(|error| fault::statement(attempted, &self.place, &error))?;
        }
        match bounded {
            Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
                self.unheld.push(limits::not_settable(&address.session));
            }
            bounded => drop(bounded.map_err(|error| fault::statement("limiting the session", &self.place, &error))?),
        }
        // Older servers do not know it, and some systems cannot do it; the lock is then held a little longer.
        if let Err(error) = noticed {
            tracing::debug!("the server will not notice at once if we die: {error}");
        }
        Ok(())
    }

    /// Sends a batch in one round trip and returns the first column of every row of all its statements,
    /// nulls left out.
    pub(super) async fn rows(&mut self, attempted: &str, batch: &str) -> Result<Vec<String>, EngineError> {
        if self.broken || self.client.is_closed() {
            return Err(fault::closed(attempted, &self.place));
        }
        self.round_trips += 1;
        boundary::at(Boundary::Request(Backend::Timescaledb));
        let answer = tokio::time::timeout(self.limit, self.client.simple_query(batch)).await;
        boundary::at(Boundary::Answer(Backend::Timescaledb));
        match answer {
            Ok(Ok(messages)) => Ok(messages.iter().filter_map(first_column).collect()),
            Ok(Err(error)) => {
                self.broken |= self.client.is_closed();
                Err(fault::statement(attempted, &self.place, &error))
            }
            Err(_) => {
                self.broken = true;
                Err(fault::no_answer(attempted, &self.place, self.limit))
            }
        }
    }

    /// Sends the last batch of a transaction, and ends the transaction if it fails.
    pub(super) async fn finishing(&mut self, attempted: &str, batch: &str) -> Result<Vec<String>, EngineError> {
        let done = self.rows(attempted, batch).await;
        if done.is_err() && !self.broken {
            // What went wrong is worth more than a failure to end what it left.
            let _ = self.rows("ending a failed transaction", "ROLLBACK").await;
        }
        done
    }

    /// Sends a batch that is one transaction. One that could not get a lock has done nothing and is tried again.
    pub(super) async fn transaction(&mut self, attempted: &str, batch: &str) -> Result<Vec<String>, EngineError> {
        let mut tries = 1;
        loop {
            let done = self.finishing(attempted, batch).await;
            let Err(error) = &done else { return done };
            if tries == TRIES || !fault::is(error, &[&SqlState::LOCK_NOT_AVAILABLE, &SqlState::T_R_DEADLOCK_DETECTED]) {
                return done;
            }
            tries += 1;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// How many batches were sent.
    pub(super) fn round_trips(&self) -> u64 {
        self.round_trips
    }

    /// Says goodbye, and waits a moment for it to be sent.
    pub(super) async fn close(self) {
        drop(self.client);
        let _ = tokio::time::timeout(GRACE, self.driver).await;
    }
}

fn first_column(message: &SimpleQueryMessage) -> Option<String> {
    match message {
        SimpleQueryMessage::Row(row) => row.try_get(0).ok().flatten().map(str::to_owned),
        _ => None,
    }
}

/// Moves bytes until the session ends. Notices are for the log: the local engine sends its own debugging as such.
async fn drive<S, T>(mut connection: Connection<S, T>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notice(notice))) if !notice.severity().starts_with("DEBUG") => {
                tracing::debug!(severity = notice.severity(), "{}", notice.message());
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return tracing::debug!("the connection ended: {error}"),
            None => return,
        }
    }
}

/// Everything that decides how the server reads our text and writes its own. Settings that this server does not have are
/// passed over.
fn settings(address: &Address) -> String {
    let mut wanted = vec![
        ("search_path", "pg_catalog".to_owned()),
        ("client_min_messages", "warning".to_owned()),
        ("statement_timeout", format!("{}ms", address.statement_timeout.as_millis())),
        ("idle_in_transaction_session_timeout", "60s".to_owned()),
        ("idle_session_timeout", "0".to_owned()),
        ("standard_conforming_strings", "on".to_owned()),
        ("quote_all_identifiers", "off".to_owned()),
        ("bytea_output", "hex".to_owned()),
        ("DateStyle", "ISO, YMD".to_owned()),
        ("IntervalStyle", "postgres".to_owned()),
        ("TimeZone", "UTC".to_owned()),
        ("extra_float_digits", "1".to_owned()),
        ("jit", "off".to_owned()),
    ];
    wanted.extend(limits::settable(&address.session));
    let rows: Vec<String> = wanted.iter().map(|(name, value)| format!("('{name}', '{value}')")).collect();
    format!(
        "SELECT pg_catalog.set_config(s.name, w.value, false) FROM (VALUES {}) AS w(name, value) \
         JOIN pg_catalog.pg_settings AS s ON s.name = w.name",
        rows.join(", ")
    )
}

/// Reads the URL. What is wrong with it is said without it.
fn configuration(address: &Address) -> Result<(Config, Protection), EngineError> {
    let mut url = Url::parse(&address.url).map_err(|error| fault::address(&format!("it is no URL: {error}")))?;
    let protection = Protection::read(Backend::Timescaledb, &url).map_err(|detail| fault::address(&detail))?;
    // The client library knows two of the modes, and no authorities.
    let is_ours = |parameter: &&str| PARAMETERS.contains(&parameter.split('=').next().unwrap_or_default());
    let others: Vec<&str> = url.query().unwrap_or_default().split('&').filter(|one| !is_ours(one)).collect();
    let others = others.join("&");
    url.set_query((!others.is_empty()).then_some(&others));
    let mut config: Config = url.as_str().parse().map_err(|error| fault::address(&format!("{error}")))?;
    config
        .ssl_mode(match protection.level {
            Level::Plain => SslMode::Disable,
            Level::IfOffered => SslMode::Prefer,
            Level::Encrypted | Level::KnownAuthority | Level::Verified => SslMode::Require,
        })
        .application_name(APPLICATION)
        .connect_timeout(address.connect_timeout)
        .keepalives(true)
        .keepalives_idle(Duration::from_secs(30))
        .keepalives_interval(Duration::from_secs(10))
        .keepalives_retries(3);
    if config.get_hosts().len() != 1 {
        return Err(EngineError { kind: FailureKind::Address, ..fault::address("it must name one host") });
    }
    Ok((config, protection))
}

fn place(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => String::new(),
    };
    format!("{host}:{}", config.get_ports().first().copied().unwrap_or(5432))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<(Config, Protection), EngineError> {
        let second = Duration::from_secs(1);
        configuration(&Address {
            url: url.to_owned(),
            authority: None,
            connect_timeout: second,
            statement_timeout: second,
            prefix: String::new(),
            model_users: false,
            session: crate::scaling::own::Said::default(),
            cluster: None,
        })
    }

    #[test]
    fn parameters_of_ours_are_taken_out_and_others_stay() {
        let (config, protection) =
            read("postgres://u:p%2B%25@db.example/d?sslmode=verify-ca&options=-c%20jit%3Doff&sslrootcert=ca.pem")
                .unwrap();
        assert_eq!(protection.level, Level::KnownAuthority);
        assert_eq!(config.get_options(), Some("-c jit=off"));
        assert_eq!(config.get_password(), Some("p+%".as_bytes()));
        assert_eq!(config.get_ssl_mode(), SslMode::Require);
    }

    #[test]
    fn a_bad_url_is_refused_without_its_password() {
        for url in [
            "nonsense",
            "postgres://u:hunter2@h/d?sslmode=maybe",
            "postgres://u:hunter2@h/d?nope=1",
            "http://u:hunter2@h/",
        ] {
            let error = read(url).unwrap_err();
            assert_eq!(error.kind, FailureKind::Address, "{url}");
            assert!(!format!("{error} {:?}", error.hint).contains("hunter2"), "{error}");
        }
    }
}
