//! Findings that were accepted on some day: only what came after them is told.
//!
//! A baseline is lines of text, sorted, so that git can merge it: a rule, a fingerprint, and how
//! often. The fingerprint is that of the record, so it does not matter where the record stands,
//! and nothing of the data can be read from it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use tunelint_core::finding::Finding;
use tunelint_core::printable::printable_path;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::exit::Failure;
use crate::staged::StagedFile;

/// The first line.
const HEADER: &str = "# tunelint baseline 1: accepted findings as rule, fingerprint and number";

/// Where a baseline stands if nobody says otherwise.
pub const FILE: &str = "tunelint-baseline.txt";

/// How often a finding was, or is, there.
type Numbers = BTreeMap<(String, u128), u64>;

/// Accepted findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    numbers: Numbers,
}

/// How a baseline stands to today's findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Accepted and still there.
    pub known: u64,
    /// Accepted and gone.
    pub gone: u64,
    /// There and not accepted.
    pub new: u64,
}

impl Baseline {
    /// Reads the file at `path`.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shown = printable_path(path);
        let file = File::open(path).map_err(|error| {
            let failure = Failure::io("read the baseline", &shown, &error);
            failure.help("`tunelint baseline create` writes one")
        })?;
        let mut baseline = Self::default();
        for (index, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(|error| Failure::io("read", &shown, &error))?;
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            let (key, number) = entry(&line).ok_or_else(|| {
                let place = format!("{shown}:{} is no line of a baseline", index + 1);
                Failure::new(place).help("each is a rule, 32 hexadecimal digits and a number")
            })?;
            // Two branches may have accepted the same finding.
            let have = baseline.numbers.entry(key).or_default();
            *have = number.max(*have);
        }
        Ok(baseline)
    }

    /// Writes it to `path`.
    pub fn write(&self, path: &Path, replace: bool) -> Result<(), Failure> {
        let write = || -> io::Result<()> {
            let mut file = StagedFile::create(path)?;
            writeln!(file, "{HEADER}")?;
            for ((rule, fingerprint), number) in &self.numbers {
                writeln!(file, "{rule} {fingerprint:032x} {number}")?;
            }
            file.commit(replace)
        };
        write().map_err(|error| Failure::io("write", &printable_path(path), &error))
    }

    /// Adds a finding in the file called `name`.
    pub fn add(&mut self, finding: &Finding, name: &str) {
        *self.numbers.entry(key(finding, name)).or_default() += 1;
    }

    /// Takes a finding out. False if it is not, or no longer, in it.
    pub fn take(&mut self, finding: &Finding, name: &str) -> bool {
        match self.numbers.get_mut(&key(finding, name)) {
            Some(number) if *number > 0 => {
                *number -= 1;
                true
            }
            _ => false,
        }
    }

    /// How many findings are in it.
    pub fn total(&self) -> u64 {
        self.numbers.values().sum()
    }

    /// Only what is in both.
    #[must_use]
    pub fn pruned(&self, today: &Self) -> Self {
        let both = self.numbers.iter().filter_map(|(key, number)| {
            let there = today.numbers.get(key).copied().unwrap_or(0);
            Some((key.clone(), there.min(*number))).filter(|(_, number)| *number > 0)
        });
        Self {
            numbers: both.collect(),
        }
    }

    /// How it stands to today's findings.
    pub fn standing(&self, today: &Self) -> Standing {
        let known = self.pruned(today).total();
        Standing {
            known,
            gone: self.total() - known,
            new: today.total() - known,
        }
    }
}

/// What a finding is known by. One about a file as a whole is told apart by the file's name.
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
    let number = words.next()?.parse().ok()?;
    let fingerprint = Some(fingerprint).filter(|text| text.len() == 32)?;
    let fingerprint = u128::from_str_radix(fingerprint, 16).ok()?;
    words
        .next()
        .is_none()
        .then(|| ((rule.to_owned(), fingerprint), number))
}
