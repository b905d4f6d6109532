//! What is shown of data: no raw control character, and no secret.

use tunelint_core::excerpt::Excerpt;
use tunelint_core::position::Span;
use tunelint_core::printable::{is_hidden, printable};
use tunelint_core::redaction::{Redaction, redact_secrets};

use super::assembled;

/// A secret with random characters, so that nothing else in a text has them.
pub const SECRET: &str = "sk-proj-Zb3kQ9xLm2Vt7Rw5Yp8Nc4Hd6Fg1Js0A";

/// A part of it that gives it away.
pub const TELLING: &str = "Lm2Vt7Rw5Yp8";

/// An excerpt of any span of any bytes, with a secret among them.
pub fn excerpts(data: &[u8]) {
    let (start, rest) = assembled::choice(data);
    let (length, rest) = assembled::choice(rest);
    let text = assembled::bytes(rest);
    let (before, after) = text.split_at(text.len() / 2);
    let raw = [before, b" ", SECRET.as_bytes(), b" ", after].concat();
    let start = start * raw.len() / 256;
    for redaction in [Redaction::Secret, Redaction::Personal] {
        let span = Span::new(start, start + length);
        let excerpt = Excerpt::behind(redaction, &raw, span, false);
        let Excerpt { text, highlight } = &excerpt;
        assert!(!text.chars().any(is_hidden), "{text:?}");
        assert!(text.get(highlight.clone()).is_some(), "{excerpt:?}");
        assert!(!text.contains(TELLING), "{text:?}");
    }
}

/// Texts in messages.
pub fn redaction(data: &[u8]) {
    let text = assembled::text(data);
    let redacted = redact_secrets(&text);
    assert_eq!(redact_secrets(&redacted), redacted, "once is enough");
    let with_secret = format!("{text} {SECRET} {text}");
    assert!(!redact_secrets(&with_secret).contains(TELLING));
    let shown = printable(&redacted);
    assert!(!shown.chars().any(is_hidden), "{shown:?}");
    assert_eq!(printable(&shown), shown, "once is enough");
}
