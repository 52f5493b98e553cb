//! A deployment: a folder with plugins and a `whale.toml`, in which the program is run.

use crate::{program, root, text};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long an apply may be refused for want of rights that were granted: Milvus takes its time until a grant holds.
const UNTIL_GRANTED: Duration = Duration::from_secs(90);

/// The folder, gone with the value, and variables that the program is given.
pub struct Deployment {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Deployment {
    /// With these plugins of the repository, all of them listed, and these tables of targets.
    pub fn of(plugins: &[&str], targets: &str) -> Self {
        let deployment = Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() };
        deployment.set(plugins, targets);
        deployment
    }

    /// The same with a variable.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same folder with other plugins, or other targets.
    pub fn set(&self, plugins: &[&str], targets: &str) {
        let (mut files, mut tables) = (Vec::new(), Vec::new());
        for plugin in plugins {
            let file = format!("{plugin}.wasm");
            fs::copy(root().join("plugins").join(&file), self.path(&file)).unwrap();
            files.push(format!("{file:?}"));
            tables.push(format!("[plugins.{plugin}]\n"));
        }
        let settings = format!("[plugins]\nfiles = [{}]\n{}{targets}", files.join(", "), tables.concat());
        fs::write(self.path("whale.toml"), settings).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program there.
    pub fn whale(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.folder.path()).envs(self.variables.iter().cloned());
        let output = command.output().unwrap();
        println!("$ whale-host {}\n{}{}", arguments.join(" "), text(&output.stdout), text(&output.stderr));
        output
    }

    /// What `setup roles` sends to one engine, or would send.
    pub fn setup_roles(&self, engine: &str, more: &[&str]) -> Vec<String> {
        let output = self.whale(&[&["setup", "roles", "--format", "json", "--engine", engine], more].concat());
        assert_eq!(output.status.code(), Some(0));
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        serde_json::from_value(document["result"]["users"][0]["statements"].clone()).unwrap()
    }

    /// Applies until the rights that were granted hold; each apply goes on from what is there. Nothing is left to do then.
    pub async fn apply_once_granted(&self) {
        let until = Instant::now() + UNTIL_GRANTED;
        while self.whale(&["apply", "--all", "--yes"]).status.code() != Some(0) {
            assert!(Instant::now() < until, "the rights do not suffice");
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
        assert_eq!(self.whale(&["plan", "--all", "--check"]).status.code(), Some(0));
    }
}
