//! For people: a frame around each place, then what it comes to and what to do next.
//!
//! miette draws the frames. It is only ever given an excerpt, which is one short printable line;
//! a whole record would be walked from its start for every finding, and shown raw.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};
use tunelint_core::finding::{Counts, EXCERPTS, Finding, Severity};
use tunelint_core::printable::{counted, grouped, printable};
use tunelint_core::summary::{SourceSummary, Summary};

use super::place::Place;
use super::{Report, Style, totals};

/// Findings of one rule that are shown.
pub const PER_RULE: usize = EXCERPTS;
/// Findings that are shown in all.
const TOTAL: usize = 50;
/// Places shown of a rule that a large part of a file breaks.
const OF_MANY: usize = 3;
/// The part of a file, in percent, from which on a rule's places are cut to [`OF_MANY`].
const MANY_PERCENT: u64 = 20;
/// Columns: the same in every terminal.
const WIDTH: usize = 80;

/// The report.
pub struct Human<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    kept: Vec<Finding>,
    kept_of: BTreeMap<&'static str, usize>,
}

impl<'w> Human<'w> {
    /// A report that writes to `out`.
    pub fn new(style: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self {
            style,
            out,
            kept: Vec::new(),
            kept_of: BTreeMap::new(),
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
        let handler = GraphicalReportHandler::new_themed(theme(self.style.color))
            .with_links(false)
            .with_width(WIDTH);
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
            let frame = Frame::new(finding, &self.style.name(finding.location.source).shown);
            let mut text = String::new();
            handler
                .render_report(&mut text, &frame)
                .map_err(io::Error::other)?;
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
            if !source.targets.is_empty() {
                what.push_str(&format!(", for {}", source.targets.join(", ")));
            }
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
        }
        if self.style.statistics {
            self.statistics(&summary.counts)?;
        }
        if !self.style.quiet {
            writeln!(self.out)?;
        }
        let files = counted(summary.sources.len() as u64, "file");
        writeln!(self.out, "{} in {files}", totals(&summary.counts))?;
        if !self.style.quiet {
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

fn theme(color: bool) -> GraphicalTheme {
    if color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    }
}

/// A finding as miette wants it.
struct Frame<'f> {
    finding: &'f Finding,
    path: &'f str,
    /// The excerpt, and a space behind it, so that a place at its end can be marked.
    text: String,
}

impl<'f> Frame<'f> {
    fn new(finding: &'f Finding, path: &'f str) -> Self {
        let text = finding
            .excerpt
            .as_ref()
            .map_or(String::new(), |excerpt| format!("{} ", excerpt.text));
        Self {
            finding,
            path,
            text,
        }
    }
}

impl fmt::Display for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.finding.message))?;
        if self.finding.after_recovery {
            f.write_str(" (after recovery)")?;
        }
        match &self.finding.excerpt {
            Some(_) => Ok(()),
            None if self.finding.location.record.is_none()
                && self.finding.location.start.offset == 0 =>
            {
                write!(f, "\nin {}", self.path)
            }
            None => write!(
                f,
                "\nin {}:{}:{}",
                self.path, self.finding.location.start.line, self.finding.location.start.column
            ),
        }
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Frame<'_> {}

impl Diagnostic for Frame<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let Finding { severity, rule, .. } = self.finding;
        Some(Box::new(format!("{}[{rule}]", severity.as_str())))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Advice => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.finding.help.as_deref()?;
        Some(Box::new(printable(help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.finding.excerpt.is_some().then_some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let highlight = &self.finding.excerpt.as_ref()?.highlight;
        // A place between two characters is shown as the one behind it.
        let following = self
            .text
            .get(highlight.start..)
            .and_then(|rest| rest.chars().next());
        let length = if highlight.is_empty() {
            following.map_or(1, char::len_utf8)
        } else {
            highlight.len()
        };
        let label = LabeledSpan::new(None, highlight.start, length);
        Some(Box::new(std::iter::once(label)))
    }
}

impl SourceCode for Frame<'_> {
    /// The excerpt, whatever part of it is asked for, under the line and column of the finding.
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = self.text.as_bytes();
        let narrow = |number: u64| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
        let start = &self.finding.location.start;
        let (line, column) = (narrow(start.line), narrow(start.column));
        let span = SourceSpan::from((0, text.len()));
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.to_owned(),
            text,
            span,
            line,
            column,
            1,
        )))
    }
}
