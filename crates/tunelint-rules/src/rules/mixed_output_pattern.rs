//! An output with the same kind of content as nearly all others, written in another pattern.

use std::sync::Arc;

use super::mixed_number_style;
use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, RuleStatus, Scope};
use crate::survey::inferred::Inferred;
use crate::survey::inferred::numbers::DateStyle;
use crate::survey::inferred::outputs::is_quoted;
use crate::survey::inferred::patterns::{Deviation, DeviationKind, is_copied};
use crate::survey::inferred::shape::OutputShape;
use tunelint_data::text::decoded::range_in;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-output-pattern",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.status(RuleStatus::Preview)
.inferring();

/// The maximum number of characters shown of an output.
const SHOWN: usize = 60;

/// Builds the rule; `None` if outputs have no usual pattern, or none can deviate.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let patterns = &inferred.patterns;
    let deviates = patterns.is_known() && (!inferred.saw_all || patterns.may_deviate());
    // The label rules cover labels.
    let applies = deviates && inferred.labels.is_none();
    applies.then(|| Check::example(MixedOutputPattern { inferred }))
}

struct MixedOutputPattern {
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedOutputPattern {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.output().filter(|turn| !turn.is_blank()) else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        let Some(deviation) = self.inferred.patterns.deviation(body) else {
            return;
        };
        let copying = self.inferred.patterns.copied && copied(example, body);
        if copying || self.is_covered(body) || follows_input(example, &deviation) {
            return;
        }
        let place = example.record.at(turn.span_of(range_in(body, &text)));
        findings.report(
            place,
            severity(&deviation.convention, Evidence::Damaged),
            || Message::new(describe(&deviation)).help("write all outputs in the same pattern"),
        );
    }
}

impl MixedOutputPattern {
    /// Whether a rule for numbers, dates, quotes or formats reports the output.
    fn is_covered(&self, body: &str) -> bool {
        let outputs = &self.inferred.outputs;
        let date = outputs.date.as_ref().zip(DateStyle::of(body));
        let shape = outputs.shape.as_ref();
        let text = shape.is_some_and(|shape| shape.value == OutputShape::Text);
        let format = shape.is_some_and(|shape| shape.value.excludes(OutputShape::of(body), body));
        mixed_number_style::deviation(outputs, body).is_some()
            || date.is_some_and(|(usual, style)| usual.value != style)
            || outputs.quoted.is_some() && text && is_quoted(body)
            || format
    }
}

/// Whether the output is copied from the input.
fn copied(example: &Example<'_>, body: &str) -> bool {
    let prompt = example.prompt();
    prompt.is_some_and(|turn| is_copied(body, &turn.joined()))
}

/// Whether the input has the unit, by which the output differs from the usual pattern.
fn follows_input(example: &Example<'_>, deviation: &Deviation) -> bool {
    let Some(unit) = deviation.unit() else {
        return false;
    };
    let prompt = example.prompt();
    prompt.is_some_and(|turn| names(&turn.joined(), &unit))
}

/// Whether a text has a unit that is not part of a longer word.
fn names(text: &str, unit: &str) -> bool {
    text.match_indices(unit).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text
            .get(at + unit.len()..)
            .and_then(|after| after.chars().next());
        let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        let word = unit.chars().all(char::is_alphabetic);
        !word || !letter(before) && !letter(after)
    })
}

fn describe(deviation: &Deviation) -> String {
    let Deviation {
        kind,
        found,
        usual,
        convention,
    } = deviation;
    let share = convention.percent();
    match kind {
        DeviationKind::Fence => format!("output in code fences; {share} of outputs have none"),
        DeviationKind::NoFence => {
            format!("output without code fences; {share} of outputs have them")
        }
        DeviationKind::Semicolon => {
            format!("`;` at the end; {share} of such outputs end without it")
        }
        DeviationKind::NoSemicolon => {
            format!("no `;` at the end; {share} of such outputs end with it")
        }
        DeviationKind::Marker => format!("list marker `{found}`; {share} of lists have `{usual}`"),
        DeviationKind::Separator => {
            format!("items separated by `{found}`; {share} of lists use `{usual}`")
        }
        DeviationKind::Heading => {
            let found = quoted(found, SHOWN);
            format!("{found} before the output; {share} of outputs have no such heading")
        }
        DeviationKind::Date => format!("date in the format {found}; {share} of dates are {usual}"),
        DeviationKind::Value => {
            let (found, usual) = (quoted(found, SHOWN), quoted(usual, SHOWN));
            format!("{found}: {share} of outputs are like {usual}")
        }
    }
}
