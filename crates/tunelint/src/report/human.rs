//! The format `human`: an excerpt for each finding, then totals and what to do next.
//!
//! Findings are printed at the end of the run, because how many of a rule are shown depends on the
//! totals.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use tunelint_core::finding::{Applicability, Counts, EXCERPTS, Finding};
use tunelint_core::printable::{counted, grouped, printable};
use tunelint_core::totals::{SourceSummary, Summary};

use super::contract::Report;
use super::place::ReportPlace;
use super::style::Style;
use super::words::{answer, conversion, fix_option, for_targets, totals, verdict_sentence};
use crate::frame::Frame;

/// Findings shown per rule and source.
pub const PER_RULE: usize = EXCERPTS;
/// Findings shown in total.
const MAX_SHOWN: usize = 50;
/// Findings shown of a rule that is frequent in a source.
const PER_FREQUENT_RULE: usize = 3;
/// A rule with findings in at least this percentage of a source's records is frequent.
const FREQUENT_PERCENT: u64 = 20;

/// The report.
pub struct Human<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    kept: Vec<Finding>,
    kept_of: BTreeMap<&'static str, usize>,
    /// The rules with fixable findings, by the kind of fix.
    fixable: BTreeMap<Applicability, BTreeSet<&'static str>>,
}

impl<'w> Human<'w> {
    /// A report that writes to `out`.
    pub fn new(style: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self {
            style,
            out,
            kept: Vec::new(),
            kept_of: BTreeMap::new(),
            fixable: BTreeMap::new(),
        }
    }

    /// How many findings of this rule are shown for its source.
    fn max_shown(&self, finding: &Finding, summary: &Summary) -> usize {
        let path = &self.style.name(finding.location.source).shown;
        let source = summary.sources.iter().find(|source| source.path == *path);
        match source.is_some_and(|source| is_frequent(source, finding.rule)) {
            true => PER_FREQUENT_RULE,
            false => PER_RULE,
        }
    }

