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
use tunelint_layouts::finding::{Findings, Message, Severity};
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
    limit: TargetLimit,
    counter: Counter,
}

impl Maximum {
    fn of(what: &'static str, profile: &Arc<Profile>, context: &RuleContext) -> Option<Self> {
        let limit = profile.limit(what)?;
        (limit.unit == Unit::Tokens).then(|| Self {
            what,
            limit: TargetLimit {
                limit: limit.clone(),
                targets: vec![profile.name.clone()],
            },
            counter: Counter::new(context.tokenizer.as_ref(), Some(profile)),
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        let (one, two) = (&self.limit.limit, &other.limit.limit);
        (self.what, one.value, one.effect) == (other.what, two.value, two.effect)
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
        let highest = if self.is_exact(tokens) {
            Severity::Error
        } else {
            Severity::Warning
        };
        let severity = limit.severity(false).min(highest);
        findings.report(seen.record.at(span), severity, || self.message(tokens));
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
        .targets(&self.limit.targets)
    }
}

struct ExampleTooLong {
    maxima: Vec<Maximum>,
}

impl ExampleRule for ExampleTooLong {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for maximum in &self.maxima {
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
