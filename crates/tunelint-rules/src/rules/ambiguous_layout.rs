//! Flags records that match several layouts, where the target detects the layout by its fields.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::text::position::Span;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::layout::{self, Layout};
use tunelint_layouts::provider::limit::listed;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("ambiguous-layout", Level::Profile, Scope::Example);

/// Builds the check; `None` if no target detects layouts by their fields.
pub fn build(context: &RuleContext) -> Option<Check> {
    // Targets accept different layouts, so each target has its own list.
    let ambiguous = context.profiles.iter().flat_map(|profile| {
        let fact = profile.requires.get("one-layout");
        let facts = TargetFact::of(fact.map(|fact| (profile.name.as_str(), fact)).into_iter());
        facts.into_iter().map(|fact| {
            let mut names: Vec<&String> = profile.layouts.iter().collect();
            names.sort_unstable();
            let compared = names.into_iter().filter(|name| fact.is_of(name));
            let layouts = compared.filter_map(|name| layout::by_name(name));
            (layouts.collect(), fact)
        })
    });
    let layouts_by_target: Vec<_> = ambiguous.collect();
    (!layouts_by_target.is_empty()).then(|| Check::example(AmbiguousLayout { layouts_by_target }))
}

struct AmbiguousLayout {
    /// The layouts that a target chooses between, and what it does with a record that matches two.
    layouts_by_target: Vec<(Vec<Arc<dyn Layout>>, TargetFact)>,
}

impl ExampleRule for AmbiguousLayout {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // Without extra fields the record cannot match another layout.
        if example.extras.is_empty() {
            return;
        }
        for (layouts, fact) in &self.layouts_by_target {
            // A null field does not count toward another layout.
            let is_present = |name: &&str| {
                let mut extras = example.extras.iter();
                extras.any(|extra| extra.key == *name && extra.raw != "null")
            };
            let is_own = |of: &dyn Layout| of.name() == example.layout;
            let matching = layouts.iter().filter(|of| {
                let is_candidate = is_own(of.as_ref()) || of.fields().iter().any(is_present);
                is_candidate && of.could_be(&example.record.body)
            });
            let names: Vec<String> = matching.map(|of| format!("`{}`", of.name())).collect();
            if names.len() < 2 {
                continue;
            }
            let place = example.record.at(Span::new(0, 1));
            findings.report(place, fact.impact(), || {
                let does = fact.describe_effect("such records");
                Message::new(format!(
                    "record matches the layouts {}: {does}",
                    listed(&names)
                ))
                .help("keep one layout, for example with `--from` and `--to` of `tunelint convert`")
            });
        }
    }
}
