//! Which findings people are shown: the first of each rule in a file, with the lines of the next,
//! and of very many the most severe. Memory does not grow with the number of findings in a file,
//! unless all are shown.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use tunelint_core::finding::{Finding, Severity};
use tunelint_core::position::SourceId;
use tunelint_core::printable::{counted, grouped};

/// Findings shown in total.
const MAX_SHOWN: usize = 50;
/// Findings shown of a rule in a file.
const PER_RULE: usize = 3;
/// Lines listed of the findings of a rule in a file that are not shown.
const MAX_LINES: usize = 5;
/// Findings of a rule in a file that are shown or listed. Two more are needed where some are in one
/// line.
pub(super) const NEEDED: usize = PER_RULE + MAX_LINES + 2;

/// The findings to show, which [`add`](Self::add) chooses from all.
pub(super) struct Listing {
    max_shown: usize,
    per_rule: usize,
    /// The most severe first, then in the order of files and lines.
    shown: BTreeMap<(Reverse<Severity>, SourceId, u64, u64), Finding>,
    rest: BTreeMap<(SourceId, &'static str), Rest>,
    /// The number of findings chosen so far, which keeps those at one place in order.
    number: u64,
}

/// The findings of a rule in a file, apart from the first ones.
#[derive(Debug, Default)]
struct Rest {
    /// The number of findings of the rule in the file that were chosen to be shown.
    chosen: usize,
    /// All of them, with those that they stand for.
    all: u64,
    /// The lines of those that are not shown.
    lines: Vec<u64>,
    /// The number of findings in these lines.
    listed: u64,
    /// Those that are not shown, and the number of all that they stand for.
    hidden: u64,
    stands_for: u64,
}

/// A finding to show, and a line to show after it.
pub(super) struct Entry {
    pub(super) finding: Finding,
    /// How many more findings of its rule there are in its file, after the last that is shown.
    pub(super) more: Option<String>,
}

impl Listing {
    /// An empty listing, with a limit unless `all` are to be shown.
    pub(super) fn new(all: bool) -> Self {
        let limit = |most| if all { usize::MAX } else { most };
        Self {
            max_shown: limit(MAX_SHOWN),
            per_rule: limit(PER_RULE),
            shown: BTreeMap::new(),
            rest: BTreeMap::new(),
            number: 0,
        }
    }

    /// Takes the next finding.
    pub(super) fn add(&mut self, finding: &Finding) {
        let rest = self.rest.entry(key(finding)).or_default();
        rest.all += finding.count;
        if rest.chosen >= self.per_rule {
            rest.list(finding, rest.lines.len());
            return;
        }
        rest.chosen += 1;
        self.number += 1;
        let place = &finding.location;
        let rank = (
            Reverse(finding.severity),
            place.source,
            place.start.offset,
            self.number,
        );
        self.shown.insert(rank, finding.clone());
        if self.shown.len() > self.max_shown
            && let Some((_, hidden)) = self.shown.pop_last()
            && let Some(rest) = self.rest.get_mut(&key(&hidden))
        {
            rest.list(&hidden, 0);
        }
    }

    /// The chosen findings, by file and line. `total` is the number of findings of a rule in a file,
    /// if it is known.
    ///
    /// `unit` is what places in a source are counted in.
    pub(super) fn into_entries(
        self,
        total: impl Fn(SourceId, &'static str) -> Option<u64>,
        unit: impl Fn(SourceId) -> &'static str,
    ) -> Vec<Entry> {
        let Self {
            shown, mut rest, ..
        } = self;
        for finding in shown.values() {
            if let Some(rest) = rest.get_mut(&key(finding)) {
                rest.all = total(finding.location.source, finding.rule)
                    .unwrap_or_default()
                    .max(rest.all);
            }
        }
        for finding in shown.values() {
            if let Some(rest) = rest.get_mut(&key(finding)) {
                rest.all = rest.all.saturating_sub(finding.count);
            }
        }
        let mut entries: Vec<_> = shown.into_iter().collect();
        entries.sort_by_key(|((_, source, offset, number), _)| (*source, *offset, *number));
        // From the end, so that the rest follows the last of a rule.
        let entries = entries.into_iter().rev().map(|(_, finding)| Entry {
            more: rest
                .remove(&key(&finding))
                .and_then(|rest| rest.sentence(unit(finding.location.source))),
            finding,
        });
        let mut entries: Vec<Entry> = entries.collect();
        entries.reverse();
        entries
    }
}

impl Rest {
    /// Lists a finding that is not shown at index `at` of the lines.
    fn list(&mut self, finding: &Finding, at: usize) {
        self.hidden += 1;
        self.stands_for += finding.count;
        let line = finding.location.start.line;
        if finding.location.record.is_none() {
            return;
        }
        if !self.lines.contains(&line) {
            if at >= MAX_LINES {
                return;
            }
            self.lines.insert(at, line);
            self.lines.truncate(MAX_LINES);
        }
        self.listed += finding.count;
    }

    /// `… 17 more, lines 41, 51, 61`; `None` if all are shown.
    fn sentence(&self, unit: &str) -> Option<String> {
        if self.all == 0 {
            return None;
        }
        let mut sentence = format!("… {} more", grouped(self.all));
        // Equal records are one finding, with one line.
        if self.hidden < self.stands_for && self.stands_for == self.all {
            sentence.push_str(&format!(" in {}", counted(self.hidden, "finding")));
        }
        let lines: Vec<String> = self.lines.iter().map(u64::to_string).collect();
        match lines.as_slice() {
            [] => return Some(sentence),
            [line] => sentence.push_str(&format!(", {unit} {line}")),
            lines => sentence.push_str(&format!(", {unit}s {}", lines.join(", "))),
        }
        if self.listed < self.all {
            sentence.push_str(", …");
        }
        Some(sentence)
    }
}

fn key(finding: &Finding) -> (SourceId, &'static str) {
    (finding.location.source, finding.rule)
}
