//! Verdicts: whether each target would accept the data, and what it must be converted to otherwise.

use std::path::Path;

use tunelint_layouts::finding::totals::{SourceSummary, Summary, Verdict};
use tunelint_layouts::finding::{Consequence, Severity};
use tunelint_layouts::fit::{convert_command, fit, fits_unchanged};
use tunelint_layouts::provider::faults::{SourceForm, consequence};
use tunelint_layouts::provider::profile::{Profile, Status};
use tunelint_rules::rules;

use super::settings::target;

/// A verdict for each target of `summary`: services that are open first, and among them those that
/// accept the data.
pub(super) fn verdicts(summary: &Summary) -> Vec<Verdict> {
    let profiles = summary.targets.iter().filter_map(|name| target(name).ok());
    let mut verdicts: Vec<Verdict> = profiles
        .map(|profile| verdict(&profile, &summary.sources))
        .collect();
    verdicts.sort_by_key(|verdict| (verdict.is_closed, !verdict.accepted()));
    verdicts
}

/// The verdict of one target on those of `sources` that were checked for it.
fn verdict(profile: &Profile, sources: &[SourceSummary]) -> Verdict {
    let is_for = |source: &&SourceSummary| source.targets.contains(&profile.name);
    let sources: Vec<&SourceSummary> = sources.iter().filter(is_for).collect();
    let mut verdict = Verdict {
        target: profile.name.clone(),
        is_closed: profile.status == Status::Closed,
        ..Verdict::default()
    };
    let counts = sources.iter().flat_map(|source| {
        let form = SourceForm {
            layout: &source.layout,
            container: &source.container,
        };
        source
            .counts
            .by_impact()
            .iter()
            .map(move |count| (form, count))
    });
    for (form, count) in counts {
        if !count.targets.is_empty() && !count.targets.contains(&profile.name) {
            continue;
        }
        let number = count.number + count.joined;
        *match count.severity {
            Severity::Error => &mut verdict.errors,
            Severity::Warning => &mut verdict.warnings,
            Severity::Advice => &mut verdict.advice,
        } += number;
        let usual = || rules::by_name(count.rule).map(|of| consequence(&of.meta, profile, form));
        match count.consequence.or_else(usual) {
            Some(Consequence::Rejected) => verdict.rejected += number,
            Some(Consequence::Skipped) => verdict.skipped += number,
            Some(Consequence::Truncated | Consequence::Misread | Consequence::Ignored) => {
                verdict.changed += number;
            }
            Some(Consequence::Quality) | None => {}
        }
    }
    // What was not checked is not known to be accepted.
    verdict.rejected += sources.iter().map(|source| source.unchecked).sum::<u64>();
    convert(profile, &sources, &mut verdict);
    verdict
}

/// Fills in the conversion that the target needs, unless it takes the sources as they are. A source
/// without a known layout needs a setting, not a conversion.
fn convert(profile: &Profile, sources: &[&SourceSummary], verdict: &mut Verdict) {
    let known = || {
        let known = |source: &&&SourceSummary| !source.layout.is_empty() && !source.will_convert;
        sources.iter().filter(known)
    };
    let unfit =
        |source: &&&SourceSummary| !fits_unchanged(profile, &source.container, &source.layout);
    let Some(first) = known().find(unfit) else {
        return;
    };
    let layouts: Vec<&str> = known().map(|source| source.layout.as_str()).collect();
    let to = fit(profile, &layouts);
    verdict.is_unfit = to.is_none();
    if to.is_some() {
        verdict.convert = Some(convert_command(
            profile,
            Path::new(&first.path),
            &first.layout,
        ));
    }
    verdict.convert_to = to.or_else(|| profile.layouts.first().cloned());
}
