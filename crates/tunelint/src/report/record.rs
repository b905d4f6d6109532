//! The objects of the JSON reports. Their keys and values are a public contract, versioned by
//! [`VERSION`]; the order of the keys is not part of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use tunelint_core::finding::{Consequence, Finding, Fix, Severity};
use tunelint_core::printable::printable;
use tunelint_core::redaction::has_secret;
use tunelint_core::totals::{SourceSummary, Summary, Verdict};

use super::place::ReportPlace;
use super::style::Style;

/// The version of the contract.
pub(super) const VERSION: u32 = 1;

#[derive(Serialize)]
pub(super) struct ToolRecord {
    name: &'static str,
    version: &'static str,
}

impl Default for ToolRecord {
    fn default() -> Self {
        Self {
            name: "tunelint",
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

#[derive(Serialize)]
pub(super) struct FindingRecord<'f> {
    rule: &'static str,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    consequence: Option<&'static str>,
    message: Cow<'f, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Cow<'f, str>>,
    location: ReportPlace<'f>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedRecord<'f>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixRecord<'f>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    targets: &'f [String],
    #[serde(skip_serializing_if = "is_one")]
    count: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    after_recovery: bool,
    fingerprint: String,
}

/// Whether a finding stands for itself alone.
fn is_one(count: &u64) -> bool {
    *count == 1
}

#[derive(Serialize)]
struct RelatedRecord<'f> {
    #[serde(flatten)]
    place: ReportPlace<'f>,
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
pub(super) struct SourceRecord<'s> {
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

/// A file that could not be read.
#[derive(Serialize)]
struct UnreadRecord {
    path: Option<String>,
    message: String,
}

#[derive(Serialize)]
pub(super) struct SummaryRecord {
    errors: u64,
    warnings: u64,
    advice: u64,
    suppressed: u64,
    by_rule: BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    verdicts: Vec<VerdictRecord>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unread: Vec<UnreadRecord>,
}

/// The verdict of a target.
#[derive(Serialize)]
pub(super) struct VerdictRecord {
    target: String,
    closed: bool,
    accepted: bool,
    rejected: u64,
    skipped: u64,
    changed: u64,
    errors: u64,
    warnings: u64,
    advice: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    convert_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    convert: Option<String>,
}

impl VerdictRecord {
    pub(super) fn new(verdict: &Verdict) -> Self {
        Self {
            target: verdict.target.clone(),
            closed: verdict.is_closed,
            accepted: verdict.accepted(),
            rejected: verdict.rejected,
            skipped: verdict.skipped,
            changed: verdict.changed,
            errors: verdict.errors,
            warnings: verdict.warnings,
            advice: verdict.advice,
            convert_to: verdict.convert_to.clone(),
            convert: verdict.convert.clone(),
        }
    }
}

impl<'f> FindingRecord<'f> {
    pub(super) fn new(style: &'f Style, finding: &'f Finding) -> Self {
        let related = finding.related.iter().map(|related| RelatedRecord {
            place: ReportPlace::of(style, &related.location),
            label: &related.label,
        });
        Self {
            rule: finding.rule,
            severity: finding.severity.as_str(),
            consequence: finding.consequence.map(Consequence::as_str),
            message: printable(&finding.message),
            help: finding.help.as_deref().map(printable),
            location: ReportPlace::of(style, &finding.location),
            related: related.collect(),
            fix: finding.fix.as_ref().and_then(FixRecord::new),
            targets: &finding.targets,
            count: finding.count,
            after_recovery: finding.after_recovery,
            fingerprint: format!("{:032x}", finding.fingerprint),
        }
    }
}

impl<'f> FixRecord<'f> {
    /// `None` for a fix that writes a secret: a report has none, and an edit must be exact.
    fn new(fix: &'f Fix) -> Option<Self> {
        if fix.edits.iter().any(|edit| has_secret(&edit.text)) {
            return None;
        }
        let edits = fix.edits.iter().map(|edit| EditRecord {
            offset: edit.offset,
            length: edit.length,
            text: &edit.text,
        });
        Some(Self {
            applicability: fix.applicability.as_str(),
            edits: edits.collect(),
        })
    }
}

impl<'s> SourceRecord<'s> {
    pub(super) fn new(source: &'s SourceSummary) -> Self {
        let task = source.task.as_ref();
        Self {
            path: &source.path,
            container: &source.container,
            layout: &source.layout,
            bytes: source.bytes,
            records: source.records,
            examples: source.examples,
            task: task.map(|(name, inferred)| TaskRecord {
                name,
                inferred: *inferred,
            }),
        }
    }
}

impl SummaryRecord {
    pub(super) fn new(summary: &Summary) -> Self {
        let counts = &summary.counts;
        let unread = summary.unread.iter().map(|file| UnreadRecord {
            path: file.path.clone(),
            message: printable(&file.message).into_owned(),
        });
        let mut by_rule = BTreeMap::new();
        for (rule, _, number) in counts.iter() {
            *by_rule.entry(rule).or_default() += number;
        }
        Self {
            errors: counts.of_severity(Severity::Error),
            warnings: counts.of_severity(Severity::Warning),
            advice: counts.of_severity(Severity::Advice),
            suppressed: summary.suppressed,
            by_rule,
            verdicts: summary.verdicts.iter().map(VerdictRecord::new).collect(),
            unread: unread.collect(),
        }
    }
}
