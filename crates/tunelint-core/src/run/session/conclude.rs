//! The end of a run: dataset-wide findings, unused suppressions, and the summary.

use std::io;
use std::path::PathBuf;

use tunelint_data::text::position::{Location, SourceId};
use tunelint_data::text::printable::printable_path;
use tunelint_layouts::finding::suppression::Suppression;
use tunelint_layouts::finding::{Findings, Policy};
use tunelint_rules::contract::{RuleContext, SuppressionFacts};
use tunelint_rules::rules::RuleSet;

use super::counting::{Counting, withdraw};
use super::state::{CheckedDataset, Outcome, Session};
use super::{summary, targets};
use crate::run::lint::{NotReadAgain, Observer, SourceError, check_suppression};

impl Session {
    /// Reports the findings that need all sources, and completes the summary. Called once, after
    /// the last source.
    pub(super) fn finish(mut self, observer: &mut dyn Observer) -> io::Result<Outcome> {
        let mut failed = false;
        for dataset in std::mem::take(&mut self.datasets) {
            failed |= self.conclude(dataset, observer)?;
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
        Ok(Outcome {
            summary,
            failed,
            complete: self.complete,
        })
    }

    /// Whether records could not be checked and no finding is about it: a partial check is not clean,
    /// whichever rules are off, unless no finding fails a run.
    pub(super) fn is_partial(&self) -> bool {
        let may_fail = self.settings.iter().any(|of| of.fail_on.is_some());
        may_fail && self.summary.sources.iter().any(|of| of.unchecked > 0)
    }

    /// Reports the findings about one dataset as a whole. Returns whether any finding in the
    /// dataset fails the run, including those reported before.
    fn conclude(
        &mut self,
        dataset: CheckedDataset,
        observer: &mut dyn Observer,
    ) -> io::Result<bool> {
        let CheckedDataset {
            settings,
            targets,
            linter,
            mut counts,
            records,
            ..
        } = dataset;
        let names = self.names();
        let mut counting = Counting::new(observer, &self.meter);
        let concluded = match linter.finish(&mut counting) {
            Ok(concluded) => concluded,
            Err(error) => {
                let has_failed = counting.failed;
                let NotReadAgain { name, error } = error.downcast()?;
                if has_failed {
                    return Err(error);
                }
                observer.unreadable(&SourceError::Read(name, error));
                self.complete = false;
                return Ok(false);
            }
        };
        summary::name_task(&concluded.inferred, &targets, &mut self.summary);
        let mut accepted = counting.accepted;
        for (source, mut found) in concluded.counts {
            withdraw(&mut accepted, source, &mut found);
            counts.merge(&found);
            self.summary.counts.merge(&found);
            let path = names
                .get(source.0 as usize)
                .map(|name| printable_path(name));
            let mut sources = self.summary.sources.iter_mut();
            if let Some(of) = sources.find(|of| Some(&of.path) == path.as_ref()) {
                of.counts.merge(&found);
            }
        }
        for name in targets {
            if !self.summary.targets.contains(&name) {
                self.summary.targets.push(name);
            }
        }
        let Some(of) = self.settings.get(settings).cloned() else {
            return Ok(false);
        };
        for (suppression, times) in counts.suppressed() {
            if let Suppression::Listed(index) = suppression
                && let Some(number) = of.suppressions.get(*index)
            {
                *self.used.entry(*number).or_default() += times;
            }
        }
        let tolerated = summary::tolerated(&counts, &of, records);
        summary::note_tolerated(&tolerated, &mut self.summary);
        Ok(summary::fails(&counts, of.fail_on, &tolerated))
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
