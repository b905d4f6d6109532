//! Flags datasets in which every output is the same.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::inferred::plateau::LEAST;
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{counted, quoted};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "constant-output",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the check for the first pass; `None` in the second, when the format is inferred.
pub fn build(context: &RuleContext) -> Option<Check> {
    context
        .inferred
        .is_none()
        .then(|| Check::survey(ConstantOutput))
}

struct ConstantOutput;

impl SurveyRule for ConstantOutput {
    fn needs(&self) -> Needs {
        Needs::FORM
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let counts = &survey.output_counts;
        let mut outputs = counts.iter();
        let (Some((output, all)), None, Some(&source)) =
            (outputs.next(), outputs.next(), survey.sources.first())
        else {
            return;
        };
        if all.count < LEAST as u64 || counts.long() > 0 || output.is_empty() {
            return;
        }
        findings.report_at(Location::whole(source), Severity::Warning, || {
            Message::new(format!(
                "all {} have the output {}",
                counted(all.count, "example"),
                quoted(output, 60)
            ))
            .help("add examples with other outputs")
        });
    }
}
