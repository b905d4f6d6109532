//! Flags JSON outputs whose keys differ from nearly all others.

use std::sync::Arc;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::names::is_near;
use crate::survey::inferred::outputs::sorted;
use crate::survey::inferred::shape::{json_keys, listed};
use crate::survey::inferred::{Inferred, Majority};
use tunelint_data::text::decoded::range_in;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-json-keys",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.inferring();

/// Builds the check in the second pass; `None` if there are no usual keys, or none can deviate.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let keys = inferred.outputs.keys.clone()?;
    inferred
        .may_depart(&keys)
        .then(|| Check::example(MixedJsonKeys { keys, inferred }))
}

struct MixedJsonKeys {
    keys: Majority<Vec<String>>,
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedJsonKeys {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        let Some(keys) = json_keys(body).map(|keys| sorted(&keys)) else {
            return;
        };
        if keys == self.keys.value {
            return;
        }
        let place = example.record.at(turn.span_of(range_in(body, &text)));
        let evidence = Evidence::damaged_if(is_near(&self.keys.value, &keys));
        findings.report(place, severity(&self.keys, evidence), || {
            let only = |these: &[String], those: &[String]| {
                let only: Vec<&str> = these
                    .iter()
                    .filter(|key| !those.contains(key))
                    .map(String::as_str)
                    .collect();
                (!only.is_empty()).then(|| listed(&only))
            };
            let (missing, extra) = (only(&self.keys.value, &keys), only(&keys, &self.keys.value));
            let difference = match (missing, extra) {
                (Some(missing), Some(extra)) => format!("{extra} instead of {missing}"),
                (Some(missing), None) => format!("missing {missing}"),
                (None, Some(extra)) => format!("extra {extra}"),
                (None, None) => "different keys".to_owned(),
            };
            Message::new(format!(
                "JSON keys differ from {} of JSON outputs: {difference}",
                self.keys.percent()
            ))
            .help("use the same keys in every output, with null or an empty value where needed")
        });
    }
}
