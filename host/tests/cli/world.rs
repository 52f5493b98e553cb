//! A folder with the built plugins, in which commands run with an environment of their own.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder of its own, gone with the value.
pub(crate) struct World {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl World {
    /// A folder with the built plugins and without a settings file.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("plugins");
        for name in ["language.wasm", "shared.wasm"] {
            assert!(plugins.join(name).is_file(), "plugins/{name} is missing: run `just plugins`");
        }
        symlink(plugins, folder.path().join("plugins")).unwrap();
        Self { folder, environment: Vec::new() }
    }

    /// The same with a settings file.
    pub(crate) fn with_settings(settings: &str) -> Self {
        Self::new().with_file("whale.toml", settings)
    }

    /// The same with another file.
    pub(crate) fn with_file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    /// The same with a variable.
    pub(crate) fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command in the folder. Compiled plugins are shared by all tests.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whale-host"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("WHALE_CACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"))
            .env("WHALE_STATE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("state"))
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    /// Runs a command.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command: exit code, standard output, standard error.
    pub(crate) fn shown(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        format!(
            "exit: {}\n----- stdout -----\n{}----- stderr -----\n{}",
            output.status.code().unwrap(),
            text(&output.stdout),
            text(&output.stderr)
        )
    }
}

/// Compares a whole command with its snapshot; digests and the test's own folder are left out.
macro_rules! assert_command {
    ($world:expr, $($argument:expr),*) => {{
        let world = $world;
        let shown = world.shown(&[$($argument),*]);
        let folder = world.path("").display().to_string();
        insta::with_settings!({
            filters => vec![
                (r"[0-9a-f]{64}", "[digest]"),
                (r"sha256 [0-9a-f]{12}\b", "sha256 [digest]"),
                (r"\.rs:\d+", ".rs:[line]"),
                (r"\d+ MiB free", "[room] free"),
                (folder.trim_end_matches('/'), "[folder]"),
                (r"whale-host \d+\.\d+\.\d+", "whale-host [version]"),
            ],
            omit_expression => true,
        }, { insta::assert_snapshot!(shown) });
    }};
}
pub(crate) use assert_command;
