//! Fixes applied to a source: which bytes go, and what comes in their place.
//!
//! A finding's [`Fix`](tunelint_layouts::finding::Fix) names bytes where it can. What concerns a file as a
//! whole (line ends, blank lines) or a whole record is worked out here, from what stands between
//! the records. Everything else of the file keeps its bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};

use tunelint_data::source::{Batch, Container};
use tunelint_data::text::position::{Position, Span};
use tunelint_layouts::finding::{Applicability, Edit, Finding};
use tunelint_layouts::reader::Reader;
use tunelint_rules::rules::{blank_line, odd_line_endings, wrong_container};

/// What is to be changed in one source.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    fixes: Vec<(&'static str, Vec<Edit>)>,
    drops: BTreeMap<u64, &'static str>,
    tidy: BTreeSet<&'static str>,
}

/// Bytes that are to be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whose fix it is: a rule, or [`FINAL_LINE_END`].
    pub rule: &'static str,
    /// What is replaced.
    pub edit: Edit,
    /// The record whose bytes these are, if it is left out.
    pub dropped: Option<Dropped>,
    /// Whether it is a part of the change before it.
    pub continues: bool,
}

/// A record that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped {
    /// Which one, counted from 1.
    pub record: u64,
    /// Where it stands.
    pub start: Position,
}

/// What a missing line end at the end of a file is called: no rule reports it.
pub const FINAL_LINE_END: &str = "final-line-end";

impl Wishes {
    /// Adds the fix of a finding, if it has one.
    pub fn add(&mut self, finding: &Finding) {
        let Some(fix) = &finding.fix else { return };
        match (fix.applicability, finding.location.record) {
            (Applicability::DropsRecord, Some(record)) => {
                self.drops.entry(record).or_insert(finding.rule);
            }
            (Applicability::DropsRecord, None) => {}
            _ if fix.edits.is_empty() => {
                self.tidy.insert(finding.rule);
            }
            _ => self.fixes.push((finding.rule, fix.edits.clone())),
        }
    }

    /// Whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.fixes.is_empty() && self.drops.is_empty() && self.tidy.is_empty()
    }

    /// The changes that follow, in the order of the source. Where two fixes want the same bytes,
    /// the first has them; the other can be tried again when the source has been changed.
    ///
    /// # Errors
    /// What reading returns.
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
        let lines = !gaps.document && gaps.last.is_some() && reader.shape.is_ok();
        let open = lines && gap.is_empty();
        gaps.between(&gap, offset - gap.len() as u64, None);
        let mut changes = gaps.changes;
        if final_line_end && open && changes.last().is_none_or(|last| last.edit.end() < offset) {
            changes.push(Change::new(FINAL_LINE_END, offset..offset, "\n"));
        }
        self.add_fixes(&mut changes);
        Ok(changes)
    }

    /// Adds the fixes whose bytes are still free, each as a whole.
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

/// Whether an edit wants bytes, or a place between bytes, that are spoken for.
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

/// A record that went by.
struct Seen {
    from: u64,
    to: u64,
    dropped: Option<(&'static str, Dropped)>,
}

/// Works out what is to be changed around records, gap by gap.
struct Gaps<'w> {
    wishes: &'w Wishes,
    /// Whether the records are elements of a JSON document.
    document: bool,
    /// Whether a header may stand before them.
    rows: bool,
    /// Whether lines are to end in CR LF.
    crlf: bool,
    last: Option<Seen>,
    /// Whether a record that stays has gone by.
    kept: bool,
    changes: Vec<Change>,
}

