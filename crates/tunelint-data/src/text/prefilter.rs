//! A prefilter for text rules: what a text may contain, found once for all rules.
//!
//! Without it, every rule about text would scan every byte. Instead, each rule asks for its
//! [`Mark`] and looks closer only if it is set. A set mark may be a false positive; an unset one is
//! certain. Most marks come from one pass over byte classes; those that consist of words come from
//! a second pass, which only rules about outputs request.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use fearless_simd::{Level, dispatch};

use crate::text::secret;

/// Something that a text may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A control character, C0 or C1, other than tab and line ends.
    Control,
    /// Any character outside ASCII.
    Foreign,
    /// `<`
    Tag,
    /// `&`
    Ampersand,
    /// `[` or `{`
    Bracket,
    /// `@` or a backtick
    At,
    /// A backslash
    Backslash,
    /// `#`
    Hash,
    /// A bidirectional control character
    Bidi,
    /// A zero-width character, or the first byte of one
    Invisible,
    /// U+FFFD
    Replacement,
    /// UTF-8 that was decoded as windows-1252
    Mojibake,
    /// A space other than U+0020
    Space,
    /// The start of a special token of a chat template
    ChatToken,
    /// The start of a placeholder
    Placeholder,
    /// The start of a credential
    Secret,
    /// A role name with a colon. From here on, marks consist of words.
    RoleMeaning,
    /// A word that occurs in refusals
    Refusal,
    /// A word with which models refer to themselves
    SelfReference,
    /// Filler text
    Filler,
}

/// The marks of one text, as far as computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks(u32);

/// Set once the byte marks, or the word marks, have been computed.
const BYTES_KNOWN: u32 = 1 << 30;
const WORDS_KNOWN: u32 = 1 << 31;

impl Marks {
    /// Computes all marks of the kind of `mark`, if that has not been done yet.
    #[must_use]
    pub fn knowing(mut self, mark: Mark, text: &str) -> Self {
        match self.know(mark) {
            true => {}
            false if mark >= Mark::RoleMeaning => self.look_for_words(text),
            false => self.look_at_bytes(text.as_bytes()),
        }
        self
    }

    /// Whether the marks of the kind of `mark` have been computed.
    #[inline]
    pub fn know(self, mark: Mark) -> bool {
        let known = match mark >= Mark::RoleMeaning {
            true => WORDS_KNOWN,
            false => BYTES_KNOWN,
        };
        self.0 & known != 0
    }

    /// Whether `mark` is set.
    #[inline]
    pub fn has(self, mark: Mark) -> bool {
        self.0 & (1 << mark as u32) != 0
    }

    fn set(&mut self, mark: Mark) {
        self.0 |= 1 << mark as u32;
    }

    fn look_for_words(&mut self, text: &str) {
        self.0 |= WORDS_KNOWN;
        let Some(literals) = &*LITERALS else { return };
        for found in literals.find_iter(text) {
            if let Some((mark, _)) = WORDS.get(found.pattern().as_usize()) {
                self.set(*mark);
            }
        }
    }

    fn look_at_bytes(&mut self, bytes: &[u8]) {
        let (classes, has_long_word) =
            dispatch!(Level::new(), _ => (classes(bytes), has_long_word(bytes)));
        self.0 |= BYTES_KNOWN | u32::from(classes);
        if self.has(Mark::Foreign) {
            let latin = memchr::memchr3_iter(0xc2, 0xc3, 0xe2, bytes);
            let others = memchr::memchr3_iter(0xef, 0xe1, 0xf3, bytes);
            let marks = memchr::memchr2_iter(0xd8, 0xe3, bytes);
            self.set_each(latin.chain(others).chain(marks), bytes, foreign);
        }
        if self.has(Mark::Tag) || self.has(Mark::Bracket) {
            self.set_each(
                memchr::memchr3_iter(b'<', b'[', b'{', bytes),
                bytes,
                bracket,
            );
        }
        if has_long_word && long_words(bytes).any(secret::may_begin) {
            self.set(Mark::Secret);
        }
    }

    /// Sets the mark of the characters at each of `places`.
    fn set_each(
        &mut self,
        places: impl Iterator<Item = usize>,
        bytes: &[u8],
        mark: fn(&[u8]) -> Option<Mark>,
    ) {
        for at in places {
            if let Some(mark) = mark(bytes.get(at..).unwrap_or_default()) {
                self.set(mark);
            }
        }
    }
}

