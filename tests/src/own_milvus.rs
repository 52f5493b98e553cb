//! A Milvus of a test's own, for users and roles.
//!
//! A grant holds once the server has come to it, behind what it has still to clean up of dropped collections. Beside a suite
//! that drops hundreds of them that takes minutes; here it takes none. What is made in it goes with it.

use crate::{root, text};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;
use url::Url;

/// Ended with the value.
pub struct OwnMilvus {
    folder: TempDir,
    /// As `root`.
    pub url: Url,
}

fn scripts() -> PathBuf {
    root().join("storage/local")
}

impl OwnMilvus {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let started = Command::new("python3")
            .arg(root().join("tests/src/own_milvus.py"))
            .current_dir(scripts())
            .env("WHALE_LOCAL", folder.path())
            .env("WHALE_MILVUS_PORT", port.to_string())
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        let url = text(&started.stdout);
        let url = Url::parse(url.trim()).unwrap_or_else(|fault| panic!("it did not start ({fault}): {url}"));
        Self { folder, url }
    }
}

impl Drop for OwnMilvus {
    fn drop(&mut self) {
        let mut down = Command::new("python3");
        down.arg(scripts().join("local.py")).arg("down").env("WHALE_LOCAL", self.folder.path());
        let _ = down.stdout(Stdio::null()).status();
    }
}
