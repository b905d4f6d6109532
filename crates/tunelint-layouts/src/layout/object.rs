//! Writes compact JSON objects, and remembers the position of every top-level field. A record can be
//! a list in place of an object.

use std::ops::Range;

use tunelint_data::text::Text;

/// A JSON object under construction; reuse it, since its buffer is kept.
///
/// ```
/// use tunelint_layouts::layout::ObjectWriter;
/// let mut object = ObjectWriter::new();
/// object.key("text_input");
/// object.string("a \"b\"");
/// assert_eq!(object.finish(), br#"{"text_input":"a \"b\""}"#);
/// ```
#[derive(Debug, Default)]
pub struct ObjectWriter {
    out: Vec<u8>,
    /// The number of bytes written.
    len: u64,
    /// Whether only `len` is counted and nothing is written.
    measuring: bool,
    /// The number of open containers inside the object.
    depth: usize,
    /// Whether a comma must precede the next key or item.
    comma: bool,
    fields: Vec<(Range<usize>, Range<usize>)>,
    finished: bool,
}

impl ObjectWriter {
    /// An empty object.
    pub fn new() -> Self {
        Self::default()
    }

    /// An object that is only measured, not written.
    pub fn measuring() -> Self {
        Self {
            measuring: true,
            ..Self::default()
        }
    }

    /// Ends the object and returns its length in bytes.
    pub fn measure(&mut self) -> u64 {
        self.finish();
        self.len
    }

    /// Starts a new object.
    pub fn clear(&mut self) {
        self.out.clear();
        self.fields.clear();
        self.len = 0;
        (self.depth, self.comma, self.finished) = (0, false, false);
    }

    /// Starts a field of the innermost open object.
    pub fn key(&mut self, key: &str) {
        if self.len == 0 {
            self.push(b"{");
        }
        self.separate();
        let from = self.out.len();
        self.push(b"\"");
        self.push_escaped(key);
        self.push(b"\"");
        let to = self.out.len();
        self.push(b":");
        self.comma = false;
        if self.depth == 0 {
            self.fields.push((from..to, to + 1..to + 1));
        }
    }

    /// Opens an object as the value.
    pub fn begin_object(&mut self) {
        self.open(b"{");
    }

    /// Closes the innermost object.
    pub fn end_object(&mut self) {
        self.close(b"}");
    }

    /// Opens an array as the value; as the record, if nothing was written before.
    pub fn begin_array(&mut self) {
        self.open(b"[");
    }

    /// Closes the innermost array.
    pub fn end_array(&mut self) {
        self.close(b"]");
    }

    /// Writes raw JSON as the value: digits and escapes stay as they are.
    pub fn raw(&mut self, json: &str) {
        self.separate();
        self.push(json.as_bytes());
        self.value_ends();
    }

    /// Writes a string as the value.
    pub fn string(&mut self, text: &str) {
        self.separate();
        self.push(b"\"");
        self.push_escaped(text);
        self.push(b"\"");
        self.value_ends();
    }

    /// Writes a string that joins texts; those read from JSON strings are copied with their
    /// escapes.
    pub fn texts(&mut self, texts: &[Text<'_>]) {
        self.separate();
        self.push(b"\"");
        for text in texts {
            match text.raw_json() {
                Some(raw) => self.push(inside(raw.as_bytes())),
                None => self.push_escaped(text.as_str()),
            }
        }
        self.push(b"\"");
        self.value_ends();
    }

    /// Ends the object, unless the record is a list, and returns its bytes.
    pub fn finish(&mut self) -> &[u8] {
        if !self.finished {
            if self.len == 0 {
                self.push(b"{");
                self.push(b"}");
            } else if !self.fields.is_empty() {
                self.push(b"}");
            }
            self.finished = true;
        }
        &self.out
    }

    /// The top-level fields: the name and the JSON value of each.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let bytes = |range: &Range<usize>| self.out.get(range.clone()).unwrap_or_default();
        let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
        self.fields
            .iter()
            .map(move |(name, value)| (text(inside(bytes(name))), text(bytes(value))))
    }

    fn open(&mut self, bracket: &[u8]) {
        self.separate();
        self.push(bracket);
        self.depth += 1;
        self.comma = false;
    }

    fn close(&mut self, bracket: &[u8]) {
        self.push(bracket);
        self.depth = self.depth.saturating_sub(1);
        self.value_ends();
    }

