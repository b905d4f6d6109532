//! Flags invalid values of weights, scores and `schemaVersion`, and numbers that are not finite.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::record::Body;
use tunelint_data::record::json::{Json, Kind, Value};
use tunelint_data::source::NonFinite;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::media;
use tunelint_layouts::example::{Example, Extra, Part, PartKind, Role, Turn};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("invalid-value", Level::Profile, Scope::Example);

/// The `schemaVersion` of Amazon's layout.
const CONVERSE: &str = "bedrock-conversation-2024";

/// Builds the check; never `None`: without targets it flags values that are invalid everywhere.
pub fn build(context: &RuleContext) -> Option<Check> {
    Some(Check::example(InvalidValue {
        binary_weight: context.requires("binary-weight"),
        weight_of_model: context.requires("weight-of-model"),
        finite_numbers: context.requires("finite-numbers"),
        no_weight: context.requires("no-weight"),
        no_weight_on_media: context.requires("no-weight-on-media"),
        loss_weight_0_to_1: context.requires("loss-weight-0-to-1"),
        sample_weight_from_0: context.requires("sample-weight-from-0"),
        schema_version: context.requires("schema-version"),
        binary_score: context.requires("binary-score"),
    }))
}

struct InvalidValue {
    /// Targets that accept only 0 and 1 as the weight of a message.
    binary_weight: Vec<TargetFact>,
    /// Targets that accept only numbers that a double holds.
    finite_numbers: Vec<TargetFact>,
    /// Targets that accept weights only on assistant messages.
    weight_of_model: Vec<TargetFact>,
    /// Targets that train on every assistant message, whatever its weight.
    no_weight: Vec<TargetFact>,
    /// Targets that do not train on a message with an image.
    no_weight_on_media: Vec<TargetFact>,
    /// Targets whose `loss_weight` of a message is between 0 and 1.
    loss_weight_0_to_1: Vec<TargetFact>,
    /// Targets that accept no negative weight of an example.
    sample_weight_from_0: Vec<TargetFact>,
    /// Targets that accept a single version of Amazon's layout.
    schema_version: Vec<TargetFact>,
    /// Targets that accept only 0 and 1 as the score of a response.
    binary_score: Vec<TargetFact>,
}

impl ExampleRule for InvalidValue {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        self.check_numbers(example, findings);
        for turn in example.turns.iter().chain(&example.rejected) {
            let notes = turn.parts.iter().filter(|of| of.kind == PartKind::Note);
            for note in notes {
                match note.key {
                    "weight" => self.check_message_weight(turn, note, example, findings),
                    "loss_weight" => self.check_loss_weight(note, example, findings),
                    "score" => self.check_score(note, example, findings),
                    _ => {}
                }
            }
        }
        for setting in &example.settings {
            match setting.key {
                "weight" => self.check_example_weight(setting, example, findings),
                "schemaVersion" => self.check_version(setting, example, findings),
                _ => {}
            }
        }
    }
}

/// Reports the value at `span` once for each of `facts` that applies to the example's layout.
fn report_facts(
    facts: &[TargetFact],
    example: &Example<'_>,
    span: Span,
    findings: &mut Findings<'_>,
    message: impl Fn(&TargetFact) -> Message,
) {
    for fact in facts.iter().filter(|fact| fact.is_of(example.layout)) {
        findings.report(example.record.at(span), fact.impact(), || message(fact));
    }
}

