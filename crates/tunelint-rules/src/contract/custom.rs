//! Custom rules: patterns in the settings that texts must not match.

use regex::Regex;

use super::rule::ExampleRule;
use tunelint_data::record::Field;
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The texts that a custom rule searches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The messages of one role.
    Role(Role),
    /// The texts of all messages.
    Any,
    /// A top-level field of the record, if its value is text.
    Field(String),
}

/// A custom rule: reports texts that match a pattern.
#[derive(Debug, Clone)]
pub struct CustomRule {
    /// The name, with the same lifetime as those in the registry.
    pub name: &'static str,
    /// The texts to search.
    pub subject: Subject,
    /// The pattern. Only the first match in each text is reported.
    pub pattern: Regex,
    /// The message of its findings.
    pub message: String,
    /// The severity of its findings.
    pub severity: Severity,
}

impl ExampleRule for CustomRule {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let mut search = |text: &tunelint_data::text::Text<'_>| {
            if let Some(found) = self.pattern.find(text.as_str()) {
                let span = text.span_of(found.start(), found.end());
                findings.report(example.record.at(span), self.severity, || {
                    Message::new(self.message.clone())
                });
            }
        };
        match &self.subject {
            Subject::Field(name) => {
                if let Some(Field::Text(text)) = example.record.body.field(name) {
                    search(&text);
                }
            }
            Subject::Any => example
                .turns
                .iter()
                .flat_map(|turn| &turn.texts)
                .for_each(search),
            Subject::Role(role) => {
                let turns = example.turns.iter().filter(|turn| turn.role == *role);
                turns.flat_map(|turn| &turn.texts).for_each(search);
            }
        }
    }
}
