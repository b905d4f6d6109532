//! Flags examples and turns that exceed the target's token limits.
//!
//! Without the target's own tokenizer the count is an estimate, and a finding is never an error.
//! With it, only the texts are counted, not the chat template, so the count is a lower bound.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetLimit};
use tunelint_data::text::Text;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::{Example, Turn};
use tunelint_layouts::finding::{Consequence, Findings, Impact, Message, Severity};
use tunelint_layouts::fit::train_on_prompts;
use tunelint_layouts::provider::profile::{Profile, Unit};
use tunelint_layouts::provider::tokens::{Counter, Tokens};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("example-too-long", Level::Profile, Scope::Example);

/// Builds the check; `None` if no target limits the tokens of an example or of a turn.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut maxima: Vec<Maximum> = Vec::new();
    for profile in &context.profiles {
        for what in ["example", "turn"] {
            let Some(next) = Maximum::of(what, profile, context) else {
                continue;
            };
            match maxima.iter_mut().find(|known| known.is_same(&next)) {
                Some(known) => known.limit.targets.extend(next.limit.targets),
                None => maxima.push(next),
            }
        }
    }
    (!maxima.is_empty()).then(|| Check::example(ExampleTooLong { maxima }))
}

/// A token limit, and the counter for it. Equal limits of several targets are one.
struct Maximum {
    /// `example` or `turn`.
    what: &'static str,
    /// Whether it is about prompts: data with responses is not what the target trains on.
    of_prompts: bool,
    limit: TargetLimit,
    counter: Counter,
}

