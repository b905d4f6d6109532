//! Flags examples that occur more than once in the dataset.

use crate::contract::{Check, FixKind, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{ExampleDigest, Needs, Survey};
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "duplicate-example",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::DropsRecord);

/// Builds the check; never `None`.
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
            for (first, duplicate) in duplicates(group) {
                report(first, duplicate, findings);
            }
        }
    }
}

/// Every member of a group that has the output of an earlier one, paired with the first such one:
/// `(first, duplicate)`.
fn duplicates(group: &[ExampleDigest]) -> Vec<(&ExampleDigest, &ExampleDigest)> {
    let mut by_output: Vec<&ExampleDigest> = group.iter().collect();
    // The sort is stable, so members with equal outputs stay in record order.
    by_output.sort_by_key(|seen| seen.output_digest());
    let equal = by_output.chunk_by(|a, b| a.same_output(b));
    equal
        .flat_map(|run| {
            run.iter()
                .skip(1)
                .filter_map(|duplicate| Some((*run.first()?, *duplicate)))
        })
        .collect()
}

fn report(first: &ExampleDigest, duplicate: &ExampleDigest, findings: &mut Findings<'_>) {
    findings.report_at(duplicate.spot().location(), Severity::Warning, || {
        let record = first.spot().record();
        let message = if first.same_text(duplicate) {
            format!("duplicate of record {record}")
        } else {
            format!("duplicate of record {record} except for letter case, spacing or punctuation")
        };
        Message::new(message)
            .identity(&duplicate.identity())
            .fix(Fix::dropping())
            .help("remove one of them, or the model sees it twice")
            .related("first occurrence", first.spot().location())
    });
}
