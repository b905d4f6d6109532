//! An example, or a turn of it, beyond the tokens that the target takes.
//!
//! Without the target's own tokenizer the number is an estimate, and never an error. With it the
//! texts alone are counted: what a chat format puts around them only makes more.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetLimit};
use tunelint_data::text::Text;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::{Example, Turn};
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::provider::profile::{Profile, Unit};
use tunelint_layouts::provider::tokens::{Counter, Tokens};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("example-too-long", Level::Profile, Scope::Example);

/// Builds the rule, where a target limits the tokens of an example or of a turn.
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

/// What an example, or a turn, may have at most, and the way its tokens are counted.
struct Maximum {
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

    /// Speaks of `turns`, which stand at `span`, if they have too many tokens.
    fn check(&self, turns: &[Turn<'_>], span: Span, seen: &Example<'_>, findings: &mut Findings) {
        // Most examples are so short that they need not be counted.
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
        let most = if self.is_counted(tokens) {
            Severity::Error
        } else {
            Severity::Warning
        };
        let severity = limit.severity(false).min(most);
        findings.report(seen.record.at(span), severity, || self.message(tokens));
    }

    /// Whether all of it was counted: there is a tokenizer, and it could read every text.
    fn is_counted(&self, tokens: Tokens) -> bool {
        self.counter.is_exact() && tokens.is_exact()
    }

    fn message(&self, tokens: Tokens) -> Message {
        if self.is_counted(tokens) {
            return self
                .limit
                .exceeded(self.what, tokens.about)
                .help("shorten it, or split it");
        }
        let help = if self.counter.is_exact() {
            "shorten it; the tokenizer that was given cannot read all of it"
        } else {
            "shorten it, or count it exactly with `--tokenizer FILE`"
        };
        Message::new(format!(
            "the {} has about {} tokens, between {} and {} as estimated from its characters: {}",
            self.what,
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
