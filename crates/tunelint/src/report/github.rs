//! The format `github`: workflow commands of GitHub Actions, which become annotations on a pull
//! request.
//!
//! GitHub shows ten errors, ten warnings and ten notices per step and drops the rest. So the first
//! ten of each are written, the most severe first, and then a line with the totals. Data cannot
//! start a command or end a property: it is made printable first, and encoded after that.

use std::io::{self, Write};

use tunelint_core::finding::{Finding, Severity};
use tunelint_core::position::Location;
use tunelint_core::printable::{counted, printable};
use tunelint_core::totals::{SourceSummary, Summary};

use super::contract::Report;
use super::place::ReportPlace;
use super::style::Style;
use super::words::totals;
use super::worst::Worst;

/// Annotations of one kind that GitHub shows per step.
const SHOWN: usize = 10;

/// The report.
pub struct GitHub<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    worst: Worst,
}

impl<'w> GitHub<'w> {
    /// A report that writes to `out`.
    pub fn new(style: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self {
            style,
            out,
            worst: Worst::new(SHOWN),
        }
    }

    fn annotation(&self, finding: &Finding) -> String {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "notice",
        };
        let location = &finding.location;
        let file = property(&self.style.name(location.source).relative);
        let title = property(&format!("tunelint: {}", finding.rule));
        let lead = ReportPlace::of(&self.style, location).lead();
        let place = match self.style.name(location.source).unit.is_line() {
            true => lines(location),
            false => String::new(),
        };
        let mut message = lead + &printable(&finding.message);
        if let Some(help) = &finding.help {
            message.push('\n');
            message.push_str(&printable(help));
        }
        format!(
            "::{command} file={file}{place},title={title}::{}",
            data(&message)
        )
    }
}

/// The lines and columns of a location in a text, as properties.
fn lines(location: &Location) -> String {
    let mut place = format!(
        ",line={},col={}",
        location.start.line, location.start.column
    );
    if !location.is_empty() {
        place.push_str(&format!(",endLine={}", location.end.line));
        if location.end.line == location.start.line {
            place.push_str(&format!(",endColumn={}", location.end.column));
        }
    }
    place
}

impl Report for GitHub<'_> {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.worst.push(finding);
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        let mut written = 0;
        for finding in self.worst.iter() {
            let line = self.annotation(finding);
            writeln!(self.out, "{line}")?;
            written += 1;
        }
        for file in &summary.unread {
            let path = property(self.style.name_of_unread(file));
            let title = "tunelint: cannot read";
            let message = data(&printable(&file.message));
            writeln!(self.out, "::error file={path},title={title}::{message}")?;
        }
        let files = counted(summary.sources.len() as u64, "file");
        write!(self.out, "tunelint: {} in {files}", totals(&summary.counts))?;
        let hidden = summary.counts.total().saturating_sub(written);
        if hidden > 0 {
            let findings = counted(hidden, "finding");
            write!(
                self.out,
                "; {findings} without annotation, list all with `--report concise=PATH`"
            )?;
        }
        writeln!(self.out)?;
        self.out.flush()
    }
}

/// Encodes the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Encodes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_form_commands() {
        assert_eq!(data("a%0A\n::error::x"), "a%250A%0A::error::x");
        assert_eq!(property("a,line=1::x\r"), "a%2Cline=1%3A%3Ax%0D");
    }
}
