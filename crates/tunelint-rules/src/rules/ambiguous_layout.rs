//! A record with the fields of two layouts, where the target takes one.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::text::position::Span;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::layout::{self, Layout};
use tunelint_layouts::provider::limit::listed;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("ambiguous-layout", Level::Profile, Scope::Example);

/// Builds the rule, where a target says that it tells layouts by their fields.
pub fn build(context: &RuleContext) -> Option<Check> {
    // Targets read different layouts, so each is asked by itself.
    let asked = context.profiles.iter().flat_map(|profile| {
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
    let asked: Vec<_> = asked.collect();
    (!asked.is_empty()).then(|| Check::example(AmbiguousLayout { asked }))
}

struct AmbiguousLayout {
    /// The layouts that a target tells from each other, and what it does with a record that is in
    /// two of them.
    asked: Vec<(Vec<Arc<dyn Layout>>, TargetFact)>,
}

impl ExampleRule for AmbiguousLayout {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // Without a field that is left over, there is nothing to mistake it for.
        if example.extras.is_empty() {
            return;
        }
        for (layouts, fact) in &self.asked {
            // A field that is null holds nothing of another layout.
            let is_there = |name: &&str| {
                let mut extras = example.extras.iter();
                extras.any(|extra| extra.key == *name && extra.raw != "null")
            };
            let is_own = |of: &dyn Layout| of.name() == example.layout;
            let read = layouts.iter().filter(|of| {
                let meant = is_own(of.as_ref()) || of.fields().iter().any(is_there);
                meant && of.could_be(&example.record.body)
            });
            let names: Vec<String> = read.map(|of| format!("`{}`", of.name())).collect();
            if names.len() < 2 {
                continue;
            }
            let place = example.record.at(Span::new(0, 1));
            findings.report(place, fact.severity(), || {
                let does = fact.does("such a record");
                Message::new(format!(
                    "the record can be read as {}: {does}",
                    listed(&names)
                ))
                .help("keep the fields of one of them: `tunelint convert` writes no others")
                .targets(&fact.targets)
            });
        }
    }
}
