//! An output that was truncated: it ends in mid-sentence, code block, JSON or list.

use serde::de::IgnoredAny;

use std::collections::BTreeSet;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{Needs, Survey, Unit};
use tunelint_data::text::Text;
use tunelint_data::text::code_detection::is_code;
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::{counted, grouped, quoted};
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "truncated-output",
    Level::Fixed(Severity::Warning),
    Scope::Example,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(TruncatedOutput).and_survey(LengthLimit))
}

/// Minimum number of bytes of an output whose unfinished end is not a matter of style.
const MIN_BYTES: usize = 200;

/// Maximum number of characters of a word that is quoted.
const LONGEST_WORD: usize = 16;

/// Words with which no sentence ends.
const FUNCTION_WORDS: [&str; 37] = [
    "the", "a", "an", "and", "or", "of", "to", "with", "for", "which", "is", "are", "was", "were",
    "by", "from", "as", "at", "but", "if", "because", "such", "than", "their", "its", "your", "my",
    "his", "her", "very", "und", "der", "die", "das", "et", "le", "la",
];

/// Those of English with which not even a loose sentence ends.
const CERTAIN_WORDS: [&str; 13] = [
    "the", "an", "and", "or", "but", "of", "because", "than", "which", "their", "its", "your", "my",
];
/// Those with which not even a title, a verse or an item of a list ends.
const NEVER_LAST: [&str; 7] = ["the", "an", "of", "their", "its", "your", "my"];
/// Words after which `a` is an article, not a letter: the answer is `a`.
const BEFORE_ARTICLE: [&str; 18] = [
    "of", "to", "with", "for", "by", "from", "as", "at", "in", "on", "into", "than", "such", "and",
    "or", "but", "that", "has",
];
/// The minimum number of characters and words of a last line that is prose, not a title, a verse or an
/// item, and of sentences that end before it.
const PROSE_CHARS: usize = 80;
const PROSE_WORDS: usize = 12;
const PROSE_SENTENCES: usize = 2;

struct TruncatedOutput;

impl ExampleRule for TruncatedOutput {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // Whether the input opened a block, which an output may continue and close.
        let mut is_opened = None;
        for text in example
            .wanted_outputs()
            .filter_map(|turn| turn.texts.last())
        {
            let Some(mut cause) = cause(text) else {
                continue;
            };
            if cause == Cause::OpenFence(Fence::Only)
                && *is_opened.get_or_insert_with(|| has_fence_before(example))
            {
                cause = Cause::OpenFence(Fence::Single);
            }
            let end = text.as_str().trim_end().len();
            let last = text
                .as_str()
                .get(..end)
                .and_then(|text| text.char_indices().next_back());
            let span = text.span_of(last.map_or(0, |(at, _)| at), end);
            findings.report(example.record.at(span), cause.severity(), || {
                Message::new(cause.describe()).help(cause.help())
            });
        }
    }
}

/// Whether a text of the input has a code fence.
fn has_fence_before(example: &Example<'_>) -> bool {
    let mut inputs = example.turns.iter().filter(|turn| turn.role != Role::Model);
    inputs.any(|turn| turn.joined().contains("```"))
}

/// The help for outputs that a length limit truncated.
const WITHOUT_LIMIT: &str = "regenerate them without the length limit, or remove them";

/// Minimum number of outputs of the maximum length that are unlikely to be a coincidence.
const MIN_SHARING: usize = 5;

/// Reports many outputs of exactly the maximum length, or of one length at which they end in the
/// middle of a sentence: the signs of a length limit.
struct LengthLimit;

impl SurveyRule for LengthLimit {
    fn needs(&self) -> Needs {
        Needs {
            lengths: true,
            ..Needs::COUNT
        }
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        if !report_maximum(survey, findings) {
            report_wall(survey, findings);
        }
    }
}

/// Reports many outputs of exactly the maximum length; returns whether there are.
fn report_maximum(survey: &Survey, findings: &mut Findings<'_>) -> bool {
    let longest = survey.output_lengths.longest();
    let Some((max, first)) = longest.first() else {
        return false;
    };
    let sharing = longest
        .iter()
        .take_while(|(length, _)| length == max)
        .count();
    if sharing < MIN_SHARING || *max < MIN_BYTES as u64 || !is_limit(*max) {
        return false;
    }
    findings.report_at(first.location(), Severity::Warning, || {
        let more = if sharing == longest.len() {
            " or more"
        } else {
            ""
        };
        Message::new(format!(
            "{}{more} of exactly {} characters, the maximum: probably truncated there",
            counted(sharing as u64, "output"),
            grouped(*max)
        ))
        .help(WITHOUT_LIMIT)
    });
    true
}

