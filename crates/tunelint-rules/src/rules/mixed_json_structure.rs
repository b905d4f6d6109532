//! A JSON output whose types or nested keys differ from those of nearly all others.

use std::sync::Arc;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, RuleStatus, Scope};
use crate::survey::inferred::Inferred;
use crate::survey::inferred::json_structure::{JsonDeviation, JsonDeviationKind, JsonStructure};
use tunelint_data::record::json::Kind;
use tunelint_data::text::decoded::range_in;
use tunelint_data::text::printable::{grouped, quoted};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-json-structure",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.status(RuleStatus::Preview)
.inferring();

/// The maximum number of findings in one output. One with more is another kind of output.
const MAX_PER_OUTPUT: usize = 3;
/// The maximum number of characters shown of a path.
const SHOWN: usize = 60;

/// Builds the rule in the second pass; `None` if outputs are no JSON objects, or none can deviate.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let structure = inferred.json.clone()?;
    let deviates = !inferred.saw_all || structure.may_deviate();
    deviates.then(|| {
        Check::example(MixedJsonStructure {
            structure,
            inferred,
        })
    })
}

struct MixedJsonStructure {
    structure: JsonStructure,
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedJsonStructure {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        let mut found = self.structure.deviations(body);
        found.retain(|deviation| !self.is_covered(deviation));
        let start = range_in(body, &text).start;
        let more = found.len().saturating_sub(MAX_PER_OUTPUT);
        for (at, deviation) in found.iter().take(MAX_PER_OUTPUT).enumerate() {
            let range = start + deviation.range.start..start + deviation.range.end;
            let place = example.record.at(turn.span_of(range));
            findings.report(place, severity_of(deviation), || {
                let more = match more {
                    more if more > 0 && at + 1 == MAX_PER_OUTPUT => {
                        format!("; {} more in this output", grouped(more as u64))
                    }
                    _ => String::new(),
                };
                Message::new(format!("{}{more}", describe(deviation))).help(help(deviation))
            });
        }
    }
}

impl MixedJsonStructure {
    /// Whether `mixed-json-keys` reports it: keys of the outermost object, if they have a usual set.
    fn is_covered(&self, deviation: &JsonDeviation) -> bool {
        let is_key = !matches!(deviation.kind, JsonDeviationKind::Type(..));
        is_key && self.inferred.outputs.keys.is_some() && deviation.depth == 1
    }
}

/// A value of another type or under another name is damaged; a missing one may be optional.
fn severity_of(deviation: &JsonDeviation) -> Severity {
    match &deviation.kind {
        JsonDeviationKind::Type(Kind::Null, usual) => severity(usual, Evidence::Absent),
        JsonDeviationKind::Type(_, usual) => severity(usual, Evidence::Damaged),
        JsonDeviationKind::Renamed(_, with) => severity(with, Evidence::Damaged),
        JsonDeviationKind::Missing(with) => severity(with, Evidence::Absent),
        JsonDeviationKind::Extra(with) => severity(&with.rest(), Evidence::Absent),
    }
}

fn describe(deviation: &JsonDeviation) -> String {
    let path = quoted(&deviation.path, SHOWN);
    // An item of a list is not an output.
    let all = match deviation.path.contains("[]") {
        true => "items",
        false => "outputs",
    };
    match &deviation.kind {
        JsonDeviationKind::Type(found, usual) => format!(
            "{path} is {} here, {} in {} of {all}",
            found.describe(),
            usual.value.describe(),
            usual.percent()
        ),
        JsonDeviationKind::Missing(with) => {
            format!("{path} is missing; {} of {all} have it", with.percent())
        }
        JsonDeviationKind::Renamed(key, with) => {
            let key = quoted(key, SHOWN);
            format!(
                "{path} instead of {key}; {} of {all} have {key}",
                with.percent()
            )
        }
        JsonDeviationKind::Extra(with) if with.holders == 0 => {
            format!("extra {path}; no other of the outputs compared has it")
        }
        JsonDeviationKind::Extra(with) => {
            format!("extra {path}; {} of {all} have it", with.percent())
        }
    }
}

fn help(deviation: &JsonDeviation) -> &'static str {
    match deviation.kind {
        JsonDeviationKind::Type(_, usual) if usual.value == Kind::Array => {
            "write the value as a list in every output, empty where there is nothing"
        }
        JsonDeviationKind::Type(..) => "write the value in one type in every output",
        _ => "use the same keys in every output, with null or an empty value where needed",
    }
}
