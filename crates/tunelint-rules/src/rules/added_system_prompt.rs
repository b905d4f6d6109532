//! Flags files to whose system prompts the target adds text.

use crate::contract::{
    Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule, TargetFact,
};
use tunelint_data::text::position::Location;
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::provider::limit::target_sentence;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("added-system-prompt", Level::Profile, Scope::Source);

/// Builds the check, unless the data will be converted or no target adds text.
pub fn build(context: &RuleContext) -> Option<Check> {
    let facts = context.requires("added-system-prompt");
    let applies = !context.will_convert && !facts.is_empty();
    applies.then(|| Check::source(AddedSystemPrompt { facts }))
}

struct AddedSystemPrompt {
    facts: Vec<TargetFact>,
}

impl SourceRule for AddedSystemPrompt {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        let Some(layout) = reader.layout().filter(|_| reader.records() > 0) else {
            return;
        };
        for fact in self.facts.iter().filter(|fact| fact.is_of(layout.name())) {
            findings.report_at(Location::whole(reader.source), fact.impact(), || {
                let does = target_sentence(
                    &fact.targets,
                    "adds text to the system prompt",
                    "add text to the system prompt",
                    "of every record in this layout",
                );
                Message::new(does)
                    .help("send the same text to the tuned model, or convert to another layout; `tunelint profile NAME` quotes it")
            });
        }
    }
}
