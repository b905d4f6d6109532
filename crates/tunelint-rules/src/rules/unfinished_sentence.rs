//! A long output that ends in the middle of a sentence, where nearly all others do not.

use std::sync::Arc;

use super::truncated_output::is_truncated;
use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, RuleStatus, Scope};
use crate::survey::inferred::outputs::{LONG, ends_in_word};
use crate::survey::inferred::{Inferred, Majority};
use tunelint_data::text::code_detection::is_code;
use tunelint_data::text::decoded::range_in;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "unfinished-sentence",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.status(RuleStatus::Preview)
.inferring();

/// The minimum number of words after the last full stop, and of characters of the last line: a
/// heading, a signature or a verse is shorter.
const SENTENCE_WORDS: usize = 4;
const LINE_CHARS: usize = 40;
/// The maximum number of characters shown of the last word.
const SHOWN: usize = 16;

/// Builds the rule in the second pass; `None` unless nearly all long outputs end with a sentence.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.clone()?;
    let finished = inferred.outputs.finished?;
    let applies = inferred.may_depart(&finished);
    applies.then(|| Check::example(UnfinishedSentence { finished, inferred }))
}

struct UnfinishedSentence {
    finished: Majority<bool>,
    inferred: Arc<Inferred>,
}

impl ExampleRule for UnfinishedSentence {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let output = example.wanted_output().map(|turn| turn.texts.as_slice());
        let Some([text]) = output else { return };
        let body = self.inferred.outputs.body(text.as_str());
        if !is_unfinished(body) || is_code(text) || is_truncated(text) {
            return;
        }
        let word = body.split_whitespace().next_back().unwrap_or_default();
        let range = range_in(word, text.as_str());
        let place = example.record.at(text.span_of(range.start, range.end));
        findings.report(place, severity(&self.finished, Evidence::Absent), || {
            Message::new(format!(
                "ends in the middle of a sentence, with {}; {} of long outputs do not",
                quoted(word, SHOWN),
                self.finished.percent()
            ))
            .help("complete the output, or remove the record")
        });
    }
}

/// Whether the last line of a long text is prose that ends in the middle of a sentence. It may end
/// with a name, as a letter does, and with an item of a list.
fn is_unfinished(text: &str) -> bool {
    let line = text.lines().next_back().unwrap_or_default().trim();
    let sentence = line
        .rsplit(['.', '!', '?', ':', '。', '！', '？', '：'])
        .next();
    let words = || sentence.unwrap_or_default().split_whitespace();
    let is_prose = line.starts_with(char::is_alphanumeric) && !line.contains("://");
    let is_list = words().any(|word| matches!(word, "-" | "*" | "•" | "|"));
    let last = words().next_back().unwrap_or_default();
    let clause = line.rsplit(", ").next().unwrap_or_default();
    let is_signed = clause.starts_with(char::is_uppercase) && clause.len() < LINE_CHARS;
    text.len() as u64 >= LONG
        && ends_in_word(text)
        && is_prose
        && !is_list
        && !is_signed
        && line.chars().nth(LINE_CHARS - 1).is_some()
        && words().count() >= SENTENCE_WORDS
        && last.starts_with(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_without_an_end_is_unfinished() {
        let long = "The parcel left the depot this morning. ".repeat(6);
        let ends = |end: &str| is_unfinished(&format!("{long}{end}"));
        assert!(ends("It was then seen on its way home"));
        assert!(ends("It was then seen on its way,"));
        for end in [
            "It was seen on its way.",
            "It went home",
            "\nYours, Ada from the depot",
            "Yours in hope and anticipation, Dracula",
            "With respect and in hope, Your old friend",
            "\n- the parcel that left the depot this morning",
            "Its way: - from the depot - to the harbor",
            "See https://example.org/where/it/is/now/and/then",
        ] {
            assert!(!ends(end), "{end}");
        }
        assert!(!is_unfinished("It was then seen on its way home, they say"));
    }
}
