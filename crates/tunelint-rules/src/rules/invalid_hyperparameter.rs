//! Flags hyperparameters of a request that the provider does not know or accept.

use std::sync::Arc;

use serde_json::Number;

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::record::json::{Entry, Kind, Value};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Impact, Message};
use tunelint_layouts::provider::profile::{Delivery, Hyperparameter, Profile};
use tunelint_layouts::reader::request::is_named;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("invalid-hyperparameter", Level::Profile, Scope::Source);

/// Builds the check; `None` if no target receives a request.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut profiles = context.profiles.clone();
    profiles.retain(|profile| {
        profile.container == Delivery::Rest && !profile.hyperparameters.is_empty()
    });
    (!profiles.is_empty()).then(|| Check::source(InvalidHyperparameter { profiles }))
}

struct InvalidHyperparameter {
    profiles: Vec<Arc<Profile>>,
}

impl SourceRule for InvalidHyperparameter {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let Some(request) = source.request else {
            return;
        };
        for profile in &self.profiles {
            for entry in request.hyperparameters() {
                let Some((what, help)) = violation(profile, &entry) else {
                    continue;
                };
                let targets = std::slice::from_ref(&profile.name);
                let place = request.record.at(entry.value.span());
                findings.report(place, Impact::rejected_by(targets), || {
                    Message::new(format!("{what}: {} rejects the request", profile.name)).help(help)
                });
            }
        }
    }
}

/// What is wrong with a hyperparameter, and what to do.
fn violation(profile: &Profile, entry: &Entry<'_>) -> Option<(String, String)> {
    let name = quoted(entry.key, 40);
    let mut known = profile.hyperparameters.values();
    let Some(parameter) = known.find(|of| is_named(entry.key, &of.field)) else {
        let names = profile
            .hyperparameters
            .values()
            .map(|of| quoted(&of.field, 40));
        let names: Vec<String> = names.collect();
        let help = format!("remove it; the known ones are {}", names.join(", "));
        return Some((format!("unknown hyperparameter {name}"), help));
    };
    let why = wrong_value(parameter, entry.value)?;
    let value = quoted(entry.value.raw(), 40);
    let help = format!("{} writes: “{}”", profile.name, parameter.quote);
    Some((format!("{name} is {value}, {why}"), help))
}

fn wrong_value(parameter: &Hyperparameter, value: Value<'_>) -> Option<String> {
    match value.kind() {
        Kind::Number => {
            let number: Number = serde_json::from_str(value.raw()).ok()?;
            parameter.violation(&number)
        }
        _ => Some("expected a number".to_owned()),
    }
}
