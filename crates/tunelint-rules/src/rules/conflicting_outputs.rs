//! Flags inputs that occur with different outputs.

use std::collections::BTreeSet;

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{ExampleDigest, Needs, Survey};
use tunelint_data::text::printable::counted;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::provider::task::Task;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "conflicting-outputs",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// Builds the check; never `None`. Findings are warnings for classification and extraction, where
/// only one output is correct, and advice for other tasks.
pub fn build(context: &RuleContext) -> Option<Check> {
    Some(Check::survey(ConflictingOutputs { task: context.task }))
}

struct ConflictingOutputs {
    /// The configured task; `None` if it has to be inferred.
    task: Option<Task>,
}

impl SurveyRule for ConflictingOutputs {
    fn needs(&self) -> Needs {
        Needs {
            seen: true,
            form: self.task.is_none(),
            ..Needs::COUNT
        }
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let severity = match self.task.or(survey.task()) {
            Some(Task::Classification | Task::Extraction) => Severity::Warning,
            _ => Severity::Advice,
        };
        for group in &survey.repeated {
            report(group, severity, findings);
        }
    }
}

/// Reports one finding for a group, at the first member whose output differs from the first one's.
fn report(group: &[ExampleDigest], severity: Severity, findings: &mut Findings<'_>) {
    // An undesirable response differs from the desirable one on purpose. A missing one is not another one.
    let is_compared = |seen: &&ExampleDigest| !seen.is_undesirable() && seen.has_response();
    let wanted = group.iter().filter(is_compared);
    let group: Vec<ExampleDigest> = wanted.copied().collect();
    let Some(first) = group.first() else { return };
    let Some(other) = group.iter().find(|seen| !seen.same_output(first)) else {
        return;
    };
    findings.report_at(other.spot().location(), severity, || {
        let outputs: BTreeSet<u32> = group.iter().map(|seen| seen.output_digest()).collect();
        let record = first.spot().record();
        let message = if group.len() == 2 {
            format!("same input as record {record}, different output")
        } else {
            let records = counted(group.len() as u64, "record");
            format!(
                "input of record {record} occurs in {records}, with {} different outputs",
                outputs.len()
            )
        };
        Message::new(message)
            .identity(&other.identity())
            .help("keep only the correct output, unless several are intended")
            .related("first record with this input", first.spot().location())
    });
}
