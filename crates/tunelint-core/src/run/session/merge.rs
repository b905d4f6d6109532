//! Finishes a sharded check from the parts that the shards wrote.

use std::fmt;
use std::io;

use tunelint_data::text::position::SourceId;
use tunelint_data::text::printable::counted;
use tunelint_layouts::finding::totals::SourceSummary;
use tunelint_layouts::reader::Reader;
use tunelint_rules::rules::by_name;

use super::settings::{DatasetSettings, UnknownTarget, target};
use super::state::{Outcome, Session};
use super::summary;
use crate::run::lint::{Observer, SourceError};
use crate::run::rounds::RoundError;
use crate::run::shard::{PartSource, ShardPart};

/// Why parts cannot be merged.
#[derive(Debug)]
pub enum MergeError {
    /// The tallies of the part with this index cannot be decoded.
    Damaged(usize),
    /// The parts of a check of partitions do not fit together.
    Rounds(RoundError),
    /// A part was checked for a target that this version does not have.
    Target(UnknownTarget),
    /// A file of a shard exists but cannot be opened.
    Source(SourceError),
    /// An error from the observer or from reading.
    Io(io::Error),
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(number) => write!(f, "part {} is truncated or damaged", number + 1),
            Self::Rounds(error) => error.fmt(f),
            Self::Target(error) => error.fmt(f),
            Self::Source(_) => f.write_str("cannot open a file of a shard"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MergeError {}

impl From<RoundError> for MergeError {
    fn from(error: RoundError) -> Self {
        Self::Rounds(error)
    }
}

impl From<io::Error> for MergeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Session {
    /// Finishes a sharded check. The findings are those that a single run over all shards would
    /// report about the dataset as a whole; findings about single examples were reported by the
    /// shards.
    ///
    /// The session must have the sources of all parts, in the same order, and the same settings;
    /// the caller must have made sure that all parts come from the same check. Rules that compare
    /// every example with the inferred format read the files again. Files that no longer exist are
    /// left out of that, with a note in the summary.
    ///
    /// # Errors
    /// A damaged part, an unknown target, a file that cannot be opened, or an error from reading or
    /// from `observer`.
    pub fn merge(
        mut self,
        parts: &[ShardPart],
        observer: &mut dyn Observer,
    ) -> Result<Outcome, MergeError> {
        let mut first = 0;
        let mut absent = 0;
        for (number, part) in parts.iter().enumerate() {
            for (index, source) in part.sources.iter().enumerate() {
                let id = SourceId(first + index as u32);
                absent += u64::from(!self.revisit(id, source, observer)?);
            }
            if let Some(dataset) = self.datasets.last_mut() {
                let merged = dataset.linter.merge_part(part, first);
                merged.map_err(|_| MergeError::Damaged(number))?;
            }
            first += part.sources.len() as u32;
        }
        if absent > 0 {
            self.summary.notes.push(format!(
                "{} unavailable: not compared with the inferred format",
                counted(absent, "file")
            ));
        }
        Ok(self.finish(observer)?)
    }

    /// Adds the totals of a source that a shard has checked. Returns whether its file exists, so
    /// that it can be read again.
    fn revisit(
        &mut self,
        id: SourceId,
        of_part: &PartSource,
        observer: &mut dyn Observer,
    ) -> Result<bool, MergeError> {
        let Some((source, settings)) = self.source(id) else {
            return Ok(false);
        };
        let at = self.dataset_for(id, of_part.targets(), observer)?;
        self.add_stored(at, of_part, &settings);
        let Some(dataset) = self.datasets.get_mut(at) else {
            return Ok(false);
        };
        let here = source.input.stamp().is_some();
        if here {
            let reader =
                Reader::open(id, source.input.clone(), &settings.reading()).map_err(|error| {
                    MergeError::Source(SourceError::Open(of_part.path.clone(), error))
                })?;
            dataset.linter.revisit(&reader);
        }
        Ok(here)
    }

    /// The index of the dataset of a source that was checked elsewhere, for `targets`.
    pub(super) fn dataset_for(
        &mut self,
        id: SourceId,
        targets: &[String],
        observer: &mut dyn Observer,
    ) -> Result<usize, MergeError> {
        let Some((source, settings)) = self.source(id) else {
            return Ok(self.datasets.len());
        };
        let known = self
            .datasets
            .iter()
            .position(|of| of.is_of(&source, targets));
        if let Some(known) = known {
            return Ok(known);
        }
        let profiles: Result<Vec<_>, _> = targets.iter().map(|name| target(name)).collect();
        let profiles = profiles.map_err(MergeError::Target)?;
        for profile in profiles.iter().filter(|_| !settings.every_target) {
            summary::note_status(profile, &mut self.summary);
        }
        let at = self.dataset(&source, &settings, &profiles, observer);
        at.map_err(MergeError::Source)
    }

    /// Adds the totals of a source that was checked elsewhere.
    pub(super) fn add_stored(
        &mut self,
        dataset: usize,
        source: &PartSource,
        settings: &DatasetSettings,
    ) {
        let summary = source.summary(|rule| self.rule_name(rule));
        let task = settings.context.task;
        self.add_totals(
            dataset,
            SourceSummary {
                will_convert: settings.converts(),
                task: task.map(|task| (task.as_str().to_owned(), false)),
                ..summary
            },
        );
    }

    /// The name of a rule that runs in this session, which lives as long as the program.
    pub(super) fn rule_name(&self, name: &str) -> Option<&'static str> {
        let mut enabled = self.settings.iter().map(|of| &of.policy.enabled);
        let own = || enabled.find_map(|of| of.get(name).copied());
        by_name(name).map(|of| of.meta.name).or_else(own)
    }
}