impl InvalidValue {
    /// Reports the first number that no double holds.
    fn check_numbers(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Body::Json(json) = &example.record.body else {
            return;
        };
        if example.record.in_table {
            check_nulls(*json, example, findings);
        }
        if self.finite_numbers.is_empty() {
            return;
        }
        let is_infinite = |number: &Value<'_>| {
            let value = number.raw().parse::<f64>();
            value.is_ok_and(f64::is_infinite)
        };
        let Some(number) = json.numbers().find(is_infinite) else {
            return;
        };
        let facts = &self.finite_numbers;
        report_facts(facts, example, number.span(), findings, |fact| {
            let given = quoted(number.raw(), 20);
            let does = fact.describe_effect("numbers that no double holds");
            Message::new(format!("number {given}: {does}"))
                .help("write a smaller number, or the digits as a text")
        });
    }

    fn check_message_weight(
        &self,
        turn: &Turn<'_>,
        weight: &Part<'_>,
        example: &Example<'_>,
        findings: &mut Findings<'_>,
    ) {
        // Exported tables have null where there is no weight.
        if weight.raw == "null" {
            return;
        }
        let number = number_of(weight.raw);
        let is_rejected = |fact: &TargetFact| fact.severity() == Severity::Error;
        let is_invalid = number.is_none_or(|number| number < 0.0);
        // An invalid weight is attributed to the targets only if one of them rejects it.
        let for_target = !is_invalid || self.binary_weight.iter().any(is_rejected);
        if !is_zero_or_one(weight.raw) && for_target && !self.binary_weight.is_empty() {
            report_facts(
                &self.binary_weight,
                example,
                weight.span,
                findings,
                |fact| {
                    let given = quoted(weight.raw, 20);
                    let does = fact.describe_effect("weights other than 0 and 1");
                    Message::new(format!("message weight {given}: {does}"))
                        .help("write 0 to exclude the message from training, or 1 to train on it")
                },
            );
        } else if is_invalid {
            let place = example.record.at(weight.span);
            findings.report(place, Severity::Warning, || invalid_weight(weight.raw));
        }
        if turn.role == Role::Model && number == Some(0.0) {
            report_facts(&self.no_weight, example, weight.span, findings, |fact| {
                let does = fact.describe_effect("message weights");
                Message::new(format!("message weight {}: {does}", quoted(weight.raw, 20)))
                    .help("end the conversation before this message, or accept training on it")
            });
        }
        if turn.role != Role::Model {
            report_facts(
                &self.weight_of_model,
                example,
                weight.span,
                findings,
                |fact| {
                    let does = fact.describe_effect("such weights");
                    Message::new(format!(
                        "weight on a message that is not the assistant's: {does}"
                    ))
                    .help("remove the weight, because only assistant messages are trained on")
                },
            );
        }
        if number.is_none_or(|number| number != 0.0) && media::of_turn(turn).next().is_some() {
            let facts = &self.no_weight_on_media;
            report_facts(facts, example, weight.span, findings, |fact| {
                let does = fact.describe_effect("such weights");
                Message::new(format!(
                    "weight other than 0 on a message with media: {does}"
                ))
                .help("write 0, or remove the weight")
            });
        }
    }

    fn check_example_weight(
        &self,
        weight: &Extra<'_>,
        example: &Example<'_>,
        findings: &mut Findings<'_>,
    ) {
        let number = number_of(weight.raw);
        if number.is_some_and(|number| number >= 0.0) || weight.raw == "null" {
            return;
        }
        if !self.sample_weight_from_0.is_empty() {
            return report_facts(
                &self.sample_weight_from_0,
                example,
                weight.span,
                findings,
                |fact| {
                    let given = quoted(weight.raw, 20);
                    let does = fact.describe_effect("negative and non-numeric weights");
                    Message::new(format!("example weight {given}: {does}"))
                        .help("write 0 or more, or remove the record")
                },
            );
        }
        let place = example.record.at(weight.span);
        findings.report(place, Severity::Warning, || match number {
            Some(_) => Message::new(format!(
                "negative example weight {} penalizes this output",
                quoted(weight.raw, 20)
            ))
            .help(
                "write 0 or more, unless a negative weight is intended and the target accepts it",
            ),
            None => invalid_weight(weight.raw),
        });
    }

    fn check_loss_weight(
        &self,
        weight: &Part<'_>,
        example: &Example<'_>,
        findings: &mut Findings<'_>,
    ) {
        let number = number_of(weight.raw);
        if weight.raw == "null" || number.is_some_and(|number| (0.0..=1.0).contains(&number)) {
            return;
        }
        let facts = &self.loss_weight_0_to_1;
        report_facts(facts, example, weight.span, findings, |fact| {
            let given = quoted(weight.raw, 20);
            let does = fact.describe_effect("values outside 0 to 1");
            Message::new(format!("`loss_weight` {given}: {does}"))
                .help("write a number between 0 and 1")
        });
    }

    fn check_score(&self, score: &Part<'_>, example: &Example<'_>, findings: &mut Findings<'_>) {
        if is_zero_or_one(score.raw) {
            return;
        }
        report_facts(&self.binary_score, example, score.span, findings, |fact| {
            let given = quoted(score.raw, 20);
            let does = fact.describe_effect("scores other than 0 and 1");
            Message::new(format!("response score {given}: {does}"))
                .help("write 1 for the preferred response and 0 for the other one")
        });
    }

    fn check_version(
        &self,
        version: &Extra<'_>,
        example: &Example<'_>,
        findings: &mut Findings<'_>,
    ) {
        let help = || format!("write {}", quoted(&format!("\"{CONVERSE}\""), 40));
        let given = quoted(version.raw, 40);
        // The usual version is not kept as a setting, so it never gets here.
        if self.schema_version.is_empty() && !version.raw.starts_with('"') {
            findings.report(example.record.at(version.span), Severity::Warning, || {
                Message::new(format!("invalid `schemaVersion` {given}")).help(help())
            });
        }
        report_facts(
            &self.schema_version,
            example,
            version.span,
            findings,
            |fact| {
                let does = fact.describe_effect(&format!("versions other than `{CONVERSE}`"));
                Message::new(format!("`schemaVersion` {given}: {does}")).help(help())
            },
        );
    }
}

