//! The format `markdown`: a summary for a job page or a comment. Data cannot become markup, a link
//! or a mention, because all punctuation is written as character references.

use std::io::{self, Write};

use tunelint_core::finding::Finding;
use tunelint_core::printable::{counted, grouped, printable};
use tunelint_core::totals::{SourceSummary, Summary};

use super::contract::Report;
use super::place::ReportPlace;
use super::style::Style;
use super::words::{totals, verdict_sentence};
use super::worst::Worst;

/// Findings listed per severity.
const SHOWN: usize = 20;

/// The report.
pub struct Markdown<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    worst: Worst,
}

impl<'w> Markdown<'w> {
    /// A report that writes to `out`.
    pub fn new(style: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self {
            style,
            out,
            worst: Worst::new(SHOWN),
        }
    }

    fn sources(&mut self, summary: &Summary) -> io::Result<()> {
        writeln!(self.out, "| file | records | errors | warnings | advice |")?;
        writeln!(self.out, "|---|---|---|---|---|")?;
        for source in &summary.sources {
            write!(
                self.out,
                "| {} | {} |",
                plain(&source.path),
                grouped(source.records)
            )?;
            for severity in tunelint_core::finding::Severity::ALL {
                write!(
                    self.out,
                    " {} |",
                    grouped(source.counts.of_severity(severity))
                )?;
            }
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn verdicts(&mut self, summary: &Summary) -> io::Result<()> {
        for verdict in &summary.verdicts {
            writeln!(self.out, "\n{}.", plain(&verdict_sentence(verdict)))?;
        }
        Ok(())
    }

    fn rules(&mut self, summary: &Summary) -> io::Result<()> {
        writeln!(self.out, "\n| rule | severity | findings |")?;
        writeln!(self.out, "|---|---|---|")?;
        for (rule, severity, number) in summary.counts.iter() {
            writeln!(
                self.out,
                "| {rule} | {} | {} |",
                severity.as_str(),
                grouped(number)
            )?;
        }
        Ok(())
    }

    fn findings(&mut self, summary: &Summary) -> io::Result<()> {
        writeln!(self.out, "\n| location | severity | rule | finding |")?;
        writeln!(self.out, "|---|---|---|---|")?;
        let mut shown = 0;
        for finding in self.worst.iter() {
            let path = plain(&self.style.name(finding.location.source).relative);
            let within = ReportPlace::of(&self.style, &finding.location).within();
            let (severity, rule) = (finding.severity.as_str(), finding.rule);
            let message = plain(&finding.message);
            let place = match within.is_empty() {
                true => path.to_string(),
                false => format!("{path}&#58;{}", plain(&within)),
            };
            writeln!(self.out, "| {place} | {severity} | {rule} | {message} |")?;
            shown += finding.count;
        }
        let hidden = summary.counts.total().saturating_sub(shown);
        if hidden > 0 {
            writeln!(self.out, "\n{} not listed.", counted(hidden, "finding"))?;
        }
        Ok(())
    }
}

impl Report for Markdown<'_> {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.worst.push(finding);
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        writeln!(self.out, "### tunelint: {}\n", totals(&summary.counts))?;
        self.sources(summary)?;
        for file in &summary.unread {
            writeln!(self.out, "\n**{}**", plain(&file.message))?;
        }
        self.verdicts(summary)?;
        if summary.counts.total() > 0 {
            self.rules(summary)?;
            self.findings(summary)?;
        }
        for note in &summary.notes {
            writeln!(self.out, "\n{}", plain(note))?;
        }
        self.out.flush()
    }
}

/// Escapes a text, so that Markdown shows it as it is. The empty comment after `@` and `#` prevents
/// mentions and issue references.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '@' | '#' => out.push_str(&format!("&#{};<!-- -->", c as u32)),
            ',' | ' ' => out.push(c),
            c if c.is_ascii_punctuation() => out.push_str(&format!("&#{};", c as u32)),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(plain("a|b"), "a&#124;b");
        assert_eq!(plain("@octocat"), "&#64;<!-- -->octocat");
        assert!(!plain("<img src=x>`[a](b)*_").contains(['<', '`', '[', '*', '_', '(']));
    }
}
