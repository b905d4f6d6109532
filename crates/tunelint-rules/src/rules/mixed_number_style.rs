//! A numeric output whose style differs from nearly all others: separators, signs, words.

use std::sync::Arc;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::numbers::{Number, is_words};
use crate::survey::inferred::outputs::Outputs;
use crate::survey::inferred::{Inferred, Majority};
use tunelint_data::text::decoded::range_in;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-number-style",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.inferring();

/// Builds the rule; `None` until a number style was inferred.
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
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        let Some((template, usual)) = deviation(&self.inferred.outputs, body) else {
            return;
        };
        // `Spell the number in words`, or a choice of `two` and `three`.
        if is_words(body) && example.asks_for(&["word", "spell", &body.to_ascii_lowercase()]) {
            return;
        }
        let place = example.record.at(turn.span_of(range_in(body, &text)));
        findings.report(place, severity(&usual, Evidence::Damaged), || {
            Message::new(template.replace("{}", &usual.percent()))
                .help("write all numbers in one style")
        });
    }
}

/// The first deviation of a number from the usual style: a message template, and the
/// outputs in that style, whose share goes into it. `None` for a text that is not a number, in digits or in words.
pub fn deviation(usual: &Outputs, body: &str) -> Option<(&'static str, Majority<()>)> {
    let words = is_words(body);
    let number = Number::parse(body);
    if !words && number.is_none() {
        return None;
    }
    let other =
        |usual: &Option<Majority<bool>>, have: bool, with: &'static str, without: &'static str| {
            let usual = usual.as_ref().filter(|usual| usual.value != have)?;
            Some((if have { with } else { without }, usual.bare()))
        };
    let in_words = other(
        &usual.in_words,
        words,
        "number in words; {} of comparable outputs use digits",
        "number in digits; {} of comparable outputs use words",
    );
    let Some(number) = number else {
        return in_words;
    };
    let decimal = || {
        let usual = usual
            .decimal
            .filter(|usual| number.decimal.is_some_and(|sign| sign != usual.value))?;
        Some((
            "decimal separator differs from {} of comparable outputs",
            usual.bare(),
        ))
    };
    in_words
        .or_else(|| {
            let grouped = number.grouped?;
            other(
                &usual.grouped,
                grouped,
                "thousands separator; {} of comparable outputs have none",
                "no thousands separator; {} of comparable outputs have one",
            )
        })
        .or_else(|| {
            other(
                &usual.currency,
                number.currency,
                "currency sign; {} of comparable outputs have none",
                "no currency sign; {} of comparable outputs have one",
            )
        })
        .or_else(|| {
            other(
                &usual.percent,
                number.percent,
                "percent sign; {} of comparable outputs have none",
                "no percent sign; {} of comparable outputs have one",
            )
        })
        .or_else(decimal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual<T>(value: T) -> Option<Majority<T>> {
        let (holders, of) = (19, 20);
        Some(Majority { value, holders, of })
    }

    /// What is said about `body`.
    fn said(usual: &Outputs, body: &str) -> Option<String> {
        let (template, usual) = deviation(usual, body)?;
        Some(template.replace("{}", &usual.percent()))
    }

    #[test]
    fn a_number_without_the_compared_feature_does_not_differ() {
        let outputs = Outputs {
            grouped: usual(true),
            decimal: usual('.'),
            in_words: usual(false),
            ..Outputs::default()
        };
        for body in [
            "999", "1999", "12,000", "3.5", "-7", "12:30", "one day", "n/a", "",
        ] {
            assert_eq!(said(&outputs, body), None, "{body}");
        }
        assert_eq!(
            said(&outputs, "12000").as_deref(),
            Some("no thousands separator; 95% of comparable outputs have one")
        );
        assert_eq!(
            said(&outputs, "3,5").as_deref(),
            Some("decimal separator differs from 95% of comparable outputs")
        );
        assert_eq!(
            said(&outputs, "minus two").as_deref(),
            Some("number in words; 95% of comparable outputs use digits")
        );
    }

    #[test]
    fn the_first_of_several_differences_is_said() {
        let mut outputs = Outputs {
            grouped: usual(false),
            currency: usual(true),
            percent: usual(true),
            decimal: usual(','),
            in_words: usual(true),
            ..Outputs::default()
        };
        let said = |outputs: &Outputs| said(outputs, "1,234.5");
        let words = "number in digits; 95% of comparable outputs use words";
        assert_eq!(said(&outputs).as_deref(), Some(words));
        outputs.in_words = None;
        let grouped = "thousands separator; 95% of comparable outputs have none";
        assert_eq!(said(&outputs).as_deref(), Some(grouped));
        outputs.grouped = None;
        let currency = "no currency sign; 95% of comparable outputs have one";
        assert_eq!(said(&outputs).as_deref(), Some(currency));
        outputs.currency = None;
        let percent = "no percent sign; 95% of comparable outputs have one";
        assert_eq!(said(&outputs).as_deref(), Some(percent));
        outputs.percent = None;
        let decimal = "decimal separator differs from 95% of comparable outputs";
        assert_eq!(said(&outputs).as_deref(), Some(decimal));
        outputs.decimal = None;
        assert_eq!(said(&outputs), None);
    }
}
