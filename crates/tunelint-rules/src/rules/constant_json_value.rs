//! A key of JSON outputs whose value is the same in all of them.

use crate::contract::{Check, Level, RuleContext, RuleMeta, RuleStatus, Scope, SurveyRule};
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{grouped, quoted};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "constant-json-value",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.status(RuleStatus::Preview);

/// Values that the message lists.
const LISTED: usize = 5;
/// The maximum number of characters shown of a path and of a value.
const SHOWN: usize = 40;

/// Builds the rule for the first pass; `None` in the second.
pub fn build(context: &RuleContext) -> Option<Check> {
    let first = context.inferred.is_none();
    first.then(|| Check::survey(ConstantJsonValue))
}

struct ConstantJsonValue;

impl SurveyRule for ConstantJsonValue {
    fn needs(&self) -> Needs {
        Needs::FORM
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        // If the outputs are the same, `constant-output` or `imbalanced-labels` reports it.
        if survey.inferred.labels.is_some() {
            return;
        }
        let (Some(json), Some(&source)) = (&survey.inferred.json, survey.sources.first()) else {
            return;
        };
        let constants = json.constants();
        if constants.is_empty() {
            return;
        }
        findings.report_at(Location::whole(source), Severity::Advice, || {
            let shown = constants.iter().take(LISTED);
            let shown = shown
                .map(|(path, value)| format!("{} ({})", quoted(path, SHOWN), quoted(value, SHOWN)));
            let shown: Vec<String> = shown.collect();
            let more = match constants.len().saturating_sub(LISTED) {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            Message::new(format!(
                "the same value in all {} JSON outputs compared: {}{more}",
                grouped(json.outputs() as u64),
                shown.join(", ")
            ))
            .help("add the value in the application, or add examples with other values")
        });
    }
}
