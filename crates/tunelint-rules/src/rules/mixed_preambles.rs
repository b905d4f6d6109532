//! A preamble that only some of the inputs, or some of the system prompts, start with.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::inferred::Common;
use crate::survey::{Needs, SketchEntry, Survey};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-preambles",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// Builds the rule for the first pass; `None` where the user gave the preamble.
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
            ("system prompts", &inferred.system_preamble, &None),
            ("inputs", &inferred.preamble, &inferred.other_preamble),
        ];
        for (texts, common, other) in found {
            let is_mixed = |found: &&Common| !found.is_usual() || other.is_some();
            let Some(common) = common.as_ref().filter(is_mixed) else {
                continue;
            };
            let lacks = |(_, system, input): &&(&SketchEntry, &str, &str)| {
                let text = if texts == "inputs" { input } else { system };
                !text.starts_with(&common.value)
            };
            let first = heads
                .iter()
                .filter(lacks)
                .map(|(entry, ..)| entry.spot)
                .min();
            findings.report_at(Location::whole(source), Severity::Advice, || {
                let shown = |common: &Common| quoted(common.value.trim_end(), 60);
                let rest = match other {
                    Some(other) => format!("nearly all others with {}", shown(other)),
                    None => "the rest do not".to_owned(),
                };
                let (percent, shown) = (common.percent(), shown(common));
                let message =
                    Message::new(format!("{percent} of {texts} start with {shown}, {rest}"))
                        .help("start every prompt with it, or split the tasks into two datasets");
                match first {
                    Some(spot) => message.related("first one without it", spot.location()),
                    None => message,
                }
            });
        }
    }
}
