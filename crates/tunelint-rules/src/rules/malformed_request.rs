//! Flags requests without the model to tune, or with the examples in another place than the provider
//! reads them.

use std::sync::Arc;

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::record::json::Kind;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::provider::profile::{Delivery, Fact, Profile};
use tunelint_layouts::reader::request::Request;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("malformed-request", Level::Profile, Scope::Source);

/// The longest path in a message, in characters.
const MAX_PATH: usize = 80;

/// Builds the check; `None` if no target receives a request.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut profiles = context.profiles.clone();
    profiles.retain(|profile| profile.container == Delivery::Rest);
    (!profiles.is_empty()).then(|| Check::source(MalformedRequest { profiles }))
}

struct MalformedRequest {
    profiles: Vec<Arc<Profile>>,
}

/// A violation: where it is, what is wrong, and what to do.
type Violation = (Span, String, String);

impl SourceRule for MalformedRequest {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let Some(request) = source.request else {
            return;
        };
        for profile in &self.profiles {
            let mut hold = |name: &str, violation: fn(&Request<'_>, &Fact) -> Option<Violation>| {
                let fact = profile.requires.get(name)?;
                let (span, what, help) = violation(request, fact)?;
                let targets = std::slice::from_ref(&profile.name);
                let impact = fact.effect.impact(fact.unconfirmed, targets);
                findings.report(request.record.at(span), impact, || {
                    Message::new(format!("{what}: {} rejects the request", profile.name)).help(help)
                });
                Some(())
            };
            hold("request-model", missing_model);
            hold("request-examples", misplaced_examples);
        }
    }
}

/// The violation of a request that has none of the fields with the model to tune.
fn missing_model(request: &Request<'_>, fact: &Fact) -> Option<Violation> {
    if fact.fields.iter().any(|of| request.value_at(of).is_some()) {
        return None;
    }
    let field = quoted(&request.spelled(fact.fields.first()?), MAX_PATH);
    let help = format!("add {field} with the name of the model to tune");
    Some((Span::new(0, 1), format!("no {field}"), help))
}

/// The violation of a request whose list of examples is elsewhere. A request without a list has no
/// records, which is another finding.
fn misplaced_examples(request: &Request<'_>, fact: &Fact) -> Option<Violation> {
    let place = fact.fields.first()?;
    if request
        .value_at(place)
        .is_some_and(|list| list.kind() == Kind::Array)
    {
        return None;
    }
    let (found, list) = request.list_of_objects()?;
    let start = list.span().start;
    let what = format!("the examples are in {}", quoted(&found, MAX_PATH));
    let place = quoted(&request.spelled(place), MAX_PATH);
    let help = format!("move the list to {place}");
    Some((Span::new(start, start + 1), what, help))
}
