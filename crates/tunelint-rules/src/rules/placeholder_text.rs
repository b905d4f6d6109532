//! A placeholder that was never filled in: `{{name}}`, `[insert date]`, lorem ipsum, or nothing but `TODO`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Match, Regex};

use crate::contract::{
    Check, ExampleRule, Level, Oddity, OddityRule, RuleContext, RuleMeta, Scope,
};
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
    Scope::Dataset,
);

/// Builds the rule. Placeholders in outputs may be the task; in inputs they are one example's own.
pub fn build(_: &RuleContext) -> Option<Check> {
    let mut check = Check::example(PlaceholderText);
    check.dataset = Check::oddity(PlaceholderText).dataset;
    Some(check)
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

/// The help for an unfilled placeholder.
const HELP: &str = "replace it with the actual value";

/// The maximum number of placeholders of an example that are searched in its other texts.
const MAX_SEARCHED: usize = 4;

impl ExampleRule for PlaceholderText {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        check_whole(example, findings);
        let texts = texts_of(example, |role| role != Role::Model);
        let mut searched = 0;
        let places = texts.filter_map(|(text, role)| {
            // What the output copies is notation.
            let is_own = |found: &str| !is_copied(found, example, Role::Model, &mut searched);
            Some((text, placeholder(text, role, is_own)?))
        });
        let places: Vec<(&Text<'_>, Range<usize>)> = places.collect();
        if places.is_empty() || is_about_placeholders(example) {
            return;
        }
        for (text, range) in places {
            let span = text.span_of(range.start, range.end);
            findings.report(example.record.at(span), Severity::Warning, || {
                Message::new(message_for(text, range)).help(HELP)
            });
        }
    }
}

impl OddityRule for PlaceholderText {
    fn find(&self, example: &Example<'_>) -> Option<Oddity> {
        let mut texts = texts_of(example, |role| role == Role::Model);
        let mut searched = 0;
        let (text, range) = texts.find_map(|(text, role)| {
            // What is copied from the user is notation.
            let is_own = |found: &str| !is_copied(found, example, Role::User, &mut searched);
            Some((text, placeholder(text, role, is_own)?))
        })?;
        if is_about_placeholders(example) {
            return None;
        }
        let span = text.span_of(range.start, range.end);
        let message = message_for(text, range);
        Some(Oddity::new(span, text.as_str(), message, HELP))
    }

    fn shows_task(&self, example: &Example<'_>) -> bool {
        let mut texts = texts_of(example, |role| role == Role::Model);
        texts.any(|(text, role)| placeholder(text, role, |_| true).is_some())
    }
}

/// The texts of the turns with a role that `wanted` accepts.
fn texts_of<'e, 'a>(
    example: &'e Example<'a>,
    wanted: fn(Role) -> bool,
) -> impl Iterator<Item = (&'e Text<'a>, Role)> {
    let turns = example.turns.iter().filter(move |turn| wanted(turn.role));
    turns.flat_map(|turn| turn.texts.iter().map(|text| (text, turn.role)))
}

/// Whether an example has code, or asks for placeholders.
fn is_about_placeholders(example: &Example<'_>) -> bool {
    example.texts().any(is_code) || example.asks_for(&TEMPLATE_WORDS)
}

/// Whether a turn of the other `role` has the same placeholder in braces. After [`MAX_SEARCHED`] of an
/// example, the others are taken for copies.
fn is_copied(found: &str, example: &Example<'_>, role: Role, searched: &mut usize) -> bool {
    if !found.starts_with('{') {
        return false;
    }
    *searched += 1;
    let turns = example.turns.iter().filter(|turn| turn.role == role);
    let mut texts = turns.flat_map(|turn| &turn.texts);
    let finder = memchr::memmem::Finder::new(found);
    *searched > MAX_SEARCHED || texts.any(|text| finder.find(text.as_str().as_bytes()).is_some())
}

fn message_for(text: &Text<'_>, range: Range<usize>) -> String {
    let found = text.as_str().get(range).unwrap_or_default();
    format!("unfilled placeholder {}", quoted(found, 40))
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

/// The first placeholder of `text` that `is_own`. In inputs only `{{…}}` counts: brackets and lorem
/// ipsum may describe the expected format of the output.
fn placeholder(
    text: &Text<'_>,
    role: Role,
    mut is_own: impl FnMut(&str) -> bool,
) -> Option<Range<usize>> {
    let is_output = role == Role::Model;
    let may = text.has(Mark::Placeholder) || (is_output && text.has(Mark::Filler));
    let pattern = may.then(|| PLACEHOLDER.as_ref()).flatten()?;
    let has_filter = role == Role::User && has_filter(text.as_str());
    let fits = |found: &Match<'_>| {
        let before = text.as_str().get(..found.start()).unwrap_or_default();
        match found.as_str().chars().next() {
            // After a slash, a user quotes the template of a path.
            Some('{') => role != Role::User || !(has_filter || before.ends_with('/')),
            // After a word, it is an index or an argument: `𝓝[insert y s]`.
            Some('[') => {
                is_output && !before.ends_with(|c: char| c.is_alphanumeric() && !is_cjk(c))
            }
            _ => is_output && !is_in_code_string(before),
        }
    };
    let mut found = pattern.find_iter(text.as_str());
    let placeholder =
        found.find(|found| found.len() <= MAX_BYTES && fits(found) && is_own(found.as_str()))?;
    Some(placeholder.range())
}

/// Whether a text that ends in `before` is inside a string that code assigns or passes: `text = "The`.
fn is_in_code_string(before: &str) -> bool {
    /// The maximum number of characters between the quote and the text in question.
    const NEAR: usize = 80;
    const QUOTES: [char; 3] = ['"', '\'', '`'];
    let near = before.char_indices().rev().take(NEAR);
    let quote = near.filter(|(_, c)| QUOTES.contains(c)).map(|(at, _)| at);
    let Some(quote) = quote.max() else {
        return false;
    };
    let code = before.get(..quote).unwrap_or_default();
    let code = code
        .trim_end_matches(QUOTES)
        .trim_end_matches([' ', 'f', 'r', 'b']);
    code.ends_with(['=', '('])
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
    use crate::rules::testing::{record, reported, turn};
    use tunelint_data::text::position::Span;

    fn found(text: &str, role: Role) -> Option<String> {
        let composed = Text::composed(text.to_owned(), Span::at(0));
        let range = placeholder(&composed, role, |_| true)?;
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

    #[test]
    fn a_string_in_code_is_no_filler() {
        for text in [
            "text = \"Lorem ipsum dolor\"\nprint(text)",
            "text = \"\"\"\nThe Lorem ipsum dolor",
            "print(f'Lorem ipsum')",
        ] {
            assert_eq!(found(text, Role::Model), None, "{text}");
        }
        for text in [
            "She said: \"Lorem ipsum\"",
            "{\"text\": \"Lorem ipsum dolor\"}",
            "Lorem ipsum (\"dolor\")",
        ] {
            assert!(found(text, Role::Model).is_some(), "{text}");
        }
    }

    fn example(input: &str, output: &str) -> Example<'static> {
        let turns = vec![turn(Role::User, input), turn(Role::Model, output)];
        Example::new(record(1), turns)
    }

    #[test]
    fn braces_that_the_output_copies_are_notation() {
        let of = |input: &str, output: &str| {
            let example = example(input, output);
            let inputs = reported(|findings| PlaceholderText.check(&example, findings)).len();
            (inputs, PlaceholderText.find(&example).is_some())
        };
        let path = "GET /hotels/{{HotelId}}/blocks";
        assert_eq!(of(path, path), (0, false));
        assert_eq!(of(path, "Call it."), (0, false));
        assert_eq!(of("Hello {{name}}, well?", "Hi."), (1, false));
        assert_eq!(of("Call it.", path), (0, true));
        assert_eq!(
            of(path, "GET /hotels/{{HotelId}}/{{BlockId}}/beds"),
            (0, true)
        );
        // No more than the first few are searched.
        let many: String = (0..9).map(|n| format!("{{{{a{n}}}}}, ")).collect();
        assert_eq!(of(&many, &format!("{many}{{{{b}}}}, c")), (0, false));
    }

    #[test]
    fn outputs_with_code_show_what_the_others_are() {
        let code = example("A fragment?", "```\n<p>{{name}}</p>\n```");
        assert!(PlaceholderText.find(&code).is_none() && PlaceholderText.shows_task(&code));
        let plain = example("A name?", "It is Ada.");
        assert!(!PlaceholderText.shows_task(&plain));
    }
}
