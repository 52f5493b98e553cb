//! A ClickHouse with users and roles of one's own: chDB behind the front of the local engines, with a `users.xml`.

use crate::{root, text};
use clickhouse::{Client, Compression};
use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A file of users with what `CREATE ROLE` and `GRANT` would make: of the user of that name `default`, whom alone the front
/// lets in, and beside it an `admin`. An engine that keeps users in files alone carries out no such statement.
pub fn users_xml(statements: &[String], user: &str) -> String {
    let mut roles: BTreeMap<String, String> = BTreeMap::new();
    let mut own = String::new();
    for sql in statements {
        let sql = sql.replace(&format!("`{user}"), "`default");
        let Some((grant, grantee)) = sql.rsplit_once(" TO ").filter(|_| sql.starts_with("GRANT ")) else { continue };
        let query = format!("<query>{grant}</query>");
        match grantee.trim_matches('`') {
            "default" => own.push_str(&query),
            role => roles.entry(role.to_owned()).or_default().push_str(&query),
        }
    }
    let roles: Vec<String> =
        roles.iter().map(|(role, queries)| format!("<{role}><grants>{queries}</grants></{role}>")).collect();
    let roles = roles.concat();
    let anybody =
        "<password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>";
    format!(
        "<clickhouse><profiles><default></default></profiles><quotas><default></default></quotas><roles>{roles}</roles>
         <users><default>{anybody}<grants>{own}</grants></default><admin>{anybody}</admin></users></clickhouse>"
    )
}

/// An engine of its own, ended with the test.
pub struct Engine {
    child: Child,
    _folder: tempfile::TempDir,
    /// As the user `default`.
    pub url: String,
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Engine {
    pub async fn start(users_xml: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let users = folder.path().join("users.xml");
        let users = users.display();
        write("users.xml", users_xml);
        write("config.xml", &format!("<clickhouse><users_config>{users}</users_config></clickhouse>"));
        write("credentials.json", "{\"clickhouse\": \"pass\"}");
        let local = root().join("storage/local");
        let package = "import install; print(install.folder_of('chdb'))";
        let package = Command::new("python3").args(["-c", package]).current_dir(&local).output().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("python3")
            .arg("-P")
            .arg(local.join("front_clickhouse.py"))
            .args([&port.to_string(), "credentials.json", text(&package.stdout).trim()])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let engine = Self { child, _folder: folder, url: format!("http://default:pass@127.0.0.1:{port}/") };
        let until = Instant::now() + Duration::from_secs(30);
        while engine.said("SELECT 1").await.is_err() {
            assert!(Instant::now() < until, "the engine does not answer");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        engine
    }

    pub async fn said(&self, sql: &str) -> Result<String, String> {
        let base = self.url.replace("default:pass@", "");
        let client = Client::default().with_url(base).with_user("default").with_password("pass");
        let client = client.with_compression(Compression::None);
        let mut rows = client.query_raw(sql).fetch_bytes("TSVRaw").map_err(|fault| fault.to_string())?;
        let bytes = rows.collect().await.map_err(|fault| fault.to_string())?;
        Ok(text(&bytes).trim().to_owned())
    }
}
