//! Baselines: findings that were accepted, so that a check reports only new ones.
//!
//! A baseline is a text file of sorted lines, so that git can merge it. Each line is a rule, a
//! fingerprint and a count. The fingerprint is a hash of the record: it does not change when the
//! record moves, and reveals nothing of the data.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use tunelint_core::finding::Finding;
use tunelint_core::printable::printable_path;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::exit::Failure;
use crate::staged::StagedFile;
use crate::whole_file;

/// The first line.
const HEADER: &str = "# tunelint baseline 1: accepted findings as rule, fingerprint and number";

/// The size limit: about ten million findings.
const MAX_BYTES: u64 = 1 << 30;

/// The default path of a baseline.
pub const FILE: &str = "tunelint-baseline.txt";

/// The count of each finding, by rule and fingerprint.
type CountByFinding = BTreeMap<(String, u128), u64>;

/// Accepted findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    counts: CountByFinding,
}

/// A comparison of a baseline with today's findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Findings that are accepted and still occur.
    pub known: u64,
    /// Findings that are accepted and no longer occur.
    pub gone: u64,
    /// Findings that are not accepted.
    pub new: u64,
}

impl Baseline {
    /// Reads the file at `path`.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shown = printable_path(path);
        let text = whole_file::read_text(path, MAX_BYTES).map_err(|error| {
            let failure = Failure::io("read the baseline", &shown, &error);
            failure.help("create one with `tunelint baseline create`")
        })?;
        let mut baseline = Self::default();
        for (index, line) in text.lines().enumerate() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            let (key, count) = entry(line).ok_or_else(|| {
                let message = format!("{shown}:{}: invalid line in a baseline", index + 1);
                Failure::new(message)
                    .help("expected a rule, a fingerprint of 32 hexadecimal digits and a count")
            })?;
            // A merge may leave two lines for a finding that two branches accepted.
            let have = baseline.counts.entry(key).or_default();
            *have = count.max(*have);
        }
        Ok(baseline)
    }

    /// Writes it to `path`. Fails if the file exists and `replace` is false.
    pub fn write(&self, path: &Path, replace: bool) -> Result<(), Failure> {
        let write = || -> io::Result<()> {
            let mut file = StagedFile::create(path)?;
            writeln!(file, "{HEADER}")?;
            for ((rule, fingerprint), count) in &self.counts {
                writeln!(file, "{rule} {fingerprint:032x} {count}")?;
            }
            file.commit(replace)
        };
        write().map_err(|error| Failure::io("write", &printable_path(path), &error))
    }

    /// Adds a finding in the file `name`, and those that it stands for.
    pub fn add(&mut self, finding: &Finding, name: &str) {
        *self.counts.entry(key(finding, name)).or_default() += finding.count;
    }

    /// Removes a finding and those that it stands for, as far as they are accepted. Returns their
    /// number.
    pub fn take(&mut self, finding: &Finding, name: &str) -> u64 {
        let Some(count) = self.counts.get_mut(&key(finding, name)) else {
            return 0;
        };
        let taken = finding.count.min(*count);
        *count -= taken;
        taken
    }

    /// The number of accepted findings.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The findings that are in both.
    #[must_use]
    pub fn pruned(&self, today: &Self) -> Self {
        let both = self.counts.iter().filter_map(|(key, count)| {
            let current = today.counts.get(key).copied().unwrap_or(0);
            Some((key.clone(), current.min(*count))).filter(|(_, count)| *count > 0)
        });
        Self {
            counts: both.collect(),
        }
    }

    /// Compares it with today's findings.
    pub fn standing(&self, today: &Self) -> Standing {
        let known = self.pruned(today).total();
        Standing {
            known,
            gone: self.total() - known,
            new: today.total() - known,
        }
    }
}

/// What identifies a finding. The fingerprint of a finding about a whole file does not depend on
/// the file, so the file's name is added.
fn key(finding: &Finding, name: &str) -> (String, u128) {
    let fingerprint = match finding.location.record {
        Some(_) => finding.fingerprint,
        None => {
            let name = xxh3_128_with_seed(name.as_bytes(), 0);
            finding.fingerprint ^ name
        }
    };
    (finding.rule.to_owned(), fingerprint)
}

fn entry(line: &str) -> Option<((String, u128), u64)> {
    let mut words = line.split(' ');
    let (rule, fingerprint) = (words.next()?, words.next()?);
    let count = words.next()?.parse().ok()?;
    let fingerprint = Some(fingerprint).filter(|text| text.len() == 32)?;
    let fingerprint = u128::from_str_radix(fingerprint, 16).ok()?;
    words
        .next()
        .is_none()
        .then(|| ((rule.to_owned(), fingerprint), count))
}