/// Reports many outputs of one length that end in the middle of a sentence.
fn report_wall(survey: &Survey, findings: &mut Findings<'_>) {
    let Some(wall) = survey.unfinished.wall() else {
        return;
    };
    findings.report_at(wall.first.location(), Severity::Warning, || {
        let unit = match wall.unit {
            Unit::Characters => "characters",
            Unit::Words => "words",
        };
        let others = match wall.of - wall.count {
            0 => "none of another length does".to_owned(),
            others => format!("{} of other lengths", grouped(others)),
        };
        Message::new(format!(
            "{} of exactly {} {unit} end in the middle of a sentence, {others}: probably truncated there",
            counted(wall.count, "output"),
            grouped(wall.length),
        ))
        .help(WITHOUT_LIMIT)
    });
}

/// Whether a length is a typical limit: a multiple of 100 or of 256.
fn is_limit(length: u64) -> bool {
    length.is_multiple_of(100) || length.is_multiple_of(256)
}

/// The last of an odd number of code fences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fence {
    /// It opens a block: it names a language or is announced.
    Opening,
    /// The only one, with code after it: it opens a block unless the input did.
    Only,
    /// The only one, which may close a block whose start is missing.
    Single,
    /// One of several, which may be left over.
    Odd,
}

/// The evidence that an output was truncated.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    OpenFence(Fence),
    OpenJson,
    /// The last item of a list is empty; whether it continues the items before it.
    EmptyItem(bool),
    /// The last word; whether it is in the middle of a sentence of prose.
    Word(String, bool),
    /// The last sign; whether it is an opening bracket in prose.
    Sign(char, bool),
}

impl Cause {
    /// A comma may be a typo for a period.
    fn is_comma(&self) -> bool {
        match self {
            Self::Word(word, _) => word.ends_with([',', '，']),
            Self::Sign(sign, _) => matches!(sign, ',' | '，'),
            _ => false,
        }
    }

    /// Whether nothing else explains it.
    fn is_certain(&self) -> bool {
        match self {
            Self::OpenJson => true,
            Self::OpenFence(fence) => matches!(fence, Fence::Opening | Fence::Only),
            Self::EmptyItem(is) | Self::Word(_, is) | Self::Sign(_, is) => *is,
        }
    }

    fn severity(&self) -> Severity {
        match self.is_certain() {
            true => Severity::Warning,
            false => Severity::Advice,
        }
    }

    fn help(&self) -> &'static str {
        match self {
            Self::OpenFence(Fence::Single | Fence::Odd) => {
                "open or close the code block, or complete the output"
            }
            _ if self.is_comma() => "complete the output, or end its last sentence",
            _ => "complete the output, or remove the record",
        }
    }

    fn describe(&self) -> String {
        let end = match self {
            Self::OpenFence(Fence::Odd) => "odd number of code fences".to_owned(),
            Self::OpenFence(_) => "code block that is not closed".to_owned(),
            Self::OpenJson => "incomplete JSON".to_owned(),
            Self::EmptyItem(_) => "empty last list item".to_owned(),
            Self::Word(word, _) => format!("ends with {}", quoted(word, LONGEST_WORD)),
            Self::Sign(sign, _) => format!("ends with `{sign}`"),
        };
        match (self.is_comma(), self.is_certain()) {
            (true, _) => format!("{end}: truncated, or a comma in place of a period"),
            (false, true) => format!("truncated output: {end}"),
            (false, false) => format!("possibly truncated output: {end}"),
        }
    }
}

/// Whether the end of an output shows, without a comparison, that it was truncated.
pub(super) fn is_truncated(text: &Text<'_>) -> bool {
    cause(text).is_some()
}

