//! Makes text safe to show. Everything from a file, a path or a setting goes through [`printable`]
//! before it reaches a terminal, a log or a page.

use std::borrow::Cow;

/// `text` with every character that could control a terminal, hide, or reorder the output replaced
/// by its visible escape (`\u{1b}`). Line breaks and tabs are replaced too.
///
/// ```
/// use tunelint_data::text::printable::printable;
/// assert_eq!(printable("a\u{1b}[31mb\n"), "a\\u{1b}[31mb\\n");
/// assert_eq!(printable("naïve 日本"), "naïve 日本");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) && !has_command(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        push_printable(&mut shown, c);
    }
    Cow::Owned(shown)
}

/// Whether a text may be a command to a CI system that reads the log: `::name::` at the start of a
/// line, or `##[name]` or `##name[` anywhere.
fn has_command(text: &str) -> bool {
    text.trim_start().starts_with("::")
        || text
            .match_indices('[')
            .any(|(at, _)| ends_command_mark(text.get(..at).unwrap_or_default()))
}

/// Whether a `[` after `before` begins a command.
fn ends_command_mark(before: &str) -> bool {
    let mark = before.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    mark.ends_with("##")
}

/// Appends `shown`, which is printable, so that together with what is there it is no command.
pub fn push_shown(out: &mut String, shown: &str) {
    match shown {
        "[" => push_printable(out, '['),
        _ => out.push_str(shown),
    }
}

/// Appends `c`, or its visible escape. A character that would complete the start of a command to a CI
/// system is escaped as well.
pub fn push_printable(out: &mut String, c: char) {
    match c {
        ':' if out.trim_start() == ":" => out.push_str("\\u{3a}"),
        '[' if ends_command_mark(out) => out.push_str("\\u{5b}"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if is_hidden(c) => out.extend(c.escape_unicode()),
        c => out.push(c),
    }
}

/// Whether `c` is invisible or affects the text around it: control characters, line and paragraph
/// separators, bidirectional controls (UAX #9), zero-width and filler characters, variation
/// selectors beyond emoji use, tag characters, interlinear annotation marks.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether `c` shows nothing: whitespace of any kind, or hidden.
#[inline]
pub fn is_blank(c: char) -> bool {
    !c.is_ascii_graphic() && (c.is_whitespace() || is_hidden(c) || c == '\u{2800}')
}

/// A path as git prints it: quoted and escaped if it contains unusual characters.
///
/// ```
/// use tunelint_data::text::printable::printable_path;
/// assert_eq!(printable_path(std::path::Path::new("data/train.jsonl")), "data/train.jsonl");
/// assert_eq!(printable_path(std::path::Path::new("a\nb")), "\"a\\nb\"");
/// ```
pub fn printable_path(path: &std::path::Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let unusual = |c: char| is_hidden(c) || c == '"' || c == '\\';
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(unusual) && !has_command(text) => text.to_owned(),
        _ => quote_path(bytes),
    }
}

fn quote_path(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                c => push_printable(&mut out, c),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\{byte:03o}"));
        }
    }
    out.push('"');
    out
}

/// The name of a field in messages and loss reports.
///
/// ```
/// assert_eq!(tunelint_data::text::printable::field_name("id"), "field `id`");
/// ```
pub fn field_name(key: &str) -> String {
    format!("field {}", quoted(key, 40))
}

/// A short piece of data for a message: printable, in backticks, at most `limit` characters.
///
/// ```
/// use tunelint_data::text::printable::quoted;
/// assert_eq!(quoted("text_input", 20), "`text_input`");
/// assert_eq!(quoted("a long name", 6), "`a long…`");
/// ```
pub fn quoted(text: &str, limit: usize) -> String {
    let mut out = String::from("`");
    for (count, c) in text.chars().enumerate() {
        if count == limit {
            out.push('…');
            break;
        }
        push_printable(&mut out, if c == '`' { '\'' } else { c });
    }
    out.push('`');
    out
}

/// JSON text with every character that [`printable`] would replace written as a JSON escape, which
/// means the same. The text must have no line break within a string.
///
/// ```
/// use tunelint_data::text::printable::inert_json;
/// assert_eq!(inert_json("{\"a\":\"\u{202e}##[x\"}"), r#"{"a":"\u202e##\u005bx"}"#);
/// ```
pub fn inert_json(text: &str) -> Cow<'_, str> {
    let is_inert = |c: char| c == '\n' || !is_hidden(c);
    if text.chars().all(is_inert) && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_inert(c) && !(c == '[' && ends_command_mark(&out)) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    }
    Cow::Owned(out)
}

/// A number with thousands separators: `40,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number with its noun: `1 record`, `2 records`.
pub fn counted(number: u64, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        grouped(number),
        if number == 1 { "" } else { "s" }
    )
}

/// A path quoted for a POSIX shell, if it needs quotes.
///
/// ```
/// use tunelint_data::text::printable::shell_quoted;
/// assert_eq!(shell_quoted("data/train.csv"), "data/train.csv");
/// assert_eq!(shell_quoted("my data.csv"), "'my data.csv'");
/// ```
pub fn shell_quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./=+,@%".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped() {
        for c in (0..0x11_0000).filter_map(char::from_u32) {
            let mut out = String::new();
            push_printable(&mut out, c);
            assert!(!out.chars().any(is_hidden), "{:x}", c as u32);
        }
    }

    #[test]
    fn printable_is_idempotent() {
        let once = printable("\u{202e}abc\u{7}\n").into_owned();
        assert_eq!(printable(&once), once);
    }

    #[test]
    fn no_text_is_a_command() {
        for text in [
            "::add-mask::x",
            "  ::x",
            "a ##[group]x",
            "##vso[x]",
            "\t::x",
        ] {
            let shown = printable(text);
            assert!(!has_command(&shown), "{shown}");
            assert_eq!(printable(&shown), shown);
            let path = printable_path(std::path::Path::new(text));
            assert!(path.starts_with('"') && !has_command(&path), "{path}");
        }
        assert_eq!(printable("std::vec [1] # [a]"), "std::vec [1] # [a]");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(40_000), "40,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
