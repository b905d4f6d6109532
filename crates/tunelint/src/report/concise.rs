//! The format `concise`: one line per finding, as compilers write them:
//! `path:line:column: severity[rule] message`.

use std::io::{self, Write};

use tunelint_core::finding::Finding;
use tunelint_core::printable::printable;
use tunelint_core::totals::{SourceSummary, Summary};

use super::contract::Report;
use super::place::ReportPlace;
use super::style::Style;

/// The report.
pub struct Concise<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
}

impl<'w> Concise<'w> {
    /// A report that writes to `out`.
    pub fn new(style: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self { style, out }
    }
}

impl Report for Concise<'_> {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if self.style.quiet {
            return Ok(());
        }
        let place = ReportPlace::of(&self.style, &finding.location);
        let (severity, rule) = (finding.severity.as_str(), finding.rule);
        writeln!(
            self.out,
            "{place}: {severity}[{rule}] {}",
            printable(&finding.message)
        )
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        for file in &summary.unread {
            let path = file.path.as_deref().unwrap_or_default();
            writeln!(
                self.out,
                "{path}:1:1: error[unread-file] {}",
                printable(&file.message)
            )?;
        }
        if self.style.statistics {
            for (rule, severity, number) in summary.counts.iter() {
                writeln!(self.out, "{number}\t{}\t{rule}", severity.as_str())?;
            }
        }
        self.out.flush()
    }
}
