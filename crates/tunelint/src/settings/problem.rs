//! Problems in settings files, shown with an excerpt.

use std::ops::Range;
use std::sync::Arc;

use tunelint_core::excerpt::Excerpt;
use tunelint_core::finding::Severity;
use tunelint_core::position::{Position, Span};
use tunelint_core::printable::{counted, quoted};

use crate::exit::Failure;
use crate::frame::Frame;
use crate::spelling::nearest;

/// The number of problems that are shown. A file of 1 MiB may have a hundred thousand.
const SHOWN: usize = 50;

/// A problem in a settings file.
#[derive(Debug)]
pub struct Problem {
    name: String,
    text: Arc<str>,
    span: Range<usize>,
    message: String,
    help: Option<String>,
}

impl Problem {
    /// A problem at `span` of the file `name`, which contains `text`.
    pub fn new(name: &str, text: &Arc<str>, span: &Range<usize>, message: String) -> Self {
        Self {
            name: name.to_owned(),
            text: Arc::clone(text),
            span: span.clone(),
            message,
            help: None,
        }
    }

    /// Adds what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Suggests the closest of the `known` names, or lists them if none is close and they are few.
    pub fn nearest(self, name: &str, known: &[&str]) -> Self {
        match nearest(name, known) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None if known.len() <= 24 && !known.is_empty() => {
                self.help(format!("choose one of: {}", known.join(", ")))
            }
            None => self,
        }
    }

    /// The problem with its excerpt, which takes time in proportion to the text before it.
    fn frame(self) -> Frame {
        let Self { text, span, .. } = self;
        // Only the first line is marked, because a table may span many.
        let marked = text.get(span.clone()).unwrap_or_default();
        let line = marked.lines().next().map_or(0, str::len);
        let span = Span::new(span.start, span.start + line);
        let before = text.as_bytes().get(..span.start).unwrap_or_default();
        Frame {
            code: "error[settings]".to_owned(),
            severity: Severity::Error,
            message: self.message,
            help: self.help,
            path: self.name,
            at: Some(Position::START.advance(before, false)),
            place: None,
            excerpt: Some(Excerpt::new(text.as_bytes(), span)),
            url: None,
        }
    }
}

/// Joins all problems into the error that ends the run.
pub fn failure(mut problems: Vec<Problem>) -> Failure {
    problems.sort_by(|a, b| (&a.name, a.span.start).cmp(&(&b.name, b.span.start)));
    let path = problems.first().map(|problem| problem.name.clone());
    let count = counted(problems.len() as u64, "error");
    let shown = match problems.len() > SHOWN {
        true => format!(", of which {SHOWN} are shown"),
        false => String::new(),
    };
    let color = crate::exit::colored_errors();
    let frames: String = problems
        .into_iter()
        .take(SHOWN)
        .filter_map(|problem| problem.frame().draw(color).ok())
        .map(|text| format!("{}\n\n", text.trim_end()))
        .collect();
    let file = quoted(&path.unwrap_or_default(), 200);
    Failure::new(format!("invalid settings: {count} in {file}{shown}")).shown_before(frames)
}
