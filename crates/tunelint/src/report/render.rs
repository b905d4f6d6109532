//! Views of `tunelint render`: records as a model sees them.

mod html;
mod human;
mod json;

use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

use serde::Serialize;
use tunelint_core::redaction::redact_secrets;
use tunelint_model::Rendered;

/// Formats of `render`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RenderFormat {
    /// The text, with what is trained on in color or underlined
    Human,
    /// One JSON document
    Json,
    /// One JSON object per record
    Jsonl,
    /// A self-contained HTML page
    Html,
}

/// A record as the model sees it. The names of the fields are a public contract. Offsets count
/// characters of the text.
#[derive(Debug, Serialize)]
pub struct RenderedRecord {
    record: u64,
    text: Option<String>,
    trained: Vec<(usize, usize)>,
    /// `None` where the model has no tokenizer.
    tokens: Option<usize>,
    trained_tokens: Option<usize>,
    /// Where the text is cut at the greatest length, if it is longer.
    cut_at: Option<usize>,
    messages: Vec<MessagePart>,
    /// Why it cannot be rendered.
    pub error: Option<RenderError>,
    /// Its tokens, if the model has a tokenizer.
    #[serde(skip)]
    pieces: Option<RenderTokens>,
    /// The prompt of production that it was compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    production: Option<Compared>,
}

/// A prompt of production beside a record.
#[derive(Debug, Serialize)]
struct Compared {
    /// What the model is given in production.
    text: String,
    /// The first character that is not the same; `None` if the record starts with the whole prompt.
    differs_at: Option<usize>,
}

/// The part of a message in the text.
#[derive(Debug, Serialize)]
struct MessagePart {
    pointer: String,
    /// `None` where the rendering of the messages before it is not the beginning of the whole.
    from: Option<usize>,
    to: Option<usize>,
    tokens: Option<usize>,
}

/// The tokens of a rendering, in order.
pub type RenderTokens = Vec<CountedToken>;

/// A token of a rendering.
#[derive(Debug, Clone, Copy)]
pub struct CountedToken {
    /// Its first character.
    pub start: usize,
    /// Whether it is trained on.
    pub is_trained: bool,
}

/// Why a record cannot be rendered, in the template's own words.
#[derive(Debug, Serialize)]
pub struct RenderError {
    message: String,
    /// The line of the template.
    line: Option<usize>,
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{} (line {line} of the template)", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl RenderedRecord {
    /// The rendering of the record with this number. `parts` are the pointers
    /// of its messages, and where they start. With
    /// `max_length`, it is cut after that many tokens.
    pub fn new(
        record: u64,
        rendered: Rendered,
        parts: &[(String, Option<usize>)],
        pieces: Option<RenderTokens>,
        max_length: Option<usize>,
    ) -> Self {
        let tokens = pieces.as_deref();
        let length = rendered.text.chars().count();
        let ends = parts.iter().map(|(_, start)| *start);
        let ends = ends.skip(1).chain([Some(length)]);
        let messages = parts
            .iter()
            .zip(ends)
            .map(|((pointer, from), to)| MessagePart {
                pointer: pointer.clone(),
                from: *from,
                to,
                tokens: tokens.and_then(|tokens| Some(within(tokens, (*from)?, to?))),
            });
        let trained = joined(rendered.trained);
        let cut = max_length.and_then(|most| tokens?.get(most));
        Self {
            record,
            tokens: tokens.map(<[_]>::len),
            trained_tokens: tokens.map(|of| of.iter().filter(|of| of.is_trained).count()),
            cut_at: cut.map(|token| token.start),
            messages: messages.collect(),
            text: Some(without_secrets(&rendered.text)),
            trained: trained.into_iter().map(|of| (of.start, of.end)).collect(),
            error: None,
            pieces,
            production: None,
        }
    }

