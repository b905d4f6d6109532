//! An image, audio or file where the target trains on text, or takes fewer of them.

use crate::contract::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope, TargetFact, TargetLimit,
};
use tunelint_layouts::example::media::{self, Medium};
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};
use tunelint_layouts::layout;
use tunelint_layouts::provider::limit::say;
use tunelint_layouts::provider::profile::Profile;

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("unsupported-modality", Level::Profile, Scope::Example).fix(FixKind::DropsRecord);

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
        of_user: context.requires("media-of-user"),
        most: ["images", "videos"].map(|name| context.limits(name)),
    };
    let silent = rule.bare.is_empty()
        && rule.text_only.is_empty()
        && rule.of_user.is_empty()
        && rule.most.iter().all(Vec::is_empty);
    (!silent).then(|| Check::example(rule))
}

/// Whether none of its layouts has room for anything but text.
fn is_bare(profile: &Profile) -> bool {
    let layouts = &profile.layouts;
    let holds_media = |name: &String| {
        let layout = layout::by_name(name);
        layout.is_none_or(|layout| layout.capacity().media)
    };
    !layouts.iter().any(holds_media)
}

struct UnsupportedModality {
    /// Targets whose layouts hold text alone.
    bare: Vec<String>,
    /// Targets that say so.
    text_only: Vec<TargetFact>,
    /// Targets that take media in turns of the user alone.
    of_user: Vec<TargetFact>,
    /// How many images they take, and how many videos.
    most: [Vec<TargetLimit>; 2],
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
        self.count(example, findings);
        self.place(example, findings);
    }
}

impl UnsupportedModality {
    /// Speaks of more than a target takes.
    fn count(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for (medium, limits) in [Medium::Image, Medium::Video].into_iter().zip(&self.most) {
            let media = example.turns.iter().flat_map(media::of_turn);
            let mut media = media.filter(|(kind, _)| *kind == medium).peekable();
            let Some((_, first)) = media.peek().copied() else {
                continue;
            };
            let there = media.count() as u64;
            let place = example.record.at(first.span);
            for limit in limits.iter().filter(|of| there > of.limit.value) {
                findings.report(place, limit.limit.severity(false), || {
                    let help = "leave some of them out";
                    limit.exceeded("example", there).help(help)
                });
            }
        }
    }

    /// Speaks of media that the model, or the system text, is to have.
    fn place(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let turns = example.turns.iter();
        let mut others = turns.filter(|turn| matches!(turn.role, Role::Model | Role::System));
        let Some((turn, (medium, part))) =
            others.find_map(|turn| Some((turn, media::of_turn(turn).next()?)))
        else {
            return;
        };
        for fact in &self.of_user {
            findings.report(example.record.at(part.span), fact.severity(), || {
                let place = match turn.role {
                    Role::Model => "a turn of the model",
                    _ => "the system text",
                };
                let does = fact.does("media that are not in a turn of the user");
                Message::new(format!("there is {} in {place}: {does}", medium.describe()))
                    .help("let the user show it, or remove the record")
                    .fix(Fix::dropping())
                    .targets(&fact.targets)
            });
        }
    }
}
