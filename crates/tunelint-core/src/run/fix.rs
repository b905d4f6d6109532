//! Applies fixes to a source.
//!
//! A finding's [`Fix`](tunelint_layouts::finding::Fix) has byte edits where it can. Fixes of the whole
//! file (line endings, blank lines) and dropped records are worked out here, from the bytes between
//! the records. All other bytes of the file stay unchanged.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};

use tunelint_data::source::{Batch, Container};
use tunelint_data::text::position::{Position, Span};
use tunelint_layouts::finding::{Applicability, Edit, Finding};
use tunelint_layouts::reader::Reader;
use tunelint_rules::rules::{blank_line, odd_line_endings, wrong_container};

/// The requested fixes of one source. Add the findings, then call [`changes`](Self::changes).
#[derive(Debug, Clone, Default)]
pub struct FixRequest {
    fixes: Vec<(&'static str, Vec<Edit>)>,
    drops: BTreeMap<u64, &'static str>,
    tidy: BTreeSet<&'static str>,
}

/// A replacement of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The rule that fixes it, or [`FINAL_LINE_END`].
    pub rule: &'static str,
    /// The edit.
    pub edit: Edit,
    /// The record, if the change drops one.
    pub dropped: Option<Dropped>,
    /// Whether it belongs to the previous change.
    pub continues: bool,
}

/// A dropped record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// Its ordinal, from 1.
    pub record: u64,
    /// Its start.
    pub start: Position,
}

/// The name under which an added line ending at the end of a file is listed. No rule reports it.
pub const FINAL_LINE_END: &str = "final-line-end";

impl FixRequest {
    /// Adds the fix of a finding, if it has one.
    pub fn add(&mut self, finding: &Finding) {
        let Some(fix) = &finding.fix else { return };
        match (fix.applicability, finding.location.record) {
            (Applicability::DropsRecord, Some(record)) => {
                for record in std::iter::once(&record).chain(&finding.copies) {
                    self.drops.entry(*record).or_insert(finding.rule);
                }
            }
            (Applicability::DropsRecord, None) => {}
            _ if fix.edits.is_empty() => {
                self.tidy.insert(finding.rule);
            }
            _ => self.fixes.push((finding.rule, fix.edits.clone())),
        }
    }

    /// Whether there is nothing to change.
    pub fn is_empty(&self) -> bool {
        self.fixes.is_empty() && self.drops.is_empty() && self.tidy.is_empty()
    }

    /// The changes, in the order of the source. If fixes overlap, the first one wins; the other can
    /// be applied in another run, on the changed source.
    ///
    /// # Errors
    /// If the source cannot be read.
    pub fn changes(&self, mut reader: Reader, final_line_end: bool) -> io::Result<Vec<Change>> {
        let start = reader.first_offset();
        let mut gaps = Gaps {
            wishes: self,
            document: reader.container() == Some(Container::Json),
            rows: reader.container().is_some_and(Container::has_rows),
            crlf: reader.facts().is_mostly_crlf(),
            last: None,
            kept: false,
            changes: Vec::new(),
        };
        let mut gap = Vec::new();
        let mut offset = start;
        while let Some(batch) = reader.next_batch()? {
            gaps.batch(&batch, offset, &mut gap);
            offset += batch.bytes.len() as u64;
            reader.recycle(batch);
        }
        let has_lines = !gaps.document && gaps.last.is_some() && reader.shape.is_ok();
        let is_unterminated = has_lines && gap.is_empty();
        gaps.between(&gap, offset - gap.len() as u64, None);
        let mut changes = gaps.changes;
        if final_line_end
            && is_unterminated
            && changes.last().is_none_or(|last| last.edit.end() < offset)
        {
            changes.push(Change::new(FINAL_LINE_END, offset..offset, "\n"));
        }
        self.add_fixes(&mut changes);
        Ok(changes)
    }

    /// Adds the fixes that do not overlap earlier changes, each with all of its edits or not at all.
    fn add_fixes(&self, changes: &mut Vec<Change>) {
        let edit = |change: &Change| (change.edit.offset, change.edit.end());
        let mut taken: BTreeMap<u64, u64> = changes.iter().map(edit).collect();
        let mut fixes: Vec<_> = self.fixes.iter().collect();
        fixes.sort_by_key(|(_, edits)| edits.first().map(|edit| edit.offset));
        for (rule, edits) in fixes {
            if edits.iter().any(|edit| is_taken(&taken, edit)) {
                continue;
            }
            for (index, edit) in edits.iter().enumerate() {
                taken.insert(edit.offset, edit.end());
                changes.push(Change {
                    rule,
                    edit: edit.clone(),
                    dropped: None,
                    continues: index > 0,
                });
            }
        }
        changes.sort_by_key(|change| (change.edit.offset, change.edit.length));
    }
}

