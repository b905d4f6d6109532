//! What each of several targets would make of the data.

use std::collections::BTreeMap;

use tunelint_data::text::position::SourceId;
use tunelint_layouts::finding::totals::{SourceSummary, Summary, Verdict};
use tunelint_layouts::finding::{Finding, Severity};
use tunelint_layouts::layout::{self, TrainingObjective};
use tunelint_layouts::provider::profile::{Delivery, Profile, Status};

use super::settings::target;

/// Findings by whom they hold for.
#[derive(Default)]
pub(super) struct TargetCounts {
    /// Those that name a target.
    of_target: BTreeMap<String, BTreeMap<Severity, u64>>,
    /// Those that hold for every target of a source.
    of_source: BTreeMap<SourceId, BTreeMap<Severity, u64>>,
}

impl TargetCounts {
    /// Counts a finding.
    pub(super) fn add(&mut self, finding: &Finding) {
        for target in &finding.targets {
            let counts = self.of_target.entry(target.clone()).or_default();
            *counts.entry(finding.severity).or_default() += 1;
        }
        if finding.targets.is_empty() {
            let counts = self.of_source.entry(finding.location.source).or_default();
            *counts.entry(finding.severity).or_default() += 1;
        }
    }

    /// A verdict for each target of `summary`, whose sources are those of the run in their order;
    /// none where there are not several targets.
    pub(super) fn verdicts(&self, summary: &Summary, sources: &[SourceId]) -> Vec<Verdict> {
        if summary.targets.len() < 2 {
            return Vec::new();
        }
        let profiles = summary.targets.iter().filter_map(|name| target(name).ok());
        let mut verdicts: Vec<Verdict> = profiles
            .map(|profile| {
                let meant = |(_, source): &(&SourceId, &SourceSummary)| {
                    source.targets.contains(&profile.name)
                };
                let meant = || sources.iter().zip(&summary.sources).filter(meant);
                let everyones = meant().filter_map(|(id, _)| self.of_source.get(id));
                let own = self.of_target.get(&profile.name);
                let layouts: Vec<_> = meant()
                    .map(|(_, source)| (source.container.as_str(), source.layout.as_str()))
                    .collect();
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
                    convert_to: convert_to(&profile, &layouts),
                    is_unfit: !layouts.is_empty() && fit(&profile, &layouts).is_none(),
                }
            })
            .collect();
        verdicts.sort_by_key(|verdict| (verdict.is_closed, verdict.rejects()));
        verdicts
    }
}

/// The layout that sources in `layouts` must be converted to before the target takes them.
fn convert_to(profile: &Profile, layouts: &[(&str, &str)]) -> Option<String> {
    match layouts.iter().all(|source| fits_unchanged(profile, source)) {
        true => None,
        false => fit(profile, layouts).or_else(|| profile.layouts.first().cloned()),
    }
}

/// Whether the target takes a source in this container and layout as it is.
pub fn fits_unchanged(profile: &Profile, (container, layout): &(&str, &str)) -> bool {
    profile.container == Delivery::Jsonl
        && *container == "jsonl"
        && profile.layouts.iter().any(|of| of == layout)
}

/// The first layout of the target that sources in `layouts` can be brought into: one from which the
/// same is learnt, and with room for conversations where they may hold some.
pub fn fit(profile: &Profile, layouts: &[(&str, &str)]) -> Option<String> {
    let objective = |name: &str| layout::by_name(name).map(|layout| layout.capacity().objective);
    let becomes = |from: &str, to: &str| match (objective(from), objective(to)) {
        (Some(from), Some(to)) => from == to || to == TrainingObjective::Answer,
        (None, _) => true,
        (_, None) => false,
    };
    let has_turns = |name: &str| layout::by_name(name).is_some_and(|of| of.capacity().many_turns);
    let all = |to: &&String| layouts.iter().all(|(_, from)| becomes(from, to));
    let is_roomy = |to: &&String| has_turns(to) || !layouts.iter().any(|(_, from)| has_turns(from));
    let is_alike = |to: &&String| {
        layouts
            .iter()
            .all(|(_, from)| objective(from) == objective(to))
    };
    let mut fitting = profile.layouts.iter().filter(all);
    let alike = fitting.clone().filter(is_roomy).find(is_alike);
    let roomy = alike.or_else(|| fitting.clone().find(is_roomy));
    roomy.or_else(|| fitting.next()).cloned()
}
