//! Why a template cannot be parsed or rendered.

use std::fmt;

use minijinja::{Error, ErrorKind};

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateErrorKind {
    /// The template is not valid.
    Syntax,
    /// The template called `raise_exception`; the message is its own.
    Raised,
    /// The template failed: an undefined value, an unknown filter, a wrong type.
    Failed,
    /// The template exceeded a limit on work, depth or output.
    Limit,
    /// The engine cannot do what the template asks for, and Jinja can.
    Unsupported,
    /// The record is no conversation that a template is rendered for.
    Conversation,
}

/// A failure, with the line of the template where one is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// What kind of failure it is.
    pub kind: TemplateErrorKind,
    /// What is wrong. May contain data and the words of the template: make it printable before it is
    /// shown.
    pub message: String,
    /// The line of the template, from 1.
    pub line: Option<usize>,
}

/// The text that a template passed to `raise_exception`, as the source of an engine's error.
#[derive(Debug)]
pub struct RaisedByTemplate(pub String);

impl TemplateError {
    pub(crate) fn new(kind: TemplateErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            line: None,
        }
    }

    pub(crate) fn limit(message: &str) -> Self {
        Self::new(TemplateErrorKind::Limit, message)
    }

    pub(crate) fn at_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// The engine's error in our terms.
    pub(crate) fn from_engine(error: &Error) -> Self {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(current) = cause {
            if let Some(raised) = current.downcast_ref::<RaisedByTemplate>() {
                let line = line_of(error);
                let kind = TemplateErrorKind::Raised;
                let message = raised.0.clone();
                return Self {
                    kind,
                    message,
                    line,
                };
            }
            cause = current.source();
        }
        let detail = error.detail().unwrap_or_default();
        let kind = match error.kind() {
            ErrorKind::SyntaxError => TemplateErrorKind::Syntax,
            ErrorKind::OutOfFuel => TemplateErrorKind::Limit,
            _ if detail.contains("recursion limit") => TemplateErrorKind::Limit,
            _ => TemplateErrorKind::Failed,
        };
        let message = match (error.kind(), detail) {
            (ErrorKind::OutOfFuel, _) => "the template does too much work".to_owned(),
            (kind, "") => kind.to_string(),
            (ErrorKind::InvalidOperation | ErrorKind::SyntaxError, detail) => detail.to_owned(),
            (kind, detail) => format!("{kind}: {detail}"),
        };
        Self {
            kind,
            message,
            line: line_of(error),
        }
    }
}

/// The line where it happened: the innermost error that knows one.
fn line_of(error: &Error) -> Option<usize> {
    let mut line = error.line();
    let mut cause = std::error::Error::source(error);
    while let Some(current) = cause {
        if let Some(inner) = current.downcast_ref::<Error>() {
            line = inner.line().or(line);
        }
        cause = current.source();
    }
    line
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{} (line {line} of the template)", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for TemplateError {}

impl fmt::Display for RaisedByTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RaisedByTemplate {}
