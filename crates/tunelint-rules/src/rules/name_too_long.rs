//! A name in a request body that is longer than the target allows.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::text::printable::counted;
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::provider::limit::target_sentence;
use tunelint_layouts::provider::profile::{Delivery, NameLimit};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new("name-too-long", Level::Profile, Scope::Source);

/// Builds the rule; `None` unless a target that takes a request body limits names.
pub fn build(context: &RuleContext) -> Option<Check> {
    let by_request = context.profiles.iter();
    let by_request = by_request.filter(|of| of.container == Delivery::Rest);
    let names = by_request.flat_map(|profile| {
        let limits = profile.names.values();
        limits.map(|limit| (profile.name.clone(), limit.clone()))
    });
    let names: Vec<_> = names.collect();
    (!names.is_empty()).then(|| Check::source(NameTooLong { names }))
}

struct NameTooLong {
    /// Each name with a limit, after its target.
    names: Vec<(String, NameLimit)>,
}

impl SourceRule for NameTooLong {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let Some(request) = source.request else {
            return;
        };
        for (target, limit) in &self.names {
            let Some(value) = request.setting(&limit.field) else {
                continue;
            };
            let length = value.as_str().map_or(0, |name| name.chars().count()) as u64;
            if length <= limit.max {
                continue;
            }
            let place = request.record.at(value.span());
            let targets = std::slice::from_ref(target);
            findings.report(place, limit.effect.impact(false, targets), || {
                let max = format!("at most {}", counted(limit.max, limit.unit.noun()));
                Message::new(format!(
                    "`{}` has {}: {}",
                    limit.field,
                    counted(length, limit.unit.noun()),
                    target_sentence(targets, "accepts", "accept", &max)
                ))
                .help(format!(
                    "shorten it; {target} documents: \"{}\"",
                    limit.quote
                ))
            });
        }
    }
}
