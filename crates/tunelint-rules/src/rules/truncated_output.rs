//! An output that ends in the middle.

use serde::de::IgnoredAny;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{Needs, Survey};
use tunelint_data::text::Text;
use tunelint_data::text::code_detection::is_code;
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::{counted, grouped, quoted};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "truncated-output",
    Level::Fixed(Severity::Warning),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(TruncatedOutput).and_survey(CutAtALimit))
}

/// Bytes from which on an end in the middle is no style.
const LONG: usize = 200;

/// Words after which no sentence ends.
const FUNCTION_WORDS: [&str; 37] = [
    "the", "a", "an", "and", "or", "of", "to", "with", "for", "which", "is", "are", "was", "were",
    "by", "from", "as", "at", "but", "if", "because", "such", "than", "their", "its", "your", "my",
    "his", "her", "very", "und", "der", "die", "das", "et", "le", "la",
];

struct TruncatedOutput;

impl ExampleRule for TruncatedOutput {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.outputs().filter_map(|turn| turn.texts.last()) {
            let Some(cause) = cause(text) else { continue };
            let end = text.as_str().trim_end().len();
            let last = text
                .as_str()
                .get(..end)
                .and_then(|text| text.char_indices().next_back());
            let span = text.span_of(last.map_or(0, |(at, _)| at), end);
            findings.report(example.record.at(span), Severity::Warning, || {
                Message::new(format!("the output ends in the middle: {}", cause.words())).help(
                    "write its end, or remove the record: the model would learn to stop there",
                )
            });
        }
    }
}

/// Outputs that share the greatest length from which on that is no chance.
const MANY: usize = 5;

/// Speaks where many outputs have exactly the greatest length: that was somebody's limit.
struct CutAtALimit;

impl SurveyRule for CutAtALimit {
    fn needs(&self) -> Needs {
        Needs {
            lengths: true,
            ..Needs::COUNT
        }
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let longest = survey.output_lengths.longest();
        let Some((most, first)) = longest.first() else {
            return;
        };
        let sharing = longest
            .iter()
            .take_while(|(length, _)| length == most)
            .count();
        if sharing < MANY || *most < LONG as u64 || !is_limit(*most) {
            return;
        }
        findings.report_at(first.location(), Severity::Warning, || {
            let more = if sharing == longest.len() { " and more" } else { "" };
            Message::new(format!(
                "{}{more} have exactly {} characters, the most of all: they were probably cut there",
                counted(sharing as u64, "output"),
                grouped(*most)
            ))
            .help("look at their ends; write them again without the limit, or remove them")
        });
    }
}

/// Whether a length is one that people set: round in tens or in twos.
fn is_limit(length: u64) -> bool {
    length.is_multiple_of(100) || length.is_multiple_of(256)
}

/// What shows that an output was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    OpenFence,
    OpenJson,
    EmptyItem,
    Word(String),
}

impl Cause {
    fn words(&self) -> String {
        match self {
            Self::OpenFence => "a code block is never closed".to_owned(),
            Self::OpenJson => "its JSON is not complete".to_owned(),
            Self::EmptyItem => "the last item of a list is empty".to_owned(),
            Self::Word(word) => format!("no sentence ends with {}", quoted(word, 16)),
        }
    }
}

fn cause(text: &Text<'_>) -> Option<Cause> {
    let whole = text.as_str().trim_end();
    if text.has(Mark::At) && has_open_fence(whole) {
        return Some(Cause::OpenFence);
    }
    if text.as_str().trim_start().starts_with(['{', '[']) && is_open_json(whole) {
        return Some(Cause::OpenJson);
    }
    if whole.len() < LONG {
        return None;
    }
    let line = whole.lines().next_back().unwrap_or_default().trim();
    let word = line.rsplit(char::is_whitespace).next().unwrap_or_default();
    let found = match () {
        () if is_empty_item(line) => Cause::EmptyItem,
        () if is_open_end(word) => Cause::Word(word.to_owned()),
        () => return None,
    };
    (!is_code(text)).then_some(found)
}

/// Whether an odd number of lines begin or end a code block.
fn has_open_fence(text: &str) -> bool {
    let fences = text
        .lines()
        .filter(|line| line.trim_start().starts_with("```"));
    // A block on one line, ```` ```x``` ````, opens and closes.
    let open = fences.filter(|line| line.matches("```").count() % 2 == 1);
    open.count() % 2 == 1
}

fn is_open_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_err_and(|error| error.is_eof())
}

/// `10.`, `-`: a list whose last item was never written.
fn is_empty_item(line: &str) -> bool {
    let number = line.strip_suffix(['.', ')']).unwrap_or_default();
    let numbered =
        (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    numbered || matches!(line, "-" | "*" | "•")
}

fn is_open_end(word: &str) -> bool {
    let open = word.ends_with([',', '(', '–', '—']) || word == "-";
    open || FUNCTION_WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunelint_data::text::position::Span;

    fn caused(text: &str) -> Option<Cause> {
        cause(&Text::composed(text.to_owned(), Span::at(0)))
    }

    #[test]
    fn cuts_are_told_by_what_is_open() {
        let long = "The parcel left the depot this morning. ".repeat(6);
        assert_eq!(caused("```python\nprint(1)\n"), Some(Cause::OpenFence));
        assert_eq!(caused("```python\nprint(1)\n```\nDone"), None);
        assert_eq!(caused("{\"a\": [1, 2"), Some(Cause::OpenJson));
        assert_eq!(caused("[citation needed] It is so"), None);
        assert_eq!(
            caused(&format!("{long}It went to the")),
            Some(Cause::Word("the".to_owned()))
        );
        assert_eq!(
            caused(&format!("{long}\n1. Wait\n2.")),
            Some(Cause::EmptyItem)
        );
        assert_eq!(caused(&format!("{long}It went home")), None);
        assert_eq!(caused(&format!("{long}The sum is 12.")), None);
        assert_eq!(caused("to the"), None);
    }
}
