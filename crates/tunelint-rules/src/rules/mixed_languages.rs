//! An output in another language than nearly all others, in the same script.

use crate::contract::{
    Check, ExampleRule, Level, RuleContext, RuleMeta, RuleStatus, Scope, SurveyRule,
};
use crate::survey::inferred::language::{UsualLanguage, likely};
use crate::survey::{Needs, Survey};
use tunelint_data::text::code_detection::is_code;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-languages",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.status(RuleStatus::Preview)
.inferring();

/// Words of an input, in lower case, that ask for another language or are about languages.
const LANGUAGE_WORDS: [&str; 30] = [
    "translat",
    "language",
    "bulgarian",
    "czech",
    "danish",
    "german",
    "english",
    "finnish",
    "french",
    "hungarian",
    "indonesian",
    "italian",
    "dutch",
    "norwegian",
    "polish",
    "portuguese",
    "romanian",
    "russian",
    "spanish",
    "swedish",
    "turkish",
    "ukrainian",
    "vietnamese",
    "übersetz",
    "traduc",
    "tradui",
    "tradur",
    "перевед",
    "sprache",
    "langue",
];

/// Builds the rule: the first pass asks for the languages, the second compares every output; `None`
/// there unless nearly all outputs are in one language.
pub fn build(context: &RuleContext) -> Option<Check> {
    let Some(inferred) = &context.inferred else {
        return Some(Check::survey(Languages));
    };
    let usual = inferred.language.clone()?;
    let applies = inferred.may_depart(&usual.majority);
    applies.then(|| Check::example(MixedLanguages { usual }))
}

/// Makes the survey find the usual language, which no other rule needs.
struct Languages;

impl SurveyRule for Languages {
    fn needs(&self) -> Needs {
        Needs {
            languages: true,
            ..Needs::FORM
        }
    }

    fn finish(&self, _: &Survey, _: &mut Findings<'_>) {}
}

struct MixedLanguages {
    usual: UsualLanguage,
}

impl ExampleRule for MixedLanguages {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let usual = self.usual.majority;
        let Some(language) = self.usual.other(&turn.joined()) else {
            return;
        };
        // `mixed-scripts` reports another script.
        if language.script != usual.value.script {
            return;
        }
        let answers_in_kind = || {
            let mut inputs = example.input().iter();
            inputs.any(|turn| likely(&turn.joined()) == Some(language))
        };
        if turn.texts.iter().any(is_code) || example.asks_for(&LANGUAGE_WORDS) || answers_in_kind()
        {
            return;
        }
        let place = example.record.at(turn.text_span());
        findings.report(place, Severity::Advice, || {
            Message::new(format!(
                "output in {}; {} of outputs are in {}",
                language.name,
                usual.percent(),
                usual.value.name
            ))
            .help("translate the output, or remove the record")
        });
    }
}
