//! An output in quotes, in a set where nearly none is.

use std::sync::Arc;

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::outputs::is_quoted;
use crate::survey::inferred::shape::Shape;
use crate::survey::inferred::{Inferred, Majority};
use tunelint_data::text::decoded::range_in;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-quoting",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the rule, where few outputs stand in quotes.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let bare = inferred.outputs.quoted?;
    // Among values, a text in quotes is one of them.
    let prose = inferred
        .outputs
        .shape
        .is_some_and(|shape| shape.value == Shape::Text);
    (prose && inferred.may_depart(&bare)).then(|| Check::example(MixedQuoting { bare, inferred }))
}

struct MixedQuoting {
    bare: Majority<bool>,
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedQuoting {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.output() else { return };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        if !is_quoted(body) || self.is_label(body) || is_quotation(example, body) {
            return;
        }
        let range = range_in(body, &text);
        findings.report(
            example.record.at(turn.span_of(range.clone())),
            Severity::Warning,
            || {
                let inner = inside(body);
                Message::new(format!(
                    "this output stands in quotes, {} of outputs do not",
                    self.bare.percent()
                ))
                .help("remove the quotes, or the model will sometimes write them")
                .fix(Fix::of_text([turn.edit(&example.record, range, inner)]))
            },
        );
    }
}

impl MixedQuoting {
    /// A label in quotes is another spelling of it.
    fn is_label(&self, body: &str) -> bool {
        let labels = self.inferred.labels.as_ref();
        labels.is_some_and(|labels| labels.spellings.contains_key(body))
    }
}

/// An answer that stands in the input, quotes and all, is quoted from there.
fn is_quotation(example: &Example<'_>, body: &str) -> bool {
    example
        .prompt()
        .is_some_and(|turn| turn.joined().contains(body))
}

/// A text without its first and last character.
fn inside(body: &str) -> &str {
    let mut chars = body.chars();
    chars.next();
    chars.next_back();
    chars.as_str()
}