impl Gaps<'_> {
    /// Goes through the records of a batch that begins at `offset`; `gap` is what has followed
    /// the last one so far.
    fn batch(&mut self, batch: &Batch, offset: u64, gap: &mut Vec<u8>) {
        let mut at = 0;
        // A record that was too large to be read has no bytes here; they count as gap.
        for piece in batch.pieces.iter().filter(|piece| piece.to > piece.from) {
            gap.extend_from_slice(Span::new(at, piece.from).slice(&batch.bytes));
            let dropped = self.wishes.drops.get(&piece.ordinal).map(|rule| {
                let record = piece.ordinal;
                let start = piece.start;
                (*rule, Dropped { record, start })
            });
            let seen = Seen {
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

    /// `gap` stands at `at`, between the last record and the next.
    fn between(&mut self, gap: &[u8], at: u64, next: Option<Seen>) {
        let last = std::mem::replace(&mut self.last, next);
        if self.document {
            self.between_elements(last, gap, at);
        } else {
            self.between_lines(last, gap, at);
        }
    }

    /// An element goes with the comma before it, or, where none stays before it, with that behind.
    fn between_elements(&mut self, last: Option<Seen>, gap: &[u8], at: u64) {
        let separates = gap
            .iter()
            .all(|byte| byte.is_ascii_whitespace() || *byte == b',');
        let is_last = self.last.is_none();
        let mut goes = None;
        if let Some(seen) = last {
            match seen.dropped {
                Some((rule, dropped)) if self.kept || is_last || separates => {
                    self.drop_record(rule, dropped, seen.from..seen.to);
                    goes = Some(rule).filter(|_| !self.kept && !is_last);
                }
                _ => self.kept = true,
            }
        }
        if self.kept
            && let Some(next) = &mut self.last
            && let Some((rule, _)) = next.dropped
        {
            if separates {
                goes = Some(rule);
            } else {
                // Something else stands there: the element is left where it is.
                next.dropped = None;
            }
        }
        if let Some(rule) = goes.filter(|_| !gap.is_empty()) {
            let mut change = Change::new(rule, at..at + gap.len() as u64, "");
            change.continues = true;
            self.changes.push(change);
        }
    }

    /// A line or row goes with its own line end; what stands between others may be tidied.
    fn between_lines(&mut self, last: Option<Seen>, gap: &[u8], at: u64) {
        let dropped = last.as_ref().and_then(|seen| seen.dropped);
        if let (Some(seen), Some((rule, dropped))) = (&last, dropped) {
            let end = first_line_end(gap);
            let own = gap.get(..end).unwrap_or_default();
            self.drop_record(rule, dropped, seen.from..seen.to);
            if !own.is_empty()
                && own
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

    /// Line ends of one kind, no blank lines, no commas. The header of a table stands before the
    /// first record, so only what follows its text is looked at there.
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
        let (mut at, mut own) = (at + from as u64, !leading || from > 0);
        let mut rest = gap.get(from..).unwrap_or_default();
        while !rest.is_empty() {
            let end = first_line_end(rest);
            let (line, behind) = rest.split_at(end);
            let (content, mark) = line.split_at(line.trim_ascii_end().len());
            let mark_at = mark.iter().position(|byte| b"\r\n".contains(byte));
            let range = at..at + end as u64;
            let blank = content.is_empty() && !own && mark_at.is_some();
            if blank && wishes.contains(blank_line::META.name) {
                self.changes
                    .push(Change::new(blank_line::META.name, range, ""));
            } else if let Some(mark_at) = mark_at {
                self.line(content, mark, mark_at, at);
            }
            at += end as u64;
            rest = behind;
            own = false;
        }
    }

    /// One line of a gap: its comma, and its end.
    fn line(&mut self, content: &[u8], mark: &[u8], mark_at: usize, at: u64) {
        let comma = wrong_container::META.name;
        if content == b"," && self.wishes.tidy.contains(comma) {
            self.changes.push(Change::new(comma, at..at + 1, ""));
        }
        let wanted = if self.crlf { "\r\n" } else { "\n" };
        let found = mark.get(mark_at..).unwrap_or_default();
        let ends = odd_line_endings::META.name;
        if found != wanted.as_bytes() && self.wishes.tidy.contains(ends) {
            let from = at + (content.len() + mark_at) as u64;
            self.changes
                .push(Change::new(ends, from..from + found.len() as u64, wanted));
        }
    }
}

/// One past the first line end of `bytes`, or their end.
fn first_line_end(bytes: &[u8]) -> usize {
    match memchr::memchr2(b'\r', b'\n', bytes) {
        Some(at) if bytes.get(at..at + 2) == Some(b"\r\n") => at + 2,
        Some(at) => at + 1,
        None => bytes.len(),
    }
}

/// Where the text ends that `bytes` begin with, up to its line end.
fn text_end(bytes: &[u8]) -> usize {
    let ends = |byte: &u8| !b"\r\n".contains(byte);
    bytes.iter().rposition(ends).map_or(0, |last| last + 1)
}

/// Copies `source` to `out` with `changes` made. Records that are left out go to `dropped`.
///
/// # Errors
/// What reading or writing returns; a source that ends before its changes do.
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
        let mut gone = Vec::new();
        source.take(change.edit.length).read_to_end(&mut gone)?;
        if copied < before || (gone.len() as u64) < change.edit.length {
            return Err(io::Error::other(
                "the file changed while it was being fixed",
            ));
        }
        if change.dropped.is_some() {
            dropped(change, &gone)?;
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

    fn applied(name: &str, text: &str, wishes: &Wishes) -> String {
        let changes = wishes.changes(reader(name, text), true).unwrap();
        let mut out = Vec::new();
        splice(&mut text.as_bytes(), &changes, &mut out, &mut |_, _| Ok(())).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn dropping(records: &[u64]) -> Wishes {
        Wishes {
            drops: records
                .iter()
                .map(|record| (*record, "empty-output"))
                .collect(),
            ..Wishes::default()
        }
    }

    fn tidying() -> Wishes {
        Wishes {
            tidy: ["blank-line", "odd-line-endings", "wrong-container"].into(),
            ..Wishes::default()
        }
    }

    #[test]
    fn records_go_with_what_separates_them() {
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
    fn gaps_are_tidied_and_texts_are_not() {
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
    fn overlapping_fixes_take_turns() {
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
                message: String::new(),
                help: None,
                location: Location::whole(SourceId(0)),
                excerpt: None,
                related: Vec::new(),
                fix: Some(fix),
                targets: Vec::new(),
                after_recovery: false,
                fingerprint: 0,
            }
        };
        let mut wishes = Wishes::default();
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
