//! An image, audio or file where the target trains on text, or takes fewer of them.

use crate::example::Example;
use crate::finding::{Findings, Fix, Message, Severity};
use crate::limit::say;
use crate::media::{self, Medium};
use crate::profile::Profile;
use crate::rule::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope, TargetFact, TargetLimit,
};

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("unsupported-modality", Level::Profile, Scope::Example).fix(FixKind::DropsRecord);

/// Layouts in which an example is text and nothing else.
const TEXT_ALONE: [&str; 6] = [
    "pairs",
    "prompt-completion",
    "palm",
    "alpaca",
    "text",
    "classifier",
];

/// Builds the rule, where a target says something about images.
pub fn build(context: &RuleContext) -> Option<Check> {
    let rule = UnsupportedModality {
        bare: context
            .profiles
            .iter()
            .filter(|profile| is_bare(profile))
            .map(|profile| profile.name.clone())
            .collect(),
        text_only: context.requires("text-only"),
        unmixed: context.requires("no-mixed-media"),
        images: context.limits("images"),
    };
    let silent = rule.bare.is_empty()
        && rule.text_only.is_empty()
        && rule.unmixed.is_empty()
        && rule.images.is_empty();
    (!silent).then(|| Check::example(rule))
}

/// Whether none of its layouts has room for anything but text.
fn is_bare(profile: &Profile) -> bool {
    let layouts = &profile.layouts;
    layouts
        .iter()
        .all(|layout| TEXT_ALONE.contains(&layout.as_str()))
}

struct UnsupportedModality {
    /// Targets whose layouts hold text alone.
    bare: Vec<String>,
    /// Targets that say so.
    text_only: Vec<TargetFact>,
    /// Targets that take one kind of media at a time.
    unmixed: Vec<TargetFact>,
    /// How many images they take.
    images: Vec<TargetLimit>,
}

impl ExampleRule for UnsupportedModality {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        if example.turns.iter().all(|turn| turn.parts.is_empty()) {
            return;
        }
        let media = || example.turns.iter().flat_map(media::of_turn);
        let Some((first, part)) = media().next() else {
            return;
        };
        let place = example.record.at(part.span);
        let remove = "describe it in words, or remove the record";
        if !self.bare.is_empty() {
            findings.report(place, Severity::Error, || {
                let takes = say(&self.bare, "takes", "take", "text alone");
                Message::new(format!("there is {}: {takes}", first.describe()))
                    .help(remove)
                    .fix(Fix::dropping())
                    .targets(&self.bare)
            });
        }
        for fact in &self.text_only {
            findings.report(place, fact.severity(), || {
                let does = fact.does("anything but text");
                Message::new(format!("there is {}: {does}", first.describe()))
                    .help(remove)
                    .fix(Fix::dropping())
                    .targets(&fact.targets)
            });
        }
        let images = media().filter(|(kind, _)| *kind == Medium::Image).count() as u64;
        for limit in self.images.iter().filter(|of| images > of.limit.value) {
            findings.report(place, limit.limit.severity(false), || {
                limit
                    .exceeded("example", images)
                    .help("leave some of them out")
            });
        }
        if let Some((other, part)) = media().find(|(kind, _)| *kind != first) {
            for fact in &self.unmixed {
                findings.report(example.record.at(part.span), fact.severity(), || {
                    let (one, two) = (first.describe(), other.describe());
                    let does = fact.does("media of two kinds");
                    Message::new(format!("there is {one}, and {two}: {does}"))
                        .help("keep one of the two kinds in the whole set")
                        .targets(&fact.targets)
                });
            }
        }
    }
}
