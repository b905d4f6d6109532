//! Source excerpts with a message, drawn by miette.
//!
//! miette gets only an excerpt, which is one short printable line. Given the whole file, it would
//! scan it from the start for every location, and print it unescaped.

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

/// The width in columns, the same for every terminal.
const WIDTH: usize = 80;

/// A message about a location in a file.
#[derive(Debug)]
pub struct Frame {
    /// Severity and rule: `error[empty-output]`.
    pub code: String,
    /// The severity, which decides the color.
    pub severity: Severity,
    /// The message.
    pub message: String,
    /// The help.
    pub help: Option<String>,
    /// The file, printable.
    pub path: String,
    /// The location in it; `None` for the whole file.
    pub at: Option<Position>,
    /// The location in words, if it has no line.
    pub place: Option<String>,
    /// The text at the location.
    pub excerpt: Option<Excerpt>,
    /// A page that the code links to, in terminals that support links.
    pub url: Option<String>,
}

impl Frame {
    /// Draws the frame.
    pub fn draw(mut self, color: bool) -> io::Result<String> {
        // With a space after the excerpt, a location at its end can be marked.
        if let Some(excerpt) = &mut self.excerpt {
            excerpt.text.push(' ');
        }
        let mut text = String::new();
        GraphicalReportHandler::new_themed(theme(color))
            .with_links(color && self.url.is_some())
            .with_width(WIDTH)
            .with_break_words(false)
            .render_report(&mut text, &self)
            .map_err(io::Error::other)?;
        let text = breakable(&text);
        Ok(match (&self.place, self.at) {
            (Some(place), Some(at)) => {
                let lines = format!("[{}:{}:{}]", self.path, at.line, at.column);
                text.replacen(&lines, &format!("[{place}]"), 1)
            }
            _ => text,
        })
    }
}

/// Where a line may break, and what replaces it while lines are wrapped: characters that are escaped
/// wherever data has them.
const BREAKS: [(char, char); 3] = [(' ', '\u{fff9}'), ('-', '\u{fffa}'), ('/', '\u{fffb}')];

/// Prevents a break before and after it; also escaped in data.
const WORD_JOINER: char = '\u{2060}';

/// `text`, in which no line breaks within a command, so that it can be copied.
fn unbreakable(text: &str) -> String {
    let mut parts = text.split('`');
    let mut kept = parts.next().unwrap_or_default().to_owned();
    let mut is_code = false;
    for part in parts {
        is_code = !is_code;
        kept.push('`');
        if is_code && part.starts_with("tunelint ") {
            for c in part.chars() {
                match BREAKS.iter().find(|(of, _)| *of == c) {
                    Some((_, by)) => kept.extend([WORD_JOINER, *by, WORD_JOINER]),
                    None => kept.push(c),
                }
            }
        } else {
            kept.push_str(part);
        }
    }
    kept
}

/// The text with the characters that [`unbreakable`] replaced.
fn breakable(text: &str) -> String {
    let back = |c| {
        BREAKS
            .iter()
            .find(|(_, by)| *by == c)
            .map_or(c, |(of, _)| *of)
    };
    let text = text.chars().filter(|c| *c != WORD_JOINER);
    text.map(back).collect()
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
            (None, Some(_)) if self.place.is_some() => {
                write!(f, "\nin {}", self.place.as_deref().unwrap_or_default())
            }
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
        Some(Box::new(unbreakable(&printable(help))))
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.url.as_deref()?))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.is_some().then_some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let Excerpt { text, highlight } = self.excerpt.as_ref()?;
        // A location between two characters is shown as the character after it.
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
    /// Returns the whole excerpt for every span, with the line and column of the location.
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
