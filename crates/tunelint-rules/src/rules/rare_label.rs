//! Labels with few examples.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule, TargetLimit};
use crate::survey::inferred::labels::ENOUGH;
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{counted, grouped, quoted};
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::provider::limit::listed;

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("rare-label", Level::Fixed(Severity::Advice), Scope::Dataset);

/// Examples that a label should have. Our own floor: providers ask for more.
const FLOOR: u64 = 10;
const HELP: &str = "a label that the model has hardly seen, it will hardly give: add examples, or merge it with another";
/// Labels that a message names.
const NAMED: usize = 5;

/// Builds the rule.
pub fn build(context: &RuleContext) -> Option<Check> {
    let limits = context.limits("min-per-label");
    let rule = RareLabel { limits };
    context.inferred.is_none().then(|| Check::survey(rule))
}

struct RareLabel {
    /// What targets ask of every label.
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
            let asks = if targets.len() == 1 { "asks" } else { "ask" };
            let floor = format!(
                "the {} examples that {} {asks} for",
                limit.value,
                listed(targets)
            );
            if let Some((place, said)) = rare(survey, &labels, limit.value, &floor) {
                findings.report_at(place, limit.severity(true), || {
                    Message::new(said).help(HELP).targets(targets)
                });
            }
        }
        if total < ENOUGH {
            return;
        }
        if let Some((place, said)) = rare(survey, &labels, FLOOR, &counted(FLOOR, "example")) {
            findings.report_at(place, Severity::Advice, || Message::new(said).help(HELP));
        }
    }
}

/// Where the rarest label occurs first, and which have fewer than `floor` examples, in words.
fn rare(
    survey: &Survey,
    labels: &[(String, u64)],
    floor: u64,
    words: &str,
) -> Option<(Location, String)> {
    let below = labels.iter().rev().filter(|(_, count)| *count < floor);
    let rare: Vec<_> = below.collect();
    let (rarest, _) = rare.first()?;
    let set = survey.inferred.labels.as_ref()?;
    let first = set.labels.iter().find(|label| label.text == *rarest)?;
    let named = rare.iter().take(NAMED);
    let named = named.map(|(label, count)| format!("{} ({})", quoted(label, 40), grouped(*count)));
    let named: Vec<String> = named.collect();
    let have = match rare.len() {
        1 => "1 label has".to_owned(),
        many => format!("{} have", counted(many as u64, "label")),
    };
    let more = if rare.len() > NAMED { ", …" } else { "" };
    let said = format!("{have} fewer than {words}: {}{more}", named.join(", "));
    Some((first.counted.first.location(), said))
}
