//! Text normalization for comparing texts. It removes differences without meaning: letter case,
//! compatibility forms (NFKC), the kind and number of spaces and underscores between words,
//! punctuation at the edges. Hyphens stay: before a digit, a hyphen is a minus sign.

use fearless_simd::{Level, dispatch};
use memchr::memmem::Finder;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use super::letters::{self, ascii_prefix, has_no_case};

/// Normalizes texts. Reuses its buffer, so keep one per thread.
#[derive(Debug)]
pub struct Normalizer {
    form: Vec<u8>,
    two_spaces: Finder<'static>,
}

impl Default for Normalizer {
    fn default() -> Self {
        Self {
            form: Vec::new(),
            two_spaces: Finder::new(b"  "),
        }
    }
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
            dispatch!(Level::new(), _ => push_folded(&mut self.form, ascii.as_bytes()));
            rest = self.push_non_ascii(tail);
        }
        collapse_spaces(&mut self.form, &self.two_spaces);
        trim_edges(&self.form)
    }

    /// Adds a run of non-ASCII characters, with the ASCII character before it, and returns the rest.
    fn push_non_ascii<'t>(&mut self, text: &'t str) -> &'t str {
        let (start, mut end, mut is_stable) = (self.form.len(), 0, true);
        for (at, c) in text.char_indices() {
            if c.is_ascii() && at > 0 {
                break;
            }
            is_stable &= c.is_ascii() || letters::is_stable(c);
            self.push_char(c);
            end = at + c.len_utf8();
        }
        let (run, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        if !is_stable && is_nfkc_quick(run.chars()) != IsNormalized::Yes {
            self.form.truncate(start);
            run.nfkc().for_each(|c| self.push_char(c));
        }
        rest
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

/// The number of leading bytes that can be folded one by one: the ASCII characters up to the next
/// non-ASCII one, except the last, which may carry a combining mark.
fn ascii_run(bytes: &[u8]) -> usize {
    let ascii = ascii_prefix(bytes);
    if ascii < bytes.len() {
        ascii.saturating_sub(1)
    } else {
        ascii
    }
}

/// Adds ASCII characters. Inlined, so that the widest vectors of the processor are used; in blocks,
/// so that they are also used for the last few characters.
#[inline(always)]
fn push_folded(form: &mut Vec<u8>, ascii: &[u8]) {
    const BLOCK: usize = 64;
    let (blocks, rest) = ascii.as_chunks::<BLOCK>();
    for block in blocks {
        form.extend_from_slice(&block.map(fold));
    }
    let mut last = [b' '; BLOCK];
    if let Some(start) = last.get_mut(..rest.len()) {
        start.copy_from_slice(rest);
    }
    form.extend_from_slice(last.map(fold).get(..rest.len()).unwrap_or_default());
}

/// Lowercases a letter, and replaces a word separator with a space.
#[inline(always)]
fn fold(byte: u8) -> u8 {
    // Branch-free, so that the compiler can vectorize it.
    let separates = (byte == b'_') | (byte.wrapping_sub(9) <= 4);
    let lower = byte | (u8::from(byte.wrapping_sub(b'A') < 26) << 5);
    if separates { b' ' } else { lower }
}

/// Replaces runs of spaces with one space, in place.
fn collapse_spaces(form: &mut Vec<u8>, two_spaces: &Finder<'_>) {
    let (mut kept, mut from) = (0, 0);
    while let Some(at) = form.get(from..).and_then(|rest| two_spaces.find(rest)) {
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
    fn numbers_and_signs_are_kept() {
        assert_ne!(normal("1"), normal("2"));
        assert_ne!(normal("3"), normal("-3"));
        assert_ne!(normal("?"), normal("!"));
        assert_eq!(normal("yes."), normal("Yes"));
    }
}
