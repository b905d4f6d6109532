//! The report of a split.

use std::path::PathBuf;

use serde::Serialize;

use tunelint_core::finding::Severity;
use tunelint_core::printable::{counted, grouped, inert_json, printable, printable_path};
use tunelint_core::reader::Reader;
use tunelint_core::redaction::redact_secrets;
use tunelint_core::split::limits::LimitViolation;
use tunelint_core::split::{Split, Subset};
use tunelint_core::survey::CompactLocation;

use super::names::Unit;

/// Groups of duplicates, and members of a group, that the format `human` lists.
const SHOWN: usize = 5;

/// A file that was written.
pub struct WrittenFile {
    /// Which part it is.
    pub part: Subset,
    /// Where it was written.
    pub path: PathBuf,
    /// Its number of records.
    pub records: u64,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The report. Its serialization is the format `json`.
#[derive(Serialize)]
pub struct SplitReport {
    version: u32,
    seed: u64,
    parts: Vec<PartRecord>,
    labels: Vec<LabelRecord>,
    families: Vec<FamilyRecord>,
    findings: Vec<LimitRecord>,
}

#[derive(Serialize)]
struct PartRecord {
    part: &'static str,
    path: String,
    records: u64,
    bytes: u64,
    percent: f64,
}

#[derive(Serialize)]
struct LabelRecord {
    /// `None` for outputs that are not labels.
    label: Option<String>,
    train: u64,
    validation: u64,
    test: u64,
}

#[derive(Serialize)]
struct FamilyRecord {
    part: &'static str,
    members: Vec<Member>,
}

#[derive(Serialize)]
struct Member {
    path: String,
    line: u64,
    record: u64,
    #[serde(skip)]
    unit: Unit,
}

#[derive(Serialize)]
struct LimitRecord {
    severity: &'static str,
    message: String,
    #[serde(skip)]
    rejects: bool,
}

impl SplitReport {
    /// The report of a split that was written.
    pub fn new(
        split: &Split,
        seed: u64,
        readers: &[Reader],
        written: Vec<WrittenFile>,
        findings: Vec<LimitViolation>,
    ) -> Self {
        let all: u64 = written.iter().map(|file| file.records).sum();
        let part = |file: WrittenFile| PartRecord {
            part: file.part.as_str(),
            path: printable_path(&file.path),
            records: file.records,
            bytes: file.bytes,
            percent: (file.records as f64 * 1000.0 / all.max(1) as f64).round() / 10.0,
        };
        let families = split.families.iter().map(|family| FamilyRecord {
            part: family.part.as_str(),
            members: family
                .members
                .iter()
                .map(|spot| member(*spot, readers))
                .collect(),
        });
        let finding = |finding: LimitViolation| LimitRecord {
            severity: finding.severity.as_str(),
            message: finding.message,
            rejects: finding.severity == Severity::Error,
        };
        Self {
            version: 1,
            seed,
            parts: written.into_iter().map(part).collect(),
            labels: labels(split),
            families: families.collect(),
            findings: findings.into_iter().map(finding).collect(),
        }
    }

    /// As one JSON document.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).map_or_else(
            |_| String::new(),
            |json| inert_json(&json).into_owned() + "\n",
        )
    }

    /// As text for people.
    pub fn human(&self) -> String {
        let mut text = String::new();
        for of in &self.parts {
            text.push_str(&format!(
                "{:10}  {} ({}%), {}: {}\n",
                of.part,
                counted(of.records, "record"),
                of.percent,
                counted(of.bytes, "byte"),
                of.path
            ));
        }
        text.push_str(&self.label_table());
        text.push_str(&self.family_list());
        text.push_str(&format!(
            "\nreproducible with --seed {}, in any order of the records\n",
            self.seed
        ));
        for finding in &self.findings {
            text.push_str(&format!("{}: {}\n", finding.severity, finding.message));
        }
        text
    }

    fn label_table(&self) -> String {
        if self.labels.is_empty() {
            return "\nnot stratified: outputs are free text, not labels\n".to_owned();
        }
        let mut text = format!(
            "\n{:>10}{:>12}{:>8}  label\n",
            "train", "validation", "test"
        );
        for of in &self.labels {
            let [train, validation, test] = [of.train, of.validation, of.test].map(grouped);
            let label = of.label.as_deref().unwrap_or("(no label)");
            text.push_str(&format!("{train:>10}{validation:>12}{test:>8}  {label}\n"));
        }
        text
    }

    fn family_list(&self) -> String {
        if self.families.is_empty() {
            return "\nno duplicates or near-duplicates\n".to_owned();
        }
        let members: usize = self
            .families
            .iter()
            .map(|family| family.members.len())
            .sum();
        let mut text = format!(
            "\n{} kept together as duplicates or near-duplicates:\n",
            counted(members as u64, "record")
        );
        for family in self.families.iter().take(SHOWN) {
            let mut listed: Vec<String> = family
                .members
                .iter()
                .take(SHOWN)
                .map(|member| match member.unit {
                    Unit::Line => format!("{}:{}", member.path, member.line),
                    unit => format!("{} {} {}", member.path, unit.as_str(), member.line),
                })
                .collect();
            let more = family.members.len().saturating_sub(SHOWN);
            if more > 0 {
                listed.push(format!("{more} more"));
            }
            text.push_str(&format!("  {:10}  {}\n", family.part, listed.join(", ")));
        }
        let more = self.families.len().saturating_sub(SHOWN);
        if more > 0 {
            text.push_str(&format!(
                "  … and {more} more groups; list all with --format json\n"
            ));
        }
        text
    }

    /// Whether a part violates a limit that a target rejects.
    pub fn fails(&self) -> bool {
        self.findings.iter().any(|finding| finding.rejects)
    }
}

/// The table of labels; empty without labels.
fn labels(split: &Split) -> Vec<LabelRecord> {
    if split.strata.iter().all(|stratum| stratum.label.is_empty()) {
        return Vec::new();
    }
    let label = |name: &str| printable(&redact_secrets(name)).into_owned();
    let strata = split.strata.iter().map(|stratum| {
        let [train, validation, test] = stratum.counts;
        LabelRecord {
            label: (!stratum.label.is_empty()).then(|| label(&stratum.label)),
            train,
            validation,
            test,
        }
    });
    strata.collect()
}

fn member(spot: CompactLocation, readers: &[Reader]) -> Member {
    let location = spot.location();
    let reader = readers.get(location.source.0 as usize);
    Member {
        path: reader.map_or_else(String::new, |reader| printable_path(&reader.input.name)),
        line: location.start.line,
        record: spot.record(),
        unit: reader.map_or(Unit::Line, |reader| Unit::of(&reader.input)),
    }
}
