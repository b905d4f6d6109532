//! Flags invisible characters that the text does not need.

use std::ops::Range;

use super::control_character::others;
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::prefilter::Mark;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::writer::edit::{EditText, TextChange};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "invisible-character",
    Level::Fixed(Severity::Warning),
    Scope::Example,
)
.fix(FixKind::Unsafe);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(InvisibleCharacter))
}

struct InvisibleCharacter;

impl ExampleRule for InvisibleCharacter {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.texts().filter(|text| text.has(Mark::Invisible)) {
            let found = invisible(text.as_str());
            let Some((first, c)) = found.first().cloned() else {
                continue;
            };
            let span = text.span_of(first.start, first.end);
            findings.report(example.record.at(span), Severity::Warning, || {
                let changes: Vec<TextChange> = found
                    .iter()
                    .map(|(range, _)| (range.clone(), String::new()))
                    .collect();
                let (code, name) = (c as u32, name(c));
                Message::new(format!(
                    "invisible character: {name} (U+{code:04X}){}",
                    others(found.len())
                ))
                .help("remove the character")
                .fix(text.change(&example.record, &changes))
            });
        }
    }
}

fn name(c: char) -> &'static str {
    match c {
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero-width space",
        '\u{2060}' => "word joiner",
        '\u{2061}'..='\u{2064}' => "invisible operator",
        '\u{feff}' => "byte order mark inside the text",
        '\u{3164}' | '\u{ffa0}' => "Hangul filler",
        '\u{e0000}'..='\u{e007f}' => "tag character",
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {
            "variation selector without a base character"
        }
        _ => "format character",
    }
}

/// Every invisible character that neither the script nor an emoji needs at its position.
fn invisible(text: &str) -> Vec<(Range<usize>, char)> {
    let mut found = Vec::new();
    let (mut before, mut flag) = (None, false);
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let after = rest.peek().map(|(_, c)| *c);
        // The flag of a region is a black flag followed by tag characters, up to the cancel tag.
        flag = c == '\u{1f3f4}' || (flag && is_tag(c) && before != Some('\u{e007f}'));
        let needed = match c {
            '\u{200b}' => is_unspaced(before) || is_unspaced(after),
            c if is_tag(c) => flag,
            c if is_selector(c) => !before.is_none_or(is_selector),
            _ => false,
        };
        if is_invisible(c) && !needed {
            found.push((at..at + c.len_utf8(), c));
        }
        before = Some(c);
    }
    found
}

fn is_invisible(c: char) -> bool {
    let format = matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}');
    format || is_tag(c) || is_selector(c)
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0000}'..='\u{e007f}')
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether `c` belongs to a script that separates words by zero-width spaces: Thai, Lao, Tibetan,
/// Myanmar, Khmer.
fn is_unspaced(c: Option<char>) -> bool {
    c.is_some_and(
        |c| matches!(c, '\u{e00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'),
    )
}

#[cfg(test)]
mod tests {
    use super::invisible;

    #[test]
    fn characters_that_scripts_and_emoji_need_are_not_flagged() {
        for text in [
            "می\u{200c}خواهم",
            "क\u{94d}\u{200d}ष",
            "👨\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}",
            "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
            "葛\u{e0100}城",
            "សួស្តី\u{200b}ពិភពលោក",
            "ภาษา\u{200b}ไทย",
        ] {
            assert_eq!(invisible(text), [], "{}", text.escape_unicode());
        }
    }

    #[test]
    fn hidden_characters_are_flagged() {
        for (text, count) in [
            ("pay\u{200b}ment", 1),
            ("in\u{ad}di\u{ad}vidual", 2),
            ("a\u{feff}b", 1),
            ("a\u{e0041}\u{e0042}", 2),
            ("x\u{fe00}\u{fe01}\u{fe02}", 2),
            ("🏴\u{e0067}\u{e007f}\u{e0041}", 1),
        ] {
            assert_eq!(invisible(text).len(), count, "{}", text.escape_unicode());
        }
    }
}
