//! Flags requests that set two mutually exclusive settings.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Impact, Message, Severity};
use tunelint_layouts::provider::limit::target_sentence;
use tunelint_layouts::provider::profile::Delivery;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "exclusive-settings",
    Level::Fixed(Severity::Error),
    Scope::Source,
);

/// Builds the check; `None` if no target that receives a request has such settings.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut groups = Vec::new();
    let receiving = context.profiles.iter();
    for profile in receiving.filter(|of| of.container == Delivery::Rest) {
        for group in &profile.exclusive {
            let fields = group
                .iter()
                .filter_map(|name| profile.hyperparameters.get(name))
                .map(|parameter| parameter.field.clone());
            groups.push(ExclusiveFields {
                fields: fields.collect(),
                quote: profile.exclusive_quote.clone(),
                target: profile.name.clone(),
            });
        }
    }
    (!groups.is_empty()).then(|| Check::source(ExclusiveSettings { groups }))
}

struct ExclusiveSettings {
    groups: Vec<ExclusiveFields>,
}

/// Mutually exclusive fields of the request.
struct ExclusiveFields {
    fields: Vec<String>,
    /// The sentence of the provider that forbids it.
    quote: Option<String>,
    target: String,
}

impl SourceRule for ExclusiveSettings {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let Some(request) = source.request else {
            return;
        };
        for group in &self.groups {
            let set = |field: &'_ String| Some((field.clone(), request.setting(field)?));
            let mut set = group.fields.iter().filter_map(set);
            let (Some((one, _)), Some((other, value))) = (set.next(), set.next()) else {
                continue;
            };
            let targets = std::slice::from_ref(&group.target);
            let impact = Impact::rejected_by(targets);
            findings.report(request.record.at(value.span()), impact, || {
                let accepts = target_sentence(targets, "accepts", "accept", "only one of them");
                let message = Message::new(format!(
                    "{} and {} are mutually exclusive: {accepts}",
                    quoted(&one, 40),
                    quoted(&other, 40)
                ));
                match &group.quote {
                    Some(quote) => message.help(format!(
                        "remove one of them ({}: \"{quote}\")",
                        group.target
                    )),
                    None => message.help("remove one of them"),
                }
            });
        }
    }
}
