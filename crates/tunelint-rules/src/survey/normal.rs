//! Text normalization for comparing texts. It removes differences without meaning: letter case,
//! compatibility forms (NFKC), the kind and number of spaces and underscores between words,
//! punctuation at the edges. Hyphens stay: before a digit, a hyphen is a minus sign.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Normalizes texts. Reuses its buffer, so keep one per thread.
#[derive(Debug, Default)]
pub struct Normalizer {
    form: Vec<u8>,
}

impl Normalizer {
    /// The normal form of `text`, valid until the next call.
    ///
    /// ```
    /// use tunelint_rules::survey::Normalizer;
    /// let mut normalizer = Normalizer::default();
    /// assert_eq!(normalizer.normal("  Reset\tMY_password! "), b"reset my password");
    /// assert_eq!(normalizer.normal("ﬁne Ａ"), "fine a".as_bytes());
    /// ```
    pub fn normal(&mut self, text: &str) -> &[u8] {
        self.form.clear();
        let mut rest = text;
        while !rest.is_empty() {
            let (ascii, tail) = rest
                .split_at_checked(ascii_run(rest.as_bytes()))
                .unwrap_or((rest, ""));
            // The compiler vectorizes a plain map over bytes.
            self.form
                .extend(ascii.as_bytes().iter().map(|&byte| fold(byte)));
            let end = tail
                .char_indices()
                .skip(1)
                .find(|(_, c)| c.is_ascii())
                .map_or(tail.len(), |(at, _)| at);
            let (other, tail) = tail.split_at_checked(end).unwrap_or((tail, ""));
            self.push_non_ascii(other);
            rest = tail;
        }
        collapse_spaces(&mut self.form);
        trim_edges(&self.form)
    }

    /// Adds a run of non-ASCII characters, with the ASCII character before it.
    fn push_non_ascii(&mut self, text: &str) {
        let is_stable = text.chars().all(|c| c.is_ascii() || is_stable(c));
        if is_stable || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
            text.chars().for_each(|c| self.push_char(c));
        } else {
            text.nfkc().for_each(|c| self.push_char(c));
        }
    }

    fn push_char(&mut self, c: char) {
        if c.is_ascii() {
            self.form.push(fold(c as u8));
        } else if c.is_whitespace() || c == '\u{200b}' || c == '\u{feff}' {
            self.form.push(b' ');
        } else if has_no_case(c) {
            self.push_utf8(c);
        } else {
            c.to_lowercase().for_each(|lower| self.push_utf8(lower));
        }
    }

    fn push_utf8(&mut self, c: char) {
        self.form
            .extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// Whether a character is known to be in normal form in any text without combining characters. The
/// most common letters, so that most texts need no lookup in tables.
fn is_stable(c: char) -> bool {
    matches!(
        c,
        '\u{c0}'..='\u{ff}'
            | '\u{400}'..='\u{45f}'
            | '\u{5d0}'..='\u{5ea}'
            | '\u{621}'..='\u{63a}'
            | '\u{641}'..='\u{64a}'
            | '\u{2013}'..='\u{2014}'
            | '\u{2018}'..='\u{201d}'
            | '\u{3001}'..='\u{3002}'
            | '\u{3041}'..='\u{3096}'
            | '\u{30a1}'..='\u{30fa}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
    )
}

/// Whether a character belongs to a script without upper and lower case, such as Arabic, Devanagari,
/// Chinese or Hangul.
pub(super) fn has_no_case(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{109f}'
            | '\u{1100}'..='\u{139f}'
            | '\u{2e80}'..='\u{a63f}'
            | '\u{ac00}'..='\u{d7ff}'
    )
}

/// The text in lower case. The same as [`str::to_lowercase`], except that a final sigma is as any
/// other.
pub(super) fn lowercase(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut lower = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if c.is_ascii() => lower.push(c.to_ascii_lowercase()),
            _ if has_no_case(c) => lower.push(c),
            _ => lower.extend(c.to_lowercase()),
        }
    }
    lower
}

