//! The hostile kit: plugins that no one should write, a file each in `tests/hostile`, and what has to become of them.
//!
//! Each is given to the real program, which must refuse it with the code and at the phase that the file names, within
//! the time that its size allows, say so with nothing that acts on a terminal or a CI server, and touch no database.

pub mod lower;
pub mod make;

use crate::{VARIABLES, program, root};
use make::{Bytes, Core, Returns};
use serde::Deserialize;
use serde_json::Value;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// A file of the kit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hostile {
    /// Filled from the name of the file.
    #[serde(skip)]
    pub name: String,
    /// Which class of attack it is.
    pub class: String,
    /// What it does.
    pub what: String,
    /// Where it is to be stopped: `read`, `scan`, `compile`, `describe`, `define`, `validate`; `none` if it is accepted,
    /// since what it tries has no effect.
    pub phase: String,
    pub code: Option<String>,
    /// Other codes that come with it.
    #[serde(default)]
    pub also: Vec<String>,
    /// Why another class has the same code at the same phase.
    pub shares: Option<String>,
    /// Text that the refusal contains, or that of a plugin which is accepted.
    pub says: Option<String>,
    /// The whale.toml beside it.
    #[serde(default)]
    pub settings: String,
    #[serde(default)]
    pub core: Core,
    #[serde(default)]
    pub returns: Returns,
    /// What a second plugin returns.
    pub second: Option<Returns>,
    /// A component in text.
    pub component: Option<String>,
    pub bytes: Option<Bytes>,
    /// No file at all: `pipe`, `folder`, `device`, `sparse`, `missing`.
    pub path: Option<String>,
}

/// What became of one.
#[derive(Debug)]
pub struct Outcome {
    pub phase: String,
    pub codes: Vec<String>,
    pub took: Duration,
    pub faults: Vec<String>,
}

impl Outcome {
    /// Of one that could not be made.
    pub fn none() -> Self {
        let faults = vec!["it could not be made or run; what was wrong is told above".to_owned()];
        Self { phase: String::new(), codes: Vec::new(), took: Duration::ZERO, faults }
    }
}

/// All files of the kit, by name.
pub fn all() -> Vec<Hostile> {
    let mut all: Vec<Hostile> = std::fs::read_dir(root().join("tests/hostile"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut one: Hostile = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            path.file_stem().unwrap().to_str().unwrap().clone_into(&mut one.name);
            one
        })
        .collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

impl Hostile {
    fn write(&self, folder: &Path) -> Vec<String> {
        let file = folder.join("plugin.wasm");
        match self.path.as_deref() {
            Some("pipe") => assert!(Command::new("mkfifo").arg(&file).status().unwrap().success()),
            Some("folder") => std::fs::create_dir(&file).unwrap(),
            Some("sparse") => std::fs::File::create(&file).unwrap().set_len(1 << 40).unwrap(),
            Some("device") => std::os::unix::fs::symlink("/dev/zero", &file).unwrap(),
            Some("missing") => std::os::unix::fs::symlink("nowhere", &file).unwrap(),
            Some(other) => panic!("{other} is no kind of path"),
            None => std::fs::write(&file, self.bytes()).unwrap(),
        }
        let mut files = vec!["plugin.wasm".to_owned()];
        if let Some(second) = &self.second {
            std::fs::write(folder.join("second.wasm"), make::component(&self.core, second)).unwrap();
            files.push("second.wasm".to_owned());
        }
        std::fs::write(folder.join("whale.toml"), &self.settings).unwrap();
        files
    }

    fn bytes(&self) -> Vec<u8> {
        match (&self.component, &self.bytes) {
            (Some(component), _) => make::text(component),
            (None, Some(bytes)) => make::bytes(bytes),
            (None, None) => make::component(&self.core, &self.returns),
        }
    }

    /// Gives it to the program, once for people and once for machines.
    pub fn run(&self) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let files = self.write(folder.path());
        let size = std::fs::metadata(folder.path().join("plugin.wasm")).map_or(0, |about| about.len());
        let database = TcpListener::bind("127.0.0.1:0").unwrap();
        database.set_nonblocking(true).unwrap();
        let begun = Instant::now();
        let validate = |format: &str| {
            let mut command = Command::new(program());
            command.args(["validate", "-v", "--format", format]).current_dir(folder.path()).env_clear();
            for file in &files {
                command.args(["--plugin", file]);
            }
            command.env("HOME", folder.path());
            // Whoever opens a connection to any of the three is seen.
            let address = database.local_addr().unwrap();
            for (variable, scheme) in VARIABLES.into_iter().zip(["postgres", "http", "http"]) {
                command.env(variable, format!("{scheme}://user:secret@{address}/"));
            }
            command.output().unwrap()
        };
        let machine = validate("json");
        let took = begun.elapsed();
        let people = validate("text");
        let mut faults = Vec::new();
        if database.accept().is_ok() {
            faults.push("a database was spoken to".to_owned());
        }
        // As docs/settings.md has it for compiling, and the clock of three calls.
        let budget = Duration::from_secs(3 + 6 + 2) + Duration::from_millis(4_000 * (size.min(32 << 20) >> 20));
        if took > budget {
            faults.push(format!("it took {took:?}, more than {budget:?}"));
        }
        self.judge(&machine, &people, took, faults)
    }

    fn judge(&self, machine: &Output, people: &Output, took: Duration, mut faults: Vec<String>) -> Outcome {
        for output in [machine, people] {
            faults.extend(crate::acting::faults(output));
            let text = [output.stdout.as_slice(), &output.stderr].concat();
            match String::from_utf8(text) {
                Ok(text) => {
                    if text.contains("secret") || text.contains("panicked") {
                        faults.push(format!("it said: {text}"));
                    }
                }
                Err(error) => faults.push(format!("what it printed is no text: {error}")),
            }
        }
        let expected = if self.code.is_some() { Some(1) } else { Some(0) };
        if (machine.status.code(), people.status.code()) != (expected, expected) {
            faults.push(format!("it ended with {} and {}", machine.status, people.status));
        }
        let said: Value = serde_json::from_slice(&machine.stdout).unwrap_or_default();
        let found: Vec<&Value> = said["diagnostics"].as_array().into_iter().flatten().collect();
        let errors = found.iter().filter(|one| one["severity"] == "error");
        let mut codes: Vec<String> = errors.map(|one| one["code"].as_str().unwrap().to_owned()).collect();
        let phase = found.first().map_or_else(|| "none".to_owned(), |first| phase(first));
        if found.len() > 1_000 {
            faults.push(format!("{} findings were told", found.len()));
        }
        if let Some(says) = self.says.as_ref().filter(|says| !said.to_string().contains(says.as_str())) {
            faults.push(format!("it does not say {says:?}: {said:.600}"));
        }
        codes.dedup();
        Outcome { phase, codes, took, faults }
    }
}

/// Where a finding was made.
fn phase(finding: &Value) -> String {
    let (code, path) = (finding["code"].as_str().unwrap(), finding["path"].as_str().unwrap_or_default());
    let phases = ["start", "scan", "compile", "describe", "define"];
    match code {
        _ if code.starts_with("WH010") => "read".to_owned(),
        // A problem of the plugin has a path of its own.
        "WH0137" => "define".to_owned(),
        _ if code.starts_with("WH01") && phases.contains(&path) => path.to_owned(),
        _ => "validate".to_owned(),
    }
}
