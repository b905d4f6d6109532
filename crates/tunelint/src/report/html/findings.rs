//! The findings of the page: the records of the JSON reports, grouped by rule.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tunelint_core::excerpt::Excerpt;
use tunelint_core::finding::{Applicability, Finding, Severity};
use tunelint_core::rules;
use tunelint_core::totals::{SourceSummary, Summary};

use super::super::place::ReportPlace;
use super::super::record::{FindingRecord, SourceRecord, SummaryRecord, VerdictRecord};
use super::super::style::Style;
use super::super::words::{answer, conversion, fix_option, for_targets, totals};

/// Findings listed per rule.
pub const PER_RULE: usize = 100;

/// The data of the template `findings.html`.
#[derive(Serialize)]
pub(super) struct FindingsTable<'f> {
    totals: String,
    summary: SummaryRecord,
    sources: Vec<FileSummary<'f>>,
    verdicts: Vec<TargetVerdict>,
    groups: Vec<RuleGroup<'f>>,
    severities: Vec<SeverityOption>,
    fixable: Vec<Fixable>,
    unread: Vec<&'f str>,
    notes: &'f [String],
    next_step: Option<&'f (String, String)>,
    listed: u64,
    unlisted: u64,
    per_rule: usize,
}

/// A file and its totals.
#[derive(Serialize)]
struct FileSummary<'f> {
    #[serde(flatten)]
    record: SourceRecord<'f>,
    id: String,
    format: String,
    errors: u64,
    warnings: u64,
    advice: u64,
    number: u64,
    by_rule: Vec<RuleCount>,
}

/// The number of findings of a rule in a file.
#[derive(Serialize)]
struct RuleCount {
    id: String,
    rule: &'static str,
    severity: &'static str,
    number: u64,
}

/// One of several targets.
#[derive(Serialize)]
struct TargetVerdict {
    #[serde(flatten)]
    record: VerdictRecord,
    answer: &'static str,
    conversion: String,
}

/// A severity in the filter.
#[derive(Serialize)]
struct SeverityOption {
    name: &'static str,
    number: u64,
}

/// The rules whose findings an option fixes.
#[derive(Serialize)]
struct Fixable {
    option: &'static str,
    rules: Vec<&'static str>,
}

/// The findings of one rule.
#[derive(Serialize)]
struct RuleGroup<'f> {
    id: String,
    rule: &'static str,
    severity: &'static str,
    /// The summary of the rule's page.
    about: String,
    /// The help, if it is the same for all listed findings.
    help: Option<&'f str>,
    number: u64,
    unlisted: u64,
    findings: Vec<ListedFinding<'f>>,
}

/// A listed finding.
#[derive(Serialize)]
struct ListedFinding<'f> {
    record: FindingRecord<'f>,
    file: String,
    place: String,
    help: Option<&'f str>,
    excerpt: Option<MarkedExcerpt<'f>>,
    related: Vec<RelatedPlace<'f>>,
}

/// An excerpt in three parts; the middle one is highlighted.
#[derive(Serialize)]
struct MarkedExcerpt<'f> {
    before: &'f str,
    marked: &'f str,
    after: &'f str,
}

/// A related location.
#[derive(Serialize)]
struct RelatedPlace<'f> {
    label: &'f str,
    place: String,
}