    /// A record that cannot be rendered, and why.
    pub fn failed(record: u64, message: &str, line: Option<usize>) -> Self {
        let message = redact_secrets(message).into_owned();
        Self {
            record,
            text: None,
            trained: Vec::new(),
            tokens: None,
            trained_tokens: None,
            cut_at: None,
            messages: Vec::new(),
            error: Some(RenderError { message, line }),
            pieces: None,
            production: None,
        }
    }

    /// The text of each token, and whether it is trained on; `None` without a tokenizer. Characters that
    /// no token covers belong to the token before them.
    pub fn pieces(&self) -> Option<Vec<(String, bool)>> {
        let tokens = self.pieces.as_ref()?;
        let mut chars = self.text.as_deref().unwrap_or_default().chars();
        let mut at = tokens.first().map_or(0, |first| first.start);
        chars.by_ref().take(at).for_each(drop);
        let ends = tokens.iter().skip(1).map(|next| next.start);
        let pieces = tokens.iter().zip(ends.chain([usize::MAX]));
        let pieces = pieces.map(|(token, end)| {
            let text: String = chars.by_ref().take(end.saturating_sub(at)).collect();
            at = at.max(end);
            (text, token.is_trained)
        });
        Some(pieces.collect())
    }

    /// Puts a prompt of production beside the record.
    pub fn compare(&mut self, prompt: &str) {
        let Some(text) = &self.text else { return };
        let prompt = without_secrets(prompt);
        let same = text.chars().zip(prompt.chars()).take_while(|(a, b)| a == b);
        let same = same.count();
        let differs_at = (same < prompt.chars().count()).then_some(same);
        self.production = Some(Compared {
            text: prompt,
            differs_at,
        });
    }

    /// How bad it is: records that fail first, then by length.
    pub fn badness(&self) -> (bool, usize) {
        let chars = || self.text.as_ref().map_or(0, |text| text.chars().count());
        (self.error.is_some(), self.tokens.unwrap_or_else(chars))
    }

    /// The number of characters that are trained on.
    fn trained_chars(&self) -> usize {
        self.trained.iter().map(|(from, to)| to - from).sum()
    }
}

/// The number of tokens that start in a range of characters.
fn within(tokens: &[CountedToken], from: usize, to: usize) -> usize {
    let before = |end: usize| tokens.partition_point(|token| token.start < end);
    before(to).saturating_sub(before(from))
}

/// The ranges in order, without overlaps.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut all: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match all.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => all.push(range),
        }
    }
    all
}

/// The text with a star for each character of what looks like a secret, so that offsets hold.
fn without_secrets(text: &str) -> String {
    let masked = redact_secrets(text);
    let masked = masked.as_bytes();
    let star = |(at, c): (usize, char)| match masked.get(at) {
        Some(b'*') => '*',
        _ => c,
    };
    text.char_indices().map(star).collect()
}

/// What shows records, in their order.
pub trait View {
    /// Shows the next one.
    ///
    /// # Errors
    /// If writing fails.
    fn record(&mut self, record: &RenderedRecord) -> io::Result<()>;

    /// Called after the last one.
    ///
    /// # Errors
    /// If writing fails.
    fn finish(&mut self) -> io::Result<()>;
}

/// A page with one record.
///
/// # Errors
/// If the page's template is invalid.
pub fn page(record: &RenderedRecord) -> io::Result<String> {
    html::page(std::slice::from_ref(record))
}

/// Opens the view in `format` that writes to `out`. Only the view for people uses colors, and none if
/// `out` does not show them.
pub fn open(format: RenderFormat, color: bool, out: Box<dyn Write>) -> Box<dyn View> {
    match format {
        RenderFormat::Human => Box::new(human::Human { out, color }),
        RenderFormat::Json => Box::new(json::Document::new(out)),
        RenderFormat::Jsonl => Box::new(json::Lines { out }),
        RenderFormat::Html => Box::new(html::Page::new(out)),
    }
}
