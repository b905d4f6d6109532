//! The format `jsonl`: the objects of the JSON report, one per line. Findings are written as they
//! are found, then the sources, then the summary. An interrupted run has no summary line.

use std::io::{self, Write};

use serde::Serialize;
use tunelint_core::finding::Finding;
use tunelint_core::totals::{SourceSummary, Summary};

use super::contract::Report;
use super::inert::write_json;
use super::record::{FindingRecord, SourceRecord, SummaryRecord, ToolRecord};
use super::style::Style;

/// The report.
pub struct Jsonl<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum JsonLine<'l> {
    Finding(Box<FindingRecord<'l>>),
    Source(SourceRecord<'l>),
    Summary {
        version: u32,
        tool: ToolRecord,
        targets: &'l [String],
        #[serde(flatten)]
        summary: SummaryRecord,
    },
}

impl<'w> Jsonl<'w> {
    /// A report that writes to `out`.
    pub fn new(style: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self { style, out }
    }
}

fn write(out: &mut dyn Write, line: &JsonLine<'_>) -> io::Result<()> {
    write_json(&mut *out, line)?;
    out.write_all(b"\n")
}

impl Report for Jsonl<'_> {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let line = JsonLine::Finding(Box::new(FindingRecord::new(&self.style, finding)));
        write(&mut self.out, &line)
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        for source in &summary.sources {
            write(&mut self.out, &JsonLine::Source(SourceRecord::new(source)))?;
        }
        let line = JsonLine::Summary {
            version: super::record::VERSION,
            tool: ToolRecord::default(),
            targets: &summary.targets,
            summary: SummaryRecord::new(summary),
        };
        write(&mut self.out, &line)?;
        self.out.flush()
    }
}