/// Whether an edit overlaps a taken range, or inserts at a taken position.
fn is_taken(taken: &BTreeMap<u64, u64>, edit: &Edit) -> bool {
    let (from, to) = (edit.offset, edit.end());
    let near = taken.range(..=to).rev().take(2);
    near.into_iter()
        .any(|(&start, &end)| match (from == to, start == end) {
            (true, true) => from == start,
            (true, false) => start <= from && from < end,
            (false, true) => from <= start && start < to,
            (false, false) => start < to && from < end,
        })
}

impl Change {
    fn new(rule: &'static str, range: std::ops::Range<u64>, text: &str) -> Self {
        Self {
            rule,
            edit: Edit {
                offset: range.start,
                length: range.end - range.start,
                text: text.to_owned(),
            },
            dropped: None,
            continues: false,
        }
    }
}

/// A record, with its byte range in the source.
struct SeenRecord {
    from: u64,
    to: u64,
    dropped: Option<(&'static str, Dropped)>,
}

/// Collects the changes around records, gap by gap.
struct Gaps<'w> {
    wishes: &'w FixRequest,
    /// Whether the records are elements of a JSON document.
    document: bool,
    /// Whether a header may come before the records.
    rows: bool,
    /// Whether lines end with CRLF.
    crlf: bool,
    last: Option<SeenRecord>,
    /// Whether a record was kept so far.
    kept: bool,
    changes: Vec<Change>,
}

impl Gaps<'_> {
    /// Processes the records of a batch that starts at `offset`. `gap` holds the bytes after the last
    /// record so far.
    fn batch(&mut self, batch: &Batch, offset: u64, gap: &mut Vec<u8>) {
        let mut at = 0;
        // A record that was too large to read has no bytes here: they count as gap.
        for piece in batch.pieces.iter().filter(|piece| piece.to > piece.from) {
            gap.extend_from_slice(Span::new(at, piece.from).slice(&batch.bytes));
            let dropped = self.wishes.drops.get(&piece.ordinal).map(|rule| {
                let record = piece.ordinal;
                let start = piece.start;
                (*rule, Dropped { record, start })
            });
            let seen = SeenRecord {
                from: offset + piece.from as u64,
                to: offset + piece.to as u64,
                dropped,
            };
            self.between(gap, seen.from - gap.len() as u64, Some(seen));
            gap.clear();
            at = piece.to;
        }
        gap.extend_from_slice(Span::new(at, batch.bytes.len()).slice(&batch.bytes));
    }

    /// Processes `gap`, the bytes at `at` between the last record and the next.
    fn between(&mut self, gap: &[u8], at: u64, next: Option<SeenRecord>) {
        let last = std::mem::replace(&mut self.last, next);
        if self.document {
            self.between_elements(last, gap, at);
        } else {
            self.between_lines(last, gap, at);
        }
    }

    /// A dropped element takes the comma before it, or the one after it if no element is kept before
    /// it.
    fn between_elements(&mut self, last: Option<SeenRecord>, gap: &[u8], at: u64) {
        let is_separator = gap
            .iter()
            .all(|byte| byte.is_ascii_whitespace() || *byte == b',');
        let is_last = self.last.is_none();
        let mut removed_by = None;
        if let Some(seen) = last {
            match seen.dropped {
                Some((rule, dropped)) if self.kept || is_last || is_separator => {
                    self.drop_record(rule, dropped, seen.from..seen.to);
                    removed_by = Some(rule).filter(|_| !self.kept && !is_last);
                }
                _ => self.kept = true,
            }
        }
        if self.kept
            && let Some(next) = &mut self.last
            && let Some((rule, _)) = next.dropped
        {
            if is_separator {
                removed_by = Some(rule);
            } else {
                // Other text is in the gap: keep the element.
                next.dropped = None;
            }
        }
        if let Some(rule) = removed_by.filter(|_| !gap.is_empty()) {
            let mut change = Change::new(rule, at..at + gap.len() as u64, "");
            change.continues = true;
            self.changes.push(change);
        }
    }

    /// A dropped line or row takes its line ending. Other gaps may be tidied.
    fn between_lines(&mut self, last: Option<SeenRecord>, gap: &[u8], at: u64) {
        let dropped = last.as_ref().and_then(|seen| seen.dropped);
        if let (Some(seen), Some((rule, dropped))) = (&last, dropped) {
            let end = first_line_end(gap);
            let line_end = gap.get(..end).unwrap_or_default();
            self.drop_record(rule, dropped, seen.from..seen.to);
            if !line_end.is_empty()
                && line_end
                    .iter()
                    .all(|byte| byte.is_ascii_whitespace() || *byte == b',')
            {
                let mut change = Change::new(rule, at..at + end as u64, "");
                change.continues = true;
                self.changes.push(change);
            }
            return;
        }
        self.tidy(gap, at, last.is_none());
    }

    fn drop_record(&mut self, rule: &'static str, dropped: Dropped, range: std::ops::Range<u64>) {
        let mut change = Change::new(rule, range, "");
        change.dropped = Some(dropped);
        self.changes.push(change);
    }

    /// Normalizes line endings, and removes blank lines and trailing commas. The gap before the first
    /// record may hold the header of a table: only the bytes after its text are tidied.
    fn tidy(&mut self, gap: &[u8], at: u64, leading: bool) {
        let wishes = &self.wishes.tidy;
        if wishes.is_empty() {
            return;
        }
        let from = if leading && self.rows {
            text_end(gap)
        } else {
            0
        };
        let (mut at, mut ends_record) = (at + from as u64, !leading || from > 0);
        let mut rest = gap.get(from..).unwrap_or_default();
        while !rest.is_empty() {
            let end = first_line_end(rest);
            let (line, after) = rest.split_at(end);
            let (content, mark) = line.split_at(line.trim_ascii_end().len());
            let mark_at = mark.iter().position(|byte| b"\r\n".contains(byte));
            let range = at..at + end as u64;
            let is_blank = content.is_empty() && !ends_record && mark_at.is_some();
            if is_blank && wishes.contains(blank_line::META.name) {
                self.changes
                    .push(Change::new(blank_line::META.name, range, ""));
            } else if let Some(mark_at) = mark_at {
                self.tidy_line(content, mark, mark_at, at);
            }
            at += end as u64;
            rest = after;
            ends_record = false;
        }
    }

    /// Tidies the comma and the line ending of one line in a gap.
    fn tidy_line(&mut self, content: &[u8], mark: &[u8], mark_at: usize, at: u64) {
        let comma = wrong_container::META.name;
        if content == b"," && self.wishes.tidy.contains(comma) {
            self.changes.push(Change::new(comma, at..at + 1, ""));
        }
        let expected = if self.crlf { "\r\n" } else { "\n" };
        let found = mark.get(mark_at..).unwrap_or_default();
        let rule = odd_line_endings::META.name;
        if found != expected.as_bytes() && self.wishes.tidy.contains(rule) {
            let from = at + (content.len() + mark_at) as u64;
            self.changes
                .push(Change::new(rule, from..from + found.len() as u64, expected));
        }
    }
}

