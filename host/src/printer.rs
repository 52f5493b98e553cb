//! The terminal: the one owner of standard output, standard error and the question that a person answers.
//!
//! Results go to standard output, everything else to standard error. A reader that has gone away is not an error: what
//! is under way goes on. Any other failure of standard output is remembered, since a script must not take half a result
//! for a whole one.
//!
//! Invariant: what is written is a [`Page`], on which nothing acts. Logs of the libraries below and a fault of ours, which
//! do not come this way, are lines of the same making.

use crate::cli::{Format, Shared};
use crate::render::page::Page;
use crate::render::style::Style;
use crate::settings::environment::Environment;
use crate::text::shown_within;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt::Display;
use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::panic::PanicHookInfo;
use whale_storage::foreign;
use whale_storage::session::Progress;

/// The terminal.
pub(crate) struct Printer {
    out: Style,
    err: Style,
    format: Format,
    quiet: bool,
    /// Whether somebody sits there who can answer.
    attended: bool,
    watched: bool,
    bar: Option<ProgressBar>,
    failure: Option<io::Error>,
}

impl Printer {
    /// Looks at what the streams are.
    pub(crate) fn new(shared: &Shared, environment: &Environment) -> Self {
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let dumb = environment.get("TERM").is_some_and(|term| term == "dumb");
        let plain = dumb || environment.get("NO_COLOR").is_some();
        let style = |terminal: bool| Style { colours: terminal && !plain, detail: shared.verbose };
        Self {
            out: style(out),
            err: style(err),
            format: shared.format,
            quiet: shared.quiet,
            attended: io::stdin().is_terminal() && err,
            watched: err && !dumb && !shared.quiet,
            bar: None,
            failure: None,
        }
    }

    /// How text for standard output is to look.
    pub(crate) fn out_style(&self) -> Style {
        self.out
    }

    /// How text for standard error is to look.
    pub(crate) fn err_style(&self) -> Style {
        self.err
    }

    /// The form of the result.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Whether only errors and results are wanted.
    pub(crate) fn quiet(&self) -> bool {
        self.quiet
    }

    /// Whether a question would be answered.
    pub(crate) fn attended(&self) -> bool {
        self.attended
    }

    /// A result, for standard output.
    pub(crate) fn result(&mut self, page: &Page) {
        let mut out = io::stdout().lock();
        if let Err(error) = out.write_all(page.as_str().as_bytes()).and_then(|()| out.flush())
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.failure.get_or_insert(error);
        }
    }

    /// What stands beside the result, for standard error. Where that fails there is nobody to tell.
    pub(crate) fn beside(&mut self, page: &Page) {
        let write = || {
            let mut err = io::stderr().lock();
            let _ = err.write_all(page.as_str().as_bytes()).and_then(|()| err.flush());
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// A line beside the result.
    pub(crate) fn say(&mut self, lead: &'static str, rest: impl Display) {
        let mut page = Page::new(self.err);
        page.line(lead, rest);
        self.beside(&page);
    }

    /// Why standard output could not be written, unless its reader had gone.
    pub(crate) fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Asks, and takes anything but a clear yes for a no.
    pub(crate) fn ask(&mut self, lead: &'static str, rest: impl Display) -> bool {
        let mut page = Page::new(self.err);
        page.question(lead, format_args!("{rest} [y/N] "));
        self.beside(&page);
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
    }

    /// Tells how far a run is: a bar on a terminal, lines elsewhere.
    pub(crate) fn progress(&mut self, progress: &Progress<'_>) {
        if self.quiet {
            return;
        }
        let (place, lead, message) = match progress {
            Progress::Step { step, of } => {
                let what = format!("{} {}", step.target, shown_within(&step.title(), 100));
                (Some((step.number, *of)), "", what)
            }
            Progress::Stopping => {
                (None, "interrupted: no further step is sent; again, and this one is not waited for", String::new())
            }
            Progress::Settling => (None, "waiting for collections to be loaded", String::new()),
            Progress::Waiting { what } => {
                (None, "waiting for what an earlier run left at work: ", shown_within(what, 200))
            }
            Progress::Checking => (None, "looking again", String::new()),
        };
        if self.watched {
            self.draw(place, foreign::line(&format!("{lead}{message}")));
        } else {
            match place {
                Some((number, of)) => self.say("[", format_args!("{number}/{of}] {message}")),
                None => self.say(lead, message),
            }
        }
    }

    fn draw(&mut self, place: Option<(usize, usize)>, message: String) {
        let of = place.map_or(0, |(_, of)| of as u64);
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(of), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        match place {
            // The step that is begun is not done yet.
            Some((number, _)) => bar.set_position(number.saturating_sub(1) as u64),
            None => bar.set_position(bar.length().unwrap_or(of)),
        }
        bar.set_message(message);
    }

    /// Takes the bar away.
    pub(crate) fn progress_end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// Where logs go: each record becomes one line on standard error.
pub(crate) struct Records;

impl Write for Records {
    /// Takes a whole record, which its end of line ends.
    fn write(&mut self, record: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(record);
        let line = foreign::line(text.strip_suffix('\n').unwrap_or(&text));
        io::stderr().lock().write_all(format!("{line}\n").as_bytes())?;
        Ok(record.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// A fault of ours, of which the message may hold what others wrote; with the way to it for those who ask by
/// `RUST_BACKTRACE`.
pub(crate) fn fault(fault: &PanicHookInfo<'_>) {
    let mut page = Page::new(Style { colours: false, detail: 0 });
    page.line("fault of whale-host: ", fault);
    let way = std::backtrace::Backtrace::capture();
    if way.status() == std::backtrace::BacktraceStatus::Captured {
        way.to_string().lines().for_each(|line| page.line("  at ", line.trim()));
    }
    let _ = io::stderr().lock().write_all(page.as_str().as_bytes());
}
