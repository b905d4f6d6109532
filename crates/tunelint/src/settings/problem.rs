//! A mistake in a settings file, shown where it stands.

use std::ops::Range;

use tunelint_core::excerpt::Excerpt;
use tunelint_core::finding::Severity;
use tunelint_core::position::{Position, Span};
use tunelint_core::printable::{counted, quoted};

use crate::exit::Failure;
use crate::frame::Frame;

/// A mistake.
#[derive(Debug)]
pub struct Problem {
    frame: Frame,
}

impl Problem {
    /// A mistake at `span` of the file called `name`.
    pub fn new(name: &str, text: &str, span: &Range<usize>, message: String) -> Self {
        // The place is one line: a table's would be all of it.
        let marked = text.get(span.clone()).unwrap_or_default();
        let line = marked.lines().next().map_or(0, str::len);
        let span = Span::new(span.start, span.start + line);
        let before = text.as_bytes().get(..span.start).unwrap_or_default();
        Self {
            frame: Frame {
                code: "error[settings]".to_owned(),
                severity: Severity::Error,
                message,
                help: None,
                path: name.to_owned(),
                at: Some(Position::START.advance(before, false)),
                excerpt: Some(Excerpt::new(text.as_bytes(), span)),
                url: None,
            },
        }
    }

    /// What to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.frame.help = Some(help.into());
        self
    }

    /// The nearest of `known`, as far as there is one; otherwise what there is.
    pub fn nearest(self, name: &str, known: &[&str]) -> Self {
        match nearest(name, known) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None if known.len() <= 24 && !known.is_empty() => {
                self.help(format!("there are: {}", known.join(", ")))
            }
            None => self,
        }
    }
}

/// The name that was probably meant.
pub fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let begun = known
        .iter()
        .find(|have| name.len() > 2 && have.starts_with(name));
    let distances = known
        .iter()
        .map(|have| (strsim::damerau_levenshtein(have, name), *have));
    // Two changes make another word of one with four letters.
    let most = if name.len() < 5 {
        1
    } else {
        2.max(name.len() / 4)
    };
    let near = distances.min().filter(|(distance, _)| *distance <= most);
    begun.copied().or(near.map(|(_, near)| near))
}

/// All of them, as the reason why nothing can be done.
pub fn failure(mut problems: Vec<Problem>) -> Failure {
    problems.sort_by_key(|problem| (problem.frame.path.clone(), problem.frame.at));
    let path = problems.first().map(|problem| problem.frame.path.clone());
    let count = counted(problems.len() as u64, "mistake");
    let color = crate::exit::colored_errors();
    let frames: String = problems
        .into_iter()
        .filter_map(|problem| problem.frame.draw(color).ok())
        .map(|text| format!("{}\n\n", text.trim_end()))
        .collect();
    let file = quoted(&path.unwrap_or_default(), 200);
    Failure::new(format!("the settings cannot be used: {count} in {file}")).shown_before(frames)
}
