//! An XML output that is not well-formed, or has other tags or attributes than nearly all others.

use std::sync::Arc;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, RuleStatus, Scope};
use crate::survey::inferred::Inferred;
use crate::survey::inferred::xml::XmlTags;
use crate::survey::inferred::xml_syntax::XmlFault;
use tunelint_data::text::decoded::range_in;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-xml-tags",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.status(RuleStatus::Preview)
.inferring();

/// The maximum number of characters shown of a tag.
const SHOWN: usize = 40;

/// Builds the rule in the second pass; `None` unless nearly all outputs are XML.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let tags = inferred.xml.clone()?;
    Some(Check::example(MixedXmlTags { tags, inferred }))
}

struct MixedXmlTags {
    tags: XmlTags,
    inferred: Arc<Inferred>,
}

impl ExampleRule for MixedXmlTags {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let text = turn.joined();
        let body = self.inferred.outputs.body(&text);
        let Some((range, fault)) = self.tags.fault(body) else {
            return;
        };
        let start = range_in(body, &text).start;
        let span = turn.span_of(start + range.start..start + range.end);
        findings.report(example.record.at(span), self.severity_of(&fault), || {
            let (what, help) = self.describe(&fault);
            Message::new(what).help(help)
        });
    }
}

impl MixedXmlTags {
    /// XML that is not well-formed is damaged; a tag may be optional.
    fn severity_of(&self, fault: &XmlFault) -> Severity {
        match fault {
            XmlFault::Unclosed(_) | XmlFault::Unopened(_) | XmlFault::Unfinished => {
                severity(&self.tags.valid, Evidence::Damaged)
            }
            XmlFault::Unknown(_, with) => severity(&with.rest(), Evidence::Absent),
            XmlFault::Missing(_, with) | XmlFault::MissingAttribute { with, .. } => {
                severity(with, Evidence::Absent)
            }
            XmlFault::Unquoted(_) | XmlFault::UnknownEntity(_) | XmlFault::BareAmpersand => {
                let strict = self.tags.strict.as_ref();
                strict.map_or(Severity::Advice, |strict| {
                    severity(strict, Evidence::Damaged)
                })
            }
        }
    }

    /// The message about a fault, and the help.
    fn describe(&self, fault: &XmlFault) -> (String, &'static str) {
        let opening = |tag: &str| quoted(&format!("<{tag}>"), SHOWN);
        let valid = self.tags.valid.percent();
        let same = "use the same tags in every output";
        match fault {
            XmlFault::Unclosed(tag) => (
                format!(
                    "{} is not closed; {valid} of outputs are well-formed XML",
                    opening(tag)
                ),
                "close the tag",
            ),
            XmlFault::Unopened(tag) => (
                format!(
                    "{} without {}; {valid} of outputs are well-formed XML",
                    opening(&format!("/{tag}")),
                    opening(tag)
                ),
                "open the tag, or correct its name",
            ),
            XmlFault::Unfinished => (
                format!("`<` without `>`; {valid} of outputs are well-formed XML"),
                "complete the tag",
            ),
            XmlFault::Unknown(tag, with) if with.holders == 0 => (
                format!(
                    "unknown tag {}; no other of the outputs compared has it",
                    opening(tag)
                ),
                same,
            ),
            XmlFault::Unknown(tag, with) => (
                format!(
                    "unknown tag {}; {} of outputs have it",
                    opening(tag),
                    with.percent()
                ),
                same,
            ),
            XmlFault::Missing(tag, with) => (
                format!(
                    "no tag {}; {} of outputs have it",
                    opening(tag),
                    with.percent()
                ),
                same,
            ),
            XmlFault::MissingAttribute { tag, name, with } => (
                format!(
                    "no attribute {} in {}; {} of outputs with the tag have it",
                    quoted(name, SHOWN),
                    opening(tag),
                    with.percent()
                ),
                "use the same attributes in every output",
            ),
            XmlFault::Unquoted(_) | XmlFault::UnknownEntity(_) | XmlFault::BareAmpersand => {
                self.describe_loose(fault)
            }
        }
    }

    /// The same about a fault that HTML allows.
    fn describe_loose(&self, fault: &XmlFault) -> (String, &'static str) {
        let (what, help) = match fault {
            XmlFault::Unquoted(name) => (
                format!(
                    "the value of attribute {} is not in quotes",
                    quoted(name, SHOWN)
                ),
                "put the value in quotes",
            ),
            XmlFault::UnknownEntity(name) => (
                format!("unknown entity {}", quoted(&format!("&{name};"), SHOWN)),
                "write the character that it stands for",
            ),
            _ => ("`&` without an entity".to_owned(), "write `&amp;`"),
        };
        let strict = self
            .tags
            .strict
            .map_or_else(String::new, |strict| strict.percent());
        (
            format!("{what}; {strict} of outputs have valid attributes and entities"),
            help,
        )
    }
}
