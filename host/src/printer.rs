//! The terminal: the one owner of standard output, standard error and the question that a person answers.
//!
//! Results go to standard output, everything else to standard error. A reader that has gone away is not an error: what
//! is under way goes on. Any other failure of standard output is remembered, since a script must not take half a result
//! for a whole one.

use crate::cli::{Format, Shared};
use crate::render::style::Style;
use crate::settings::environment::Environment;
use crate::text::shown_within;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, BufRead as _, IsTerminal as _, Write};
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
    pub(crate) fn result(&mut self, text: &str) {
        let mut out = io::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush())
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.failure.get_or_insert(error);
        }
    }

    /// What stands beside the result, for standard error. Where that fails there is nobody to tell.
    pub(crate) fn beside(&mut self, text: &str) {
        let write = || {
            let mut err = io::stderr().lock();
            let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Why standard output could not be written, unless its reader had gone.
    pub(crate) fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Asks, and takes anything but a clear yes for a no.
    pub(crate) fn ask(&mut self, question: &str) -> bool {
        self.beside(&format!("{question} [y/N] "));
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
    }

    /// Tells how far a run is: a bar on a terminal, lines elsewhere.
    pub(crate) fn progress(&mut self, progress: &Progress<'_>) {
        if self.quiet {
            return;
        }
        let (place, message) = match progress {
            Progress::Step { step, of } => {
                let what = format!("{} {}", step.target, shown_within(&step.title(), 100));
                (Some((step.number, *of)), what)
            }
            Progress::Settling => (None, "waiting for collections to be loaded".to_owned()),
            Progress::Waiting { what } => {
                (None, format!("waiting for what an earlier run left at work: {}", shown_within(what, 200)))
            }
            Progress::Checking => (None, "looking again".to_owned()),
        };
        if self.watched {
            self.draw(place, message);
        } else {
            match place {
                Some((number, of)) => self.beside(&format!("[{number}/{of}] {message}\n")),
                None => self.beside(&format!("{message}\n")),
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
