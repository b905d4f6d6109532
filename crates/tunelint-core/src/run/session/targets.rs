//! Verdicts: whether each of several targets would accept the data, and in which layout.

use std::collections::BTreeMap;

use tunelint_data::text::position::SourceId;
use tunelint_layouts::finding::totals::{SourceSummary, Summary, Verdict};
use tunelint_layouts::finding::{Finding, Severity};
use tunelint_layouts::layout::{self, TrainingObjective};
use tunelint_layouts::provider::profile::{Delivery, Profile, Status};

use super::settings::target;

/// The number of findings by severity, for each target they apply to.
#[derive(Default)]
pub(super) struct TargetCounts {
    /// Findings that name their targets.
    of_target: BTreeMap<String, BTreeMap<Severity, u64>>,
    /// Findings that apply to every target of their source.
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

    /// A verdict for each target of `summary`: services that are open first, and among them those
    /// that accept the data. Empty if there are fewer than two targets. `sources` are the ids of
    /// `summary.sources`, in the same order.
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
                let shared = meant().filter_map(|(id, _)| self.of_source.get(id));
                let own = self.of_target.get(&profile.name);
                let layouts: Vec<_> = meant()
                    .map(|(_, source)| (source.container.as_str(), source.layout.as_str()))
                    .collect();
                let count = |severity| {
                    let counts = shared.clone().chain(own);
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

/// The layout that the sources must be converted to before the target accepts them; `None` if it
/// accepts them as they are. `layouts` are pairs of container and layout.
fn convert_to(profile: &Profile, layouts: &[(&str, &str)]) -> Option<String> {
    match layouts.iter().all(|source| fits_unchanged(profile, source)) {
        true => None,
        false => fit(profile, layouts).or_else(|| profile.layouts.first().cloned()),
    }
}

/// Whether the target accepts a source in this container and layout without conversion.
pub fn fits_unchanged(profile: &Profile, (container, layout): &(&str, &str)) -> bool {
    profile.container == Delivery::Jsonl
        && *container == "jsonl"
        && profile.layouts.iter().any(|of| of == layout)
}

/// The layout of the target that sources in `layouts` (pairs of container and layout) should be
/// converted to; `None` if no layout fits all of them.
///
/// Every source must keep its training objective or become supervised fine-tuning data. Among the
/// layouts that allow that, the first that holds several turns, if any source may have them, and
/// keeps every objective is preferred; the next best only holds the turns.
pub fn fit(profile: &Profile, layouts: &[(&str, &str)]) -> Option<String> {
    let objective = |name: &str| layout::by_name(name).map(|layout| layout.capacity().objective);
    let converts = |from: &str, to: &str| match (objective(from), objective(to)) {
        (Some(from), Some(to)) => from == to || to == TrainingObjective::Answer,
        (None, _) => true,
        (_, None) => false,
    };
    let has_turns = |name: &str| layout::by_name(name).is_some_and(|of| of.capacity().many_turns);
    let all = |to: &&String| layouts.iter().all(|(_, from)| converts(from, to));
    let holds_turns =
        |to: &&String| has_turns(to) || !layouts.iter().any(|(_, from)| has_turns(from));
    let keeps_objective = |to: &&String| {
        layouts
            .iter()
            .all(|(_, from)| objective(from) == objective(to))
    };
    let mut fitting = profile.layouts.iter().filter(all);
    let preferred = fitting.clone().filter(holds_turns).find(keeps_objective);
    let next_best = preferred.or_else(|| fitting.clone().find(holds_turns));
    next_best.or_else(|| fitting.next()).cloned()
}
