//! JSON backslash escapes: their characters, and the position of each unescaped byte in the source.

use std::ops::Range;

/// The escape at the start of `rest`: its length in bytes and its character. A lone surrogate has
/// none.
///
/// ```
/// use tunelint_data::text::escape::escape_at;
/// assert_eq!(escape_at(br"\u00e9t\u00e9"), Some((6, 'é')));
/// assert_eq!(escape_at(br"\/orders"), Some((2, '/')));
/// assert_eq!(escape_at(br"\users"), None);
/// ```
pub fn escape_at(rest: &[u8]) -> Option<(usize, char)> {
    let [b'\\', kind, ..] = rest else {
        return None;
    };
    let c = match kind {
        b'u' => return unicode_at(rest),
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'"' | b'\\' | b'/' => char::from(*kind),
        _ => return None,
    };
    Some((2, c))
}

/// The same for `\uXXXX` and surrogate pairs.
fn unicode_at(rest: &[u8]) -> Option<(usize, char)> {
    let unit = |at: usize| {
        let escape = std::str::from_utf8(rest.get(at..at + 6)?).ok()?;
        u16::from_str_radix(escape.strip_prefix("\\u")?, 16).ok()
    };
    let units = [Some(unit(0)?), unit(6)];
    let c = char::decode_utf16(units.into_iter().flatten())
        .next()?
        .ok()?;
    Some((6 * c.len_utf16(), c))
}

/// Unescaped bytes with their positions in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unescaped {
    /// The unescaped bytes.
    pub bytes: Vec<u8>,
    /// Where each byte, or its escape, starts; and the end of the source.
    starts: Vec<usize>,
}

impl Unescaped {
    /// Unescapes `raw`, which need not be a complete string; `None` if it has no escapes.
    ///
    /// ```
    /// use tunelint_data::text::escape::Unescaped;
    /// let unescaped = Unescaped::new(br"sk\u002dlive").unwrap();
    /// assert_eq!((&unescaped.bytes[..], unescaped.written(2..4)), (&b"sk-live"[..], 2..9));
    /// assert_eq!(Unescaped::new(b"plain"), None);
    /// ```
    pub fn new(raw: &[u8]) -> Option<Self> {
        memchr::memchr(b'\\', raw)?;
        let (mut bytes, mut starts) = (Vec::with_capacity(raw.len()), Vec::new());
        let (mut at, mut any) = (0, false);
        while let Some(&byte) = raw.get(at) {
            let escape = escape_at(raw.get(at..).unwrap_or_default());
            let start = at;
            match escape {
                Some((length, c)) => {
                    let mut buffer = [0; 4];
                    bytes.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                    at += length;
                }
                None => {
                    bytes.push(byte);
                    at += 1;
                }
            }
            any |= escape.is_some();
            starts.resize(bytes.len(), start);
        }
        starts.push(raw.len());
        any.then_some(Self { bytes, starts })
    }

    /// The source range of the bytes in `range`, with complete escapes.
    pub fn written(&self, range: Range<usize>) -> Range<usize> {
        let start = self.starts.get(range.start).copied().unwrap_or_default();
        let last = self.starts.get(range.end.saturating_sub(1));
        let behind = self.starts.get(range.end..).unwrap_or_default();
        let end = behind
            .iter()
            .find(|end| last.is_some_and(|last| *end > last));
        start..end.copied().unwrap_or(start).max(start)
    }
}