/// The mark of the character at the start of `rest`.
fn foreign(rest: &[u8]) -> Option<Mark> {
    match rest {
        [0xc2, 0x80..=0x9f, ..] => Some(Mark::Control),
        [0xc2, 0xad, ..] => Some(Mark::Invisible),
        [0xc2, 0xa0, ..] | [0xe1, 0x9a, 0x80, ..] | [0xe3, 0x80, 0x80, ..] => Some(Mark::Space),
        [0xe2, 0x80, 0x80..=0x8a | 0xaf, ..] | [0xe2, 0x81, 0x9f, ..] => Some(Mark::Space),
        // A Latin-1 letter followed by a non-ASCII one: the typical form of mojibake.
        [0xc3, _, 0x80..=0xff, ..] => Some(Mark::Mojibake),
        [0xe2, 0x80, 0x8e..=0x8f | 0xaa..=0xae, ..] => Some(Mark::Bidi),
        [0xe2, 0x81, 0xa6..=0xa9, ..] | [0xd8, 0x9c, ..] => Some(Mark::Bidi),
        [0xe2, 0x80, 0x8b, ..] | [0xe2, 0x81, 0xa0..=0xaf, ..] => Some(Mark::Invisible),
        [0xef, 0xbf, 0xbd, ..] => Some(Mark::Replacement),
        [0xef, 0xbb, 0xbf, ..] | [0xef, 0xbe, 0xa0, ..] => Some(Mark::Invisible),
        [0xe1, 0xa0, 0x8e, ..] | [0xe3, 0x85, 0xa4, ..] => Some(Mark::Invisible),
        [0xf3, 0xa0, ..] => Some(Mark::Invisible),
        // Emoji need one variation selector; only several in a row are suspicious.
        [0xef, 0xb8, 0x80..=0x8f, 0xef, 0xb8, ..] => Some(Mark::Invisible),
        _ => None,
    }
}

/// The mark of the bracket at the start of `rest`.
fn bracket(rest: &[u8]) -> Option<Mark> {
    match rest {
        [b'<', b'|' | 0xef, ..] | [b'<', b'<', b'S' | b'/', ..] => Some(Mark::ChatToken),
        [b'<', b's', b't' | b'>', ..] | [b'<', b'/', b's', ..] => Some(Mark::ChatToken),
        [b'<', b'e', b'n' | b'o', ..] | [b'<', b'b', b'o', ..] => Some(Mark::ChatToken),
        [b'[', b'I' | b'/' | b'T', b'N' | b'I' | b'O', ..] => Some(Mark::ChatToken),
        [b'[', b'i' | b'I', b'n' | b'N', ..] | [b'[', b'y' | b'Y', b'o' | b'O', ..] => {
            Some(Mark::Placeholder)
        }
        [b'{', b'{', ..] => Some(Mark::Placeholder),
        _ => None,
    }
}

/// The marks of all bytes, each at the bit of its [`Mark`].
///
/// Inlined, so that the widest vectors of the processor are used; in blocks, so that they are also
/// used for the last few bytes.
#[inline(always)]
fn classes(bytes: &[u8]) -> u8 {
    const BLOCK: usize = 32;
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut last = [b' '; BLOCK];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    let mut seen = [0; BLOCK];
    for block in blocks.iter().chain([&last]) {
        let bytes = seen.iter_mut().zip(block);
        bytes.for_each(|(seen, byte)| *seen |= class(*byte));
    }
    seen.iter().fold(0, |all, seen| all | seen)
}

/// The marks of one byte. Comparisons instead of a lookup table, because they vectorize.
#[inline(always)]
fn class(byte: u8) -> u8 {
    let bit = |is: bool, mark: Mark| if is { 1 << mark as u32 } else { 0 };
    let is_break = (byte.wrapping_sub(b'\t') < 2) | (byte == b'\r');
    bit((byte < 0x20) & !is_break, Mark::Control)
        | bit(byte == 0x7f, Mark::Control)
        | bit(byte >= 0x80, Mark::Foreign)
        | bit(byte == b'<', Mark::Tag)
        | bit(byte == b'&', Mark::Ampersand)
        | bit(byte | 0x20 == b'{', Mark::Bracket)
        | bit(byte | 0x20 == b'`', Mark::At)
        | bit(byte == b'\\', Mark::Backslash)
        | bit(byte == b'#', Mark::Hash)
}

/// Whether `bytes` may contain a credential: 23 ASCII bytes without a space, or 15 capital letters
/// and digits. Such words are rare in prose, and the search is cheap: eight bytes at a time, since
/// a word of that length fills two groups of eight in a row, or one.
#[inline(always)]
fn has_long_word(bytes: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let (eights, _) = bytes.as_chunks::<8>();
    // The high bit of each byte that is not ASCII or not above the space, and of each that is not
    // from `0` to `Z`.
    let blanks = |word: u64| (word | word.wrapping_sub(0x21 * ONES)) & HIGH;
    let beyond = |word: u64| {
        let either = word.wrapping_add((0x7f - 0x5a) * ONES) | word.wrapping_sub(0x30 * ONES);
        (word | either) & HIGH
    };
    // Each group is looked at twice, as the second of two and as the first: a loop that remembers
    // nothing is vectorized.
    let pairs = eights.iter().zip(eights.get(1..).unwrap_or_default());
    let found = pairs.fold(0_u64, |found, (one, next)| {
        let (one, next) = (u64::from_le_bytes(*one), u64::from_le_bytes(*next));
        let is_long = (blanks(one) | blanks(next) == 0) | (beyond(one) == 0);
        found | u64::from(is_long)
    });
    let last = eights.last().map(|last| u64::from_le_bytes(*last));
    found != 0 || last.is_some_and(|last| beyond(last) == 0)
}