fn cause(text: &Text<'_>) -> Option<Cause> {
    let whole = text.as_str().trim_end();
    if text.has(Mark::At) && has_open_fence(whole) {
        return Some(Cause::OpenFence(last_fence(whole)));
    }
    if text.as_str().trim_start().starts_with(['{', '[']) && is_open_json(whole) {
        return Some(Cause::OpenJson);
    }
    if whole.len() < MIN_BYTES {
        return None;
    }
    let line = whole.lines().next_back().unwrap_or_default().trim();
    let word = line.rsplit(char::is_whitespace).next().unwrap_or_default();
    let found = match () {
        () if is_empty_item(line) => Cause::EmptyItem(continues_list(whole, line)),
        () if is_closing(whole, line) => return None,
        () if word == "-" || FUNCTION_WORDS.contains(&word) && knows_words(whole) => {
            Cause::Word(word.to_owned(), is_in_prose(whole, line, word))
        }
        () => match word.chars().next_back().filter(|c| is_open_sign(*c))? {
            // Chinese has no spaces: this is a clause, not a word.
            sign if word.chars().count() > LONGEST_WORD => {
                Cause::Sign(sign, is_bracket_in_prose(whole, line))
            }
            _ => Cause::Word(word.to_owned(), is_bracket_in_prose(whole, line)),
        },
    };
    (!is_code(text)).then_some(found)
}

/// Whether a text is in a language of [`FUNCTION_WORDS`], which are frequent in any text of theirs.
fn knows_words(text: &str) -> bool {
    /// The words that are looked at.
    const LAST: usize = 80;
    /// At least every twelfth word, and two different ones.
    const ONE_IN: usize = 12;
    let words: Vec<&str> = text.split_whitespace().rev().skip(1).take(LAST).collect();
    let known = words.iter().filter(|word| FUNCTION_WORDS.contains(word));
    let distinct: BTreeSet<&&str> = known.clone().collect();
    known.count() * ONE_IN >= words.len() && distinct.len() > 1
}

/// Whether the number of lines that open or close a code block is odd, and the number of all fences
/// as well: a block may open in the middle of a line.
fn has_open_fence(text: &str) -> bool {
    let fences = text
        .lines()
        .filter(|line| line.trim_start().starts_with("```"));
    // A block on one line, ```` ```x``` ````, opens and closes.
    let open = fences.filter(|line| line.matches("```").count() % 2 == 1);
    open.count() % 2 == 1 && text.matches("```").count() % 2 == 1
}

/// What the last line with a fence does. One without a sign of it may close a block that the input opened,
/// or be left over.
fn last_fence(text: &str) -> Fence {
    let (mut opens, mut is_announced) = (false, false);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix("```") {
            opens = is_announced || name.starts_with(char::is_alphabetic);
        }
        is_announced = line.ends_with([':', '：']);
    }
    match (opens, text.split_once("```")) {
        (true, _) => Fence::Opening,
        (false, Some((before, after))) if !after.contains("```") => {
            // After the end of a block follows prose, which ends with a sentence.
            let is_code = !after.trim().is_empty() && !after.ends_with(ENDS);
            match is_code || before.trim().is_empty() {
                true => Fence::Only,
                false => Fence::Single,
            }
        }
        _ => Fence::Odd,
    }
}

/// Whether the list marker `line` has the number after that of an item above it, or is the bullet of
/// two items above it, of which one is the last.
fn continues_list(text: &str, line: &str) -> bool {
    let above = text.strip_suffix(line).unwrap_or_default().trim_end();
    let items = |marker: &str| {
        let lines = above.lines().map(str::trim_start);
        lines.filter(|line| line.starts_with(marker)).count()
    };
    if matches!(line, "-" | "*" | "•") {
        let marker = format!("{line} ");
        let last = above.lines().next_back().unwrap_or_default();
        return last.trim_start().starts_with(&marker) && items(&marker) >= 2;
    }
    let digits = line.trim_end_matches(['.', ')']);
    let before = digits
        .parse::<u32>()
        .ok()
        .and_then(|number| number.checked_sub(1));
    let sign = line.get(digits.len()..).unwrap_or_default();
    before.is_some_and(|before| items(&format!("{before}{sign} ")) > 0)
}

/// Whether `word`, at the end of the last `line`, is in the middle of a sentence of prose. After a sign it
/// belongs to the next item of a list, and in an open quotation it is what somebody says. A word that may
/// end a title or a verse must be in a long line.
fn is_in_prose(text: &str, line: &str, word: &str) -> bool {
    let line = without_marker(line);
    let before = line.strip_suffix(word).unwrap_or_default().trim_end();
    let is_long = || {
        line.split_whitespace().nth(PROSE_WORDS - 1).is_some()
            && line.chars().nth(PROSE_CHARS - 1).is_some()
    };
    let is_middle = NEVER_LAST.contains(&word)
        || CERTAIN_WORDS.contains(&word) && is_long()
        || word == "a" && is_article(text, before);
    is_middle
        && before.ends_with(char::is_alphanumeric)
        && line.starts_with(char::is_alphabetic)
        && !is_in_quotation(line)
        && has_sentences(text)
}

