//! An output that is a refusal.

use std::sync::LazyLock;

use regex::Regex;

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope};
use crate::survey::share::Share;
use tunelint_data::text::prefilter::Mark;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "refusal-output",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::dataset(RefusalOutput))
}

/// Characters at the start of an output in which a refusal is searched for.
const OPENING_CHARS: usize = 300;

/// A first person that cannot or will not do what assistants do. An apology alone does not match:
/// people who answer letters apologize too.
//
// Without Unicode's letters and word boundaries, which take most of the time to compile.
static REFUSAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i-u)(?:\A|[.!?,;:\n]\s*|\bbut |\bthat |\bmodel,? )",
        r"(?:(?:as an ai[a-z ]*, )?i(?:(?:'|(?u:’))m| am)? ?(?:can(?:'|(?u:’))?t|cannot|can not|won(?:'|(?u:’))t|will not|(?:am )?unable to|(?:am )?not able to)",
        r" (?:directly |actually |really |currently )?",
        r"(?:assist|help (?:you )?with (?:that|this|your request|such)|provide|fulfil|comply|complete (?:this|that|your)|generate|create|answer (?:that|this|your)|respond to|engage|support (?:that|this)|discuss|write (?:that|this)|participate|do that|share that|browse|access|offer)",
        r"|i(?:'|(?u:’))?m sorry,? but (?:as an ai|i don(?:'|(?u:’))t have (?:access|enough information|the ability)))",
    ))
    .ok()
});

/// A refusal that only language models write: an AI that names itself, or an apology before a
/// request that is refused as a whole.
static MODEL_REFUSAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i-u)\A\s*(?:(?:(?:i(?:'|(?u:’))?m |i am )?(?:(?:really|very|so|truly) )?sorry|(?:i )?apologi[sz]e|(?:my )?apologies|unfortunately)[,.!]? (?:but )?)?",
        r"(?:as an? (?:ai|(?:large )?language model)\b",
        r"|i(?: (?:can(?:'|(?u:’))?t|cannot|can not|won(?:'|(?u:’))t|am (?:unable|not able) to)|(?:'|(?u:’))m (?:unable|not able) to)",
        r" (?:(?:assist|help)(?: you)? with|fulfil+|comply with) (?:that|this|your request|such)\b)",
    ))
    .ok()
});

/// The share of refusals, in percent, below which each is a warning.
const RARE_PERCENT: u64 = 2;
/// Minimum number of outputs for which the share is meaningful.
const MIN_OUTPUTS: u64 = 50;

struct RefusalOutput;

impl DatasetRule for RefusalOutput {
    type Tally = Share<bool>;

    fn observe(&self, example: &Example<'_>, share: &mut Self::Tally) {
        for text in example.output_texts() {
            share.all += 1;
            if !text.has(Mark::Refusal) {
                continue;
            }
            let text_str = text.as_str();
            let end = text_str
                .char_indices()
                .nth(OPENING_CHARS)
                .map_or(text_str.len(), |(at, _)| at);
            let opening = text_str.get(..end).unwrap_or_default();
            if REFUSAL
                .as_ref()
                .is_some_and(|refusal| refusal.is_match(opening))
            {
                let is_model = MODEL_REFUSAL
                    .as_ref()
                    .is_some_and(|refusal| refusal.is_match(opening));
                // With tools, a model is meant to say what it has no tool for.
                let is_meant = has_tools(example);
                share.add(&example.record, text.span(), || is_model && !is_meant);
            }
        }
    }

    fn merge(&self, into: &mut Self::Tally, from: Self::Tally) {
        into.merge(from);
    }

    fn renumber_sources(&self, tally: &mut Self::Tally, by: u32) {
        tally.renumber_sources(by);
    }

