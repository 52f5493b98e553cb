//! Runs the program that writes a target's URL: without a shell, within a time, and without showing anything it wrote.
//!
//! What it writes to standard error is dropped: a program that fails may well print what it was to keep to itself.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long it may take: a password manager asks a server, a person may have to touch a key.
const LIMIT: Duration = Duration::from_secs(30);

/// How often is looked whether it has ended, once it has written everything.
const GLANCE: Duration = Duration::from_millis(5);

/// What a program writes to standard output. It runs in `folder`; empty: the working directory.
pub(super) fn output(words: &[String], folder: &Path, most: u64) -> Result<String, String> {
    within(words, folder, most, LIMIT)
}

fn within(words: &[String], folder: &Path, most: u64, limit: Duration) -> Result<String, String> {
    let (program, arguments) = words.split_first().ok_or("the command names no program")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    let started = Instant::now();
    let mut child = command.spawn().map_err(|error| format!("starting {program}: {error}"))?;
    let ended = outcome(&mut child, most, started + limit);
    if ended.is_err() {
        // It may have ended by itself; either way nothing of it stays.
        let _ = child.kill();
        let _ = child.wait();
    }
    match ended {
        Ok((status, text)) if status.success() => Ok(text),
        Ok((status, _)) => {
            Err(format!("{program} failed ({status}); run it by hand to see why: what it writes is not shown here"))
        }
        Err(Stopped::Late) => Err(format!("{program} did not end within {} s", limit.as_secs_f64())),
        Err(Stopped::Long) => Err(format!("{program} wrote more than {most} bytes")),
        Err(Stopped::NotText) => Err(format!("{program} wrote what is not UTF-8 text")),
        Err(Stopped::Unread(error)) => Err(format!("reading what {program} wrote: {error}")),
    }
}

/// Why it was stopped.
enum Stopped {
    Late,
    Long,
    NotText,
    Unread(std::io::Error),
}

fn outcome(child: &mut Child, most: u64, until: Instant) -> Result<(ExitStatus, String), Stopped> {
    let Some(pipe) = child.stdout.take() else { return Err(Stopped::NotText) };
    let (send, receive) = mpsc::channel();
    // A program that it left behind may hold the pipe open: who waits is this thread, not we.
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = pipe.take(most.saturating_add(1)).read_to_end(&mut bytes).map(|_| bytes);
        // Nobody listens any more when the time was up.
        let _ = send.send(read);
    });
    let left = until.saturating_duration_since(Instant::now());
    let bytes = receive.recv_timeout(left).map_err(|_| Stopped::Late)?.map_err(Stopped::Unread)?;
    if bytes.len() as u64 > most {
        return Err(Stopped::Long);
    }
    loop {
        match child.try_wait().map_err(Stopped::Unread)? {
            Some(status) => return Ok((status, String::from_utf8(bytes).map_err(|_| Stopped::NotText)?)),
            None if Instant::now() >= until => return Err(Stopped::Late),
            None => thread::sleep(GLANCE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(words: &[&str], limit: Duration) -> Result<String, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        within(&words, Path::new("/tmp"), 20, limit)
    }

    #[test]
    fn what_it_writes_is_taken_and_no_shell_reads_its_arguments() {
        let second = Duration::from_secs(10);
        assert_eq!(run(&["echo", "$HOME", "*"], second).unwrap(), "$HOME *\n");
        assert_eq!(run(&["pwd"], second).unwrap(), "/tmp\n");
    }

    #[test]
    fn every_other_end_is_told_without_what_it_wrote() {
        let second = Duration::from_secs(10);
        for (words, expected) in [
            (&["sh", "-c", "echo hunter2 | tee /dev/stderr; exit 3"][..], "sh failed (exit status: 3)"),
            (&["sh", "-c", "echo hunter2 hunter2 hunter2"], "more than 20 bytes"),
            (&["printf", "\\377"], "not UTF-8"),
            (&["/nowhere/at/all"], "starting /nowhere/at/all: No such file"),
        ] {
            let error = run(words, second).unwrap_err();
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn time_is_up_for_the_slow_and_for_what_they_leave_behind() {
        let short = Duration::from_millis(200);
        let started = Instant::now();
        for words in [&["sleep", "30"][..], &["sh", "-c", "sleep 2 & exit 0"], &["sh", "-c", "exec >&-; exec sleep 30"]]
        {
            assert!(run(words, short).unwrap_err().contains("within 0.2 s"));
        }
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}
