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
        let Some((end, _)) = text.char_indices().nth(head) else {
            return Self {
                head: text.into(),
                tail: None,
                chars: text.chars().count() as u64,
            };
        };
        let last = text.char_indices().rev().take(tail).last();
        let start = last.map_or(text.len(), |(at, _)| at);
        Self {
            head: text.get(..end).unwrap_or_default().into(),
            tail: text.get(start..).map(Into::into),
            chars: text.chars().count() as u64,
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
