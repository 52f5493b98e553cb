//! The program under fire: one apply of the plugin `evolving`.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};

/// What is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scenario {
    /// 1: every kind of object into empty engines. 2: every kind of addition to objects with rows.
    pub stage: u8,
    /// Whether collections are loaded.
    pub loaded: bool,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// Standard output and standard error.
    pub said: String,
}

/// A run that is about to be.
pub struct Run {
    command: Command,
}

impl Run {
    pub fn of(scenario: Scenario) -> Self {
        Self::verb("apply", scenario, &["--yes", "--allow", "ExclusiveLock", "-q"])
    }

    pub fn verb(verb: &str, scenario: Scenario, arguments: &[&str]) -> Self {
        let mut command = Command::new(crate::program());
        command.arg(verb).args(["--plugin", "tests/guests/evolving.wasm"]);
        command.args(["--set", &format!("stage={}", scenario.stage), "--set", &format!("loaded={}", scenario.loaded)]);
        command.args(arguments).current_dir(crate::root()).env("NO_COLOR", "1").env_remove("WHALE_CHAOS");
        Self { command }
    }

    /// What is done to it: `kill:N`, `stop:N`, `trace`.
    pub fn chaos(mut self, wish: &str) -> Self {
        self.command.env("WHALE_CHAOS", wish);
        self
    }

    pub fn argument(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Lets no file that it writes become longer than this; writing more is an error, not a signal.
    pub fn limited(self, most_bytes: u64) -> Self {
        let mut command = Command::new("bash");
        // In bytes only `prlimit` says it; a signal that is ignored stays so over `exec`.
        command.args(["-c", "trap '' XFSZ; most=$1; shift; exec prlimit --fsize=\"$most\" -- \"$@\"", "bash"]);
        command.arg(most_bytes.to_string()).arg(self.command.get_program()).args(self.command.get_args());
        command.current_dir(crate::root()).env("NO_COLOR", "1").env_remove("WHALE_CHAOS");
        Self { command }
    }

    pub fn start(mut self) -> Child {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub fn go(self) -> Ended {
        ended(self.start())
    }
}

/// Waits for a run.
pub fn ended(child: Child) -> Ended {
    let output = child.wait_with_output().unwrap();
    let said = crate::text(&output.stdout) + &crate::text(&output.stderr);
    Ended { code: output.status.code(), signal: output.status.signal(), said }
}
