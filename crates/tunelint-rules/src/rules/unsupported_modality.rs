//! Media that the target does not support: any at all, too many, or outside user messages.

use crate::contract::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope, TargetFact, TargetLimit,
};
use tunelint_layouts::example::media::{self, Medium};
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Fix, Impact, Message};
use tunelint_layouts::layout;
use tunelint_layouts::provider::limit::target_sentence;
use tunelint_layouts::provider::profile::Profile;

/// The rule's metadata for the registry.
pub const META: RuleMeta =
    RuleMeta::new("unsupported-modality", Level::Profile, Scope::Example).fix(FixKind::DropsRecord);

/// Builds the rule; `None` unless a target restricts media.
pub fn build(context: &RuleContext) -> Option<Check> {
    let rule = UnsupportedModality {
        text_layouts: context
            .profiles
            .iter()
            .filter(|profile| has_text_layouts_only(profile))
            // The others say so themselves.
            .filter(|profile| !profile.requires.contains_key("text-only"))
            .map(|profile| profile.name.clone())
            .collect(),
        text_only: context.requires("text-only"),
        user_only: context.requires("media-of-user"),
        max: ["images", "videos"].map(|name| context.limits(name)),
    };
    let is_empty = rule.text_layouts.is_empty()
        && rule.text_only.is_empty()
        && rule.user_only.is_empty()
        && rule.max.iter().all(Vec::is_empty);
    (!is_empty).then(|| Check::example(rule))
}

/// Whether none of the profile's layouts can hold anything but text.
fn has_text_layouts_only(profile: &Profile) -> bool {
    let layouts = &profile.layouts;
    let holds_media = |name: &String| {
        let layout = layout::by_name(name);
        layout.is_none_or(|layout| layout.capacity().media)
    };
    !layouts.iter().any(holds_media)
}

struct UnsupportedModality {
    /// The targets whose layouts can hold only text.
    text_layouts: Vec<String>,
    /// The targets whose profile has `text-only`.
    text_only: Vec<TargetFact>,
    /// The targets that accept media only in user messages.
    user_only: Vec<TargetFact>,
    /// The limits on images, and on videos.
    max: [Vec<TargetLimit>; 2],
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
        let remove = "replace it with a description, or remove the record";
        if !self.text_layouts.is_empty() {
            findings.report(place, Impact::rejected_by(&self.text_layouts), || {
                let accepts = target_sentence(&self.text_layouts, "accepts", "accept", "only text");
                Message::new(format!("{}: {accepts}", first.describe()))
                    .help(remove)
                    .fix(Fix::dropping())
            });
        }
        for fact in &self.text_only {
            findings.report(place, fact.impact(), || {
                let does = fact.describe_effect("anything other than text");
                Message::new(format!("{}: {does}", first.describe()))
                    .help(remove)
                    .fix(Fix::dropping())
            });
        }
        self.check_count(example, findings);
        self.check_role(example, findings);
    }
}

impl UnsupportedModality {
    /// Reports more media than a target accepts.
    fn check_count(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for (medium, limits) in [Medium::Image, Medium::Video].into_iter().zip(&self.max) {
            let media = example.turns.iter().flat_map(media::of_turn);
            let mut media = media.filter(|(kind, _)| *kind == medium).peekable();
            let Some((_, first)) = media.peek().copied() else {
                continue;
            };
            let count = media.count() as u64;
            let place = example.record.at(first.span);
            for limit in limits.iter().filter(|of| count > of.limit.value) {
                findings.report(place, limit.impact(), || {
                    let help = "remove some of them";
                    limit.exceeded("example", count).help(help)
                });
            }
        }
    }

    /// Reports media in assistant and system messages.
    fn check_role(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let turns = example.turns.iter();
        let mut others = turns.filter(|turn| matches!(turn.role, Role::Model | Role::System));
        let Some((turn, (medium, part))) =
            others.find_map(|turn| Some((turn, media::of_turn(turn).next()?)))
        else {
            return;
        };
        for fact in &self.user_only {
            findings.report(example.record.at(part.span), fact.impact(), || {
                let place = match turn.role {
                    Role::Model => "an assistant message",
                    _ => "the system prompt",
                };
                let does = fact.describe_effect("media outside user messages");
                Message::new(format!("{} in {place}: {does}", medium.describe()))
                    .help("move it to a user message, or remove the record")
                    .fix(Fix::dropping())
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{fact, limit, record, reported, turn};
    use tunelint_data::text::position::Span;
    use tunelint_layouts::example::{Part, PartKind, Turn};
    use tunelint_layouts::provider::profile::{self, Effect, Unit};

    fn with_media(role: Role, media: &[&'static str]) -> Turn<'static> {
        let mut turn = turn(role, "Look:");
        turn.parts = media
            .iter()
            .map(|raw| Part {
                kind: PartKind::Media,
                key: "content",
                raw,
                span: Span::at(0),
            })
            .collect();
        turn
    }

    fn check(rule: &UnsupportedModality, turns: Vec<Turn<'_>>) -> Vec<String> {
        let example = Example::new(record(1), turns);
        reported(|findings| rule.check(&example, findings))
    }

    fn rule() -> UnsupportedModality {
        UnsupportedModality {
            text_layouts: Vec::new(),
            text_only: Vec::new(),
            user_only: vec![fact(Effect::Rejects)],
            max: [vec![limit(2, Unit::Images)], vec![limit(1, Unit::Videos)]],
        }
    }

    const IMAGE: &str = "{\"type\":\"image_url\"}";
    const VIDEO: &str = "{\"type\":\"video\"}";

    #[test]
    fn images_and_videos_are_counted_separately_over_all_messages() {
        let question = with_media(Role::User, &[IMAGE, VIDEO]);
        let image = with_media(Role::User, &[IMAGE]);
        let accepted = vec![question.clone(), image.clone()];
        assert!(check(&rule(), accepted).is_empty());
        assert_eq!(
            check(&rule(), vec![question.clone(), image.clone(), image]),
            ["error: example has 3 images, 1 too many: t accepts at most 2 images"]
        );
        assert_eq!(
            check(&rule(), vec![question, with_media(Role::User, &[VIDEO])]),
            ["error: example has 2 videos, 1 too many: t accepts at most 1 video"]
        );
    }

    #[test]
    fn media_are_accepted_from_users_and_tools() {
        let of = |role| check(&rule(), vec![with_media(role, &[IMAGE])]);
        assert!(of(Role::User).is_empty() && of(Role::Tool).is_empty());
        assert_eq!(
            of(Role::Model),
            ["error: an image in an assistant message: t rejects media outside user messages"]
        );
        assert_eq!(
            of(Role::System),
            ["error: an image in the system prompt: t rejects media outside user messages"]
        );
    }

    #[test]
    fn one_layout_with_media_is_enough() {
        let of = |layouts: &[&str]| {
            let mut profile = profile::by_name("openai").unwrap().unwrap();
            profile.layouts = layouts.iter().map(|name| (*name).to_owned()).collect();
            has_text_layouts_only(&profile)
        };
        assert!(of(&["pairs"]) && of(&["pairs", "prompt-completion"]));
        assert!(!of(&["pairs", "messages"]) && !of(&["no-such-layout"]));
    }
}
