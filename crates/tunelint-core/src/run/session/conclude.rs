//! The end of a run: dataset-wide findings, unused suppressions, and the summary.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use tunelint_data::text::position::{Location, SourceId};
use tunelint_data::text::printable::printable_path;
use tunelint_layouts::finding::suppression::Suppression;
use tunelint_layouts::finding::{Findings, Policy};
use tunelint_rules::contract::{RuleContext, SuppressionFacts};
use tunelint_rules::rules::RuleSet;

use super::counting::{AcceptedFindings, Counting, withdraw};
use super::readings::Readings;
use super::state::{CheckedDataset, Outcome, Session};
use super::{summary, targets};
use crate::run::lint::{NotReadAgain, Observer, SourceError, check_suppression};
use crate::run::shard::NextPass;

impl Session {
    /// Reports the findings that need all sources, and completes the summary. Called once, after
    /// the last source.
    pub(super) fn finish(self, observer: &mut dyn Observer) -> io::Result<Outcome> {
        Ok(self.finish_from(&Readings::Files, observer)?.0)
    }

    /// The same, with later passes as `readings` has them. Also returns what the datasets need whose
    /// next pass is still to come: then the outcome is not complete.
    pub(super) fn finish_from(
        mut self,
        readings: &Readings,
        observer: &mut dyn Observer,
    ) -> io::Result<(Outcome, BTreeMap<Vec<String>, NextPass>)> {
        let mut failed = false;
        let mut needed = BTreeMap::new();
        for mut dataset in std::mem::take(&mut self.datasets) {
            let mut counting = Counting::new(observer, &self.meter);
            let passes = readings.finish(&mut dataset.linter, &dataset.targets, &mut counting);
            let (has_failed, accepted) = (counting.failed, counting.accepted);
            match passes {
                Ok(true) => {
                    needed.insert(dataset.targets, dataset.linter.next_pass());
                }
                Ok(false) => failed |= self.conclude(dataset, accepted),
                Err(error) => {
                    let NotReadAgain { name, error } = error.downcast()?;
                    if has_failed {
                        return Err(error);
                    }
                    observer.unreadable(&SourceError::Read(name, error));
                    self.complete = false;
                }
            }
        }
        failed |= self.report_suppressions(observer)?;
        failed |= self.is_partial();
        let mut summary = self.summary;
        summary.suppressed = summary.counts.suppressed().values().sum();
        summary.verdicts = targets::verdicts(&summary);
        if self.settings.iter().all(|of| of.context.against.is_none()) {
            summary::note_missing_target(&mut summary);
        }
        summary.next_step = summary::next_step(&summary);
        let outcome = Outcome {
            summary,
            failed,
            complete: self.complete,
        };
        Ok((outcome, needed))
    }

    /// Whether records could not be checked and no finding is about it: a partial check is not clean,
    /// whichever rules are off, unless no finding fails a run.
    pub(super) fn is_partial(&self) -> bool {
        let may_fail = self.settings.iter().any(|of| of.fail_on.is_some());
        may_fail && self.summary.sources.iter().any(|of| of.unchecked > 0)
    }

    /// Adds the findings about one dataset as a whole to the totals. Returns whether any finding in
    /// the dataset fails the run, including those reported before.
    fn conclude(&mut self, dataset: CheckedDataset, mut accepted: AcceptedFindings) -> bool {
        let CheckedDataset {
            settings,
            targets,
            linter,
            mut counts,
            records,
            one_in,
            ..
        } = dataset;
        let names = self.names();
        let concluded = linter.into_conclusion();
        summary::name_task(&concluded.inferred, &targets, &mut self.summary);
        let sources = self.summary.sources.iter().enumerate().rev();
        let by_path: BTreeMap<String, usize> =
            sources.map(|(at, of)| (of.path.clone(), at)).collect();
        for (source, mut found) in concluded.counts {
            withdraw(&mut accepted, source, &mut found);
            counts.merge(&found);
            self.summary.counts.merge(&found);
            let name = names.get(source.0 as usize);
            let at = name.and_then(|name| by_path.get(&printable_path(name)));
            if let Some(of) = at.and_then(|at| self.summary.sources.get_mut(*at)) {
                of.counts.merge(&found);
            }
        }
        for name in targets {
            if !self.summary.targets.contains(&name) {
                self.summary.targets.push(name);
            }
        }
        let Some(of) = self.settings.get(settings).cloned() else {
            return false;
        };
        for (suppression, times) in counts.suppressed() {
            if let Suppression::Listed(index) = suppression
                && let Some(number) = of.suppressions.get(*index)
            {
                *self.used.entry(*number).or_default() += times;
            }
        }
        let tolerated = summary::tolerated(&counts, &of, records, one_in);
        summary::note_tolerated(&tolerated, &mut self.summary);
        summary::fails(&counts, of.fail_on, &tolerated)
    }

    /// Reports expired and unused suppressions. Returns whether that fails the run. Must follow
    /// [`Self::conclude`] for every dataset, which counts what was suppressed.
    fn report_suppressions(&mut self, observer: &mut dyn Observer) -> io::Result<bool> {
        let mut failed = false;
        let names = self.names();
        let id_of = |path: &PathBuf| {
            let at = names.iter().position(|name| name == path);
            SourceId(at.unwrap_or_default() as u32)
        };
        let numbered: Vec<_> = self.suppressions.iter().enumerate().collect();
        for group in numbered.chunk_by(|(_, one), (_, next)| one.settings == next.settings) {
            let Some(settings) = group
                .first()
                .and_then(|(_, of)| self.settings.get(of.settings))
            else {
                continue;
            };
            let policy = Policy {
                suppressions: Default::default(),
                ..settings.policy.clone()
            };
            let rules = RuleSet::build(&policy.enabled, &RuleContext::default());
            let mut findings = Findings::new(&policy);
            for (number, of) in group {
                let enabled = policy.enabled.contains(of.rule);
                let facts = SuppressionFacts {
                    rule: of.rule,
                    reason: &of.reason,
                    location: Location::point(id_of(&of.path), of.at),
                    expired: of.expired.as_deref(),
                    unused: of.is_covered && enabled && !self.used.contains_key(number),
                };
                check_suppression(&rules, &facts, &mut findings);
            }
            let (mut counts, kept) = findings.into_parts();
            let mut counting = Counting::new(observer, &self.meter);
            for finding in kept {
                let accepted = counting.accepted(&finding);
                if let Some(finding) = finding.without_accepted(accepted) {
                    counting.finding(finding)?;
                }
            }
            for (source, counts) in &mut counts {
                counting.withdraw(*source, counts);
                self.summary.counts.merge(counts);
                failed |= summary::fails(counts, settings.fail_on, &[]);
            }
        }
        Ok(failed)
    }
}
