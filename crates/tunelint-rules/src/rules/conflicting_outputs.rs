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

/// The maximum number of inputs with several outputs, in percent of the examples. More of them show that
/// an input has several labels.
const RARE_PERCENT: u64 = 2;

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
        let conflicts: Vec<Conflict> = survey
            .repeated
            .iter()
            .filter_map(|group| conflict_of(group))
            .collect();
        // Of all inputs, if a sample was looked at.
        let number = (conflicts.len() as u64).saturating_mul(survey.seen.one_in());
        let is_rare = number == 1 || number.saturating_mul(100) <= survey.examples * RARE_PERCENT;
        let severity = match (self.task, survey.task()) {
            (Some(Task::Classification | Task::Extraction), _) => Severity::Warning,
            (None, Some(Task::Classification)) if is_rare => Severity::Warning,
            _ => Severity::Advice,
        };
        for conflict in conflicts {
            report(&conflict, severity, findings);
        }
    }
}

/// Examples with one input, and the first two of them whose outputs differ.
struct Conflict {
    group: Vec<ExampleDigest>,
    first: ExampleDigest,
    other: ExampleDigest,
}

fn conflict_of(group: &[ExampleDigest]) -> Option<Conflict> {
    // An undesirable response differs from the desirable one on purpose. A missing one is not another one.
    let is_compared = |seen: &&ExampleDigest| !seen.is_undesirable() && seen.has_response();
    let wanted = group.iter().filter(is_compared);
    let group: Vec<ExampleDigest> = wanted.copied().collect();
    let first = *group.first()?;
    let other = *group.iter().find(|seen| !seen.same_output(&first))?;
    Some(Conflict {
        group,
        first,
        other,
    })
}

/// Reports a conflict once, at the first example with another output.
fn report(conflict: &Conflict, severity: Severity, findings: &mut Findings<'_>) {
    let Conflict {
        group,
        first,
        other,
    } = conflict;
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
