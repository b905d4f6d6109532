//! An output wrapped in quotes, in a dataset where nearly no output is.

use std::sync::Arc;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::outputs::is_quoted;
use crate::survey::inferred::shape::OutputShape;
use crate::survey::inferred::{Inferred, Majority};
use tunelint_data::text::decoded::range_in;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-quoting",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the rule; `None` unless outputs are mostly plain text and few of them are quoted.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let bare = inferred.outputs.quoted?;
    // Where outputs are values such as JSON, a quoted string is an ordinary value.
    let prose = inferred
        .outputs
        .shape
        .is_some_and(|shape| shape.value == OutputShape::Text);
    (prose && inferred.may_depart(&bare)).then(|| Check::example(MixedQuoting { bare, inferred }))
}

struct MixedQuoting {
    bare: Majority<bool>,
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedQuoting {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        if !is_quoted(body) || self.is_label(body) || is_quotation(example, body) {
            return;
        }
        let range = range_in(body, &text);
        findings.report(
            example.record.at(turn.span_of(range.clone())),
            severity(&self.bare, Evidence::Absent),
            || {
                let inner = unquoted(body);
                Message::new(format!(
                    "quoted output; {} of outputs have no quotes",
                    self.bare.percent()
                ))
                .help("remove the quotes")
                .fix(Fix::of_text([turn.edit(&example.record, range, inner)]))
            },
        );
    }
}

impl MixedQuoting {
    /// Whether this is another spelling of a label, which is `mixed-label-spelling`.
    fn is_label(&self, body: &str) -> bool {
        let labels = self.inferred.labels.as_ref();
        labels.is_some_and(|labels| labels.spellings.contains_key(body))
    }
}

/// Whether the input contains the output with its quotes, or ends a line with a quotation likewise:
/// then the quotes belong to the content.
fn is_quotation(example: &Example<'_>, body: &str) -> bool {
    let (open, close) = (body.chars().next(), body.chars().next_back());
    let (Some(open), Some(close)) = (open, close) else {
        return false;
    };
    let quotes = |line: &str| {
        let inner = line.trim_end().strip_suffix(close).unwrap_or_default();
        let mut opened = inner.match_indices(open);
        // An apostrophe is inside a word.
        opened.any(|(at, _)| {
            !inner
                .get(..at)
                .is_some_and(|before| before.ends_with(char::is_alphanumeric))
        })
    };
    example.prompt().is_some_and(|turn| {
        let text = turn.joined();
        text.contains(body) || text.lines().any(quotes)
    })
}

/// `text` without its first and last character.
fn unquoted(text: &str) -> &str {
    let mut chars = text.chars();
    chars.next();
    chars.next_back();
    chars.as_str()
}
