//! Flags outputs that open with a stock phrase, such as `Sure!` or `Great question!`.

use std::sync::LazyLock;

use regex::Regex;

use crate::contract::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, RuleStatus, Scope,
};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::writer::edit::EditText;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "boilerplate-opening",
    Level::Fixed(Severity::Advice),
    Scope::Example,
)
.fix(FixKind::Unsafe)
.status(RuleStatus::Off);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(BoilerplateOpening))
}

static OPENING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\A(?:Sure(?: thing)?|Certainly|Of course|Absolutely|Definitely|Great question|Good question|No problem|Happy to help",
        r"|I(?:['’]d| would) be happy to help(?: you)?(?: with that)?)[!.,] +(\p{Lowercase})?",
    ))
    .ok()
});

struct BoilerplateOpening;

impl ExampleRule for BoilerplateOpening {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.output_texts() {
            let Some(captures) = OPENING
                .as_ref()
                .and_then(|pattern| pattern.captures(text.as_str()))
            else {
                continue;
            };
            let Some(opening) = captures.get(0) else {
                continue;
            };
            let next = captures.get(1).map_or("", |letter| letter.as_str());
            let end = opening.end() - next.len();
            findings.report(
                example.record.at(text.span_of(0, end)),
                Severity::Advice,
                || {
                    let phrase = text.as_str().get(..end).unwrap_or_default().trim_end();
                    Message::new(format!(
                        "output opens with boilerplate: {}",
                        quoted(phrase, 48)
                    ))
                    .help("start with the response itself, unless this opening is intended")
                    .fix(text.change(&example.record, &[(0..opening.end(), next.to_uppercase())]))
                },
            );
        }
    }
}
