//! One input with different outputs.

use std::collections::BTreeSet;

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{Needs, Sighting, Survey};
use tunelint_data::text::printable::counted;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::provider::task::Task;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "conflicting-outputs",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// Builds the rule. Where one answer is right, two are a mistake; elsewhere they may be meant.
pub fn build(context: &RuleContext) -> Option<Check> {
    Some(Check::survey(ConflictingOutputs { task: context.task }))
}

struct ConflictingOutputs {
    /// The task, where somebody named it.
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

/// One finding for a group, at the first member that departs from the first.
fn report(group: &[Sighting], severity: Severity, findings: &mut Findings<'_>) {
    let Some(first) = group.first() else { return };
    let Some(other) = group.iter().find(|seen| !seen.same_output(first)) else {
        return;
    };
    findings.report_at(other.spot().location(), severity, || {
        let outputs: BTreeSet<u32> = group.iter().map(|seen| seen.output_digest()).collect();
        let record = first.spot().record();
        let message = if group.len() == 2 {
            format!("the input is that of record {record}, the output is another")
        } else {
            let records = counted(group.len() as u64, "record");
            format!(
                "the input of record {record} stands in {records}, with {} different outputs",
                outputs.len()
            )
        };
        Message::new(message)
            .identity(&other.identity())
            .help("keep the right answer; if several are meant, leave them")
            .related("the first one", first.spot().location())
    });
}
