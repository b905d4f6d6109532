//! A frame around a place, drawn by miette.
//!
//! miette is only ever given an excerpt, which is one short printable line; a whole file would be
//! walked from its start for every place, and shown raw.

use std::fmt;
use std::io;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};
use tunelint_core::excerpt::Excerpt;
use tunelint_core::finding::Severity;
use tunelint_core::position::Position;
use tunelint_core::printable::printable;

/// Columns: the same in every terminal.
const WIDTH: usize = 80;

/// Something that is said about a place.
#[derive(Debug)]
pub struct Frame {
    /// What kind of thing it is: `error[empty-output]`.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The file, printable.
    pub path: String,
    /// Where in it; `None`: the file as a whole.
    pub at: Option<Position>,
    /// The text there.
    pub excerpt: Option<Excerpt>,
    /// Where more can be read: the code links to it, in a terminal that takes links.
    pub url: Option<String>,
}

impl Frame {
    /// Draws it.
    pub fn draw(mut self, color: bool) -> io::Result<String> {
        // A space behind the excerpt, so that a place at its end can be marked.
        if let Some(excerpt) = &mut self.excerpt {
            excerpt.text.push(' ');
        }
        let mut text = String::new();
        GraphicalReportHandler::new_themed(theme(color))
            .with_links(color && self.url.is_some())
            .with_width(WIDTH)
            .render_report(&mut text, &self)
            .map_err(io::Error::other)?;
        Ok(text)
    }
}

fn theme(color: bool) -> GraphicalTheme {
    if color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.message))?;
        match (&self.excerpt, self.at) {
            (Some(_), _) => Ok(()),
            (None, None) => write!(f, "\nin {}", self.path),
            (None, Some(at)) => write!(f, "\nin {}:{}:{}", self.path, at.line, at.column),
        }
    }
}

impl std::error::Error for Frame {}

impl Diagnostic for Frame {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Advice => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_deref()?;
        Some(Box::new(printable(help)))
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.url.as_deref()?))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.is_some().then_some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let Excerpt { text, highlight } = self.excerpt.as_ref()?;
        // A place between two characters is shown as the one behind it.
        let following = text
            .get(highlight.start..)
            .and_then(|rest| rest.chars().next());
        let length = if highlight.is_empty() {
            following.map_or(1, char::len_utf8)
        } else {
            highlight.len()
        };
        let label = LabeledSpan::new(None, highlight.start, length);
        Some(Box::new(std::iter::once(label)))
    }
}

impl SourceCode for Frame {
    /// The excerpt, whatever part of it is asked for, under the line and column of the place.
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = self.excerpt.as_ref().map_or("", |excerpt| &excerpt.text);
        let narrow = |number: u64| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
        let start = self.at.unwrap_or(Position::START);
        let (line, column) = (narrow(start.line), narrow(start.column));
        let span = SourceSpan::from((0, text.len()));
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.clone(),
            text.as_bytes(),
            span,
            line,
            column,
            1,
        )))
    }
}