/// The index after the first line ending of `bytes`, or their length.
fn first_line_end(bytes: &[u8]) -> usize {
    match memchr::memchr2(b'\r', b'\n', bytes) {
        Some(at) if bytes.get(at..at + 2) == Some(b"\r\n") => at + 2,
        Some(at) => at + 1,
        None => bytes.len(),
    }
}

/// The length of `bytes` without trailing line endings.
fn text_end(bytes: &[u8]) -> usize {
    let is_text = |byte: &u8| !b"\r\n".contains(byte);
    bytes.iter().rposition(is_text).map_or(0, |last| last + 1)
}

/// Copies `source` to `out` with `changes` applied, which must be in order. Calls `dropped` with the
/// bytes of every dropped record.
///
/// # Errors
/// If reading or writing fails, or if the source ends before its changes do.
pub fn splice(
    source: &mut dyn Read,
    changes: &[Change],
    out: &mut dyn Write,
    dropped: &mut dyn FnMut(&Change, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut at = 0;
    for change in changes {
        let before = change.edit.offset.saturating_sub(at);
        let copied = io::copy(&mut source.take(before), out)?;
        let mut replaced = Vec::new();
        source.take(change.edit.length).read_to_end(&mut replaced)?;
        if copied < before || (replaced.len() as u64) < change.edit.length {
            return Err(io::Error::other(
                "the file changed while fixes were applied",
            ));
        }
        if change.dropped.is_some() {
            dropped(change, &replaced)?;
        }
        out.write_all(change.edit.text.as_bytes())?;
        at = change.edit.end();
    }
    io::copy(source, out).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunelint_data::source::Input;
    use tunelint_data::text::position::{Location, SourceId};
    use tunelint_layouts::finding::Fix;
    use tunelint_layouts::reader::ReadOptions;

    fn reader(name: &str, text: &str) -> Reader {
        let input = Input::bytes(name, text.as_bytes());
        let options = ReadOptions {
            batch_bytes: 8,
            ..ReadOptions::default()
        };
        Reader::open(SourceId(0), input, &options).unwrap()
    }

    fn applied(name: &str, text: &str, wishes: &FixRequest) -> String {
        let changes = wishes.changes(reader(name, text), true).unwrap();
        let mut out = Vec::new();
        splice(&mut text.as_bytes(), &changes, &mut out, &mut |_, _| Ok(())).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn dropping(records: &[u64]) -> FixRequest {
        FixRequest {
            drops: records
                .iter()
                .map(|record| (*record, "empty-output"))
                .collect(),
            ..FixRequest::default()
        }
    }

    fn tidying() -> FixRequest {
        FixRequest {
            tidy: ["blank-line", "odd-line-endings", "wrong-container"].into(),
            ..FixRequest::default()
        }
    }

    #[test]
    fn dropped_records_take_their_separators() {
        let list = "[\n {\"a\":1},\n {\"a\":2} ,\n {\"a\":3}\n]\n";
        let without = |records: &[u64]| applied("a.json", list, &dropping(records));
        assert_eq!(without(&[1]), "[\n {\"a\":2} ,\n {\"a\":3}\n]\n");
        assert_eq!(without(&[2]), "[\n {\"a\":1} ,\n {\"a\":3}\n]\n");
        assert_eq!(without(&[3]), "[\n {\"a\":1},\n {\"a\":2}\n]\n");
        assert_eq!(without(&[1, 2]), "[\n {\"a\":3}\n]\n");
        assert_eq!(without(&[2, 3]), "[\n {\"a\":1}\n]\n");
        for records in [[1_u64, 2].as_slice(), &[1, 3], &[1, 2, 3]] {
            let left = without(records);
            let list: Vec<serde_json::Value> = serde_json::from_str(&left).unwrap();
            assert_eq!(list.len(), 3 - records.len(), "{left}");
        }
        let lines = "{\"a\":1}\r\n{\"a\":2}\n{\"a\":3}";
        assert_eq!(
            applied("a.jsonl", lines, &dropping(&[1])),
            "{\"a\":2}\n{\"a\":3}\n"
        );
        assert_eq!(
            applied("a.jsonl", lines, &dropping(&[3])),
            "{\"a\":1}\r\n{\"a\":2}\n"
        );
        let rows = "p,q\n\"a\nb\",1\nc,2\n";
        assert_eq!(applied("a.csv", rows, &dropping(&[1])), "p,q\nc,2\n");
    }

    #[test]
    fn gaps_are_tidied_but_texts_are_not() {
        let lines = " \n{\"a\":\"x  \"},\n  \n\n{\"a\":2},\r\n{\"a\":3}";
        assert_eq!(
            applied("a.jsonl", lines, &tidying()),
            "{\"a\":\"x  \"}\n{\"a\":2}\n{\"a\":3}\n"
        );
        let rows = "p,q\n\n\"a\r\n\nb\",1\r\nc,2\r\n\r\n";
        assert_eq!(
            applied("a.csv", rows, &tidying()),
            "p,q\r\n\"a\r\n\nb\",1\r\nc,2\r\n"
        );
        assert_eq!(
            applied("a.jsonl", "{\"a\":1}\r{\"a\":2}\r", &tidying()),
            "{\"a\":1}\n{\"a\":2}\n"
        );
        assert_eq!(
            applied("a.jsonl", "{\"a\":1}\r\n{\"a\":2}\n", &tidying()),
            "{\"a\":1}\r\n{\"a\":2}\r\n"
        );
    }

    #[test]
    fn the_first_of_overlapping_fixes_wins() {
        let fix = |rule, offset, length| {
            let edit = Edit {
                offset,
                length,
                text: "x".to_owned(),
            };
            let edits = vec![edit];
            let fix = Fix {
                applicability: Applicability::Unsafe,
                edits,
            };
            Finding {
                rule,
                severity: tunelint_layouts::finding::Severity::Advice,
                consequence: None,
                message: String::new(),
                help: None,
                location: Location::whole(SourceId(0)),
                excerpt: None,
                related: Vec::new(),
                fix: Some(fix),
                targets: Vec::new(),
                parts: Vec::new(),
                copies: Vec::new(),
                count: 1,
                after_recovery: false,
                fingerprint: 0,
            }
        };
        let mut wishes = FixRequest::default();
        for (rule, offset, length) in [("b", 6, 3), ("a", 5, 2), ("c", 7, 1), ("d", 7, 0)] {
            wishes.add(&fix(rule, offset, length));
        }
        let changes = wishes
            .changes(reader("a.jsonl", "{\"a\":\"bcdef\"}\n"), true)
            .unwrap();
        let rules: Vec<&str> = changes.iter().map(|change| change.rule).collect();
        assert_eq!(rules, ["a", "c"]);
    }
}