    fn finish(&self, share: Share<bool>, findings: &mut Findings<'_>) {
        let rare = share.all >= MIN_OUTPUTS && !share.is_at_least(RARE_PERCENT);
        let more = share.more();
        let last = share.places.len().saturating_sub(1);
        for (at, (location, is_model)) in share.places.into_iter().enumerate() {
            let severity = match rare && is_model {
                true => Severity::Warning,
                false => Severity::Advice,
            };
            findings.report_at(location, severity, || {
                let more = if at == last { more.as_str() } else { "" };
                let rare = if rare { ", rare in this dataset" } else { "" };
                Message::new(format!("output is a refusal{rare}{more}")).help(
                    "write the response, or remove the record, unless the model should refuse",
                )
            });
        }
    }
}

/// Whether an example offers tools to the model.
fn has_tools(example: &Example<'_>) -> bool {
    let is_empty = |raw: &str| raw.chars().all(|c| "[]{} ".contains(c)) || raw == "null";
    let mut settings = example.settings.iter();
    settings.any(|extra| {
        matches!(extra.key, "tools" | "functions" | "toolConfig") && !is_empty(extra.raw)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{record, reported, turn};
    use tunelint_data::text::position::Span;
    use tunelint_layouts::example::Role;

    fn refuses(output: &str) -> bool {
        let mut share = Share::default();
        let example = Example::new(record(1), vec![turn(Role::Model, output)]);
        RefusalOutput.observe(&example, &mut share);
        share.have == 1
    }

    #[test]
    fn a_first_person_that_does_not_help_refuses() {
        for output in [
            "Unfortunately, I'm not able to create images.",
            "As an AI language model, I can’t browse the web.",
            "I won't participate in that.",
            "Thanks for asking, but I am unable to actually provide a diagnosis.",
            "I'm sorry, but I don't have access to your account.",
        ] {
            assert!(refuses(output), "{output}");
        }
        for output in [
            "I can't help but smile at that.",
            "I cannot wait to create it!",
            "We're sorry, but we cannot provide refunds.",
            "Sorry, you can't access it.",
            "Cats I cannot create, dogs I can.",
            "I can provide that, and I won the support of all.",
        ] {
            assert!(!refuses(output), "{output}");
        }
    }

    #[test]
    fn only_the_first_300_characters_are_searched() {
        let after = |chars: usize| refuses(&format!("{}. I cannot assist", "é".repeat(chars)));
        assert!(after(283) && !after(284));
    }

    #[test]
    fn an_unmistakable_refusal_is_that_of_a_model() {
        let is_model = |text| MODEL_REFUSAL.as_ref().unwrap().is_match(text);
        for text in [
            "As an AI language model, I can't browse the web.",
            "I'm sorry, but I can't assist with that.",
            "I’m sorry, but I cannot fulfill this request.",
            "Sorry, I can't help with that request.",
            "I apologize, but as an AI I have no opinion.",
            "I cannot comply with your request.",
            "I'm sorry, but I'm unable to assist with that.",
            "I'm unable to assist with that request.",
            "I’m not able to help with that.",
            "I'm sorry, but I'm not able to help you with that.",
            "I'm really sorry, but I can't assist with that.",
        ] {
            assert!(is_model(text), "{text}");
        }
        for text in [
            "I'm not able to create images.",
            "I cannot provide that number.",
            "Sorry, I can't help you with the move on Sunday.",
            "He said: I can't assist with that.",
            "I can't help this feeling.",
        ] {
            assert!(!is_model(text), "{text}");
        }
    }

    #[test]
    fn a_rare_refusal_of_a_model_is_a_warning() {
        let report = |all, is_model| {
            let mut share = Share {
                all,
                ..Share::default()
            };
            share.add(&record(1), Span::at(0), || is_model);
            reported(|findings| RefusalOutput.finish(share, findings))
        };
        assert_eq!(report(50, true), ["advice: output is a refusal"]);
        assert_eq!(
            report(51, false),
            ["advice: output is a refusal, rare in this dataset"]
        );
        assert_eq!(
            report(51, true),
            ["warning: output is a refusal, rare in this dataset"]
        );
    }
}
