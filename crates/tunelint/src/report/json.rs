//! The format `json`: one document with all findings. Findings are written as they are found, one
//! per line; sources and totals, which are known at the end, follow.

use std::io::{self, Write};

use tunelint_core::finding::Finding;
use tunelint_core::totals::{SourceSummary, Summary};

use super::contract::Report;
use super::inert::write_json;
use super::record::{FindingRecord, SourceRecord, SummaryRecord, ToolRecord, VERSION};
use super::style::Style;

/// The report.
pub struct JsonReport<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    written: u64,
    opened: bool,
}

impl<'w> JsonReport<'w> {
    /// A report that writes to `out`.
    pub fn new(style: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self {
            style,
            out,
            written: 0,
            opened: false,
        }
    }

    fn open(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.opened, true) {
            return Ok(());
        }
        write!(self.out, "{{\"version\":{VERSION},\"tool\":")?;
        write_json(&mut self.out, &ToolRecord::default())?;
        self.out.write_all(b",\n\"findings\":[")
    }
}

impl Report for JsonReport<'_> {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        self.open()
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.open()?;
        self.out
            .write_all(if self.written == 0 { b"\n" } else { b",\n" })?;
        self.written += 1;
        let record = FindingRecord::new(&self.style, finding);
        write_json(&mut self.out, &record)
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.open()?;
        let sources: Vec<_> = summary.sources.iter().map(SourceRecord::new).collect();
        self.out.write_all(b"\n],\n\"targets\":")?;
        write_json(&mut self.out, &summary.targets)?;
        self.out.write_all(b",\n\"sources\":")?;
        write_json(&mut self.out, &sources)?;
        self.out.write_all(b",\n\"summary\":")?;
        write_json(&mut self.out, &SummaryRecord::new(summary))?;
        self.out.write_all(b"}\n")?;
        self.out.flush()
    }
}
