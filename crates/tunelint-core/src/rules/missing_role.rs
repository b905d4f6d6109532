//! A turn that does not say whose it is.

use crate::finding::{Findings, Message, Severity};
use crate::json::Value;
use crate::position::Span;
use crate::printable::quoted;
use crate::record::Record;
use crate::rule::{Level, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "missing-role",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Reports that `turn` has nothing under `key`; `near` is a key that may have been meant for it,
/// `roles` are the names that could stand there.
pub(crate) fn report(
    record: &Record<'_>,
    turn: Value<'_>,
    key: &str,
    near: Option<&str>,
    roles: &[&str],
    findings: &mut Findings<'_>,
) {
    let start = turn.span().start;
    let place = record.at(Span::new(start, start + 1));
    findings.report_as(META.name, place, Severity::Error, || {
        let message = Message::new(format!("the turn has no {}", quoted(key, 20)));
        match near {
            Some(near) => message.help(format!(
                "did you mean {} where {} stands?",
                quoted(key, 20),
                quoted(near, 40)
            )),
            None => message.help(format!("say whose turn it is: {}", roles.join(", "))),
        }
    });
}
