//! whale-host.
