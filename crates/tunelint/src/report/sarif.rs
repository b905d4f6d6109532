//! The format `sarif`: SARIF 2.1.0, for code scanning.
//!
//! GitHub accepts 25,000 results per run (read 2026-11), so at most as many are written, the most
//! severe first, and a notification counts the rest. Every rule with a finding is described by its
//! page.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};
use tunelint_core::contract::{Level, RuleEntry};
use tunelint_core::finding::{Consequence, Finding, Severity};
use tunelint_core::position::Location;
use tunelint_core::printable::{counted, printable};
use tunelint_core::rules;
use tunelint_core::totals::{SourceSummary, Summary};

use super::contract::Report;
use super::inert::write_json;
use super::place::ReportPlace;
use super::record::VerdictRecord;
use super::style::Style;
use super::worst::Worst;
use crate::report::rule_page;

/// Results per run that GitHub accepts.
const MAX_RESULTS: usize = 25_000;

/// The address of the format's JSON Schema.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The report.
pub struct Sarif<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    worst: Worst,
}

impl<'w> Sarif<'w> {
    /// A report that writes to `out`.
    pub fn new(style: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self {
            style,
            out,
            worst: Worst::new(MAX_RESULTS),
        }
    }

    fn result(&self, finding: &Finding, rules: &[&str]) -> Value {
        let fingerprint = format!("{:032x}", finding.fingerprint);
        let mut related: Vec<Value> = Vec::new();
        for place in &finding.related {
            let place = self.related(&place.location, &place.label);
            // The standard forbids equal ones, which places in one row of a table are.
            if !related.contains(&place) {
                related.push(place);
            }
        }
        json!({
            "ruleId": finding.rule,
            "ruleIndex": rules.binary_search(&finding.rule).unwrap_or_default(),
            "level": level(finding.severity),
            "message": { "text": message(finding) },
            "locations": [{
                "physicalLocation": self.physical(&finding.location),
                "logicalLocations": self.logical(&finding.location),
            }],
            "relatedLocations": related,
            "occurrenceCount": finding.count,
            "partialFingerprints": {
                // GitHub compares this one. The value identifies the record, not the line.
                "primaryLocationLineHash": format!("{fingerprint}:1"),
                "tunelint/v1": fingerprint,
            },
            "properties": {
                "targets": finding.targets,
                "consequence": finding.consequence.map(Consequence::as_str),
            },
        })
    }

    fn related(&self, location: &Location, label: &str) -> Value {
        let mut place = json!({
            "physicalLocation": self.physical(location),
            "message": { "text": printable(label) },
        });
        if !self.style.name(location.source).unit.is_line()
            && let Some(place) = place.as_object_mut()
        {
            place.insert("logicalLocations".to_owned(), self.logical(location));
        }
        place
    }

    /// The value in its record; in a table with the row, which has no line.
    fn logical(&self, location: &Location) -> Value {
        let place = ReportPlace::of(&self.style, location);
        let row = place.row();
        let name = match (location.pointer.as_str(), row) {
            ("", None) => return json!([]),
            ("", Some(row)) => return json!([{ "fullyQualifiedName": row, "kind": "element" }]),
            (pointer, None) => printable(pointer).into_owned(),
            (pointer, Some(row)) => format!("{row}{}", printable(pointer)),
        };
        json!([{ "fullyQualifiedName": name, "kind": "member" }])
    }

    fn physical(&self, location: &Location) -> Value {
        let name = self.style.name(location.source);
        let file = json!({ "uri": name.uri });
        if !name.unit.is_line() {
            return json!({ "artifactLocation": file });
        }
        json!({
            "artifactLocation": file,
            "region": {
                "startLine": location.start.line,
                "startColumn": location.start.column,
                "endLine": location.end.line,
                "endColumn": location.end.column,
            },
        })
    }

    fn notifications(&self, summary: &Summary, written: usize) -> Value {
        let mut texts: Vec<String> = summary.notes.clone();
        let hidden = summary.counts.total().saturating_sub(written as u64);
        if hidden > 0 {
            let findings = counted(hidden, "finding");
            texts.push(format!(
                "{findings} omitted: code scanning accepts {MAX_RESULTS} results per run"
            ));
        }
        let notes = texts
            .iter()
            .map(|text| json!({ "level": "note", "message": { "text": printable(text) } }));
        let unread = summary.unread.iter();
        let errors = unread.map(
            |file| json!({ "level": "error", "message": { "text": printable(&file.message) } }),
        );
        errors.chain(notes).collect()
    }
}

/// The tool's part of a run.
#[derive(Serialize)]
struct Driver<'d> {
    name: &'static str,
    version: &'static str,
    #[serde(rename = "semanticVersion")]
    semantic_version: &'static str,
    rules: &'d [Value],
}

impl Report for Sarif<'_> {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.worst.push(finding);
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        let names: BTreeSet<&str> = self.worst.iter().map(|finding| finding.rule).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let rules: Vec<Value> = names
            .iter()
            .map(|name| match rules::by_name(name) {
                Some(entry) => descriptor(entry, self.style.url_of(entry.meta.name)),
                // A custom rule has no page.
                None => json!({ "id": name, "name": name }),
            })
            .collect();
        let driver = Driver {
            name: "tunelint",
            version: env!("CARGO_PKG_VERSION"),
            semantic_version: env!("CARGO_PKG_VERSION"),
            rules: &rules,
        };
        let results: Vec<&Finding> = self.worst.iter().take(MAX_RESULTS).collect();
        let invocation = json!([{
            "executionSuccessful": summary.unread.is_empty(),
            "toolExecutionNotifications": self.notifications(summary, results.len()),
        }]);
        let document = json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": driver },
                "columnKind": "unicodeCodePoints",
                "invocations": invocation,
                "properties": {
                    "verdicts": summary.verdicts.iter().map(VerdictRecord::new).collect::<Vec<_>>(),
                },
                "results": results.iter().map(|finding| self.result(finding, &names)).collect::<Value>(),
            }],
        });
        write_json(&mut self.out, &document)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

/// The location inside the record.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

fn message(finding: &Finding) -> String {
    let mut text = printable(&finding.message).into_owned();
    if let Some(help) = &finding.help {
        text.push_str(": ");
        text.push_str(&printable(help));
    }
    text
}

/// A rule, with its page as help.
fn descriptor(entry: &RuleEntry, url: Option<String>) -> Value {
    let (name, summary) = (entry.meta.name, entry.summary());
    let severity = match entry.meta.level {
        Level::Fixed(severity) => severity,
        Level::Profile => Severity::Error,
    };
    let mut descriptor = json!({
        "id": name,
        "name": name,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": summary },
        "help": { "text": summary, "markdown": rule_page::readable(entry.page) },
        "defaultConfiguration": { "level": level(severity) },
    });
    if let (Some(url), Some(fields)) = (url, descriptor.as_object_mut()) {
        fields.insert("helpUri".to_owned(), url.into());
    }
    descriptor
}
