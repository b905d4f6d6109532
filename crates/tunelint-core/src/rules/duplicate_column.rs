//! Two columns of one name.

use crate::finding::{Findings, Message, Severity};
use crate::position::Location;
use crate::printable::quoted;
use crate::reader::Reader;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "duplicate-column",
    Level::Fixed(Severity::Error),
    Scope::Source,
);

/// Reports every name that an earlier column has.
pub(crate) fn report(reader: &Reader, findings: &mut Findings<'_>) {
    let source = reader.source;
    let names = &reader.header.names;
    for (index, name) in names.iter().enumerate() {
        if names.iter().take(index).any(|earlier| earlier == name) {
            findings.report_at_as(
                "duplicate-column",
                Location::whole(source),
                Severity::Error,
                || {
                    let shown = quoted(name, 40);
                    let message = if name.is_empty() {
                        "two columns have no name".to_owned()
                    } else {
                        format!("two columns are called {shown}; only the first would be read")
                    };
                    Message::new(message).help("give every column a name of its own")
                },
            );
        }
    }
}
