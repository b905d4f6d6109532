//! The state of a session: its sources, its settings, and the results so far.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tunelint_data::source::Input;
use tunelint_data::text::position::SourceId;
use tunelint_layouts::finding::Counts;
use tunelint_layouts::finding::totals::Summary;
use tunelint_rules::rules::by_name;

use super::role::SourceRole;
use super::settings::{DatasetSettings, DeclaredSuppression};
use crate::run::lint::Linter;

/// Sources with the same settings, role and targets, which are checked together.
pub(super) struct CheckedDataset {
    pub(super) settings: usize,
    pub(super) role: SourceRole,
    pub(super) targets: Vec<String>,
    pub(super) linter: Linter,
    /// The findings so far.
    pub(super) counts: Counts,
    /// The records read so far; the base of the tolerated rates.
    pub(super) records: u64,
    /// Of how many inputs one was looked at by the rules that compare inputs; 1 unless these are a
    /// sample.
    pub(super) one_in: u64,
}

impl CheckedDataset {
    /// Whether a source with `targets` belongs to it.
    pub(super) fn is_of(&self, source: &SessionSource, targets: &[String]) -> bool {
        (self.settings, self.role) == (source.settings, source.role) && self.targets == targets
    }
}

/// A source to check.
#[derive(Debug, Clone)]
pub(super) struct SessionSource {
    pub(super) input: Input,
    /// The number of its settings.
    pub(super) settings: usize,
    pub(super) role: SourceRole,
}

/// The result of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The totals, the verdict of each target, and the next step.
    pub summary: Summary,
    /// Whether any finding reached [`DatasetSettings::fail_on`]. Suppressed findings and those
    /// within [`DatasetSettings::max_rates`] do not count.
    pub failed: bool,
    /// Whether every file could be read, including those that are only compared with. If not, the
    /// totals and `failed` cover the rest; each failure was passed to the observer.
    pub complete: bool,
}

/// A check of one or more datasets.
///
/// Call [`settings`](Self::settings) and [`suppression`](Self::suppression) first, then
/// [`add`](Self::add) for each source, then exactly one of [`run`](Self::run),
/// [`shard`](Self::shard) and [`merge`](Self::merge), or those for a check of partitions,
/// [`part`](Self::part), [`combine`](Self::combine) and [`conclude_rounds`](Self::conclude_rounds).
/// Nothing is opened before that.
pub struct Session {
    pub(super) settings: Vec<Arc<DatasetSettings>>,
    pub(super) sources: Vec<SessionSource>,
    /// The id of the first source: 0, except for a partition of a dataset.
    pub(super) first: u32,
    pub(super) suppressions: Vec<DeclaredSuppression>,
    pub(super) threads: usize,
    /// Bytes read since the last call of [`Observer::progress`](super::Observer::progress), as
    /// stored on disk.
    pub(super) meter: Arc<AtomicU64>,
    pub(super) datasets: Vec<CheckedDataset>,
    pub(super) summary: Summary,
    /// Whether every file so far could be read.
    pub(super) complete: bool,
    /// The number of findings that each suppression has suppressed, by its number.
    pub(super) used: BTreeMap<usize, u64>,
}

impl Session {
    /// An empty session that uses at most `threads` threads. Findings do not depend on the number.
    pub fn new(threads: usize) -> Self {
        Self {
            settings: Vec::new(),
            sources: Vec::new(),
            first: 0,
            suppressions: Vec::new(),
            threads,
            meter: Arc::default(),
            datasets: Vec::new(),
            summary: Summary::default(),
            complete: true,
            used: BTreeMap::new(),
        }
    }

    /// Adds settings and returns their number, for [`Self::add`].
    pub fn settings(&mut self, settings: DatasetSettings) -> usize {
        self.settings.push(Arc::new(settings));
        self.settings.len() - 1
    }

    /// Adds the declaration of a suppression, so that it is reported if it is expired or unused.
    /// Returns its number, for [`DatasetSettings::suppressions`]. This alone suppresses nothing:
    /// that takes an entry in [`DatasetSettings::policy`].
    pub fn suppression(&mut self, suppression: DeclaredSuppression) -> usize {
        self.suppressions.push(suppression);
        self.suppressions.len() - 1
    }

    /// Adds a source to check under the settings with the number `settings`. Returns its id in
    /// findings. A source whose settings do not exist is skipped.
    pub fn add(&mut self, mut input: Input, settings: usize, role: SourceRole) -> SourceId {
        input.meter = Some(Arc::clone(&self.meter));
        self.sources.push(SessionSource {
            input,
            settings,
            role,
        });
        SourceId(self.sources.len() as u32 - 1)
    }

    /// All inputs that findings can point to, by source id: the sources, then the files that they are
    /// compared with, then the files that declare suppressions or describe sources. Adding more changes
    /// the later ids, so call this last.
    pub fn inputs(&self) -> Vec<Input> {
        let sources = self.sources.iter();
        let mut inputs: Vec<Input> = sources.map(|of| of.input.clone()).collect();
        let compared = self.settings.iter().flat_map(|of| of.compared());
        let suppressions = self.suppressions.iter().map(|of| &of.path);
        let described = self.settings.iter();
        let described = described.flat_map(|of| of.reading.declared.paths());
        let texts = suppressions.chain(described).map(Input::path);
        for input in compared.cloned().chain(texts) {
            if !inputs.iter().any(|known| known.name == input.name) {
                inputs.push(input);
            }
        }
        inputs
    }

    /// Their names.
    pub fn names(&self) -> Vec<PathBuf> {
        let inputs = self.inputs().into_iter();
        inputs.map(|input| input.name).collect()
    }

    /// How often [`run`](Self::run) is expected to read every source, for an estimate of the time
    /// left: once more if an enabled rule needs the inferred format. Whether it applies, and whether
    /// a rule needs one more reading, is only known then.
    pub fn readings(&self) -> u64 {
        let mut enabled = self.settings.iter().flat_map(|of| &of.policy.enabled);
        let infers = |name: &&'static str| by_name(name).is_some_and(|rule| rule.meta.infers);
        1 + u64::from(enabled.any(infers))
    }

    /// The id of a file that is not a source; the first id if it is not among [`Self::names`].
    pub(super) fn id_of(&self, path: &Path) -> SourceId {
        let names = self.names();
        let at = names.iter().position(|name| name == path);
        SourceId(self.first + at.unwrap_or_default() as u32)
    }

    /// A source and its settings.
    pub(super) fn source(&self, id: SourceId) -> Option<(SessionSource, Arc<DatasetSettings>)> {
        let at = id.0.checked_sub(self.first)?;
        let source = self.sources.get(at as usize)?.clone();
        let settings = Arc::clone(self.settings.get(source.settings)?);
        Some((source, settings))
    }
}
