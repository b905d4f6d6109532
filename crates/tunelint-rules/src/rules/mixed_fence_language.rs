//! A code block whose language is named in another way than in nearly all other outputs.

use std::sync::Arc;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, RuleStatus, Scope};
use crate::survey::inferred::Inferred;
use crate::survey::inferred::fences::FenceFault;
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-fence-language",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.status(RuleStatus::Preview)
.inferring();

/// The maximum number of characters shown of a name.
const SHOWN: usize = 30;

/// Builds the rule in the second pass; `None` unless languages are named in one way.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let fences = &inferred.fences;
    let deviates = !fences.is_empty() && (!inferred.saw_all || fences.may_deviate());
    deviates.then(|| Check::example(MixedFenceLanguage { inferred }))
}

struct MixedFenceLanguage {
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedFenceLanguage {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let [text] = turn.texts.as_slice() else {
            return;
        };
        let fault = Some(text).filter(|text| text.has(Mark::At));
        let Some((range, fault)) = fault.and_then(|text| self.inferred.fences.fault(text.as_str()))
        else {
            return;
        };
        let span = text.span_of(range.start, range.end);
        findings.report(example.record.at(span), severity_of(&fault), || {
            let (message, help) = match fault {
                FenceFault::Name(name, usual) => (
                    format!(
                        "code block named {}; {} of such blocks are named {}",
                        quoted(name, SHOWN),
                        usual.percent(),
                        quoted(&usual.value, SHOWN)
                    ),
                    "use one name for the language in all outputs",
                ),
                FenceFault::Unnamed(usual) => (
                    format!(
                        "code block without a language; {} of outputs with code blocks name it",
                        usual.percent()
                    ),
                    "add the language after the opening fence",
                ),
            };
            Message::new(message).help(help)
        });
    }
}

/// Another name of a language is damaged; a block without one may hold no code.
fn severity_of(fault: &FenceFault<'_>) -> Severity {
    match fault {
        FenceFault::Name(_, usual) => severity(usual, Evidence::Damaged),
        FenceFault::Unnamed(usual) => severity(usual, Evidence::Absent),
    }
}