/// The number of leading bytes that can be folded one by one: the ASCII characters up to the next
/// non-ASCII one, except the last, which may carry a combining mark.
fn ascii_run(bytes: &[u8]) -> usize {
    const STEP: usize = 64;
    let whole = bytes
        .chunks(STEP)
        .take_while(|chunk| chunk.is_ascii())
        .count()
        * STEP;
    let rest = bytes.get(whole..).unwrap_or_default();
    match rest.iter().position(|byte| !byte.is_ascii()) {
        None => bytes.len(),
        Some(at) => (whole + at).saturating_sub(1),
    }
}

/// Lowercases a letter, and replaces a word separator with a space.
fn fold(byte: u8) -> u8 {
    // Branch-free, so that the compiler can vectorize it.
    let separates = (byte == b'_') | (byte.wrapping_sub(9) <= 4);
    let lower = byte | (u8::from(byte.wrapping_sub(b'A') < 26) << 5);
    if separates { b' ' } else { lower }
}

/// Replaces runs of spaces with one space, in place.
fn collapse_spaces(form: &mut Vec<u8>) {
    let finder = memchr::memmem::Finder::new(b"  ");
    let (mut kept, mut from) = (0, 0);
    while let Some(at) = form.get(from..).and_then(|rest| finder.find(rest)) {
        let end = from + at + 1;
        form.copy_within(from..end, kept);
        kept += end - from;
        let spaces = form
            .iter()
            .skip(end)
            .take_while(|&&byte| byte == b' ')
            .count();
        from = end + spaces;
    }
    form.copy_within(from.., kept);
    form.truncate(kept + form.len() - from);
}

fn trim_edges(form: &[u8]) -> &[u8] {
    let edge = |byte: &u8| {
        matches!(
            byte,
            b' ' | b'.' | b'!' | b'?' | b':' | b';' | b',' | b'"' | b'\'' | b'`' | b'*'
        )
    };
    let start = form
        .iter()
        .position(|byte| !edge(byte))
        .unwrap_or(form.len());
    let end = form
        .iter()
        .rposition(|byte| !edge(byte))
        .map_or(start, |at| at + 1);
    // Text of only punctuation keeps it: `?` and `!` are different outputs.
    if start >= end {
        form
    } else {
        form.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> String {
        String::from_utf8(Normalizer::default().normal(text).to_vec()).unwrap()
    }

    #[test]
    fn runs_of_spaces_are_collapsed_everywhere() {
        let text = "The quick  brown_fox \t jumps over\n\nthe LAZY dog, ".repeat(7);
        let expected = "the quick brown fox jumps over the lazy dog, ".repeat(7);
        assert_eq!(normal(&text), expected.trim_end_matches(", "));
    }

    #[test]
    fn composed_and_decomposed_letters_are_equal() {
        assert_eq!(normal("Cafe\u{301} NOIR"), normal("café noir"));
        assert_eq!(normal("résumé  de\u{a0}Zoë"), "résumé de zoë");
    }

    #[test]
    fn what_is_known_of_characters_is_true() {
        for c in '\u{80}'..=char::MAX {
            let text = c.to_string();
            if is_stable(c) {
                assert_eq!(is_nfkc_quick(text.chars()), IsNormalized::Yes, "{c:?}");
                assert_eq!(text.nfkc().collect::<String>(), text, "{c:?}");
            }
            if has_no_case(c) {
                assert_eq!(text.to_lowercase(), text, "{c:?}");
            }
            assert_eq!(lowercase(&text), text.to_lowercase(), "{c:?}");
        }
        assert_eq!(lowercase("ÀB 東京 Де"), "àb 東京 де");
    }

    #[test]
    fn numbers_and_signs_are_kept() {
        assert_ne!(normal("1"), normal("2"));
        assert_ne!(normal("3"), normal("-3"));
        assert_ne!(normal("?"), normal("!"));
        assert_eq!(normal("yes."), normal("Yes"));
    }
}
