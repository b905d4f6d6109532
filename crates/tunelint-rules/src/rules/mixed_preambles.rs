//! A beginning that a part of the inputs has, and a part has not.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{Entry, Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-preambles",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// Builds the rule, where nobody named the preamble.
pub fn build(context: &RuleContext) -> Option<Check> {
    (context.preamble.is_none() && context.inferred.is_none())
        .then(|| Check::survey(MixedPreambles))
}

struct MixedPreambles;

impl SurveyRule for MixedPreambles {
    fn needs(&self) -> Needs {
        Needs::FORM
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let Some(&source) = survey.sources.first() else {
            return;
        };
        let inferred = &survey.inferred;
        let heads = survey.sketch.with_systems().map(|(entry, system)| {
            let system = system.map_or("", |cut| cut.head());
            (entry, system, entry.input.head())
        });
        let heads: Vec<_> = heads.collect();
        let found = [
            ("system texts", &inferred.system_preamble),
            ("inputs", &inferred.preamble),
        ];
        for (texts, common) in found {
            let Some(common) = common.as_ref().filter(|found| !found.is_usual()) else {
                continue;
            };
            let lacks = |(_, system, input): &&(&Entry, &str, &str)| {
                let text = if texts == "inputs" { input } else { system };
                !text.starts_with(&common.value)
            };
            let first = heads
                .iter()
                .filter(lacks)
                .map(|(entry, ..)| entry.spot)
                .min();
            findings.report_at(Location::whole(source), Severity::Advice, || {
                let message = Message::new(format!(
                    "{} of {texts} start with {}, the others do not",
                    common.percent(),
                    quoted(common.value.trim_end(), 60)
                ))
                .help("if one model is to answer both, start all the same way; if these are two tasks, think of two sets");
                match first {
                    Some(spot) => message.related("one that does not", spot.location()),
                    None => message,
                }
            });
        }
    }
}
