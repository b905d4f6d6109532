//! An output that ends with a period, or without one, unlike nearly all others.

use std::sync::Arc;

use crate::contract::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, RuleStatus, Scope,
};
use crate::survey::inferred::outputs::ends_sentence;
use crate::survey::inferred::{Inferred, Majority};
use tunelint_data::text::decoded::range_in;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-terminal-punctuation",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.status(RuleStatus::Off)
.inferring();

/// Builds the rule; `None` unless nearly all outputs end with a period, or nearly none does.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let ended = inferred.outputs.ended?;
    inferred
        .may_depart(&ended)
        .then(|| Check::example(MixedTerminalPunctuation { ended, inferred }))
}

struct MixedTerminalPunctuation {
    ended: Majority<bool>,
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedTerminalPunctuation {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output().filter(|turn| !turn.is_blank()) else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        let Some(ended) = ends_sentence(body).filter(|ended| *ended != self.ended.value) else {
            return;
        };
        let last = body.chars().next_back().map_or(0, char::len_utf8);
        let end = range_in(body, &text).end;
        let range = if ended { end - last..end } else { end..end };
        findings.report(
            example.record.at(turn.span_of(range.clone())),
            Severity::Advice,
            || {
                let what = if ended {
                    "period at the end"
                } else {
                    "no period at the end"
                };
                let with = if ended { "" } else { "." };
                Message::new(format!(
                    "{what}, unlike {} of outputs",
                    self.ended.percent()
                ))
                .help("end all outputs the same way")
                .fix(Fix::of_text([turn.edit(&example.record, range, with)]))
            },
        );
    }
}
