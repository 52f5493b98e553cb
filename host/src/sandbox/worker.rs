//! The process that scans, compiles and runs one plugin, and nothing else.
//!
//! It believes the host and distrusts the plugin. It knows no path, no setting and no secret: what it is to do comes
//! on its standard input, what it found goes to its standard output, and then it ends.

use super::allowance::Allowance;
use super::bindings::contract;
use super::confine::{Namespaces, Side, confine, leave, seal};
use super::convert;
use super::engine;
use super::error::{Finding, Phase, Report};
use super::group;
use super::limits::Limits;
use super::run::{self, Guest};
use super::scan;
use super::wire::{self, Frame, Kind, Setup, Used};
use nix::unistd::Pid;
use std::ffi::{OsStr, OsString};
use std::io::{self, StdinLock, StdoutLock};
use std::path::Path;
use std::process::ExitCode;
use wasmtime::Engine;
use wasmtime::component::Component;
use whale_storage::diagnostic::{Diagnostics, codes::sandbox as codes};
use whale_storage::raw;

/// Compilers recurse. The size does not depend on where the program was started.
const STACK: usize = 16 << 20;

/// Entry of the hidden verb, with the number of the process that started this one and its control group; never returns to the rest of the program.
pub fn worker_main(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let parent = parent(arguments.next().as_deref());
    if let Some(group) = arguments.next() {
        // The host asks for what it could make. Where joining is refused all the same, the other limits hold.
        let _ = group::join(Path::new(&group));
    }
    let side = parent.and_then(|parent| leave(parent, true));
    let own = match side {
        Ok(Side::Apart(own)) => own,
        Ok(Side::Keeper(ended)) => return ended,
        Err(_) => return ExitCode::FAILURE,
    };
    let done = confined(own).and_then(|limits| {
        let thread = std::thread::Builder::new().name("worker".to_owned()).stack_size(STACK);
        Ok(thread.spawn(move || session(limits))?.join())
    });
    match done {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        // The host sees that the answer is missing. There is nobody else to tell.
        _ => ExitCode::FAILURE,
    }
}

/// Why a session ends early.
enum Stop {
    /// The host is gone, or does not keep to what is agreed.
    Io(io::Error),
    /// The plugin is refused.
    Refused(Report),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Io(error)
    }
}

/// The process that started this one, as it says.
pub(super) fn parent(argument: Option<&OsStr>) -> io::Result<Pid> {
    let number = argument.and_then(OsStr::to_str).and_then(|number| number.parse().ok());
    Ok(Pid::from_raw(number.ok_or(io::ErrorKind::InvalidInput)?))
}

fn refused(phase: Phase) -> impl FnOnce(Finding) -> Stop {
    move |finding| Stop::Refused(Report::one(phase, finding))
}

