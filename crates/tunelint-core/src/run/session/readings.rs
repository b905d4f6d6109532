//! Where the passes after the first come from: files that are read again, or parts of later rounds.

use std::collections::BTreeMap;
use std::io;

use tunelint_data::text::position::SourceId;

use crate::run::lint::{Linter, Observer};
use crate::run::rounds::{DatasetPart, Partition, RoundError};

/// Where the passes after the first come from.
pub(super) enum Readings {
    /// The files are read again.
    Files,
    /// They were read elsewhere.
    Rounds(LaterRounds),
}

/// The parts of later rounds.
pub(super) struct LaterRounds {
    /// By round and targets, each in the order of the partitions.
    pub(super) parts: BTreeMap<(u32, Vec<String>), Vec<DatasetPart>>,
    /// The number of sources of the session.
    pub(super) partitions: u32,
    /// The rules that run, by name.
    pub(super) names: BTreeMap<String, &'static str>,
}

impl Readings {
    /// Takes `linter` through all passes that are there. Returns whether another one is needed.
    pub(super) fn finish(
        &self,
        linter: &mut Linter,
        targets: &[String],
        observer: &mut dyn Observer,
    ) -> io::Result<bool> {
        let rounds = match self {
            Self::Files => {
                while linter.advance(observer)? {
                    linter.read_again(observer)?;
                }
                return Ok(false);
            }
            Self::Rounds(rounds) => rounds,
        };
        linter.keep_next_pass();
        let mut round = 0;
        while linter.advance(observer)? {
            round += 1;
            let Some(parts) = rounds.parts.get(&(round, targets.to_vec())) else {
                return Ok(true);
            };
            for part in parts {
                rounds.add(linter, part, observer)?;
            }
        }
        Ok(false)
    }
}

impl LaterRounds {
    fn add(
        &self,
        linter: &mut Linter,
        part: &DatasetPart,
        observer: &mut dyn Observer,
    ) -> io::Result<()> {
        let damaged = |_| io::Error::from(io::ErrorKind::InvalidData);
        linter.merge_tallies(&part.tallies, 0).map_err(damaged)?;
        let name = |rule: &str| self.names.get(rule).copied();
        for partition in &part.partitions {
            let counts = partition.source.summary(name).counts;
            linter.add_counts(SourceId(partition.index), &counts);
            replay(partition, self.partitions, name, observer)?;
        }
        Ok(())
    }

    /// Compares the partitions of each round with those of the `first` one.
    ///
    /// # Errors
    /// A partition that is missing or has other data in a later round.
    pub(super) fn compare(&self, first: &[DatasetPart]) -> Result<(), RoundError> {
        for ((round, targets), parts) in &self.parts {
            let read = parts.iter().flat_map(|of| &of.partitions);
            let read: BTreeMap<u32, &Partition> = read.map(|of| (of.index, of)).collect();
            let of_dataset = first.iter().filter(|of| of.targets == *targets);
            let expected = of_dataset.flat_map(|of| &of.partitions);
            for Partition { index, source, .. } in expected {
                let again = read.get(index);
                let again = again.ok_or(RoundError::Absent(*index, *round))?;
                if !source.has_size_of(&again.source) {
                    return Err(RoundError::Changed(*index, *round));
                }
            }
        }
        Ok(())
    }
}

/// Sends the findings of one partition to `observer`.
pub(super) fn replay(
    partition: &Partition,
    partitions: u32,
    name: impl Fn(&str) -> Option<&'static str>,
    observer: &mut dyn Observer,
) -> io::Result<()> {
    let source = SourceId(partition.index);
    for (rule, runs) in &partition.folded {
        let Some(rule) = name(rule) else { continue };
        for (first, last) in runs {
            observer.folded(rule, source, *first..=*last);
        }
    }
    for stored in &partition.findings {
        if let Some(rule) = name(&stored.rule) {
            observer.finding(stored.load(rule, partitions))?;
        }
    }
    Ok(())
}
