//! A kernel that has no landlock, no seccomp, no namespaces, or none of them: plugins run all the same, and `doctor` says so. The calls fail as
//! they do on such a kernel, which `old_kernel.py` sees to.

use super::World;
use std::path::Path;
use std::process::{Command, Output};

/// A command of that world on a kernel that lacks these.
fn without(lacking: &str, world: &World, arguments: &[&str]) -> Output {
    let command = world.command(arguments);
    let mut python = Command::new("python3");
    python
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/old_kernel.py"))
        .arg(lacking)
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(world.path(""))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    python.output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn plugins_run_and_doctor_says_what_is_missing() {
    // Nobody listens there; what is asked is this machine.
    let world = World::new().with_variable("TIMESCALEDB_URL", "postgres://u:p@127.0.0.1:1/d");
    let nothing = "can open no file and no port, and start no program";
    for (lacking, said) in [
        ("landlock", format!("{nothing}, but the kernel has no landlock")),
        ("seccomp", format!("{nothing}, but the kernel has no seccomp")),
        (
            "namespaces",
            "a plugin's process shares the user and the process and the network and the IPC namespace with others, no \
             capability; one that took it over could start threads without a bound"
                .to_owned(),
        ),
        (
            "landlock,seccomp,namespaces",
            "start threads without a bound and write machine code where it is run and run machine code that was not compiled"
                .to_owned(),
        ),
        (
            "landlock,seccomp",
            "a plugin that took over its process could start a program: the kernel has no landlock and no seccomp"
                .to_owned(),
        ),
    ] {
        let judged = without(lacking, &world, &["validate", "-p", "plugins/language.wasm"]);
        assert_eq!(judged.status.code(), Some(0), "{lacking}: {}", text(&judged.stderr));
        let doctor = without(lacking, &world, &["doctor"]);
        let shown = text(&doctor.stdout);
        assert!(shown.contains(&said) && shown.contains("hint: plugins run all the same"), "{lacking}: {shown}");
    }
}