/// Whether `a` after `before` is an article: the text has no variable or option of that name.
fn is_article(text: &str, before: &str) -> bool {
    let last = before
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    let mut words = text.split_whitespace().rev().skip(1);
    BEFORE_ARTICLE.contains(&last)
        && !text.contains('=')
        && words.all(|word| word == "a" || word.trim_matches(|c: char| !c.is_alphanumeric()) != "a")
}

/// Whether the last `line` ends with an opening bracket in prose. After a sign it is a face: `:(`.
fn is_bracket_in_prose(text: &str, line: &str) -> bool {
    let before = line.strip_suffix(['(', '（']).map(str::trim_end);
    before.is_some_and(|before| before.ends_with(char::is_alphanumeric))
        && without_marker(line).starts_with(char::is_alphabetic)
        && has_sentences(text)
}

/// A line without the marker of a list item, signs of emphasis and an opening quotation mark.
fn without_marker(line: &str) -> &str {
    let bare = line.trim_start();
    let digits = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    let item = match digits.len() < bare.len() {
        true => digits.strip_prefix(['.', ')']),
        false => bare.strip_prefix(['-', '*', '•']),
    };
    let item = item.filter(|item| item.starts_with(char::is_whitespace));
    item.unwrap_or(bare)
        .trim_start()
        .trim_start_matches(['*', '_', '"', '“', '„', '«'])
}

/// Whether a quotation is open at the end of a line. A mark after a word or number opens none: `5" wide`.
fn is_in_quotation(line: &str) -> bool {
    let (mut is_open, mut before) = (false, ' ');
    for c in line.chars() {
        match c {
            '"' => is_open = before.is_whitespace() || matches!(before, '(' | '[' | '*' | ':'),
            '„' | '«' => is_open = true,
            // The mark that opens an English quotation closes a German one.
            '“' => is_open = !is_open,
            '”' | '»' => is_open = false,
            _ => {}
        }
        before = c;
    }
    is_open
}

/// The signs at the end of a sentence.
const ENDS: [char; 6] = ['.', '?', '!', '。', '？', '！'];

/// Whether a text has the complete sentences of prose. The number of a list item ends none.
fn has_sentences(text: &str) -> bool {
    let closes = |c: &char| matches!(c, '"' | '”' | '“' | '»' | ')' | '*');
    let ends = |line: &str| {
        let line = without_marker(line);
        let found = line.match_indices(ENDS).filter(|(at, sign)| {
            let after = line.get(at + sign.len()..).unwrap_or_default();
            let next = after.chars().find(|c| !closes(c));
            // Chinese has no space after a sentence.
            !sign.is_ascii() || next.is_none_or(char::is_whitespace)
        });
        found.take(PROSE_SENTENCES).count()
    };
    let mut seen = 0;
    text.lines().any(|line| {
        seen += ends(line);
        seen >= PROSE_SENTENCES
    })
}

fn is_open_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_err_and(|error| error.is_eof())
}

