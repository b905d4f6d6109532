//! What a session holds: sources, settings, and what has come of them so far.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tunelint_data::source::Input;
use tunelint_data::text::position::SourceId;
use tunelint_layouts::finding::Counts;
use tunelint_layouts::finding::totals::Summary;

use super::settings::{DatasetSettings, DeclaredSuppression};
use super::targets::TargetCounts;
use crate::run::lint::Linter;

/// What a source is in its dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceRole {
    /// Its examples are trained on.
    Training,
    /// The result is judged by its examples.
    Validation,
}

/// Sources that are checked together.
pub(super) struct CheckedDataset {
    pub(super) settings: usize,
    pub(super) role: SourceRole,
    pub(super) targets: Vec<String>,
    pub(super) linter: Linter,
    /// What was found in it, and in how many records.
    pub(super) counts: Counts,
    pub(super) records: u64,
}

/// A source that is to be checked.
#[derive(Debug, Clone)]
pub(super) struct SessionSource {
    pub(super) input: Input,
    /// Which settings hold for it.
    pub(super) settings: usize,
    pub(super) role: SourceRole,
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The totals, the verdict of each target, and the next step.
    pub summary: Summary,
    /// Whether something was found at or above the severity that fails the run.
    pub failed: bool,
    /// Whether every file could be read.
    pub complete: bool,
}

/// Sources and settings, on their way through a check.
pub struct Session {
    pub(super) settings: Vec<Arc<DatasetSettings>>,
    pub(super) sources: Vec<SessionSource>,
    pub(super) suppressions: Vec<DeclaredSuppression>,
    pub(super) threads: usize,
    /// Bytes that were read, as they stand on disk, since the observer was last told.
    pub(super) meter: Arc<AtomicU64>,
    pub(super) datasets: Vec<CheckedDataset>,
    pub(super) summary: Summary,
    pub(super) targets: TargetCounts,
    /// Whether every file could be read.
    pub(super) complete: bool,
    /// The sources that were checked, in the order of the summary.
    pub(super) checked: Vec<SourceId>,
    /// How many findings each suppression has suppressed.
    pub(super) used: BTreeMap<usize, u64>,
}

impl Session {
    /// An empty session, whose work runs on at most `threads` threads.
    pub fn new(threads: usize) -> Self {
        Self {
            settings: Vec::new(),
            sources: Vec::new(),
            suppressions: Vec::new(),
            threads,
            meter: Arc::default(),
            datasets: Vec::new(),
            summary: Summary::default(),
            targets: TargetCounts::default(),
            complete: true,
            checked: Vec::new(),
            used: BTreeMap::new(),
        }
    }

    /// Adds settings; the number that sources refer to them by.
    pub fn settings(&mut self, settings: DatasetSettings) -> usize {
        self.settings.push(Arc::new(settings));
        self.settings.len() - 1
    }

    /// Adds a suppression of the settings, to be judged at the end; the number that
    /// [`DatasetSettings::suppressions`] refers to it by.
    pub fn suppression(&mut self, suppression: DeclaredSuppression) -> usize {
        self.suppressions.push(suppression);
        self.suppressions.len() - 1
    }

    /// Adds a source to be checked under the settings with that number; its id in findings.
    pub fn add(&mut self, mut input: Input, settings: usize, role: SourceRole) -> SourceId {
        input.meter = Some(Arc::clone(&self.meter));
        self.sources.push(SessionSource {
            input,
            settings,
            role,
        });
        SourceId(self.sources.len() as u32 - 1)
    }

    /// The names of all files that findings may lie in, by the numbers of the sources: those that
    /// are checked, those that are compared with, and the files of the suppressions.
    pub fn names(&self) -> Vec<PathBuf> {
        let sources = self.sources.iter();
        let mut names: Vec<PathBuf> = sources.map(|of| of.input.name.clone()).collect();
        let compared = self.settings.iter().flat_map(|of| of.compared());
        let compared = compared.map(|input| &input.name);
        let suppressions = self.suppressions.iter().map(|of| &of.path);
        for name in compared.chain(suppressions) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    pub(super) fn id_of(&self, path: &Path) -> SourceId {
        let names = self.names();
        let at = names.iter().position(|name| name == path);
        SourceId(at.unwrap_or_default() as u32)
    }
}
