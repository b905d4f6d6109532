//! What is noticed about a file as a whole while it is cut: each becomes at most one finding.

use crate::text::position::Position;

/// Something that occurs in a file: how often, and the first places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occurrences {
    /// How often.
    pub count: u64,
    /// The first places, at most three.
    pub places: Vec<Position>,
}

const PLACES: usize = 3;

impl Occurrences {
    /// Notes one more at `place`.
    pub fn add(&mut self, place: Position) {
        self.count += 1;
        if self.places.len() < PLACES {
            self.places.push(place);
        }
    }

    /// The first place.
    pub fn first(&self) -> Option<Position> {
        self.places.first().copied()
    }
}

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// LF
    Lf,
    /// CR LF
    CrLf,
    /// CR alone
    Cr,
}

/// What was noticed about a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// It starts with a byte order mark.
    pub byte_order_mark: bool,
    /// Empty lines or rows between records.
    pub blank_lines: Occurrences,
    /// Lines that git left after a failed merge.
    pub conflicts: Occurrences,
    /// Commas after records that should stand alone on their lines.
    pub commas: Occurrences,
    /// Records, faulty ones included.
    pub records: u64,
    /// Bytes that could not be read as any record.
    pub unread: u64,
    /// A JSON document was read to its end and held no list of records.
    pub no_list: bool,
    /// How the first line ended.
    pub first_end: Option<LineEnd>,
    /// How many lines end in LF, in CR LF, and in CR.
    pub ends: [u64; 3],
    /// Lines that end otherwise than the first.
    pub other_ends: Occurrences,
    /// Lines that end in CR alone.
    pub lone_cr: Occurrences,
}

impl Facts {
    /// Notes how a line that starts at `line` ended.
    pub fn line_end(&mut self, end: LineEnd, line: Position) {
        if let Some(count) = self.ends.get_mut(end as usize) {
            *count += 1;
        }
        if end == LineEnd::Cr {
            self.lone_cr.add(line);
        }
        match self.first_end {
            None => self.first_end = Some(end),
            Some(first) if first != end => self.other_ends.add(line),
            Some(_) => {}
        }
    }

    /// Whether most lines end in CR LF.
    pub fn is_mostly_crlf(&self) -> bool {
        let [lf, crlf, cr] = self.ends;
        crlf > lf + cr || crlf == lf + cr && self.first_end == Some(LineEnd::CrLf)
    }
}