impl Maximum {
    fn of(what: &'static str, profile: &Arc<Profile>, context: &RuleContext) -> Option<Self> {
        let limit = profile.limit(what)?;
        (limit.unit == Unit::Tokens).then(|| Self {
            what,
            of_prompts: train_on_prompts(std::iter::once(profile.as_ref())),
            limit: TargetLimit {
                limit: limit.clone(),
                targets: vec![profile.name.clone()],
            },
            counter: Counter::new(context.tokenizer.as_ref(), Some(profile)),
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        let (one, two) = (&self.limit.limit, &other.limit.limit);
        let key = |of: &Self| (of.what, of.of_prompts);
        key(self) == key(other)
            && (one.value, one.effect) == (two.value, two.effect)
            && self.counter.is_same(&other.counter)
    }

    /// Reports `turns`, located at `span`, if together they exceed the limit.
    fn check(&self, turns: &[Turn<'_>], span: Span, seen: &Example<'_>, findings: &mut Findings) {
        // Most examples are so short that their size in bytes rules out a finding.
        let bytes: u64 = turns.iter().map(Turn::bytes).sum();
        let limit = &self.limit.limit;
        if self.counter.most(bytes) <= limit.value {
            return;
        }
        let texts = turns.iter().flat_map(|turn| &turn.texts);
        let tokens = self.counter.count(texts.map(Text::as_str));
        if tokens.about <= limit.value {
            return;
        }
        let impact = self.impact(tokens);
        findings.report(seen.record.at(span), impact, || self.message(tokens));
    }

    /// The impact of so many tokens. An estimate is at most a warning, and counts against the data
    /// only if its lower end exceeds the limit.
    fn impact(&self, tokens: Tokens) -> Impact<'_> {
        let impact = self.limit.impact();
        if self.is_exact(tokens) {
            return impact;
        }
        match tokens.low > self.limit.limit.value {
            true => impact.at_most(Severity::Warning),
            false => impact
                .at_most(Severity::Warning)
                .consequence(Consequence::Quality),
        }
    }

    /// Whether `tokens` is exact: there is a tokenizer, and it could encode every text.
    fn is_exact(&self, tokens: Tokens) -> bool {
        self.counter.is_exact() && tokens.is_exact()
    }

    fn message(&self, tokens: Tokens) -> Message {
        if self.is_exact(tokens) {
            return self
                .limit
                .exceeded(self.what, tokens.about)
                .help("shorten it, or split it");
        }
        let help = if self.counter.is_exact() {
            "shorten it, or pass a tokenizer that can encode all of its text"
        } else {
            "shorten it, or count its tokens exactly with `--tokenizer FILE`"
        };
        Message::new(format!(
            "{} has about {} tokens (estimated from characters: {} to {}): {}",
            if self.what == "turn" {
                "message"
            } else {
                self.what
            },
            grouped(tokens.about),
            grouped(tokens.low),
            grouped(tokens.high),
            self.limit.effect_on(self.what)
        ))
        .help(help)
    }
}

struct ExampleTooLong {
    maxima: Vec<Maximum>,
}

impl ExampleRule for ExampleTooLong {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let concerns = |of: &&Maximum| !of.of_prompts || example.is_prompt_only();
        for maximum in self.maxima.iter().filter(concerns) {
            if maximum.what == "example" {
                let span = example.record.span();
                maximum.check(&example.turns, span, example, findings);
                continue;
            }
            for turn in &example.turns {
                let span = turn.text_span();
                maximum.check(std::slice::from_ref(turn), span, example, findings);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{limit, record, reported, turn};
    use tunelint_layouts::example::Role;
    use tunelint_layouts::provider::tokens::{ANY, Tokenizer};

    /// Counts words, and cannot encode a question mark.
    #[derive(Debug)]
    struct Words;

    impl Tokenizer for Words {
        fn count(&self, text: &str) -> Option<u64> {
            (!text.contains('?')).then(|| text.split(' ').count() as u64)
        }
    }

    fn of_words(what: &'static str) -> Maximum {
        Maximum {
            what,
            of_prompts: false,
            limit: limit(5, Unit::Tokens),
            counter: Counter::Exact(Arc::new(Words), ANY.to_owned()),
        }
    }

    fn check(what: &'static str, texts: &[&str]) -> Vec<String> {
        let turns = texts.iter().map(|text| turn(Role::Model, text)).collect();
        let example = Example::new(record(1), turns);
        let maxima = vec![of_words(what)];
        reported(|findings| ExampleTooLong { maxima }.check(&example, findings))
    }

    #[test]
    fn a_length_at_the_limit_is_accepted() {
        assert!(check("example", &["one two three", "four five"]).is_empty());
        assert_eq!(
            check("example", &["one two three", "four five six"]),
            ["error: example has 6 tokens, 1 too many: t accepts at most 5 tokens"]
        );
    }

    #[test]
    fn turns_are_measured_one_by_one() {
        assert!(check("turn", &["one two three", "four five six"]).is_empty());
        assert_eq!(
            check("turn", &["one two three four five six seven", "eight"]),
            ["error: message has 7 tokens, 2 too many: t accepts at most 5 tokens"]
        );
    }

    #[test]
    fn a_partly_estimated_length_is_not_an_error() {
        let found = check("example", &["one two three four five", "six seven eight?"]);
        let [found] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert!(found.starts_with("warning: example has about "), "{found}");
        let tokens = Tokens {
            about: 1_200,
            low: 900,
            high: 1_500,
        };
        let message = of_words("turn").message(tokens);
        assert_eq!(
            message.text(),
            "message has about 1,200 tokens (estimated from characters: 900 to 1,500): t accepts at most 5 tokens"
        );
        assert_eq!(
            message.advice(),
            Some("shorten it, or pass a tokenizer that can encode all of its text")
        );
    }

    #[test]
    fn limits_are_the_same_only_if_they_count_alike() {
        let estimated = Maximum {
            counter: Counter::Estimate(ANY.to_owned()),
            ..of_words("turn")
        };
        assert!(of_words("turn").is_same(&of_words("turn")));
        assert!(!of_words("turn").is_same(&of_words("example")));
        assert!(!of_words("turn").is_same(&estimated));
    }
}
