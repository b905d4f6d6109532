//! Flags examples that occur more than once in the dataset.

use crate::contract::{Check, FixKind, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{ExampleDigest, Needs, Survey};
use tunelint_data::text::printable::counted;
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
            for family in families(group) {
                report(&family, findings);
            }
        }
    }
}

/// Examples that are equal to each other, and duplicates of an earlier one.
struct Family<'s> {
    first: &'s ExampleDigest,
    duplicates: Vec<&'s ExampleDigest>,
}

/// The members of a group that have the output of an earlier one, by their exact text, in the order
/// of the first of each text.
fn families(group: &[ExampleDigest]) -> Vec<Family<'_>> {
    let mut by_output: Vec<&ExampleDigest> = group.iter().collect();
    // The sort is stable, so members with equal outputs stay in record order.
    by_output.sort_by_key(|seen| seen.output_digest());
    let mut families = Vec::new();
    for run in by_output.chunk_by_mut(|a, b| a.same_output(b)) {
        if let Some((first, duplicates)) = run.split_first_mut() {
            duplicates.sort_by_key(|seen| seen.identity());
            let equal = duplicates.chunk_by(|a, b| a.same_text(b));
            families.extend(equal.map(|duplicates| Family {
                first,
                duplicates: duplicates.to_vec(),
            }));
        }
    }
    families.sort_by_key(|family| family.duplicates.first().map(|seen| seen.spot()));
    families
}

fn report(Family { first, duplicates }: &Family<'_>, findings: &mut Findings<'_>) {
    let Some(duplicate) = duplicates.first() else {
        return;
    };
    let places = duplicates.iter().map(|seen| seen.spot().location());
    let identity = duplicate.identity();
    findings.report_family(places, Severity::Warning, &identity, |number| {
        let record = first.spot().record();
        let (mut message, help) = match number {
            1 => (
                format!("duplicate of record {record}"),
                "remove one of them, or the model sees it twice",
            ),
            number => (
                format!("{} of record {record}", counted(number, "duplicate")),
                "remove all but one, or the model sees it several times",
            ),
        };
        if !first.same_text(duplicate) {
            message.push_str(" except for letter case, spacing or punctuation");
        }
        Message::new(message)
            .fix(Fix::dropping())
            .help(help)
            .related("first occurrence", first.spot().location())
    });
}