/// The rules with findings, the most severe and most frequent first.
type SortOrder = Vec<(&'static str, Severity, u64)>;

impl<'f> FindingsTable<'f> {
    /// Lists the `kept` findings. The totals come from `summary`.
    pub(super) fn new(style: &'f Style, kept: &'f [Finding], summary: &'f Summary) -> Self {
        let mut order: SortOrder = summary.counts.iter().collect();
        order.sort_by_key(|(rule, severity, number)| {
            std::cmp::Reverse((*severity, *number, std::cmp::Reverse(*rule)))
        });
        let listed = kept.iter().map(|finding| finding.count).sum();
        let severities = Severity::ALL.map(|severity| SeverityOption {
            name: severity.as_str(),
            number: summary.counts.of_severity(severity),
        });
        let verdicts = summary.verdicts.iter().map(|verdict| TargetVerdict {
            record: VerdictRecord::new(verdict),
            answer: answer(verdict),
            conversion: conversion(verdict),
        });
        let files: BTreeMap<&str, String> = (summary.sources.iter().zip(0..))
            .map(|(source, at)| (source.path.as_str(), format!("file-{at}")))
            .collect();
        let groups = order.iter().enumerate();
        Self {
            totals: totals(&summary.counts),
            summary: SummaryRecord::new(summary),
            sources: summary
                .sources
                .iter()
                .map(|source| FileSummary::new(source, &order, &files))
                .collect(),
            verdicts: verdicts.collect(),
            groups: groups
                .map(|(at, of)| RuleGroup::new(id(at), *of, style, kept, &files))
                .collect(),
            severities: severities.into_iter().filter(|of| of.number > 0).collect(),
            fixable: fixable(kept),
            unread: summary
                .unread
                .iter()
                .map(|file| file.message.as_str())
                .collect(),
            notes: &summary.notes,
            next_step: summary.next_step.as_ref(),
            listed,
            unlisted: summary.counts.total().saturating_sub(listed),
            per_rule: PER_RULE,
        }
    }
}

/// The id of a group in the page.
fn id(at: usize) -> String {
    format!("rule-{at}")
}

impl<'f> FileSummary<'f> {
    fn new(source: &'f SourceSummary, order: &SortOrder, files: &BTreeMap<&str, String>) -> Self {
        let counts = &source.counts;
        let number = |rule, severity| {
            let mut own = counts.iter();
            let own = own.find(|(name, of, _)| (*name, *of) == (rule, severity));
            own.map_or(0, |(.., number)| number)
        };
        let by_rule = order
            .iter()
            .enumerate()
            .map(|(at, (rule, severity, _))| RuleCount {
                id: id(at),
                rule,
                severity: severity.as_str(),
                number: number(*rule, *severity),
            });
        let mut format = source.container.clone();
        if !source.layout.is_empty() {
            format.push_str(&format!(", {}", source.layout));
        }
        format.push_str(&for_targets(&source.targets));
        Self {
            record: SourceRecord::new(source),
            id: files.get(source.path.as_str()).cloned().unwrap_or_default(),
            format,
            errors: counts.of_severity(Severity::Error),
            warnings: counts.of_severity(Severity::Warning),
            advice: counts.of_severity(Severity::Advice),
            number: counts.total(),
            by_rule: by_rule.filter(|of| of.number > 0).collect(),
        }
    }
}

impl<'f> RuleGroup<'f> {
    fn new(
        id: String,
        (rule, severity, number): (&'static str, Severity, u64),
        style: &'f Style,
        kept: &'f [Finding],
        files: &BTreeMap<&str, String>,
    ) -> Self {
        let of = || {
            kept.iter()
                .filter(|of| (of.rule, of.severity) == (rule, severity))
        };
        let first = of().next().and_then(|finding| finding.help.as_deref());
        let help = first.filter(|help| of().all(|other| other.help.as_deref() == Some(*help)));
        let findings: Vec<ListedFinding> = of()
            .map(|finding| ListedFinding {
                help: finding.help.as_deref().filter(|_| help.is_none()),
                ..ListedFinding::new(finding, style, files)
            })
            .collect();
        Self {
            id,
            rule,
            severity: severity.as_str(),
            about: rules::by_name(rule).map_or_else(String::new, |entry| entry.summary()),
            help,
            number,
            unlisted: number.saturating_sub(of().map(|finding| finding.count).sum()),
            findings,
        }
    }
}

impl<'f> ListedFinding<'f> {
    fn new(finding: &'f Finding, style: &'f Style, files: &BTreeMap<&str, String>) -> Self {
        let path = style.name(finding.location.source).shown.as_str();
        let is_whole = finding.location.record.is_none() && finding.location.start.offset == 0;
        let place = match is_whole {
            true => path.to_owned(),
            false => ReportPlace::of(style, &finding.location).to_string(),
        };
        let related = finding.related.iter().map(|related| RelatedPlace {
            label: &related.label,
            place: ReportPlace::of(style, &related.location).to_string(),
        });
        Self {
            record: FindingRecord::new(style, finding),
            file: files.get(path).cloned().unwrap_or_default(),
            place,
            help: finding.help.as_deref(),
            excerpt: finding.excerpt.as_ref().map(MarkedExcerpt::new),
            related: related.collect(),
        }
    }
}

impl<'f> MarkedExcerpt<'f> {
    fn new(Excerpt { text, highlight }: &'f Excerpt) -> Self {
        let part = |range| text.get(range).unwrap_or_default();
        Self {
            before: part(0..highlight.start),
            marked: part(highlight.clone()),
            after: part(highlight.end..text.len()),
        }
    }
}

/// The rules with fixable findings, by the kind of fix.
fn fixable(kept: &[Finding]) -> Vec<Fixable> {
    let mut rules: BTreeMap<Applicability, BTreeSet<&'static str>> = BTreeMap::new();
    for finding in kept {
        if let Some(fix) = &finding.fix {
            rules
                .entry(fix.applicability)
                .or_default()
                .insert(finding.rule);
        }
    }
    let fixable = rules.into_iter().map(|(applicability, rules)| Fixable {
        option: fix_option(applicability),
        rules: rules.into_iter().collect(),
    });
    fixable.collect()
}
