//! Doubled quotes in an output, left over from a CSV writer.

use std::ops::Range;

use crate::contract::{Check, Level, Oddity, OddityRule, RuleContext, RuleMeta, RuleStatus, Scope};
use tunelint_data::text::code_detection::is_code;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::Severity;

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "doubled-quotes",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.status(RuleStatus::Preview);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::oddity(DoubledQuotes))
}

/// Two quotes, as CSV writes one inside a quoted cell.
const DOUBLED: &str = "\"\"";
/// The maximum length of the text between doubled quotes, in bytes.
const LONGEST: usize = 200;
/// The maximum number of characters shown.
const SHOWN: usize = 40;

struct DoubledQuotes;

impl OddityRule for DoubledQuotes {
    fn find(&self, example: &Example<'_>) -> Option<Oddity> {
        example.output_texts().find_map(|text| {
            let range = doubled(text.as_str()).filter(|_| !is_code(text))?;
            let found = text.as_str().get(range.clone())?;
            let span = text.span_of(range.start, range.end);
            let message = format!("doubled quotes, as in a CSV cell: {}", quoted(found, SHOWN));
            let help = "write each pair as one quote";
            Some(Oddity::new(span, text.as_str(), message, help))
        })
    }
}

/// The first words between doubled quotes: `""so""`. An empty string in quotes is none.
fn doubled(text: &str) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(text.as_bytes().get(from..)?, DOUBLED.as_bytes()) {
        let start = from + at;
        let inner = start + DOUBLED.len();
        let rest = text.get(inner..).unwrap_or_default();
        let opens = rest.starts_with(char::is_alphanumeric)
            && text
                .get(..start)?
                .chars()
                .next_back()
                .is_none_or(char::is_whitespace);
        let length = rest.find(['"', '\n']).filter(|length| *length <= LONGEST);
        if let Some(length) = length.filter(|_| opens)
            && let Some(after) = rest.get(length..)?.strip_prefix(DOUBLED)
            && after.chars().next().is_none_or(|c| {
                c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')')
            })
            && !rest.get(..length)?.ends_with(char::is_whitespace)
        {
            return Some(start..inner + length + DOUBLED.len());
        }
        from = inner;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_between_doubled_quotes_are_found() {
        assert_eq!(doubled("She said \"\"yes, now\"\" and left"), Some(9..21));
        assert_eq!(doubled("\"\"Dune\"\""), Some(0..8));
        for text in [
            "She said \"yes\".",
            "Set it to \"\" or \"\" or nothing",
            "\"\"\"A docstring\"\"\"",
            "{\"a\":\"\",\"b\":\"\"}",
            "x = \"\"+y+\"\"",
            "\"\"open\nand\"\"",
        ] {
            assert_eq!(doubled(text), None, "{text}");
        }
    }
}
