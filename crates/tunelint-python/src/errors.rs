//! Errors of the library as Python raises them.

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use tunelint::embed::{Failure, FailureKind};

create_exception!(
    tunelint,
    UsageError,
    PyValueError,
    "An option or setting is wrong. The message says which, and suggests what was meant."
);
create_exception!(
    tunelint,
    CheckFailed,
    PyException,
    "Data has findings that fail the check. The message lists them; `report` has everything."
);

/// The exception for a failure: `OSError` and its subclasses for the file system, or else
/// [`UsageError`].
pub fn raised(py: Python<'_>, failure: &Failure) -> PyErr {
    match failure.kind() {
        FailureKind::Usage => UsageError::new_err(worded(failure)),
        FailureKind::Bug => PyRuntimeError::new_err(worded(failure)),
        FailureKind::System(number) => {
            let path = failure.path().map(std::path::Path::as_os_str);
            let error = match (number, path) {
                (Some(number), Some(path)) => {
                    PyOSError::new_err((number, reason(number), path.to_owned()))
                }
                (Some(number), None) => PyOSError::new_err((number, worded(failure))),
                (None, _) => PyOSError::new_err(worded(failure)),
            };
            if let Some(help) = failure.advice() {
                // Python 3.9 and 3.10 have no notes.
                let _ = error
                    .value(py)
                    .call_method1("add_note", (as_keywords(help),));
            }
            error
        }
    }
}

/// The system's words for the number of an error.
fn reason(number: i32) -> String {
    let text = std::io::Error::from_raw_os_error(number).to_string();
    match text.find(" (os error") {
        Some(end) => text.get(..end).unwrap_or(&text).to_owned(),
        None => text,
    }
}

/// Message and help in one line, with keywords in place of the options of the command line.
fn worded(failure: &Failure) -> String {
    let message = match failure.frames() {
        "" => as_keywords(failure.message()),
        frames => format!("{}\n{frames}", as_keywords(failure.message())),
    };
    match failure.advice() {
        Some(help) => format!("{message}; {}", as_keywords(help)),
        None => message,
    }
}

/// Writes `--fail-on` as `fail_on`, except in commands for a terminal.
fn as_keywords(text: &str) -> String {
    let mut parts = Vec::new();
    for (index, part) in text.split('`').enumerate() {
        let is_command = index % 2 == 1 && part.starts_with("tunelint ");
        parts.push(match is_command {
            true => part.to_owned(),
            false => keywords(part),
        });
    }
    parts.join("`")
}

fn keywords(text: &str) -> String {
    let mut words = Vec::new();
    for word in text.split(' ') {
        let start = word.find("--").filter(|at| {
            let after = word.get(at + 2..).unwrap_or_default();
            after.starts_with(|c: char| c.is_ascii_lowercase())
        });
        words.push(match start.and_then(|at| word.split_at_checked(at)) {
            Some((before, option)) => {
                let option = option.trim_start_matches("--");
                let end = option.find(|c: char| !(c.is_ascii_lowercase() || c == '-'));
                let (name, after) = option.split_at(end.unwrap_or(option.len()));
                format!("{before}{}{after}", name.replace('-', "_"))
            }
            None => word.to_owned(),
        });
    }
    words.join(" ")
}
