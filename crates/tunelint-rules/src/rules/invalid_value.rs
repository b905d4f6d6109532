//! A value that is none of those that may stand in its place: a weight, a version.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::media;
use tunelint_layouts::example::{Example, Extra, Part, PartKind, Role, Turn};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("invalid-value", Level::Profile, Scope::Example);

/// The version of Amazon's layout. Nova takes any text in its place.
const CONVERSE: &str = "bedrock-conversation-2024";

/// Builds the rule.
pub fn build(context: &RuleContext) -> Option<Check> {
    Some(Check::example(InvalidValue {
        binary_weight: context.requires("binary-weight"),
        weight_of_model: context.requires("weight-of-model"),
        no_weight_on_media: context.requires("no-weight-on-media"),
        sample_weight_from_0: context.requires("sample-weight-from-0"),
        schema_version: context.requires("schema-version"),
        binary_score: context.requires("binary-score"),
    }))
}

struct InvalidValue {
    /// The targets that take no other weight of a turn than 0 and 1.
    binary_weight: Vec<TargetFact>,
    /// Those that take weights of the model's turns alone.
    weight_of_model: Vec<TargetFact>,
    /// Those that do not train on a turn with an image.
    no_weight_on_media: Vec<TargetFact>,
    /// Those that take no negative weight of an example.
    sample_weight_from_0: Vec<TargetFact>,
    /// Those that take one version of Amazon's layout.
    schema_version: Vec<TargetFact>,
    /// Those that take no other score of an answer than 0 and 1.
    binary_score: Vec<TargetFact>,
}

impl ExampleRule for InvalidValue {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for turn in example.turns.iter().chain(&example.rejected) {
            let notes = turn.parts.iter().filter(|of| of.kind == PartKind::Note);
            for note in notes {
                match note.key {
                    "weight" => self.weight_of_turn(turn, note, example, findings),
                    "score" => self.score(note, example, findings),
                    _ => {}
                }
            }
        }
        for setting in &example.settings {
            match setting.key {
                "weight" => self.weight_of_example(setting, example, findings),
                "schemaVersion" => self.version(setting, example, findings),
                _ => {}
            }
        }
    }
}

/// Reports what each target that `facts` are of does with a value that stands at `span`.
fn tell(
    facts: &[TargetFact],
    example: &Example<'_>,
    span: Span,
    findings: &mut Findings<'_>,
    words: impl Fn(&TargetFact) -> Message,
) {
    for fact in facts.iter().filter(|fact| fact.is_of(example.layout)) {
        findings.report(example.record.at(span), fact.severity(), || {
            words(fact).targets(&fact.targets)
        });
    }
}

impl InvalidValue {
    fn weight_of_turn(
        &self,
        turn: &Turn<'_>,
        weight: &Part<'_>,
        example: &Example<'_>,
        findings: &mut Findings<'_>,
    ) {
        // Tables that were exported have it where there is none.
        if weight.raw == "null" {
            return;
        }
        let number = number_of(weight.raw);
        let is_binary = number.is_some_and(|number| number == 0.0 || number == 1.0);
        let is_refused = |fact: &TargetFact| fact.severity() == Severity::Error;
        let is_odd = number.is_none_or(|number| number < 0.0);
        let told = !is_odd || self.binary_weight.iter().any(is_refused);
        if !is_binary && told && !self.binary_weight.is_empty() {
            tell(
                &self.binary_weight,
                example,
                weight.span,
                findings,
                |fact| {
                    let given = quoted(weight.raw, 20);
                    let does = fact.does("any but 0 and 1");
                    Message::new(format!("the weight of the turn is {given}: {does}"))
                        .help("0 leaves the turn out of training, 1 trains on it")
                },
            );
        } else if is_odd {
            let place = example.record.at(weight.span);
            findings.report(place, Severity::Warning, || no_weight(weight.raw));
        }
        if turn.role != Role::Model {
            tell(
                &self.weight_of_model,
                example,
                weight.span,
                findings,
                |fact| {
                    let does = fact.does("it");
                    Message::new(format!(
                        "a turn that is not the model's has a weight: {does}"
                    ))
                    .help("take it out: the model's turns alone are trained on")
                },
            );
        }
        if number.is_none_or(|number| number != 0.0) && media::of_turn(turn).next().is_some() {
            let facts = &self.no_weight_on_media;
            tell(facts, example, weight.span, findings, |fact| {
                let does = fact.does("that");
                Message::new(format!("a turn with media is trained on: {does}"))
                    .help("write 0, or leave the weight out")
            });
        }
    }

    fn weight_of_example(
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
            return tell(
                &self.sample_weight_from_0,
                example,
                weight.span,
                findings,
                |fact| {
                    let given = quoted(weight.raw, 20);
                    let does = fact.does("any that is no number from 0");
                    Message::new(format!("the weight of the example is {given}: {does}"))
                        .help("write 0 or more, or leave the record out")
                },
            );
        }
        let place = example.record.at(weight.span);
        findings.report(place, Severity::Warning, || match number {
            Some(_) => Message::new(format!(
                "the weight of the example is {}: the model would learn not to answer so",
                quoted(weight.raw, 20)
            ))
            .help("write 0 or more, unless that is what is meant and the target takes it"),
            None => no_weight(weight.raw),
        });
    }

    fn score(&self, score: &Part<'_>, example: &Example<'_>, findings: &mut Findings<'_>) {
        if matches!(score.raw.parse::<f64>(), Ok(number) if number == 0.0 || number == 1.0) {
            return;
        }
        tell(&self.binary_score, example, score.span, findings, |fact| {
            let given = quoted(score.raw, 20);
            let does = fact.does("any but 0 and 1");
            Message::new(format!("the score of the answer is {given}: {does}"))
                .help("write 1 for the better answer and 0 for the worse one")
        });
    }

    fn version(&self, version: &Extra<'_>, example: &Example<'_>, findings: &mut Findings<'_>) {
        let help = || format!("write {}", quoted(&format!("\"{CONVERSE}\""), 40));
        let given = quoted(version.raw, 40);
        // The usual one is no setting.
        if self.schema_version.is_empty() && !version.raw.starts_with('"') {
            findings.report(example.record.at(version.span), Severity::Warning, || {
                Message::new(format!("{given} is no version")).help(help())
            });
        }
        tell(
            &self.schema_version,
            example,
            version.span,
            findings,
            |fact| {
                let does = fact.does(&format!("any other than `{CONVERSE}`"));
                Message::new(format!("the version is {given}: {does}")).help(help())
            },
        );
    }
}

/// The number that a value is: `NaN` is none.
fn number_of(raw: &str) -> Option<f64> {
    raw.parse().ok().filter(|number: &f64| number.is_finite())
}

fn no_weight(raw: &str) -> Message {
    let given = quoted(raw, 20);
    Message::new(format!("{given} is no weight: a number is needed"))
        .help("0 leaves it out of training, 1 trains on it")
}
