//! whale-storage.
