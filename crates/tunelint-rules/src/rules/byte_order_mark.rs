//! Flags a byte order mark at the start of a file, or the lack of one where a target requires it.

use crate::contract::{
    Check, FixKind, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule, TargetFact,
};
use tunelint_data::source::BYTE_ORDER_MARK;
use tunelint_data::text::position::{Location, SourceId};
use tunelint_layouts::finding::{Applicability, Edit, Findings, Fix, Message, Severity};
use tunelint_layouts::provider::limit::target_sentence;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "byte-order-mark",
    Level::Fixed(Severity::Advice),
    Scope::Source,
)
.fix(FixKind::Safe);

/// Builds the check; never `None`. With targets that require the mark, its absence is reported.
pub fn build(context: &RuleContext) -> Option<Check> {
    Some(Check::source(ByteOrderMark {
        required: context.requires("byte-order-mark"),
    }))
}

struct ByteOrderMark {
    /// The targets that require the mark.
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

/// Reports the mark, or that it is missing where a target requires it.
fn report(source: SourceId, present: bool, required: &[TargetFact], findings: &mut Findings<'_>) {
    match (present, required) {
        (true, []) => report_present(source, findings),
        (false, required) => required
            .iter()
            .for_each(|fact| report_missing(source, fact, findings)),
        (true, _) => {}
    }
}

fn report_missing(source: SourceId, fact: &TargetFact, findings: &mut Findings<'_>) {
    findings.report_at(Location::whole(source), fact.impact(), || {
        let requirement = target_sentence(&fact.targets, "asks for", "ask for", "one");
        Message::new(format!("missing byte order mark: {requirement}"))
            .help("save the file as UTF-8 with BOM before uploading it")
    });
}

fn report_present(source: SourceId, findings: &mut Findings<'_>) {
    findings.report_at(Location::whole(source), Severity::Advice, || {
        let length = BYTE_ORDER_MARK.len() as u64;
        let edits = vec![Edit {
            offset: 0,
            length,
            text: String::new(),
        }];
        Message::new("byte order mark at the start of the file; some programs read it as data")
            .help("save the file as UTF-8 without BOM")
            .fix(Fix {
                applicability: Applicability::Safe,
                edits,
            })
    });
}
