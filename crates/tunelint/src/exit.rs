//! How a run ends.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use tunelint_core::printable::printable;

/// The exit codes that hooks and scripts depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing at or above the level that fails.
    Clean = 0,
    /// Findings at or above it, or something would change.
    Findings = 1,
    /// Usage, settings, or a file that cannot be read or written.
    CouldNotRun = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a run could not be done: for people, in a sentence or two.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// Drawn places that are shown before the message.
    frames: String,
    message: String,
    help: Option<String>,
}

impl Failure {
    /// What is wrong.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            frames: String::new(),
            message: message.into(),
            help: None,
        }
    }

    /// Places, drawn already, to show before the message.
    pub fn shown_before(mut self, frames: String) -> Self {
        self.frames = frames;
        self
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A file that the system does not let us use.
    pub fn io(what: &str, path: &str, error: &io::Error) -> Self {
        Self::new(format!("cannot {what} {path}: {}", cause(error)))
    }

    /// Writes it to standard error.
    pub fn print(&self) {
        let mut text = self.frames.clone();
        text.push_str(&format!("error: {}\n", printable(&self.message)));
        if let Some(help) = &self.help {
            text.push_str(&format!("  help: {}\n", printable(help)));
        }
        // Nobody is left to tell if this fails.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// Whether standard error shows colours.
pub fn colored_errors() -> bool {
    io::stderr().is_terminal()
        && anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// What is said of a mistake in the program itself: the place in its source, and nothing of the
/// data, which the usual message may quote.
pub fn report_bug(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
    Failure::new(format!(
        "tunelint itself is at fault{place}; your files are as they were"
    ))
    .help("please report this place, and what kind of file it was")
    .print();
}

/// The system's words for an error, without the number that Rust adds.
pub fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text.get(..end).unwrap_or(&text).to_lowercase(),
        None => text,
    }
}
