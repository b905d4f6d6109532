//! One JSON document with every finding. Findings are written as they come, one a line; what is
//! only known at the end (sources, totals) follows them. The words and their meaning are a public
//! contract, versioned by `version`; the order of keys is not part of it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use tunelint_core::finding::{Counts, Finding, Fix, Severity};
use tunelint_core::printable::printable;
use tunelint_core::summary::{SourceSummary, Summary};

use super::place::Place;
use super::{Report, Style};

/// The report.
pub struct Json<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    written: u64,
    opened: bool,
}

#[derive(Serialize)]
struct FindingRecord<'f> {
    rule: &'static str,
    severity: &'static str,
    message: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'f str>,
    location: Place<'f>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedRecord<'f>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixRecord<'f>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    targets: &'f [String],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    after_recovery: bool,
    fingerprint: String,
}

#[derive(Serialize)]
struct RelatedRecord<'f> {
    #[serde(flatten)]
    place: Place<'f>,
    label: &'f str,
}

#[derive(Serialize)]
struct FixRecord<'f> {
    applicability: &'static str,
    edits: Vec<EditRecord<'f>>,
}

#[derive(Serialize)]
struct EditRecord<'f> {
    offset: u64,
    length: u64,
    text: &'f str,
}

#[derive(Serialize)]
struct SourceRecord<'s> {
    path: &'s str,
    container: &'s str,
    layout: &'s str,
    bytes: u64,
    records: u64,
    examples: u64,
    task: Option<TaskRecord<'s>>,
}

#[derive(Serialize)]
struct TaskRecord<'s> {
    name: &'s str,
    inferred: bool,
}

#[derive(Serialize)]
struct SummaryRecord {
    errors: u64,
    warnings: u64,
    advice: u64,
    suppressed: u64,
    by_rule: BTreeMap<&'static str, u64>,
}

impl<'w> Json<'w> {
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
        let version = env!("CARGO_PKG_VERSION");
        write!(
            self.out,
            "{{\"version\":1,\"tool\":{{\"name\":\"tunelint\",\"version\":\"{version}\"}},\n\"findings\":["
        )
    }
}

impl Report for Json<'_> {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        self.open()
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.open()?;
        self.out
            .write_all(if self.written == 0 { b"\n" } else { b",\n" })?;
        self.written += 1;
        let message = printable(&finding.message);
        let related = finding.related.iter().map(|related| RelatedRecord {
            place: Place::of(&self.style, &related.location),
            label: &related.label,
        });
        let record = FindingRecord {
            rule: finding.rule,
            severity: finding.severity.as_str(),
            message: &message,
            help: finding.help.as_deref(),
            location: Place::of(&self.style, &finding.location),
            related: related.collect(),
            fix: finding.fix.as_ref().map(fix),
            targets: &finding.targets,
            after_recovery: finding.after_recovery,
            fingerprint: format!("{:032x}", finding.fingerprint),
        };
        serde_json::to_writer(&mut self.out, &record).map_err(io::Error::from)
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.open()?;
        let sources: Vec<SourceRecord<'_>> = summary.sources.iter().map(source).collect();
        self.out.write_all(b"\n],\n\"targets\":")?;
        serde_json::to_writer(&mut self.out, &summary.targets)?;
        self.out.write_all(b",\n\"sources\":")?;
        serde_json::to_writer(&mut self.out, &sources)?;
        self.out.write_all(b",\n\"summary\":")?;
        serde_json::to_writer(&mut self.out, &totals(&summary.counts, summary.suppressed))?;
        self.out.write_all(b"}\n")?;
        self.out.flush()
    }
}

fn fix(fix: &Fix) -> FixRecord<'_> {
    let edits = fix.edits.iter().map(|edit| EditRecord {
        offset: edit.offset,
        length: edit.length,
        text: &edit.text,
    });
    FixRecord {
        applicability: fix.applicability.as_str(),
        edits: edits.collect(),
    }
}

fn source(source: &SourceSummary) -> SourceRecord<'_> {
    SourceRecord {
        path: &source.path,
        container: &source.container,
        layout: &source.layout,
        bytes: source.bytes,
        records: source.records,
        examples: source.examples,
        task: source.task.as_ref().map(|(name, inferred)| TaskRecord {
            name,
            inferred: *inferred,
        }),
    }
}

fn totals(counts: &Counts, suppressed: u64) -> SummaryRecord {
    let mut by_rule = BTreeMap::new();
    for (rule, _, number) in counts.iter() {
        *by_rule.entry(rule).or_default() += number;
    }
    SummaryRecord {
        errors: counts.of_severity(Severity::Error),
        warnings: counts.of_severity(Severity::Warning),
        advice: counts.of_severity(Severity::Advice),
        suppressed,
        by_rule,
    }
}
