//! A number that is written otherwise than nearly all others.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::numbers::{Number, is_words};
use crate::survey::inferred::outputs::Outputs;
use crate::survey::inferred::{Inferred, Majority};
use tunelint_data::text::decoded::range_in;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-number-style",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.inferring();

/// Builds the rule, where numbers are written in a common way.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let Outputs {
        grouped,
        decimal,
        currency,
        percent,
        in_words,
        ..
    } = &inferred.outputs;
    let flags = [grouped, currency, percent, in_words].into_iter().flatten();
    let any = flags.filter(|usual| inferred.may_depart(usual)).count() > 0
        || decimal.is_some_and(|usual| inferred.may_depart(&usual));
    any.then(|| Check::example(MixedNumberStyle { inferred }))
}

struct MixedNumberStyle {
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedNumberStyle {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.output() else { return };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        let Some((what, share)) = departs(&self.inferred.outputs, body) else {
            return;
        };
        let place = example.record.at(turn.span_of(range_in(body, &text)));
        findings.report(place, Severity::Warning, || {
            Message::new(format!(
                "this number {what} of such outputs",
                what = what.replace("{}", &share)
            ))
            .help("write numbers one way: the model cannot know which one is wanted")
        });
    }
}

/// How a number departs from the usual, in words, and the share of the usual.
fn departs(usual: &Outputs, body: &str) -> Option<(&'static str, String)> {
    let words = is_words(body);
    let number = Number::parse(body);
    if !words && number.is_none() {
        return None;
    }
    let other =
        |usual: &Option<Majority<bool>>, have: bool, with: &'static str, without: &'static str| {
            let usual = usual.as_ref().filter(|usual| usual.value != have)?;
            Some((if have { with } else { without }, usual.percent()))
        };
    let in_words = other(
        &usual.in_words,
        words,
        "is in words, unlike {}",
        "is in digits, unlike {}",
    );
    let Some(number) = number else {
        return in_words;
    };
    let decimal = || {
        let usual = usual
            .decimal
            .filter(|usual| number.decimal.is_some_and(|sign| sign != usual.value))?;
        Some(("has another decimal sign than {}", usual.percent()))
    };
    in_words
        .or_else(|| {
            let grouped = number.grouped?;
            other(
                &usual.grouped,
                grouped,
                "separates thousands, unlike {}",
                "does not separate thousands, unlike {}",
            )
        })
        .or_else(|| {
            other(
                &usual.currency,
                number.currency,
                "has a currency sign, unlike {}",
                "has no currency sign, unlike {}",
            )
        })
        .or_else(|| {
            other(
                &usual.percent,
                number.percent,
                "has a percent sign, unlike {}",
                "has no percent sign, unlike {}",
            )
        })
        .or_else(decimal)
}
