//! The start and the end of a text, in bounded memory.

use serde::{Deserialize, Serialize};

/// The start of a text, and the end of one that is longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    head: Box<str>,
    tail: Option<Box<str>>,
    /// Length of the whole text, in Unicode scalar values.
    pub chars: u64,
}

impl Cut {
    /// Keeps the first `head` characters of `text`, and the last `tail` of a longer one.
    ///
    /// ```
    /// use tunelint_rules::survey::Cut;
    /// let cut = Cut::new("one two three", 3, 5);
    /// assert_eq!((cut.head(), cut.tail(), cut.whole()), ("one", "three", None));
    /// assert_eq!(Cut::new("one", 3, 5).whole(), Some("one"));
    /// ```
    pub fn new(text: &str, head: usize, tail: usize) -> Self {
        let chars = text.chars().count();
        if chars <= head {
            return Self {
                head: text.into(),
                tail: None,
                chars: chars as u64,
            };
        }
        let (end, start) = if chars == text.len() {
            (head, chars.saturating_sub(tail))
        } else {
            (offset(text, head), offset(text, chars.saturating_sub(tail)))
        };
        Self {
            head: text.get(..end).unwrap_or_default().into(),
            tail: text.get(start..).map(Into::into),
            chars: chars as u64,
        }
    }

    /// The start, or the whole text if it is short.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// The end, or the whole text if it is short.
    pub fn tail(&self) -> &str {
        self.tail.as_deref().unwrap_or(&self.head)
    }

    /// The whole text; `None` if it was cut.
    pub fn whole(&self) -> Option<&str> {
        self.tail.is_none().then_some(&*self.head)
    }
}

/// The byte offset of the character at `index`. Skipping characters is faster than counting offsets.
fn offset(text: &str, index: usize) -> usize {
    let mut rest = text.chars();
    if let Some(last) = index.checked_sub(1) {
        rest.nth(last);
    }
    text.len() - rest.as_str().len()
}