    /// Prints the findings and returns how many there were, with those that they stand for.
    fn findings(&mut self, summary: &Summary) -> io::Result<u64> {
        let (mut shown, mut counted) = (0, 0);
        let mut shown_of: BTreeMap<(u32, &'static str), usize> = BTreeMap::new();
        for finding in &self.kept {
            let of = shown_of
                .entry((finding.location.source.0, finding.rule))
                .or_default();
            if shown >= MAX_SHOWN || *of >= self.max_shown(finding, summary) {
                continue;
            }
            *of += 1;
            shown += 1;
            counted += finding.count;
            let path = &self.style.name(finding.location.source).shown;
            let mut frame = frame(finding, path);
            frame.url = self.style.url_of(finding.rule).filter(|_| self.style.links);
            let text = frame.draw(self.style.color)?;
            writeln!(self.out, "{}", text.trim_end())?;
            for related in &finding.related {
                let place = ReportPlace::of(&self.style, &related.location);
                writeln!(self.out, "  note: {}: {place}", printable(&related.label))?;
            }
            writeln!(self.out)?;
        }
        Ok(counted)
    }

    fn source_lines(&mut self, summary: &Summary) -> io::Result<()> {
        for source in &summary.sources {
            let mut format = source.container.clone();
            if !source.layout.is_empty() {
                format.push_str(&format!(", {} ({})", source.layout, source.evidence));
            }
            format.push_str(&for_targets(&source.targets));
            let (records, examples) = (
                counted(source.records, "record"),
                counted(source.examples, "example"),
            );
            writeln!(self.out, "{}: {format}", source.path)?;
            writeln!(
                self.out,
                "  {records}, {examples}: {}",
                totals(&source.counts)
            )?;
            let counts = source.counts.iter();
            let frequent = counts.filter(|(rule, ..)| {
                is_frequent(source, rule) && !is_folded(&self.kept, &self.style, source, rule)
            });
            for (rule, severity, number) in frequent.collect::<Vec<_>>() {
                writeln!(
                    self.out,
                    "  {}[{rule}]: {} in {records}",
                    severity.as_str(),
                    counted(number, "finding")
                )?;
            }
        }
        Ok(())
    }

    fn fixable(&mut self) -> io::Result<()> {
        for (applicability, rules) in &self.fixable {
            let option = fix_option(*applicability);
            let rules: Vec<&str> = rules.iter().copied().collect();
            writeln!(self.out, "note: {option}: {}", rules.join(", "))?;
        }
        Ok(())
    }

    /// Prints a sentence for one target, or a table with a line for each of several.
    fn verdicts(&mut self, summary: &Summary) -> io::Result<()> {
        match summary.verdicts.as_slice() {
            [] => return Ok(()),
            [one] => return writeln!(self.out, "\n{}", verdict_sentence(one)),
            _ => {}
        }
        let names = summary.verdicts.iter().map(|verdict| verdict.target.len());
        let width = names.max().unwrap_or(0);
        writeln!(
            self.out,
            "\n{:width$}  verdict  errors  warnings  advice  conversion",
            "target"
        )?;
        for verdict in &summary.verdicts {
            let conversion = conversion(verdict);
            let closed = if verdict.is_closed {
                "; service closed"
            } else {
                ""
            };
            writeln!(
                self.out,
                "{:width$}  {:7}  {:>6}  {:>8}  {:>6}  {conversion}{closed}",
                verdict.target,
                answer(verdict),
                grouped(verdict.errors),
                grouped(verdict.warnings),
                grouped(verdict.advice),
            )?;
        }
        Ok(())
    }

    fn statistics(&mut self, counts: &Counts) -> io::Result<()> {
        let width = counts
            .iter()
            .map(|(rule, ..)| rule.len())
            .max()
            .unwrap_or(0);
        let mut rows: Vec<_> = counts.iter().collect();
        rows.sort_by_key(|(rule, severity, number)| {
            (std::cmp::Reverse((*severity, *number)), *rule)
        });
        writeln!(self.out)?;
        for (rule, severity, number) in rows {
            writeln!(
                self.out,
                "{rule:width$}  {:7}  {:>9}",
                severity.as_str(),
                grouped(number)
            )?;
        }
        Ok(())
    }
}

impl Report for Human<'_> {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if let Some(fix) = &finding.fix {
            let rules = self.fixable.entry(fix.applicability).or_default();
            rules.insert(finding.rule);
        }
        // Another report of the run may need every finding; this one needs the first few.
        let kept = self.kept_of.entry(finding.rule).or_default();
        if *kept < PER_RULE {
            *kept += 1;
            self.kept.push(finding.clone());
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        if summary.sources.is_empty() {
            // No source could be read. The errors are on standard error.
            return self.out.flush();
        }
        let mut shown = 0;
        if !self.style.quiet {
            shown = self.findings(summary)?;
            self.source_lines(summary)?;
            self.verdicts(summary)?;
        }
        if self.style.statistics {
            self.statistics(&summary.counts)?;
        }
        if !self.style.quiet {
            writeln!(self.out)?;
        }
        let files = counted(summary.sources.len() as u64, "file");
        write!(self.out, "{} in {files}", totals(&summary.counts))?;
        match summary.suppressed {
            0 => writeln!(self.out)?,
            suppressed => writeln!(self.out, ", {} suppressed", grouped(suppressed))?,
        }
        if !self.style.quiet {
            self.fixable()?;
            for file in &summary.unread {
                writeln!(self.out, "note: {}", printable(&file.message))?;
            }
            for note in &summary.notes {
                writeln!(self.out, "note: {}", printable(note))?;
            }
            if let Some((sentence, command)) = &summary.next_step {
                writeln!(
                    self.out,
                    "\n{}\n\n    {}\n",
                    printable(sentence),
                    printable(command)
                )?;
            }
            let hidden = summary.counts.total().saturating_sub(shown);
            if hidden > 0 {
                writeln!(
                    self.out,
                    "{} not shown; show all with `--format concise`",
                    counted(hidden, "finding")
                )?;
            }
        }
        self.out.flush()
    }
}

/// Whether a rule has so many findings in a source that a few examples are enough.
fn is_frequent(source: &SourceSummary, rule: &str) -> bool {
    let number = source.counts.of_rule(rule);
    number > PER_FREQUENT_RULE as u64
        && number * 100 >= source.records.saturating_mul(FREQUENT_PERCENT)
}

/// Whether a finding that stands for all of its rule in a source says how many there are.
fn is_folded(kept: &[Finding], style: &Style, source: &SourceSummary, rule: &str) -> bool {
    let number = source.counts.of_rule(rule);
    let is_all = |finding: &&Finding| finding.rule == rule && finding.count == number;
    let mut all = kept.iter().filter(is_all);
    all.any(|finding| style.name(finding.location.source).shown == source.path)
}

/// Converts a finding to a frame.
fn frame(finding: &Finding, path: &str) -> Frame {
    let Finding { severity, rule, .. } = finding;
    let mut message = printable(&finding.message).into_owned();
    if finding.after_recovery {
        message.push_str(" (after an earlier error)");
    }
    Frame {
        code: format!("{}[{rule}]", severity.as_str()),
        severity: *severity,
        message,
        help: finding.help.clone(),
        path: path.to_owned(),
        at: (finding.location.record.is_some() || finding.location.start.offset > 0)
            .then_some(finding.location.start),
        excerpt: finding.excerpt.clone(),
        url: None,
    }
}