/// The parts of `bytes` that [`has_long_word`] is about, with what credentials have before them: the
/// search for many beginnings is slow, and long words are a small part of most texts.
fn long_words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    /// The first line of a private key, or the name of a header.
    const BEFORE: usize = 64;
    /// The rest of the word, which fills no group.
    const AFTER: usize = 8;
    let solid = |eight: &[u8; 8]| eight.iter().all(u8::is_ascii_graphic);
    let capitals = |eight: &[u8; 8]| eight.iter().all(|byte| (b'0'..=b'Z').contains(byte));
    let (eights, _) = bytes.as_chunks::<8>();
    let mut end = 0;
    let runs = eights.chunk_by(move |one, next| solid(one) == solid(next));
    runs.filter_map(move |run| {
        let start = end;
        end += 8 * run.len();
        let is_long =
            run.first().is_some_and(solid) && (run.len() > 1 || run.first().is_some_and(capitals));
        let around = start.saturating_sub(BEFORE)..(end + AFTER).min(bytes.len());
        bytes.get(around).filter(|_| is_long)
    })
}

/// Words that set a mark. Shorter ones would slow down the search.
const WORDS: [(Mark, &str); 21] = [
    (Mark::Filler, "orem ipsum"),
    (Mark::RoleMeaning, "User:"),
    (Mark::RoleMeaning, "USER:"),
    (Mark::RoleMeaning, "uman:"),
    (Mark::RoleMeaning, "UMAN:"),
    (Mark::RoleMeaning, "ssistant:"),
    (Mark::RoleMeaning, "SSISTANT:"),
    (Mark::Refusal, "orry"),
    (Mark::Refusal, "pologi"),
    (Mark::Refusal, "unable to"),
    (Mark::Refusal, "I can"),
    (Mark::Refusal, "I won"),
    (Mark::Refusal, "not able to"),
    (Mark::SelfReference, "n AI"),
    (Mark::SelfReference, "s an ai"),
    (Mark::SelfReference, "m an ai"),
    (Mark::SelfReference, "anguage model"),
    (Mark::SelfReference, "OpenAI"),
    (Mark::SelfReference, "ChatGPT"),
    (Mark::SelfReference, "nowledge cut"),
    (Mark::SelfReference, "y training data"),
];

static LITERALS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = WORDS.iter().map(|(_, word)| *word);
    let mut search = AhoCorasick::builder();
    // Vectors find the candidates; an automaton that is faster on the rest takes longer to build than
    // a small file takes to check.
    search
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .match_kind(MatchKind::LeftmostFirst)
        .build(words)
        .ok()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str, mark: Mark) -> bool {
        Marks::default().knowing(mark, text).has(mark)
    }

    #[test]
    fn every_word_sets_its_mark() {
        for (mark, word) in WORDS {
            assert!(has(&format!("some {word} text"), mark), "{word}");
        }
        for beginning in secret::beginnings() {
            for before in [
                "",
                "a",
                "ab ",
                "abc",
                "abcd",
                "abcde ",
                "abcdef",
                "abcdefg",
                "ab cdefgh",
            ] {
                let body = match beginning.len() {
                    4 => "Q2W3E4R5T6Y7U2I3",
                    11 => "q2w3e4r5t6y7u2i3o4p5a6s7",
                    _ => "q2w3e4r5t6y7u2i3o4p5",
                };
                assert!(
                    has(&format!("{before}{beginning}{body}"), Mark::Secret),
                    "{before}{beginning}"
                );
            }
        }
    }

    #[test]
    fn bytes_and_characters_set_theirs() {
        for (text, mark) in [
            ("\u{8}", Mark::Control),
            ("\u{92}", Mark::Control),
            ("é", Mark::Foreign),
            ("a<b", Mark::Tag),
            ("&", Mark::Ampersand),
            ("{", Mark::Bracket),
            ("[", Mark::Bracket),
            ("`", Mark::At),
            ("#", Mark::Hash),
            ("<|im_end|>", Mark::ChatToken),
            ("[/INST]", Mark::ChatToken),
            ("{{name}}", Mark::Placeholder),
            ("[Your name]", Mark::Placeholder),
            ("\\", Mark::Backslash),
            ("@", Mark::At),
            ("\u{202e}", Mark::Bidi),
            ("\u{2066}", Mark::Bidi),
            ("\u{61c}", Mark::Bidi),
            ("\u{200b}", Mark::Invisible),
            ("\u{ad}", Mark::Invisible),
            ("\u{3164}", Mark::Invisible),
            ("\u{e0041}", Mark::Invisible),
            ("\u{fffd}", Mark::Replacement),
            ("Ã©", Mark::Mojibake),
            ("\u{a0}", Mark::Space),
            ("\u{1680}", Mark::Space),
            ("\u{2000}", Mark::Space),
            ("\u{200a}", Mark::Space),
            ("\u{202f}", Mark::Space),
            ("\u{205f}", Mark::Space),
            ("\u{3000}", Mark::Space),
        ] {
            assert!(has(text, mark), "{mark:?}");
        }
        let plain = Marks::default().knowing(Mark::Control, "Plain words.\r\n\tMore (a, b).");
        assert_eq!(plain, Marks(BYTES_KNOWN));
    }
}