/// Whether `line` is a list marker without an item: `10.`, `-`.
fn is_empty_item(line: &str) -> bool {
    let number = line.strip_suffix(['.', ')']).unwrap_or_default();
    let numbered =
        (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    numbered || matches!(line, "-" | "*" | "•")
}

/// The maximum number of words of the closing of a letter.
const CLOSING_WORDS: usize = 4;

/// Whether the last `line` of a text is the closing of a letter, without a name: `Kind regards,`.
fn is_closing(text: &str, line: &str) -> bool {
    line.ends_with(',')
        && line.starts_with(char::is_uppercase)
        && line.split_whitespace().count() <= CLOSING_WORDS
        && text.lines().nth(1).is_some()
}

/// Whether no sentence ends with this sign.
fn is_open_sign(c: char) -> bool {
    matches!(c, ',' | '(' | '–' | '—' | '，' | '、' | '（')
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunelint_data::text::position::Span;

    fn cause_of(text: &str) -> Option<Cause> {
        cause(&Text::composed(text.to_owned(), Span::at(0)))
    }

    #[test]
    fn unfinished_ends_are_found() {
        let long = "The parcel left the depot this morning. ".repeat(6);
        assert_eq!(
            cause_of("```python\nprint(1)\n"),
            Some(Cause::OpenFence(Fence::Opening))
        );
        assert_eq!(cause_of("```python\nprint(1)\n```\nDone"), None);
        let announced = "Use this:\n```\nprint(1)";
        assert_eq!(cause_of(announced), Some(Cause::OpenFence(Fence::Opening)));
        let stray = "print(1)\n```\nThat is all.";
        assert_eq!(cause_of(stray), Some(Cause::OpenFence(Fence::Single)));
        assert_eq!(cause_of("{\"a\": [1, 2"), Some(Cause::OpenJson));
        assert_eq!(cause_of("[citation needed] It is so"), None);
        assert_eq!(
            cause_of(&format!("{long}It went to the")),
            Some(Cause::Word("the".to_owned(), true))
        );
        for end in [
            "\nA story of mice and",
            "the size of the city; and",
            "he said: \"It went to the",
            "to go with",
        ] {
            let cause = cause_of(&format!("{long}{end}")).unwrap();
            assert_eq!(cause.severity(), Severity::Advice, "{end}");
        }
        assert_eq!(
            cause_of(&format!("{long}\n1. Wait\n2.")),
            Some(Cause::EmptyItem(true))
        );
        assert_eq!(
            cause_of(&format!("{long}\nComments:\n-")),
            Some(Cause::EmptyItem(false))
        );
        assert_eq!(cause_of(&format!("{long}It went home")), None);
        assert_eq!(cause_of(&format!("{long}\n\nKind regards,")), None);
        let comma = cause_of(&format!("{long}It went home,")).unwrap();
        assert_eq!(comma.severity(), Severity::Advice);
        assert_eq!(
            comma.describe(),
            "ends with `home,`: truncated, or a comma in place of a period"
        );
        assert_eq!(cause_of(&format!("{long}The sum is 12.")), None);
        assert_eq!(cause_of("to the"), None);
        let block = "Run this: ```sh\nls\n```\nDone";
        assert_eq!(cause_of(block), None);
        let clause = "我们首先需要把所有的数据整理好，然后再进行训练，".repeat(9);
        assert_eq!(cause_of(&clause), Some(Cause::Sign('，', false)));
    }

    #[test]
    fn evident_truncation_is_a_warning() {
        let long =
            "Did the parcel leave the depot? \"Yes!\" said the driver of the van. ".repeat(4);
        let certain = |end: &str| cause_of(&format!("{long}{end}")).map(|cause| cause.is_certain());
        for end in [
            "\n2. **Call**: Call the depot and ask them about the",
            "\n- Call the depot and ask about the size of",
            "\n- One\n- Two\n-",
            "\nIt went to the harbor (",
            "\n\nThis is part of the",
            "It was taken by a",
            "It was 5\" wide and went to the",
            "Er sagte „gut“ and went to the",
        ] {
            assert_eq!(certain(end), Some(true), "{end}");
        }
        for end in [
            "\n1. the size of the city; and",
            "\n2. Bread and",
            "\nIt is so sad :(",
            "\n- One\n-",
            "The answer is a",
            "Let a = 2, so it is the square of a",
            "Er sagte: „It went to the",
        ] {
            assert_eq!(certain(end), Some(false), "{end}");
        }
        let numbered = "1. Parcels of the depot of the city and of the harbor\n".repeat(5);
        let items = cause_of(&format!("{numbered}2. Letters of the"));
        assert_eq!(items.map(|cause| cause.is_certain()), Some(false));
    }

    #[test]
    fn the_only_fence_opens_a_block() {
        let only = Some(Cause::OpenFence(Fence::Only));
        assert_eq!(cause_of("```\nSELECT a, b FROM t WHERE"), only);
        assert_eq!(cause_of("Here is it\n\n```\nSELECT a, b FROM t"), only);
        let end = Some(Cause::OpenFence(Fence::Single));
        assert_eq!(cause_of("print(1)\n```"), end);
        let several = Some(Cause::OpenFence(Fence::Odd));
        assert_eq!(cause_of("Load:\n```\nx\n```\nDone.\n```"), several);
    }
}
