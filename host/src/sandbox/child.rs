//! The worker as the host sees it: a process that may do anything at all, and is waited for only so long.
//!
//! One loop over the three pipes writes what is to be sent, reads the answer and collects what is said on standard
//! error, until the answer is whole, the pipe ends, or time is up. Whatever happens the process is killed when this
//! value goes.

use super::confine::SPENT;
use super::limits::Limits;
use super::nursery::{self, Ward};
use super::wire::{self, Frame, Kind, NoFrame};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Bytes of standard error that are kept.
const MOST_SAID: usize = 16 * 1024;

/// How long a process whose pipe has ended may take to be gone.
const LEAVE: Duration = Duration::from_secs(2);

/// Milliseconds that a process which was killed may take to be gone.
const GONE: u16 = 2_000;

/// How the talk ended without an answer.
#[derive(Debug)]
pub(super) enum End {
    /// Nothing in time.
    Late,
    /// What came is no frame.
    Garbage,
    /// What came is a longer frame than may be.
    TooLong { announced: u64, most: u64 },
    /// The compiler or the guest needed more memory than there is.
    Memory,
    /// The compiler recursed deeper than its stack is.
    Stack,
    /// The processor time of the process is used up.
    Processor,
    /// The process is gone without an answer; how.
    Gone(String),
    /// The system refused something to the host itself.
    Host(io::Error),
}

/// A running worker.
#[derive(Debug)]
pub(super) struct Worker {
    ward: Ward,
    /// Gone when the worker closed its end.
    input: Option<ChildStdin>,
    output: ChildStdout,
    errors: Option<ChildStderr>,
    said: Vec<u8>,
    received: Vec<u8>,
}

impl Worker {
    /// Starts the program with the hidden verb, in a control group where there is one, and with nothing of the host's but three pipes.
    pub(super) fn start(program: &Path, verb: &str, group: Option<&Path>) -> io::Result<Worker> {
        let mut command = Command::new(program);
        command
            .arg(verb)
            // Whose end is to be its own.
            .arg(std::process::id().to_string())
            .args(group)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let (ward, pipes) = nursery::start(command)?;
        let (Some(input), Some(output), Some(errors)) = pipes else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let worker =
            Worker { ward, input: Some(input), output, errors: Some(errors), said: Vec::new(), received: Vec::new() };
        if let (Some(input), Some(errors)) = (&worker.input, &worker.errors) {
            never_wait(input)?;
            never_wait(errors)?;
        }
        never_wait(&worker.output)?;
        Ok(worker)
    }

    /// Sends one frame, if any, and waits for one.
    pub(super) fn ask(
        &mut self,
        question: Option<(Kind, &[u8])>,
        limits: &Limits,
        time: Duration,
    ) -> Result<Frame, End> {
        let deadline = Instant::now() + time;
        let head = question.map(|(kind, payload)| wire::header(kind, payload.len()));
        let mut parts = [head.as_ref().map_or(&[][..], |head| head), question.map_or(&[][..], |(_, payload)| payload)];
        loop {
            if let Some(frame) = self.frame(limits)? {
                return Ok(frame);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(End::Late);
            }
            let sending = parts.iter().any(|part| !part.is_empty());
            let (writable, readable, speaks) = self.wait(sending, left).map_err(End::Host)?;
            if writable {
                self.send(&mut parts);
            }
            if speaks {
                self.listen();
            }
            if readable && !self.receive().map_err(End::Host)? {
                return Err(self.gone());
            }
        }
    }

    /// The next whole frame of what was received.
    fn frame(&mut self, limits: &Limits) -> Result<Option<Frame>, End> {
        wire::take(&mut self.received, limits).map_err(|none| match none {
            NoFrame::Garbage => End::Garbage,
            NoFrame::TooLong { announced, most } => End::TooLong { announced, most },
        })
    }

