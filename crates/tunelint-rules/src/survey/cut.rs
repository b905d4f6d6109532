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
        let chars = match text.is_ascii() {
            true => text.len(),
            false => text.chars().count(),
        };
        Self::counted(text, chars as u64, head, tail)
    }

    /// The same for a text whose number of characters is known.
    pub(super) fn counted(text: &str, chars: u64, head: usize, tail: usize) -> Self {
        if chars <= head as u64 {
            return Self {
                head: text.into(),
                tail: None,
                chars,
            };
        }
        Self {
            head: first(text, head).into(),
            tail: Some(last(text, tail).into()),
            chars,
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

/// The first `count` characters. Characters are counted in steps, which is faster than one by one.
fn first(text: &str, count: usize) -> &str {
    let (mut end, mut missing) = (0, count);
    while missing > 0 && end < text.len() {
        // As many bytes hold at most as many characters.
        let mut to = (end + missing).min(text.len());
        while !text.is_char_boundary(to) {
            to += 1;
        }
        missing -= text.get(end..to).map_or(0, |part| part.chars().count());
        end = to;
    }
    text.get(..end).unwrap_or(text)
}

/// The last `count` characters.
fn last(text: &str, count: usize) -> &str {
    let (mut start, mut missing) = (text.len(), count);
    while missing > 0 && start > 0 {
        let mut from = start.saturating_sub(missing);
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        missing -= text.get(from..start).map_or(0, |part| part.chars().count());
        start = from;
    }
    text.get(start..).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_from_both_ends() {
        for text in [
            "",
            "a",
            "plain text",
            "é",
            "aéb",
            "東京は首都",
            "😀a😀é東",
            "ééééééééab",
        ] {
            let chars: Vec<char> = text.chars().collect();
            for count in 0..=chars.len() + 2 {
                let kept = count.min(chars.len());
                let head: String = chars.iter().take(kept).collect();
                let tail: String = chars.iter().skip(chars.len() - kept).collect();
                assert_eq!((first(text, count), last(text, count)), (&*head, &*tail));
            }
        }
    }
}
