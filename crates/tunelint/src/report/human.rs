//! For people: a frame around each place, then what it comes to and what to do next.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use tunelint_core::finding::{Applicability, Counts, EXCERPTS, Finding};
use tunelint_core::printable::{counted, grouped, printable};
use tunelint_core::summary::{SourceSummary, Summary};

use super::place::Place;
use super::{Report, Style, fixed_by, meant_for, takes, totals, would};
use crate::frame::Frame;

/// Findings of one rule that are shown.
pub const PER_RULE: usize = EXCERPTS;
/// Findings that are shown in all.
const TOTAL: usize = 50;
/// Places shown of a rule that a large part of a file breaks.
const OF_MANY: usize = 3;
/// The part of a file, in percent, from which on a rule's places are cut to [`OF_MANY`].
const MANY_PERCENT: u64 = 20;

/// The report.
pub struct Human<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    kept: Vec<Finding>,
    kept_of: BTreeMap<&'static str, usize>,
    /// The rules whose findings can be put right by program, by how freely that may be done.
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

    /// How many findings of a rule in a source are shown.
    fn allowed(&self, finding: &Finding, summary: &Summary) -> usize {
        let path = &self.style.name(finding.location.source).shown;
        let source = summary.sources.iter().find(|source| source.path == *path);
        let many = source.is_some_and(|source| is_many(source, finding.rule));
        if many { OF_MANY } else { PER_RULE }
    }

    fn findings(&mut self, summary: &Summary) -> io::Result<u64> {
        let mut shown = 0;
        let mut shown_of: BTreeMap<(u32, &'static str), usize> = BTreeMap::new();
        for finding in &self.kept {
            let of = shown_of
                .entry((finding.location.source.0, finding.rule))
                .or_default();
            if shown >= TOTAL || *of >= self.allowed(finding, summary) {
                continue;
            }
            *of += 1;
            shown += 1;
            let path = &self.style.name(finding.location.source).shown;
            let mut frame = frame(finding, path);
            frame.url = self.style.url_of(finding.rule).filter(|_| self.style.links);
            let text = frame.draw(self.style.color)?;
            writeln!(self.out, "{}", text.trim_end())?;
            for related in &finding.related {
                let place = Place::of(&self.style, &related.location);
                writeln!(self.out, "  note: {}: {place}", printable(&related.label))?;
            }
            writeln!(self.out)?;
        }
        Ok(shown as u64)
    }

    fn source_lines(&mut self, summary: &Summary) -> io::Result<()> {
        for source in &summary.sources {
            let mut what = source.container.clone();
            if !source.layout.is_empty() {
                what.push_str(&format!(", {} ({})", source.layout, source.evidence));
            }
            what.push_str(&meant_for(&source.targets));
            let (records, examples) = (
                counted(source.records, "record"),
                counted(source.examples, "example"),
            );
            writeln!(self.out, "{}: {what}", source.path)?;
            writeln!(
                self.out,
                "  {records}, {examples}: {}",
                totals(&source.counts)
            )?;
            for (rule, severity, number) in source
                .counts
                .iter()
                .filter(|(rule, ..)| is_many(source, rule))
            {
                let share = number * 100 / source.records.max(1);
                writeln!(
                    self.out,
                    "  {}[{rule}] holds for {} of them ({share} %)",
                    severity.as_str(),
                    grouped(number)
                )?;
            }
        }
        Ok(())
    }

    fn fixable(&mut self) -> io::Result<()> {
        for (applicability, rules) in &self.fixable {
            let does = fixed_by(*applicability);
            let rules: Vec<&str> = rules.iter().copied().collect();
            writeln!(self.out, "note: {does}: {}", rules.join(", "))?;
        }
        Ok(())
    }

    /// A line for each of several targets.
    fn verdicts(&mut self, summary: &Summary) -> io::Result<()> {
        if summary.verdicts.is_empty() {
            return Ok(());
        }
        let names = summary.verdicts.iter().map(|verdict| verdict.target.len());
        let width = names.max().unwrap_or(0);
        writeln!(
            self.out,
            "\n{:width$}  would   errors  warnings  advice  takes it",
            "target"
        )?;
        for verdict in &summary.verdicts {
            let takes = takes(verdict);
            let closed = if verdict.is_closed { " (closed)" } else { "" };
            writeln!(
                self.out,
                "{:width$}  {}  {:>6}  {:>8}  {:>6}  {takes}{closed}",
                verdict.target,
                would(verdict),
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
        // Another report of the run may want all of them; this one needs the first.
        let kept = self.kept_of.entry(finding.rule).or_default();
        if *kept < PER_RULE {
            *kept += 1;
            self.kept.push(finding.clone());
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        if summary.sources.is_empty() {
            // Nothing could be read, and standard error says why.
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
            excused => writeln!(self.out, ", {} excused", grouped(excused))?,
        }
        if !self.style.quiet {
            self.fixable()?;
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
                    "{} not shown; `--format concise` shows all",
                    counted(hidden, "finding")
                )?;
            }
        }
        self.out.flush()
    }
}

/// Whether a rule is broken by so many records that a few places tell all.
fn is_many(source: &SourceSummary, rule: &str) -> bool {
    let number = source.counts.of_rule(rule);
    number > OF_MANY as u64 && number * 100 >= source.records.saturating_mul(MANY_PERCENT)
}

/// A finding as a frame shows it.
fn frame(finding: &Finding, path: &str) -> Frame {
    let Finding { severity, rule, .. } = finding;
    let mut message = printable(&finding.message).into_owned();
    if finding.after_recovery {
        message.push_str(" (after recovery)");
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
