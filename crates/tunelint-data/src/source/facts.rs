//! Observations about a file as a whole while it is split; each becomes at most one finding.

use crate::text::position::Position;

/// Something that occurs in a file: its count and first positions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occurrences {
    /// The number of occurrences.
    pub count: u64,
    /// The first positions, at most three.
    pub places: Vec<Position>,
}

const PLACES: usize = 3;

impl Occurrences {
    /// Adds an occurrence at `place`.
    pub fn add(&mut self, place: Position) {
        self.count += 1;
        if self.places.len() < PLACES {
            self.places.push(place);
        }
    }

    /// The first position.
    pub fn first(&self) -> Option<Position> {
        self.places.first().copied()
    }
}

/// The kind of a line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// LF
    Lf,
    /// CR LF
    CrLf,
    /// CR alone
    Cr,
    /// CR CR LF: a CR LF that a program wrote as text once more.
    CrCrLf,
}

/// Observations about a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether it starts with a byte order mark.
    pub byte_order_mark: bool,
    /// Empty lines or rows between records.
    pub blank_lines: Occurrences,
    /// Conflict markers left by a failed git merge.
    pub conflicts: Occurrences,
    /// Trailing commas after records in JSON lines.
    pub commas: Occurrences,
    /// The number of records, malformed ones included.
    pub records: u64,
    /// Bytes that do not belong to any record.
    pub unread: u64,
    /// Whether a JSON document ended without a list of records.
    pub no_list: bool,
    /// Whether the list of records is inside an object.
    pub wrapped: bool,
    /// The first line end.
    pub first_end: Option<LineEnd>,
    /// The number of lines that end in LF, in CR LF, in CR, and in CR CR LF.
    pub ends: [u64; 4],
    /// Lines with another line end than the first.
    pub other_ends: Occurrences,
    /// Lines that end in CR alone.
    pub lone_cr: Occurrences,
}

impl Facts {
    /// Counts the end of a line that starts at `line`.
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
        let [lf, crlf, cr, _] = self.ends;
        crlf > lf + cr || crlf == lf + cr && self.first_end == Some(LineEnd::CrLf)
    }
}
