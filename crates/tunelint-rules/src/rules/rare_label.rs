//! Labels with too few examples.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule, TargetLimit};
use crate::survey::inferred::labels::ENOUGH;
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{counted, grouped, quoted};
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::provider::limit::listed;

/// The rule's metadata for the registry.
pub const META: RuleMeta =
    RuleMeta::new("rare-label", Level::Fixed(Severity::Advice), Scope::Dataset);

/// Minimum number of examples of a label, whatever the target. Our own number: providers ask for
/// more.
const MIN_EXAMPLES: u64 = 10;
const HELP: &str = "add examples of rare labels, or merge them with other labels";
/// Maximum number of labels that a message lists.
const MAX_LISTED: usize = 5;

/// Builds the rule for the first pass.
pub fn build(context: &RuleContext) -> Option<Check> {
    let limits = context.limits("min-per-label");
    let rule = RareLabel { limits };
    context.inferred.is_none().then(|| Check::survey(rule))
}

struct RareLabel {
    /// The minimum of each target for every label.
    limits: Vec<TargetLimit>,
}

impl SurveyRule for RareLabel {
    fn needs(&self) -> Needs {
        Needs::FORM
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let labels = survey.label_counts();
        let total: u64 = labels.iter().map(|(_, count)| count).sum();
        for TargetLimit { limit, targets } in &self.limits {
            let verb = if targets.len() == 1 { "asks" } else { "ask" };
            let min = format!(
                "the {} examples that {} {verb} for",
                limit.value,
                listed(targets)
            );
            if let Some((place, message)) = rare(survey, &labels, limit.value, &min) {
                findings.report_at(place, limit.severity(true), || {
                    Message::new(message).help(HELP).targets(targets)
                });
            }
        }
        if total < ENOUGH {
            return;
        }
        let min = counted(MIN_EXAMPLES, "example");
        if let Some((place, message)) = rare(survey, &labels, MIN_EXAMPLES, &min) {
            findings.report_at(place, Severity::Advice, || Message::new(message).help(HELP));
        }
    }
}

/// The first occurrence of the rarest label, and a message that lists the labels with fewer than
/// `min` examples; `min_words` is that minimum in words. `None` where no label is below it.
fn rare(
    survey: &Survey,
    labels: &[(String, u64)],
    min: u64,
    min_words: &str,
) -> Option<(Location, String)> {
    let below = labels.iter().rev().filter(|(_, count)| *count < min);
    let rare: Vec<_> = below.collect();
    let (rarest, _) = rare.first()?;
    let known = survey.inferred.labels.as_ref()?;
    let first = known.labels.iter().find(|label| label.text == *rarest)?;
    let items = rare.iter().take(MAX_LISTED);
    let items = items.map(|(label, count)| format!("{} ({})", quoted(label, 40), grouped(*count)));
    let items: Vec<String> = items.collect();
    let have = match rare.len() {
        1 => "1 label has".to_owned(),
        many => format!("{} have", counted(many as u64, "label")),
    };
    let more = if rare.len() > MAX_LISTED { ", …" } else { "" };
    let message = format!("{have} fewer than {min_words}: {}{more}", items.join(", "));
    Some((first.counted.first.location(), message))
}
