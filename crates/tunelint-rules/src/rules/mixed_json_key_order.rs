//! Flags JSON outputs with the usual keys in another order.

use std::sync::Arc;

use crate::contract::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, RuleStatus, Scope,
};
use crate::survey::inferred::outputs::sorted;
use crate::survey::inferred::shape::{json_keys, listed};
use crate::survey::inferred::{Inferred, Majority};
use tunelint_data::record::json::Parser;
use tunelint_data::text::decoded::range_in;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-json-key-order",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.status(RuleStatus::Preview)
.inferring();

/// Builds the check in the second pass; `None` if keys have no usual order, or none can deviate.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let order = inferred.outputs.key_order.clone()?;
    inferred
        .may_depart(&order)
        .then(|| Check::example(MixedJsonKeyOrder { order, inferred }))
}

struct MixedJsonKeyOrder {
    order: Majority<Vec<String>>,
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedJsonKeyOrder {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        let Some(keys) = json_keys(body) else { return };
        if keys == self.order.value || sorted(&keys) != sorted(&self.order.value) {
            return;
        }
        let range = range_in(body, &text);
        findings.report(
            example.record.at(turn.span_of(range.clone())),
            Severity::Advice,
            || {
                let usual: Vec<&str> = self.order.value.iter().map(String::as_str).collect();
                let edit = self
                    .reordered(body)
                    .and_then(|with| turn.edit(&example.record, range, &with));
                Message::new(format!(
                    "JSON keys in another order than in {} of outputs: {}",
                    self.order.percent(),
                    listed(&usual)
                ))
                .help("use one key order in all outputs")
                .fix(Fix::of_text([edit]))
            },
        );
    }
}

impl MixedJsonKeyOrder {
    /// The object with its members in the usual order. Members move as written; the text between
    /// them stays in place.
    fn reordered(&self, body: &str) -> Option<String> {
        let mut parser = Parser::new();
        let entries: Vec<_> = parser.parse(body).ok()?.root().entries().collect();
        let member = |entry: &tunelint_data::record::json::Entry<'_>| {
            entry.key_span.start..entry.value.span().end
        };
        let (mut out, mut from) = (String::new(), 0);
        for (slot, key) in entries.iter().zip(&self.order.value) {
            let moved = entries.iter().find(|entry| entry.key == key)?;
            out.push_str(body.get(from..member(slot).start)?);
            out.push_str(body.get(member(moved))?);
            from = member(slot).end;
        }
        out.push_str(body.get(from..)?);
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reordered(body: &str) -> Option<String> {
        let rule = MixedJsonKeyOrder {
            order: Majority {
                value: ["item", "number", "note"].map(str::to_owned).to_vec(),
                holders: 19,
                of: 20,
            },
            inferred: Arc::default(),
        };
        rule.reordered(body)
    }

    #[test]
    fn members_move_as_written_and_the_text_between_them_stays() {
        assert_eq!(
            reordered(
                "{\n  \"note\" : [1, {\"number\": 2}],\n  \"number\":1.0, \"item\": \"\\u00e9\" }"
            )
            .as_deref(),
            Some(
                "{\n  \"item\": \"\\u00e9\",\n  \"number\":1.0, \"note\" : [1, {\"number\": 2}] }"
            )
        );
    }

    #[test]
    fn an_object_without_one_of_the_keys_is_not_changed() {
        assert_eq!(reordered("{\"number\":1,\"item\":\"é\",\"other\":0}"), None);
        assert_eq!(reordered("{\"number\":1,"), None);
    }
}
