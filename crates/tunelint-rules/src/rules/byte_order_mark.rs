//! A byte order mark at the start of a file.

use crate::contract::{
    Check, FixKind, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule, TargetFact,
};
use tunelint_data::source::BYTE_ORDER_MARK;
use tunelint_data::text::position::{Location, SourceId};
use tunelint_layouts::finding::{Applicability, Edit, Findings, Fix, Message, Severity};
use tunelint_layouts::provider::limit::say;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "byte-order-mark",
    Level::Fixed(Severity::Advice),
    Scope::Source,
)
.fix(FixKind::Safe);

/// Builds the rule; some targets ask for the mark.
pub fn build(context: &RuleContext) -> Option<Check> {
    Some(Check::source(ByteOrderMark {
        required: context.requires("byte-order-mark"),
    }))
}

struct ByteOrderMark {
    /// The targets that ask for it.
    required: Vec<TargetFact>,
}

impl SourceRule for ByteOrderMark {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        if reader.shape.is_ok() {
            let present = reader.facts().byte_order_mark;
            report(reader.source, present, &self.required, findings);
        }
    }
}

/// Reports the mark; where targets ask for it, that it is missing.
fn report(source: SourceId, there: bool, wanted: &[TargetFact], findings: &mut Findings<'_>) {
    match (there, wanted) {
        (true, []) => present(source, findings),
        (false, wanted) => wanted
            .iter()
            .for_each(|fact| absent(source, fact, findings)),
        (true, _) => {}
    }
}

fn absent(source: SourceId, fact: &TargetFact, findings: &mut Findings<'_>) {
    findings.report_at(Location::whole(source), fact.severity(), || {
        let ask = say(&fact.targets, "asks", "ask", "for one");
        Message::new(format!(
            "the file does not start with a byte order mark: {ask}"
        ))
        .help("save it as UTF-8 with BOM before you upload it there")
        .targets(&fact.targets)
    });
}

fn present(source: SourceId, findings: &mut Findings<'_>) {
    findings.report_at(Location::whole(source), Severity::Advice, || {
        let length = BYTE_ORDER_MARK.len() as u64;
        let edits = vec![Edit {
            offset: 0,
            length,
            text: String::new(),
        }];
        Message::new("the file starts with a byte order mark, which some programs take for data")
            .help("save it as UTF-8 without BOM")
            .fix(Fix {
                applicability: Applicability::Safe,
                edits,
            })
    });
}
