//! The format `human`: an excerpt for each finding, then totals and what to do next.
//!
//! Findings are printed at the end of the run, by file and line: those about the dataset as a whole
//! are found last.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use tunelint_core::finding::{Applicability, Counts, Finding};
use tunelint_core::printable::{counted, grouped, printable};
use tunelint_core::totals::{SourceSummary, Summary};

use super::contract::Report;
use super::listing::{self, Entry, Listing};
use super::place::ReportPlace;
use super::style::Style;
use super::words::{answer, conversion, fix_option, for_targets, totals, verdict_sentence};
use crate::frame::Frame;

/// Findings that are passed on of a rule in a source.
pub const PER_RULE: usize = listing::NEEDED;

/// The report.
pub struct Human<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    listing: Listing,
    /// The rules with fixable findings, by the kind of fix.
    fixable: BTreeMap<Applicability, BTreeSet<&'static str>>,
}

impl<'w> Human<'w> {
    /// A report that writes to `out`.
    pub fn new(style: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self {
            listing: Listing::new(style.show_all),
            style,
            out,
            fixable: BTreeMap::new(),
        }
    }

    /// Prints the findings and returns how many there were, with those that they stand for.
    fn findings(&mut self, summary: &Summary) -> io::Result<u64> {
        let listing = std::mem::replace(&mut self.listing, Listing::new(false));
        let entries = listing.into_entries(
            |source, rule| {
                let path = &self.style.name(source).shown;
                let mut sources = summary.sources.iter();
                let source = sources.find(|source| source.path == *path)?;
                Some(source.counts.of_rule(rule))
            },
            |source| self.style.name(source).unit.as_str(),
        );
        let mut counted = 0;
        for Entry { finding, more } in entries {
            counted += finding.count;
            let name = self.style.name(finding.location.source);
            let mut frame = frame(&finding, &name.shown);
            if !name.unit.is_line() {
                let place = ReportPlace::of(&self.style, &finding.location);
                frame.place = Some(place.to_string());
            }
            frame.url = self.style.url_of(finding.rule).filter(|_| self.style.links);
            let text = frame.draw(self.style.color)?;
            writeln!(self.out, "{}", text.trim_end())?;
            for related in &finding.related {
                let place = ReportPlace::of(&self.style, &related.location);
                writeln!(self.out, "  note: {}: {place}", printable(&related.label))?;
            }
            writeln!(self.out)?;
            if let Some(more) = more {
                writeln!(self.out, "  {more}\n")?;
            }
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
        self.listing.add(finding);
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
                    "{} not shown; show all with `--show-all`",
                    counted(hidden, "finding")
                )?;
            }
        }
        self.out.flush()
    }
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
        place: None,
        excerpt: finding.excerpt.clone(),
        url: None,
    }
}
