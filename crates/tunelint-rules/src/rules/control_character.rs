//! Flags control characters in a text.

use std::ops::Range;

use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::writer::edit::{EditText, TextChange};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "control-character",
    Level::Fixed(Severity::Warning),
    Scope::Example,
)
.fix(FixKind::Unsafe);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(ControlCharacter))
}

struct ControlCharacter;

impl ExampleRule for ControlCharacter {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.texts() {
            let mut found = decoded_escapes(text.as_str());
            if text.has(Mark::Control) {
                found.extend(controls(text.as_str()));
                found.sort_by_key(|(range, _)| range.start);
            }
            let Some((first, c)) = found.first().cloned() else {
                continue;
            };
            let span = text.span_of(first.start, first.end);
            findings.report(example.record.at(span), Severity::Warning, || {
                let changes: Vec<TextChange> = repairs(text.as_str(), &found);
                Message::new(format!(
                    "control character {}{}",
                    name(c),
                    others(found.len())
                ))
                .help("write the intended text, with every backslash doubled in JSON")
                .fix(text.change(&example.record, &changes))
            });
        }
    }
}

/// The end of a message about the first of `count` occurrences in a text; empty for a single one.
pub(crate) fn others(count: usize) -> String {
    match count.saturating_sub(1) {
        0 => String::new(),
        more => format!("; {} more in this text", grouped(more as u64)),
    }
}

/// The control characters of `text` except tabs, line ends and misread bytes.
fn controls(text: &str) -> Vec<(Range<usize>, char)> {
    let mut found = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        // After a Latin-1 character this is a misread byte of UTF-8, which `mojibake` reports.
        let misread = c >= '\u{80}' && matches!(before, '\u{80}'..='\u{ff}');
        if c.is_control() && !misread && !matches!(c, '\t' | '\n' | '\r' | '\u{85}') {
            found.push((at..at + c.len_utf8(), c));
        }
        before = c;
    }
    found
}

/// What is left of TeX commands whose `\\t` or `\\r` was decoded: `\\times` is a tab and `imes`.
const TAB_COMMANDS: [&str; 7] = [
    "imes", "ext{", "extbf{", "heta", "ilde{", "frac{", "riangle",
];
const RETURN_COMMANDS: [&str; 6] = ["ight)", "ight]", "ight\\", "ight|", "ight.", "ightarrow"];

/// What is left of names of folders and files whose `\\t` was decoded: `C:\\temp` is a tab and `emp`.
const TAB_FOLDERS: [&str; 10] = [
    "emp", "mp", "est", "ests", "ools", "ext", "asks", "arget", "raining", "rash",
];

/// The tabs and carriage returns of `text` that were the start of a TeX command or of a folder, and the
/// line breaks that were the end of a printed string.
fn decoded_escapes(text: &str) -> Vec<(Range<usize>, char)> {
    let places = memchr::memchr3_iter(b'\t', b'\r', b'\n', text.as_bytes());
    let is_command = |(at, commands): (usize, &[&str])| {
        let rest = text.get(at + 1..).unwrap_or_default();
        commands.iter().any(|command| {
            let after = rest.strip_prefix(command);
            let in_word = |after: &str| after.starts_with(char::is_alphabetic);
            let is_word = command.ends_with(char::is_alphabetic);
            after.is_some_and(|after| !(is_word && in_word(after)))
        })
    };
    let is_folder = |at| is_command((at, &TAB_FOLDERS)) && is_in_path(text, at);
    let escape = |at: usize| match text.as_bytes().get(at)? {
        b'\t' => (is_command((at, &TAB_COMMANDS)) || is_folder(at)).then_some((at..at + 1, '\t')),
        b'\n' => is_broken_string(text, at).then_some((at..at + 1, '\n')),
        _ => is_command((at, &RETURN_COMMANDS)).then_some((at..at + 1, '\r')),
    };
    places.filter_map(escape).collect()
}

/// Whether what precedes `at` is a Windows path: `C:`, `C:\Users`.
fn is_in_path(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let start = before.rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '('));
    let token = before.get(start.map_or(0, |at| at + 1)..);
    let Some((drive, rest)) = token.and_then(|token| token.split_once(':')) else {
        return false;
    };
    let is_drive = drive.len() == 1 && drive.starts_with(|c: char| c.is_ascii_alphabetic());
    is_drive && (rest.is_empty() || rest.starts_with('\\'))
}

/// Calls whose text usually ends with a line break.
const PRINTING: [&str; 5] = [
    "print(\"",
    "printf(\"",
    "println!(\"",
    "print!(\"",
    "write(\"",
];

/// Whether the line break at `at` was `\\n` at the end of a printed string: `print("Hello` before a line
/// with `")`.
fn is_broken_string(text: &str, at: usize) -> bool {
    if !text
        .get(at + 1..)
        .is_some_and(|rest| rest.starts_with("\")"))
    {
        return false;
    }
    let line = text.get(..at).and_then(|text| text.lines().next_back());
    line.is_some_and(|line| {
        PRINTING.iter().any(|call| line.contains(call)) && line.matches('"').count() == 1
    })
}

