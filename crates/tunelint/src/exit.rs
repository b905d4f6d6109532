//! Exit codes, and the errors that end a run.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tunelint_core::printable::{printable, printable_path};
use tunelint_core::totals::UnreadFile;

/// Exit codes. Hooks and scripts depend on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// No finding at or above `--fail-on`.
    Clean = 0,
    /// Findings at or above it, or `--diff` or `--check` would change something.
    Findings = 1,
    /// Wrong usage or settings, or a file that cannot be read or written.
    CouldNotRun = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Where an error comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FailureKind {
    /// Wrong usage or settings.
    #[default]
    Usage,
    /// The file system, with its number of the error if it has one.
    System(Option<i32>),
    /// A mistake in this program.
    Bug,
}

/// An error that ends a run or skips a file, for people.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    kind: FailureKind,
    /// Source excerpts, already drawn, that are printed before the message.
    frames: String,
    message: String,
    help: Option<String>,
    path: Option<PathBuf>,
}

impl Failure {
    /// An error with this message and no help.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::default(),
            frames: String::new(),
            message: message.into(),
            help: None,
            path: None,
        }
    }

    /// Adds source excerpts, already drawn, that are printed before the message.
    pub fn shown_before(mut self, frames: String) -> Self {
        self.frames = frames;
        self
    }

    /// The message, without help and excerpts.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Source excerpts, already drawn.
    pub fn frames(&self) -> &str {
        &self.frames
    }

    /// What to do about it.
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Where it comes from.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The file or directory that could not be read.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Sets where it comes from.
    pub fn of_kind(mut self, kind: FailureKind) -> Self {
        self.kind = kind;
        self
    }

    /// Sets the file or directory that could not be read.
    pub fn about(mut self, path: &Path) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// The file or directory that could not be read, for reports.
    pub fn unread(&self) -> UnreadFile {
        let path = self.path.as_deref().map(printable_path);
        let message = self.message.clone();
        UnreadFile { path, message }
    }

    /// Adds what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// An error of the file system: `cannot {what} {path}: {cause}`. An error of writing names the
    /// output that it is about instead.
    pub fn io(what: &str, path: &str, error: &io::Error) -> Self {
        let inner = error
            .get_ref()
            .and_then(|of| of.downcast_ref::<Unwritten>());
        let (message, error) = match inner {
            Some(Unwritten { name, error }) => {
                (format!("cannot write {name}: {}", cause(error)), error)
            }
            None => (format!("cannot {what} {path}: {}", cause(error)), error),
        };
        Self::new(message).of_kind(FailureKind::System(number(error)))
    }

    /// The text for people, printable.
    pub fn text(&self) -> String {
        let mut text = self.frames.clone();
        text.push_str(&format!("error: {}\n", printable(&self.message)));
        if let Some(help) = &self.help {
            text.push_str(&format!("  help: {}\n", printable(help)));
        }
        text
    }

    /// Writes it to standard error.
    pub fn print(&self) {
        // If standard error is closed, the error cannot be reported anywhere.
        let _ = io::stderr().lock().write_all(self.text().as_bytes());
    }
}

/// An error of writing with the name of the output. The library, which passes it on, knows no names.
#[derive(Debug)]
struct Unwritten {
    name: String,
    error: io::Error,
}

impl fmt::Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write {}: {}", self.name, cause(&self.error))
    }
}

impl std::error::Error for Unwritten {}

/// Adds the name of the output, printable, to an error of writing. [`Failure::io`] prints it.
pub fn unwritten(name: &str, error: io::Error) -> io::Error {
    let name = name.to_owned();
    io::Error::new(error.kind(), Unwritten { name, error })
}

/// Prints a remark on standard error.
pub fn remark(text: &str) {
    // If standard error is closed, the remark cannot be printed anywhere.
    let _ = io::stderr()
        .lock()
        .write_all(format!("note: {}\n", printable(text)).as_bytes());
}

/// Prints help and version, or what is wrong with the command line.
pub fn usage(error: &clap::Error) -> Result<Exit, Failure> {
    if !error.use_stderr() {
        let printed = error.print().and_then(|()| io::stdout().flush());
        return match printed {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::io("write to", "standard output", &error))
            }
            _ => Ok(Exit::Clean),
        };
    }
    let text = error.render().to_string();
    let lines: Vec<_> = text.lines().map(printable).collect();
    // clap repeats the arguments as they are.
    let written = match lines.iter().eq(text.lines()) {
        true => error.print(),
        false => io::stderr()
            .lock()
            .write_all((lines.join("\n") + "\n").as_bytes()),
    };
    // If standard error is closed, the error cannot be reported anywhere.
    drop(written);
    Ok(Exit::CouldNotRun)
}

/// Whether standard error is a terminal that shows colors.
pub fn colored_errors() -> bool {
    io::stderr().is_terminal()
        && anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// The panic hook. Prints the location in the program, but not the panic's message, which may quote
/// the data.
pub fn report_bug(panic: &std::panic::PanicHookInfo<'_>) {
    if tunelint_tables::is_guarded() || tunelint_model::is_guarded() {
        // A damaged table, or a template that fails, which is reported as such.
        return;
    }
    let location = panic
        .location()
        .map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
    Failure::new(format!(
        "internal error in tunelint{location}; your files are unchanged"
    ))
    .help("please report this location and the kind of file that was read")
    .print();
}

/// The system's number of an error. One that a library has wrapped, to add a path, has only its kind.
fn number(error: &io::Error) -> Option<i32> {
    let of_kind = match error.kind() {
        io::ErrorKind::NotFound => Some(2),
        io::ErrorKind::PermissionDenied => Some(13),
        io::ErrorKind::AlreadyExists => Some(17),
        _ => None,
    };
    error.raw_os_error().or(of_kind)
}

/// The system's message for an error, without the number that Rust adds to it.
pub fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text.get(..end).unwrap_or(&text).to_lowercase(),
        None => text,
    }
}
