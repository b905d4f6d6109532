//! Records as one page.

use std::io::{self, Write};

use serde::Serialize;

use super::human::{difference, pieces, summary};
use super::{RenderedRecord, View};
use crate::page as pages;

/// A page has at most this many characters of text, which a browser still shows.
const MAX_CHARS: usize = 4_000_000;

/// The view: it keeps the records, because the page is written at once.
pub(super) struct Page {
    out: Box<dyn Write>,
    records: Vec<Shown>,
    chars: usize,
    /// The records that are left out.
    more: u64,
}

/// A record on the page.
#[derive(Serialize)]
struct Shown {
    number: u64,
    summary: String,
    /// Why it cannot be rendered.
    error: Option<String>,
    /// The text in pieces.
    pieces: Vec<Piece>,
    difference: Option<(String, [String; 2])>,
}

/// Characters that are shown alike.
#[derive(Serialize)]
struct Piece {
    lines: Vec<String>,
    /// The classes of the element, separated by spaces.
    classes: String,
}

#[derive(Serialize)]
struct RenderPage {
    title: &'static str,
    command: &'static str,
    records: Vec<Shown>,
    more: u64,
}

impl Page {
    pub(super) fn new(out: Box<dyn Write>) -> Self {
        Self {
            out,
            records: Vec::new(),
            chars: 0,
            more: 0,
        }
    }
}

impl View for Page {
    fn record(&mut self, record: &RenderedRecord) -> io::Result<()> {
        if self.chars > MAX_CHARS {
            self.more += 1;
            return Ok(());
        }
        self.chars += record.text.as_ref().map_or(0, |text| text.chars().count());
        self.records.push(Shown::of(record));
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let text = written(std::mem::take(&mut self.records), self.more)?;
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

/// The page about these records.
///
/// # Errors
/// If its template is invalid.
pub(super) fn page(records: &[RenderedRecord]) -> io::Result<String> {
    written(records.iter().map(Shown::of).collect(), 0)
}

fn written(records: Vec<Shown>, more: u64) -> io::Result<String> {
    let data = RenderPage {
        title: "What the model sees",
        command: "render",
        records,
        more,
    };
    pages::render("render.html", data)
}

impl Shown {
    fn of(record: &RenderedRecord) -> Self {
        Self {
            number: record.record,
            summary: summary(record),
            error: record.error.as_ref().map(ToString::to_string),
            pieces: in_pieces(record),
            difference: difference(record),
        }
    }
}

/// The text, cut where training starts and ends, and where the sequence is cut.
fn in_pieces(record: &RenderedRecord) -> Vec<Piece> {
    let text = record.text.as_deref().unwrap_or_default();
    let kept = record.cut_at.unwrap_or(usize::MAX);
    let mut shown = Vec::new();
    let mut start = 0;
    for (text, is_trained) in pieces(text, 0, &record.trained) {
        let count = text.chars().count();
        let before: String = text.chars().take(kept.saturating_sub(start)).collect();
        let after = text.get(before.len()..).unwrap_or_default().to_owned();
        for (text, is_cut) in [(before, false), (after, true)] {
            if !text.is_empty() {
                shown.push(Piece::of(&text, is_trained, is_cut));
            }
        }
        start += count;
    }
    shown
}

impl Piece {
    fn of(text: &str, is_trained: bool, is_cut: bool) -> Self {
        let classes = [(is_trained, "trained"), (is_cut, "cut")];
        let classes = classes.into_iter().filter(|(applies, _)| *applies);
        let classes: Vec<&str> = classes.map(|(_, class)| class).collect();
        Self {
            lines: text.split('\n').map(str::to_owned).collect(),
            classes: classes.join(" "),
        }
    }
}
