//! An example that stands in the set more than once.

use crate::contract::{Check, FixKind, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{Needs, Sighting, Survey};
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "duplicate-example",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::DropsRecord);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::survey(DuplicateExample))
}

struct DuplicateExample;

impl SurveyRule for DuplicateExample {
    fn needs(&self) -> Needs {
        Needs {
            seen: true,
            ..Needs::COUNT
        }
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        for group in &survey.repeated {
            for (first, again) in repeats(group) {
                report(first, again, findings);
            }
        }
    }
}

/// Every member of a group whose output an earlier one has, with that earlier one.
fn repeats(group: &[Sighting]) -> Vec<(&Sighting, &Sighting)> {
    let mut by_output: Vec<&Sighting> = group.iter().collect();
    // Sorting is stable: within equal outputs the order of places stays.
    by_output.sort_by_key(|seen| seen.output_digest());
    let equal = by_output.chunk_by(|a, b| a.same_output(b));
    equal
        .flat_map(|run| {
            run.iter()
                .skip(1)
                .filter_map(|again| Some((*run.first()?, *again)))
        })
        .collect()
}

fn report(first: &Sighting, again: &Sighting, findings: &mut Findings<'_>) {
    findings.report_at(again.spot().location(), Severity::Warning, || {
        let record = first.spot().record();
        let message = if first.same_text(again) {
            format!("this example repeats record {record}")
        } else {
            format!(
                "this example repeats record {record} but for letter case, spacing or punctuation"
            )
        };
        Message::new(message)
            .identity(&again.identity())
            .fix(Fix::dropping())
            .help("remove one of the two: the model would weigh it twice")
            .related("the first one", first.spot().location())
    });
}
