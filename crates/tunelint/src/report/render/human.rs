//! Records for people: the text line by line, and what is trained on in color or underlined.

use std::io::{self, Write};

use tunelint_core::printable::{counted, grouped, printable};
use unicode_width::UnicodeWidthStr;

use super::{RenderedRecord, View};

/// What is trained on: green.
const TRAINED: &str = "\u{1b}[32m";
const PLAIN: &str = "\u{1b}[0m";

/// The view.
pub(super) struct Human {
    pub(super) out: Box<dyn Write>,
    pub(super) color: bool,
}

impl View for Human {
    fn record(&mut self, record: &RenderedRecord) -> io::Result<()> {
        let number = record.record;
        if let Some(error) = &record.error {
            return writeln!(
                self.out,
                "record {number}: {}",
                printable(&error.to_string())
            );
        }
        let text = record.text.as_deref().unwrap_or_default();
        writeln!(self.out, "record {number}: {}\n", summary(record))?;
        let mut start = 0;
        for line in text.split('\n') {
            let end = start + line.chars().count();
            if record.cut_at.is_some_and(|at| (start..=end).contains(&at)) {
                writeln!(self.out, "-- the next line is cut --")?;
            }
            let pieces = pieces(line, start, &record.trained);
            self.line(&pieces)?;
            start = end + 1;
        }
        self.production(record)?;
        writeln!(self.out)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The sizes of a record, and what of it is trained on.
pub(super) fn summary(record: &RenderedRecord) -> String {
    let text = record.text.as_deref().unwrap_or_default();
    let all = counted(text.chars().count() as u64, "character");
    let trained = match record.trained_chars() as u64 {
        0 => "the template marks none as trained on".to_owned(),
        trained => format!("{} trained on", counted(trained, "character")),
    };
    match (record.tokens, record.trained_tokens) {
        (Some(tokens), Some(of_them)) => {
            let tokens = counted(tokens as u64, "token");
            format!(
                "{all}, {trained}; {tokens}, {} trained on",
                grouped(of_them as u64)
            )
        }
        _ => format!("{all}, {trained}"),
    }
}

/// The number of characters shown on both sides of a difference.
const AROUND: usize = 40;

/// Where a record and a prompt of production differ: the words, and both texts around the place.
pub(super) fn difference(record: &RenderedRecord) -> Option<(String, [String; 2])> {
    let compared = record.production.as_ref()?;
    let text = record.text.as_deref()?;
    let Some(at) = compared.differs_at else {
        let words = "the record starts with the whole prompt of production";
        return Some((words.to_owned(), [String::new(), String::new()]));
    };
    let around = |text: &str| {
        let from = at.saturating_sub(AROUND);
        let part: String = text.chars().skip(from).take(2 * AROUND).collect();
        printable(&part).replace('\n', "\\n")
    };
    let words = format!(
        "differs from production at character {}",
        grouped(at as u64 + 1)
    );
    Some((words, [around(text), around(&compared.text)]))
}

impl Human {
    /// What a prompt of production has in common with the record.
    fn production(&mut self, record: &RenderedRecord) -> io::Result<()> {
        let Some((words, [own, other])) = difference(record) else {
            return Ok(());
        };
        writeln!(self.out, "{words}")?;
        if own != other {
            writeln!(self.out, "  training:   {own}\n  production: {other}")?;
        }
        Ok(())
    }

    /// A line of pieces, each with whether it is trained on.
    fn line(&mut self, pieces: &[(String, bool)]) -> io::Result<()> {
        let mut below = String::new();
        for (piece, is_trained) in pieces {
            let piece = printable(piece);
            match (is_trained, self.color) {
                (true, true) => write!(self.out, "{TRAINED}{piece}{PLAIN}")?,
                _ => self.out.write_all(piece.as_bytes())?,
            }
            let mark = if *is_trained { "~" } else { " " };
            below.push_str(&mark.repeat(piece.width()));
        }
        writeln!(self.out)?;
        match below.trim_end() {
            "" => Ok(()),
            _ if self.color => Ok(()),
            below => writeln!(self.out, "{below}"),
        }
    }
}

/// A line, cut where training starts and ends. `start` is the number of its first character.
pub(super) fn pieces(line: &str, start: usize, trained: &[(usize, usize)]) -> Vec<(String, bool)> {
    let mut pieces: Vec<(String, bool)> = Vec::new();
    // The first range that may still hold a character.
    let mut ranges = trained
        .iter()
        .skip_while(|(_, end)| *end <= start)
        .peekable();
    for (at, c) in (start..).zip(line.chars()) {
        while ranges.next_if(|(_, end)| *end <= at).is_some() {}
        let is_trained = ranges.peek().is_some_and(|(from, _)| *from <= at);
        match pieces.last_mut() {
            Some((text, same)) if *same == is_trained => text.push(c),
            _ => pieces.push((c.to_string(), is_trained)),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_line_is_cut_where_training_starts_and_ends() {
        let cut = pieces("é<b>c", 10, &[(0, 3), (11, 14), (20, 30)]);
        let plain = |text: &str| (text.to_owned(), false);
        assert_eq!(cut, [plain("é"), ("<b>".to_owned(), true), plain("c")]);
    }
}