    fn push(&mut self, bytes: &[u8]) {
        self.len += bytes.len() as u64;
        if !self.measuring {
            self.out.extend_from_slice(bytes);
        }
    }

    /// Appends text, escaped for the inside of a JSON string.
    fn push_escaped(&mut self, text: &str) {
        if self.measuring {
            self.len += escaped_len(text);
            return;
        }
        let is_special = |byte: u8| (byte < b' ') | (byte == b'"') | (byte == b'\\');
        // Keys, and most texts of a table, need no escapes.
        if !text
            .bytes()
            .fold(false, |found, byte| found | is_special(byte))
        {
            self.push(text.as_bytes());
            return;
        }
        let from = self.out.len();
        // Writing a string to memory does not fail.
        let _ = serde_json::to_writer(&mut self.out, text);
        // The quotes belong to the whole string, which may have several parts.
        self.out.pop();
        self.out.remove(from);
        self.len += (self.out.len() - from) as u64;
    }

    fn separate(&mut self) {
        if std::mem::take(&mut self.comma) {
            self.push(b",");
        }
    }

    fn value_ends(&mut self) {
        self.comma = true;
        if self.depth == 0
            && let Some((_, value)) = self.fields.last_mut()
        {
            value.end = self.out.len();
        }
    }
}

fn inside(quoted: &[u8]) -> &[u8] {
    quoted
        .get(1..quoted.len().saturating_sub(1))
        .unwrap_or_default()
}

/// The length of `text` inside a JSON string, escaped as `serde_json` does it.
fn escaped_len(text: &str) -> u64 {
    let escaped = |byte: u8| (byte < 0x20) | (byte == b'"') | (byte == b'\\');
    let short = |byte: u8| (byte == 8) | (byte == 9) | (byte == 10) | (byte == 12) | (byte == 13);
    let bytes = text.as_bytes();
    let escapes = count(bytes, escaped);
    // `\n` is one byte longer than a line feed, `\u0007` five bytes longer than BEL.
    let longer = if escapes == 0 {
        0
    } else {
        count(bytes, |byte| (byte < 0x20) & !short(byte)) * 4
    };
    bytes.len() as u64 + escapes + longer
}

/// Counts the `wanted` bytes. Short runs are summed in a `u8`, which vectorizes.
fn count(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> u64 {
    let run = |run: &[u8]| {
        run.iter()
            .fold(0_u8, |sum, byte| sum.wrapping_add(u8::from(wanted(*byte))))
    };
    bytes.chunks(128).map(|chunk| u64::from(run(chunk))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_length_equals_written_length() {
        for text in [
            "",
            "plain",
            "a\"b\\c\nd\te\u{7}\u{1f}\u{7f}é😀",
            &"\n".repeat(300),
        ] {
            let (mut written, mut measured) = (ObjectWriter::new(), ObjectWriter::measuring());
            for object in [&mut written, &mut measured] {
                object.key("k");
                object.string(text);
            }
            assert_eq!(
                measured.measure(),
                written.finish().len() as u64,
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_record_can_be_a_list() {
        let mut object = ObjectWriter::new();
        for _ in 0..2 {
            object.clear();
            object.begin_array();
            object.begin_object();
            object.key("a");
            object.raw("1");
            object.end_object();
            object.end_array();
            assert_eq!(object.finish(), br#"[{"a":1}]"#);
        }
        object.clear();
        assert_eq!(object.finish(), b"{}");
    }

    #[test]
    fn commas_and_nesting_are_correct() {
        let mut object = ObjectWriter::new();
        object.key("a");
        object.begin_array();
        object.begin_object();
        object.key("b");
        object.raw("1.10");
        object.key("c");
        object.string("");
        object.end_object();
        object.raw("null");
        object.end_array();
        object.key("d");
        object.string("x\ny");
        assert_eq!(
            object.finish(),
            br#"{"a":[{"b":1.10,"c":""},null],"d":"x\ny"}"#
        );
        assert_eq!(object.measure(), object.finish().len() as u64);
        let fields: Vec<_> = object.fields().collect();
        assert_eq!(
            fields,
            [("a", r#"[{"b":1.10,"c":""},null]"#), ("d", r#""x\ny""#)]
        );
    }
}