/// Reports the first number of a table's row that JSON does not have.
fn check_nulls(json: Json<'_>, example: &Example<'_>, findings: &mut Findings<'_>) {
    let raw = example.record.raw;
    let found = json.of_kind(Kind::Null).find_map(|null| {
        let before = raw.get(..null.span().start)?;
        Some((null.span(), NonFinite::before(before)?))
    });
    if let Some((span, number)) = found {
        findings.report(example.record.at(span), Severity::Warning, || {
            Message::new(format!(
                "`{number}` is not a number in JSON: converted to null"
            ))
            .help("replace it with a number or null, or the loss becomes NaN")
        });
    }
}

/// `raw` as a finite number; `NaN` and infinities are `None`.
fn number_of(raw: &str) -> Option<f64> {
    raw.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether `raw` is the number 0 or 1, in any notation.
fn is_zero_or_one(raw: &str) -> bool {
    number_of(raw).is_some_and(|number| number == 0.0 || number == 1.0)
}

fn invalid_weight(raw: &str) -> Message {
    let given = quoted(raw, 20);
    Message::new(format!(
        "invalid weight {given}: expected a non-negative number"
    ))
    .help("write 0 to exclude it from training, or 1 to train on it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{fact, record, reported, turn};
    use tunelint_layouts::provider::profile::Effect;

    fn rule() -> InvalidValue {
        InvalidValue {
            binary_weight: Vec::new(),
            weight_of_model: Vec::new(),
            finite_numbers: Vec::new(),
            no_weight: Vec::new(),
            no_weight_on_media: Vec::new(),
            loss_weight_0_to_1: Vec::new(),
            sample_weight_from_0: Vec::new(),
            schema_version: Vec::new(),
            binary_score: Vec::new(),
        }
    }

    /// What `rule` reports for the weight of an assistant message with an image.
    fn of_weight(rule: &InvalidValue, raw: &'static str) -> Vec<String> {
        let part = |kind, key, raw| Part {
            kind,
            key,
            raw,
            span: Span::at(0),
        };
        let mut turn = turn(Role::Model, "Hello");
        turn.parts = vec![
            part(PartKind::Media, "content", "{\"type\":\"image\"}"),
            part(PartKind::Note, "weight", raw),
        ];
        let example = Example::new(record(1), vec![turn]);
        reported(|findings| rule.check(&example, findings))
    }

    #[test]
    fn notations_of_numbers_are_read() {
        assert!(is_zero_or_one("0.0") && is_zero_or_one("-0") && is_zero_or_one("1e0"));
        assert!(!is_zero_or_one("0.999") && !is_zero_or_one("true") && !is_zero_or_one("\"1\""));
        assert_eq!(number_of("-2.5e1"), Some(-25.0));
        assert_eq!((number_of("NaN"), number_of("1e999")), (None, None));
    }

    #[test]
    fn an_invalid_weight_is_reported_once() {
        let invalid = "invalid weight `-1`: expected a non-negative number";
        assert_eq!(of_weight(&rule(), "-1"), [format!("warning: {invalid}")]);
        assert!(of_weight(&rule(), "null").is_empty() && of_weight(&rule(), "2").is_empty());
        let with = |effect| InvalidValue {
            binary_weight: vec![fact(effect)],
            ..rule()
        };
        assert_eq!(
            of_weight(&with(Effect::Rejects), "-1"),
            ["error: message weight `-1`: t rejects weights other than 0 and 1"]
        );
        // A recommendation does not outweigh that the weight is invalid everywhere.
        let advises = with(Effect::Advises);
        assert_eq!(of_weight(&advises, "-1"), [format!("warning: {invalid}")]);
        assert_eq!(
            of_weight(&advises, "2"),
            ["advice: message weight `2`: t recommends against weights other than 0 and 1"]
        );
    }

    #[test]
    fn only_a_weight_of_0_is_accepted_next_to_media() {
        let rule = InvalidValue {
            no_weight_on_media: vec![fact(Effect::Rejects)],
            ..rule()
        };
        assert!(of_weight(&rule, "0.0").is_empty());
        assert_eq!(
            of_weight(&rule, "1"),
            ["error: weight other than 0 on a message with media: t rejects such weights"]
        );
    }
}
