//! What each of several targets would make of the data.

use std::collections::BTreeMap;

use tunelint_core::finding::{Finding, Severity};
use tunelint_core::profile::{Delivery, Profile, Status};
use tunelint_core::summary::{SourceSummary, Summary, Verdict};

use crate::commands::names;

/// Findings by whom they hold for.
#[derive(Default)]
pub(super) struct Tally {
    /// Those that name a target.
    of_target: BTreeMap<String, BTreeMap<Severity, u64>>,
    /// Those that hold for every target of a source.
    of_source: BTreeMap<u32, BTreeMap<Severity, u64>>,
}

impl Tally {
    /// Counts a finding.
    pub(super) fn add(&mut self, finding: &Finding) {
        for target in &finding.targets {
            let counts = self.of_target.entry(target.clone()).or_default();
            *counts.entry(finding.severity).or_default() += 1;
        }
        if finding.targets.is_empty() {
            let counts = self.of_source.entry(finding.location.source.0).or_default();
            *counts.entry(finding.severity).or_default() += 1;
        }
    }

    /// A verdict for each target of `summary`, whose sources are those of the run in their order;
    /// none where there are not several targets.
    pub(super) fn verdicts(&self, summary: &Summary, sources: &[u32]) -> Vec<Verdict> {
        if summary.targets.len() < 2 {
            return Vec::new();
        }
        let profiles = summary
            .targets
            .iter()
            .filter_map(|name| names::profile(name).ok());
        let mut verdicts: Vec<Verdict> = profiles
            .map(|profile| {
                let meant =
                    |(_, source): &(&u32, &SourceSummary)| source.targets.contains(&profile.name);
                let meant = || sources.iter().zip(&summary.sources).filter(meant);
                let everyones = meant().filter_map(|(id, _)| self.of_source.get(id));
                let own = self.of_target.get(&profile.name);
                let count = |severity| {
                    let counts = everyones.clone().chain(own);
                    counts.filter_map(|counts| counts.get(&severity)).sum()
                };
                Verdict {
                    target: profile.name.clone(),
                    is_closed: profile.status == Status::Closed,
                    errors: count(Severity::Error),
                    warnings: count(Severity::Warning),
                    advice: count(Severity::Advice),
                    convert_to: convert_to(&profile, meant().map(|(_, source)| source)),
                }
            })
            .collect();
        verdicts.sort_by_key(|verdict| (verdict.is_closed, verdict.rejects()));
        verdicts
    }
}

/// The layout that the sources must be converted to before the target takes them.
fn convert_to<'s>(
    profile: &Profile,
    mut sources: impl Iterator<Item = &'s SourceSummary>,
) -> Option<String> {
    let takes = |source: &SourceSummary| {
        profile.container == Delivery::Jsonl
            && source.container == "jsonl"
            && profile.layouts.contains(&source.layout)
    };
    match sources.all(takes) {
        true => None,
        false => profile.layouts.first().cloned(),
    }
}
