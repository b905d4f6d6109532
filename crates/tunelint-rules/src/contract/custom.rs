//! Rules of the user's own: a pattern that a text must not hold.

use regex::Regex;

use super::rule::ExampleRule;
use tunelint_data::record::Field;
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What a pattern is looked for in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The texts of one role.
    Role(Role),
    /// Every text of the example.
    Any,
    /// A field of the record by its name.
    Field(String),
}

/// A pattern rule.
#[derive(Debug, Clone)]
pub struct CustomRule {
    /// Its name; it lives as long as the program, like those of the registry.
    pub name: &'static str,
    /// Where to look.
    pub subject: Subject,
    /// What is not wanted.
    pub pattern: Regex,
    /// What to say.
    pub message: String,
    /// How much it matters.
    pub severity: Severity,
}

impl ExampleRule for CustomRule {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let mut look = |text: &tunelint_data::text::Text<'_>| {
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
                    look(&text);
                }
            }
            Subject::Any => example
                .turns
                .iter()
                .flat_map(|turn| &turn.texts)
                .for_each(look),
            Subject::Role(role) => {
                let turns = example.turns.iter().filter(|turn| turn.role == *role);
                turns.flat_map(|turn| &turn.texts).for_each(look);
            }
        }
    }
}
