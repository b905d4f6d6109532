//! Finishes a sharded check from the parts that the shards wrote.

use std::fmt;
use std::io;

use tunelint_data::text::position::SourceId;
use tunelint_data::text::printable::counted;
use tunelint_layouts::finding::totals::SourceSummary;
use tunelint_layouts::reader::Reader;

use super::settings::{UnknownTarget, target};
use super::state::{Outcome, Session};
use super::summary;
use crate::run::lint::{Observer, SourceError};
use crate::run::shard::{PartSource, ShardPart};

/// Why parts cannot be merged.
#[derive(Debug)]
pub enum MergeError {
    /// The tallies of the part with this index cannot be decoded.
    Damaged(usize),
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
            Self::Target(error) => error.fmt(f),
            Self::Source(_) => f.write_str("cannot open a file of a shard"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MergeError {}

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
        let Some(source) = self.sources.get(id.0 as usize).cloned() else {
            return Ok(false);
        };
        let Some(settings) = self.settings.get(source.settings).cloned() else {
            return Ok(false);
        };
        let summary = of_part.summary();
        let profiles: Result<Vec<_>, _> = summary.targets.iter().map(|name| target(name)).collect();
        let profiles = profiles.map_err(MergeError::Target)?;
        let at = self.dataset(&source, &settings, &profiles, observer);
        let Some(dataset) = self.datasets.get_mut(at.map_err(MergeError::Source)?) else {
            return Ok(false);
        };
        dataset.counts.merge(&summary.counts);
        dataset.records += summary.records;
        self.summary.counts.merge(&summary.counts);
        self.summary.sources.push(SourceSummary {
            will_convert: settings.converts(),
            task: settings
                .context
                .task
                .map(|task| (task.as_str().to_owned(), false)),
            ..summary
        });
        for profile in &profiles {
            summary::note_status(profile, &mut self.summary);
        }
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
}