/// Hears what this worker may cost, and holds itself to it while there is but one thread.
fn confined(own: Namespaces) -> io::Result<Limits> {
    let frame = wire::read(&mut io::stdin().lock(), &Limits::default())?;
    if frame.kind != Kind::Setup {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let setup: Setup = serde_json::from_slice(&frame.payload)?;
    confine(&setup, own)?;
    Ok(setup.limits)
}

struct Session {
    input: StdinLock<'static>,
    output: StdoutLock<'static>,
    limits: Limits,
}

fn session(limits: Limits) -> io::Result<()> {
    let mut session = Session { input: io::stdin().lock(), output: io::stdout().lock(), limits };
    match session.run() {
        Ok(()) => Ok(()),
        Err(Stop::Io(error)) => Err(error),
        Err(Stop::Refused(report)) => {
            let report = serde_json::to_vec(&report)?;
            session.say(Kind::Refused, &[&report])
        }
    }
}

impl Session {
    fn run(&mut self) -> Result<(), Stop> {
        let engine = engine::engine().map_err(io::Error::other)?;
        self.say(Kind::Hello, &[engine::compatibility(&engine).as_bytes()])?;
        let component = self.component(&engine)?;
        engine::declared(&component, &self.limits).map_err(refused(Phase::Compile))?;
        // From here on there is only the code that is there. A kernel without filters has none to add.
        let _ = seal();
        run::tick(&engine)?;
        self.say(Kind::Loaded, &[])?;

        let limits = self.limits.clone();
        let guest = Guest { engine: &engine, component: &component, limits: &limits };
        let (info, used) = describe(&guest).map_err(refused(Phase::Describe))?;
        self.say(Kind::Described, &[&used.to_bytes(), &info])?;

        let arguments: Vec<raw::Argument> =
            serde_json::from_slice(&self.hear(Kind::Define)?.payload).map_err(io::Error::from)?;
        let (definition, used) = define(&guest, &convert::arguments(arguments)).map_err(Stop::Refused)?;
        self.say(Kind::Defined, &[&used.to_bytes(), &definition])?;
        Ok(())
    }

    /// The component: as it was compiled before, or compiled now.
    fn component(&mut self, engine: &Engine) -> Result<Component, Stop> {
        loop {
            let Frame { kind, payload } = wire::read(&mut self.input, &self.limits)?;
            match kind {
                Kind::Artifact => match engine::load(engine, &payload) {
                    Some(component) => return Ok(component),
                    None => self.say(Kind::Stale, &[])?,
                },
                Kind::Plugin | Kind::PluginToKeep => {
                    let allowance = Allowance::begin(self.limits.compile_time(payload.len() as u64))?;
                    scan::scan(&payload, &self.limits).map_err(refused(Phase::Scan))?;
                    let component = engine::compile(engine, &payload).map_err(refused(Phase::Compile))?;
                    if kind == Kind::PluginToKeep {
                        let artifact = engine::artifact(&component, &self.limits).map_err(refused(Phase::Compile))?;
                        self.say(Kind::Compiled, &[&artifact])?;
                    }
                    drop(allowance);
                    return Ok(component);
                }
                _ => return Err(io::Error::from(io::ErrorKind::InvalidData).into()),
            }
        }
    }

    fn say(&mut self, kind: Kind, parts: &[&[u8]]) -> io::Result<()> {
        wire::write(&mut self.output, kind, parts)
    }

    fn hear(&mut self, kind: Kind) -> io::Result<Frame> {
        let frame = wire::read(&mut self.input, &self.limits)?;
        if frame.kind == kind { Ok(frame) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}

fn describe(guest: &Guest<'_>) -> Result<(Vec<u8>, Used), Finding> {
    let (info, used) = guest.call(Phase::Describe, |plugin, store| plugin.whale_model_plugin().call_describe(store))?;
    Ok((canonical(&info, guest.limits)?, used))
}

/// Two calls in two instances that must agree: what is approved has to be what is applied.
fn define(guest: &Guest<'_>, arguments: &[contract::Argument]) -> Result<(Vec<u8>, Used), Report> {
    let once = || {
        let (answer, used) = guest
            .call(Phase::Define, |plugin, store| plugin.whale_model_plugin().call_define(store, arguments))
            .map_err(|finding| Report::one(Phase::Define, finding))?;
        let definition = answer.map_err(problems)?;
        let definition = canonical(&definition, guest.limits).map_err(|finding| Report::one(Phase::Define, finding))?;
        Ok((definition, used))
    };
    let (first, used) = once()?;
    let (second, _) = once()?;
    same(&first, &second).map_err(|finding| Report::one(Phase::Define, finding))?;
    Ok((first, used))
}

fn canonical(value: &impl serde::Serialize, limits: &Limits) -> Result<Vec<u8>, Finding> {
    convert::canonical(value, limits)
        .map(|(bytes, _)| bytes)
        .map_err(|error| Finding::new(codes::RESULT_TOO_LARGE, format!("what was returned is too large: {error}")))
}

fn same(first: &[u8], second: &[u8]) -> Result<(), Finding> {
    if first == second {
        return Ok(());
    }
    let place = first.iter().zip(second).take_while(|(one, other)| one == other).count();
    let around = |bytes: &[u8]| {
        let part = bytes.get(place.saturating_sub(30)..).unwrap_or_default();
        String::from_utf8_lossy(part.get(..part.len().min(60)).unwrap_or_default()).into_owned()
    };
    let (one, other) = (around(first), around(second));
    Err(Finding::new(codes::NOT_REPEATABLE, format!("two calls differ: first `{one}`, then `{other}`"))
        .help("look for an order that is not fixed, such as that of a hash map"))
}

/// What the plugin itself says is wrong; the most of it that diagnostics hold.
fn problems(problems: Vec<contract::Problem>) -> Report {
    let left_out = problems.len().saturating_sub(Diagnostics::MOST);
    let mut findings: Vec<_> = problems.into_iter().take(Diagnostics::MOST).map(problem).collect();
    if findings.is_empty() {
        findings.push(Finding::new(codes::PROBLEM, "the plugin refuses to make a definition, and gives no reason"));
    }
    Report { phase: Phase::Define, findings, left_out }
}

fn problem(problem: contract::Problem) -> Finding {
    // Cut here as well: a thousand texts of a mebibyte need not cross the pipe.
    let cut = |text: &str| text.chars().take(1_000).collect::<String>();
    let finding = Finding::new(codes::PROBLEM, cut(&problem.message)).path(cut(&problem.path));
    match problem.help {
        Some(help) => finding.help(cut(&help)),
        None => finding,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_shown_where_it_is() {
        assert!(same(b"{\"a\":1}", b"{\"a\":1}").is_ok());
        let finding = same(b"{\"a\":1}", b"{\"a\":2}").unwrap_err();
        assert!(finding.is(codes::NOT_REPEATABLE));
        assert!(same(b"{}", b"{}  ").is_err());
    }

    #[test]
    fn problems_are_at_most_so_many_and_the_rest_is_counted() {
        let one = contract::Problem { path: "a".to_owned(), message: "m".repeat(5_000), help: None };
        let report = problems(vec![one; 1_234]);
        assert_eq!((report.findings.len(), report.left_out), (1_000, 234));
        assert_eq!(problems(Vec::new()).findings.len(), 1);
    }
}