fn name(c: char) -> String {
    let note = match c {
        '\u{8}' => " (backspace, possibly `\\b` from a regular expression)",
        '\u{b}' => " (vertical tab, possibly `\\v` from a TeX command)",
        '\u{c}' => " (form feed, possibly `\\f` from a TeX command)",
        '\t' => " (tab, probably `\\t` from a TeX command or a path)",
        '\n' => " (line break, probably `\\n` from a string)",
        '\r' => " (carriage return, probably `\\r` from a TeX command)",
        '\0' => " (NUL)",
        '\u{1b}' => " (escape, possibly a terminal color code)",
        _ => "",
    };
    format!("U+{:04X}{note}", c as u32)
}

/// The changes that restore the intended text. Terminal color codes are removed as a whole.
fn repairs(text: &str, found: &[(Range<usize>, char)]) -> Vec<TextChange> {
    let mut changes: Vec<TextChange> = Vec::with_capacity(found.len());
    for (range, c) in found {
        let rest = text.get(range.end..).unwrap_or_default();
        let end = range.end
            + if *c == '\u{1b}' {
                terminal_sequence(rest)
            } else {
                0
            };
        changes.push((range.start..end, intended(*c, rest).to_owned()));
    }
    changes
}

/// The length of the terminal sequence after its escape character, such as `[31m`; 0 if `rest` does
/// not start with one.
fn terminal_sequence(rest: &str) -> usize {
    let Some(parameters) = rest.strip_prefix('[') else {
        return 0;
    };
    let length = parameters.find(|c: char| !c.is_ascii_digit() && c != ';');
    let is_letter = |at: usize| {
        parameters
            .as_bytes()
            .get(at)
            .is_some_and(u8::is_ascii_alphabetic)
    };
    length.filter(|&at| is_letter(at)).map_or(0, |at| at + 2)
}

/// The replacement for `c`: an escape sequence that was decoded by mistake, or punctuation that is
/// left as its windows-1252 or low byte. Empty if `c` is to be removed.
fn intended(c: char, rest: &str) -> &'static str {
    let in_word = rest.starts_with(|c: char| c.is_alphanumeric() || c == '(' || c == '{');
    match c {
        '\t' => "\\t",
        '\r' => "\\r",
        '\n' => "\\n",
        '\u{8}' => "\\b",
        '\u{b}' if in_word => "\\v",
        '\u{c}' if in_word => "\\f",
        '\0' => "\\0",
        '\u{13}' | '\u{96}' => "–",
        '\u{14}' | '\u{97}' => "—",
        '\u{18}' | '\u{91}' => "‘",
        '\u{19}' | '\u{92}' => "’",
        '\u{1c}' | '\u{93}' => "“",
        '\u{1d}' | '\u{94}' => "”",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoded_commands_are_distinguished_from_tabs() {
        let found = |text| decoded_escapes(text).len();
        assert_eq!(found("$3 \times 4 \right)$ \theta and \text{x}"), 4);
        assert_eq!(found("a\timestamp\tb\textile\r\n\right now"), 0);
        assert_eq!(found("Open C:\temp or \"D:\\Users\test\\x\""), 2);
        assert_eq!(found("A:\t12\nOption C:\temporary\nC:\\Users\tName"), 0);
        let text = tunelint_data::text::Text::composed(
            "3 \times 4".into(),
            tunelint_data::text::position::Span::at(0),
        );
        let changes = repairs(text.as_str(), &decoded_escapes(text.as_str()));
        assert_eq!(text.changed(&changes).unwrap(), "3 \\times 4");
    }

    #[test]
    fn strings_that_were_broken_into_lines_are_found() {
        let found = |text| decoded_escapes(text).len();
        assert_eq!(found("int main() {\n  printf(\"Hello\n\");\n}"), 1);
        assert_eq!(
            found("print(\"\"\"Hello\n\"\"\")\nprint(\"a\", f(\"b\n\"))"),
            0
        );
        assert_eq!(found("He said (in \"short\n\") so."), 0);
    }

    #[test]
    fn intended_text_is_restored() {
        let repaired = |text: &str| {
            let text = tunelint_data::text::Text::composed(
                text.into(),
                tunelint_data::text::position::Span::at(0),
            );
            let changes = repairs(text.as_str(), &controls(text.as_str()));
            text.changed(&changes).unwrap()
        };
        assert_eq!(repaired("grep '\u{8}ssh'"), "grep '\\bssh'");
        assert_eq!(repaired("\u{c}rac{1}{2}"), "\\frac{1}{2}");
        assert_eq!(repaired("don\u{19}t"), "don’t");
        assert_eq!(repaired("\u{1b}[1;31mred\u{1b}[0m"), "red");
        assert_eq!(repaired("page\u{c}\nnext"), "page\nnext");
        assert_eq!(repaired("it isn\u{92}t"), "it isn’t");
        assert!(controls("Science â\u{80}\u{94} again").is_empty());
    }
}
