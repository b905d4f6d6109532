//! A placeholder that was never filled in: `{{name}}`, `[insert date]`, lorem ipsum, or nothing but `TODO`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Match, Regex};

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::plateau::is_cjk;
use tunelint_data::text::Text;
use tunelint_data::text::code_detection::is_code;
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "placeholder-text",
    Level::Fixed(Severity::Warning),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(PlaceholderText))
}

static PLACEHOLDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\{\{ ?[A-Za-z_][A-Za-z0-9_ .-]*\}\}",
        r"|(?i)\[(?:insert|your) [^\[\]\n]+\]",
        r"|\blorem ipsum\b",
    ))
    .ok()
});

/// Outputs that are nothing but a placeholder.
const WHOLE: [&str; 10] = [
    "TODO",
    "TBD",
    "TBA",
    "FIXME",
    "<answer>",
    "<response>",
    "<output>",
    "[answer]",
    "[response]",
    "[output]",
];

/// Words in an input by which placeholders are part of the task.
const TEMPLATE_WORDS: [&str; 8] = [
    "template",
    "placeholder",
    "lorem",
    "jinja",
    "handlebars",
    "mustache",
    "vue",
    "angular",
];

/// Maximum number of bytes of a placeholder; anything longer is a remark in brackets.
const MAX_BYTES: usize = 64;

struct PlaceholderText;

impl ExampleRule for PlaceholderText {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        check_whole(example, findings);
        let mut places = example
            .turns
            .iter()
            .flat_map(|turn| turn.texts.iter().map(|text| (text, turn.role)))
            .filter_map(|(text, role)| Some((text, placeholder(text, role)?)))
            .peekable();
        if places.peek().is_none()
            || example.texts().any(is_code)
            || example.asks_for(&TEMPLATE_WORDS)
        {
            return;
        }
        for (text, range) in places {
            let span = text.span_of(range.start, range.end);
            findings.report(example.record.at(span), Severity::Warning, || {
                let found = text.as_str().get(range).unwrap_or_default();
                Message::new(format!("unfilled placeholder {}", quoted(found, 40)))
                    .help("replace it with the actual value")
            });
        }
    }
}

/// Reports outputs that are nothing but a placeholder, unless the input has it.
fn check_whole(example: &Example<'_>, findings: &mut Findings<'_>) {
    for text in example.output_texts() {
        let whole = text.as_str().trim().trim_end_matches(['.', ':']);
        let mut inputs = example.input().iter().flat_map(|turn| &turn.texts);
        if !WHOLE.contains(&whole) || inputs.any(|input| input.as_str().contains(whole)) {
            continue;
        }
        findings.report(example.record.at(text.span()), Severity::Warning, || {
            Message::new(format!(
                "output is only the placeholder {}",
                quoted(whole, 40)
            ))
            .help("write the actual output, or remove the record")
        });
    }
}

/// The first placeholder of `text`. In inputs only `{{…}}` counts: brackets and lorem ipsum may
/// describe the expected format of the output.
fn placeholder(text: &Text<'_>, role: Role) -> Option<Range<usize>> {
    let is_output = role == Role::Model;
    let may = text.has(Mark::Placeholder) || (is_output && text.has(Mark::Filler));
    let pattern = may.then(|| PLACEHOLDER.as_ref()).flatten()?;
    let fits = |found: &Match<'_>| {
        let before = text.as_str().get(..found.start()).unwrap_or_default();
        match found.as_str().starts_with('{') {
            true => role != Role::User || !has_filter(text.as_str()),
            // After a word, it is an index or an argument: `𝓝[insert y s]`.
            false => is_output && !before.ends_with(|c: char| c.is_alphanumeric() && !is_cjk(c)),
        }
    };
    let mut found = pattern.find_iter(text.as_str());
    let placeholder = found.find(|found| found.len() <= MAX_BYTES && fits(found))?;
    Some(placeholder.range())
}

/// Whether a text has a filter in braces, `{{ sum | currency }}`: template code that a user asks about.
fn has_filter(text: &str) -> bool {
    let mut braces = text.split("{{").skip(1);
    braces.any(|rest| {
        rest.split("}}")
            .next()
            .is_some_and(|inner| inner.contains('|'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunelint_data::text::position::Span;

    fn found(text: &str, role: Role) -> Option<String> {
        let composed = Text::composed(text.to_owned(), Span::at(0));
        let range = placeholder(&composed, role)?;
        Some(text.get(range).unwrap().to_owned())
    }

    #[test]
    fn in_inputs_only_double_braces_count() {
        let text = "Lorem ipsum [Your name] {{ user_name }}";
        assert_eq!(found(text, Role::Model).as_deref(), Some("Lorem ipsum"));
        for role in [Role::User, Role::System, Role::Tool] {
            assert_eq!(found(text, role).as_deref(), Some("{{ user_name }}"));
        }
    }

    #[test]
    fn code_is_no_placeholder() {
        assert_eq!(
            found(
                "| {{ entry.note }} | {{ entry.sum | currency }} |",
                Role::User
            ),
            None
        );
        for role in [Role::System, Role::User] {
            assert!(found("Write to {{ user.name }}.", role).is_some());
        }
        assert_eq!(
            found(
                "theorem : 𝓝[insert y s] x = nhds[insert y s] x",
                Role::Model
            ),
            None
        );
        assert!(found("亲爱的[Your name]，", Role::Model).is_some());
        assert!(found("Dear ([Your name]),", Role::Model).is_some());
    }

    #[test]
    fn a_long_remark_in_brackets_is_passed_over() {
        let remark = |bytes: usize| format!("[insert {}] [your age]", "x".repeat(bytes - 9));
        assert_eq!(
            found(&remark(65), Role::Model).as_deref(),
            Some("[your age]")
        );
        assert_eq!(found(&remark(64), Role::Model).map(|of| of.len()), Some(64));
    }

    #[test]
    fn brackets_with_other_content_are_not_placeholders() {
        for text in [
            "{{1, 2}, {3}}",
            "{{}} {{ }} {name}",
            "[yours truly] [inserted] [young man] [insert]",
            "[insert a\ndate]",
            "folorem ipsum",
        ] {
            assert_eq!(found(text, Role::Model), None, "{text}");
        }
    }
}