    /// Which of the pipes have something for us.
    fn wait(&self, sending: bool, left: Duration) -> io::Result<(bool, bool, bool)> {
        let mut ready = (false, false, false);
        let mut pipes = vec![PollFd::new(self.output.as_fd(), PollFlags::POLLIN)];
        if let Some(errors) = &self.errors {
            pipes.push(PollFd::new(errors.as_fd(), PollFlags::POLLIN));
        }
        let speaking = pipes.len() > 1;
        if let Some(input) = self.input.as_ref().filter(|_| sending) {
            pipes.push(PollFd::new(input.as_fd(), PollFlags::POLLOUT));
        }
        // Rounded up: a poll of 0 ms in a loop would be a busy wait.
        let milliseconds = left.as_millis().saturating_add(1).min(60_000);
        match poll(&mut pipes, PollTimeout::try_from(milliseconds).unwrap_or(PollTimeout::MAX)) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok(ready),
            Err(error) => return Err(error.into()),
        }
        let mut any = pipes.iter().map(|pipe| pipe.any().unwrap_or(false));
        ready.1 = any.next().unwrap_or(false);
        ready.2 = speaking && any.next().unwrap_or(false);
        ready.0 = any.next().unwrap_or(false);
        Ok(ready)
    }

    /// Writes what the pipe takes. A worker that no longer listens is heard, or missed, on the other pipe.
    fn send(&mut self, parts: &mut [&[u8]; 2]) {
        let Some(input) = &mut self.input else { return };
        for part in parts {
            while !part.is_empty() {
                match input.write(part) {
                    Ok(count) => *part = part.get(count..).unwrap_or_default(),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                    Err(_) => {
                        self.input = None;
                        return;
                    }
                }
            }
        }
    }

    /// Reads what there is; false at the end of the pipe.
    fn receive(&mut self) -> io::Result<bool> {
        let mut chunk = vec![0; 64 * 1024];
        match self.output.read(&mut chunk) {
            Ok(0) => Ok(false),
            Ok(count) => {
                self.received.extend_from_slice(chunk.get(..count).unwrap_or_default());
                Ok(true)
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Reads standard error; beyond the first bytes it is thrown away, so that nobody waits for us.
    fn listen(&mut self) {
        let mut chunk = [0; 4 * 1024];
        let Some(errors) = &mut self.errors else { return };
        match errors.read(&mut chunk) {
            Ok(0) => self.errors = None,
            Ok(count) => {
                let room = MOST_SAID.saturating_sub(self.said.len()).min(count);
                self.said.extend_from_slice(chunk.get(..room).unwrap_or_default());
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(_) => self.errors = None,
        }
    }

    /// Why the pipe ended.
    fn gone(&mut self) -> End {
        let deadline = Instant::now() + LEAVE;
        let status = loop {
            match self.ward.ended() {
                Ok(Some(status)) => break status,
                Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(1)),
                Ok(None) => return End::Gone("it closed its pipe and did not end".to_owned()),
                Err(error) => return End::Host(error),
            }
        };
        let mut last = self.said.len();
        while self.errors.is_some() {
            self.listen();
            if self.said.len() == last {
                break;
            }
            last = self.said.len();
        }
        how(status, &String::from_utf8_lossy(&self.said))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.ward.end();
        // What runs the plugin may be a child of the process that was started. It ends with it, and then the pipe does.
        let mut pipe = [PollFd::new(self.output.as_fd(), PollFlags::empty())];
        let _ = poll(&mut pipe, PollTimeout::from(GONE));
    }
}

/// What the end of a process means. Rust's allocator aborts when there is no more memory, and so does an overflow of
/// the host's own stack.
fn how(status: ExitStatus, said: &str) -> End {
    const SIGKILL: i32 = 9;
    const SIGXCPU: i32 = 24;
    let first = said.lines().map(str::trim).find(|line| !line.is_empty());
    let said = first.map(|line| format!(", saying: {line}")).unwrap_or_default();
    match (status.signal(), status.code()) {
        // The first process of a namespace cannot abort itself by the signal of that name: it ends by another.
        (Some(_), _) if said.contains("memory allocation of") => End::Memory,
        (Some(_), _) if said.contains("has overflowed its stack") => End::Stack,
        (Some(SIGXCPU), _) => End::Processor,
        (Some(SIGKILL), _) => End::Gone("it was killed from outside, mostly for want of memory".to_owned()),
        (Some(signal), _) => End::Gone(format!("it ended by signal {signal}{said}")),
        (None, Some(0)) => End::Gone("it ended without an answer".to_owned()),
        (None, Some(code)) if code == i32::from(SPENT) => End::Processor,
        (None, code) => End::Gone(format!("it ended with code {}{said}", code.unwrap_or(-1))),
    }
}

fn never_wait(pipe: &impl AsFd) -> io::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(pipe, FcntlArg::F_GETFL)?);
    fcntl(pipe, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_apart() {
        let memory = "memory allocation of 1048576 bytes failed";
        assert!(matches!(how(ExitStatus::from_raw(6), memory), End::Memory));
        assert!(matches!(how(ExitStatus::from_raw(6), "thread has overflowed its stack"), End::Stack));
        assert!(matches!(how(ExitStatus::from_raw(6), "assertion failed"), End::Gone(_)));
        assert!(matches!(how(ExitStatus::from_raw(11), memory), End::Memory));
        assert!(matches!(how(ExitStatus::from_raw(24), ""), End::Processor));
        assert!(matches!(how(ExitStatus::from_raw(i32::from(SPENT) << 8), ""), End::Processor));
        assert!(matches!(how(ExitStatus::from_raw(0), ""), End::Gone(_)));
        let End::Gone(how) = how(ExitStatus::from_raw(101 << 8), "\nthread panicked\nmore") else { unreachable!() };
        assert_eq!(how, "it ended with code 101, saying: thread panicked");
    }
}
