//! Whether stopping is trained: the trained part of an assistant message ends with a token that
//! generation stops at.

use std::collections::HashSet;
use std::ops::Range;

use crate::checks::prefix::conversation;
use crate::folder::ModelFolder;
use crate::render::RenderOptions;
use crate::template::Template;

/// The tokens that end a message, and those that look as if they did.
#[derive(Debug, Clone, Default)]
pub struct StopTokens {
    stops: HashSet<String>,
    /// All added tokens, the stop tokens among them.
    added: HashSet<String>,
    /// The lengths of the added tokens in bytes, longest first.
    lengths: Vec<usize>,
}

/// What ends one trained range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopSpan {
    /// The range, in characters; ranges with only whitespace between them are one.
    pub range: Range<usize>,
    /// The stop token at its end, or why there is none.
    pub end: Result<String, StopFault>,
}

/// Why a trained range does not end with a stop token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopFault {
    /// Neither in the range nor after it is an end token.
    NoEndToken,
    /// The stop token follows the range: it is not trained on.
    OutsideOfMask(String),
    /// The range ends with another token than generation stops at.
    OtherToken(String),
}

impl StopTokens {
    /// The tokens that generation stops at, and all added tokens.
    pub fn new(
        stops: impl IntoIterator<Item = String>,
        added: impl IntoIterator<Item = String>,
    ) -> Self {
        let stops: HashSet<String> = stops
            .into_iter()
            .filter(|token| !token.is_empty())
            .collect();
        let mut added: HashSet<String> = added.into_iter().collect();
        added.extend(stops.iter().cloned());
        added.retain(|token| !token.trim().is_empty());
        let mut lengths: Vec<usize> = added.iter().map(String::len).collect();
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.dedup();
        Self {
            stops,
            added,
            lengths,
        }
    }

    /// Those of a model folder.
    pub fn of(folder: &ModelFolder) -> Self {
        let added = folder
            .added_tokens
            .iter()
            .map(|token| token.content.clone());
        let special = folder
            .special_tokens
            .iter()
            .map(|(_, token)| token.to_owned());
        Self::new(folder.stop_tokens.iter().cloned(), added.chain(special))
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.stops.is_empty()
    }

    /// The longest added token that `text` ends with.
    fn at_end<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.lengths.iter().find_map(|length| {
            let tail = text.get(text.len().checked_sub(*length)?..)?;
            self.added.contains(tail).then_some(tail)
        })
    }

    /// The longest stop token that `text` starts with.
    fn at_start<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.lengths.iter().find_map(|length| {
            let head = text.get(..*length)?;
            self.stops.contains(head).then_some(head)
        })
    }
}

/// What each trained range of a rendered text ends with, in order. Empty ranges are passed over.
pub fn stop_spans(text: &str, trained: &[Range<usize>], tokens: &StopTokens) -> Vec<StopSpan> {
    let ranges = merged(text, trained);
    let at_end = |(range, bytes): (Range<usize>, Range<usize>)| {
        let inside = text.get(bytes.clone()).unwrap_or_default().trim_end();
        let after = text.get(bytes.end..).unwrap_or_default().trim_start();
        let end = match (tokens.at_end(inside), tokens.at_start(after)) {
            (Some(token), _) if tokens.stops.contains(token) => Ok(token.to_owned()),
            (_, Some(token)) => Err(StopFault::OutsideOfMask(token.to_owned())),
            (Some(token), None) => Err(StopFault::OtherToken(token.to_owned())),
            (None, None) => Err(StopFault::NoEndToken),
        };
        StopSpan { range, end }
    };
    ranges.into_iter().map(at_end).collect()
}

/// The nonempty trained ranges, in characters and in bytes; those with only whitespace between them
/// are one.
fn merged(text: &str, trained: &[Range<usize>]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut ranges = trained.to_vec();
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut offsets = text.char_indices().map(|(at, _)| at);
    let mut passed = 0;
    let mut byte_of = |char: usize| {
        let skipped = char.checked_sub(passed)?;
        passed = char + 1;
        offsets.nth(skipped)
    };
    let bounds: std::collections::BTreeSet<usize> = ranges
        .iter()
        .flat_map(|range| [range.start, range.end])
        .collect();
    let bytes: std::collections::BTreeMap<usize, usize> = bounds
        .into_iter()
        .map(|char| (char, byte_of(char).unwrap_or(text.len())))
        .collect();
    let byte = |char: usize| bytes.get(&char).copied().unwrap_or(text.len());
    let mut merged: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for range in ranges {
        let (start, end) = (byte(range.start), byte(range.end));
        if let Some((last, last_bytes)) = merged.last_mut() {
            let between = text.get(last_bytes.end..start.max(last_bytes.end));
            if between.is_some_and(|between| between.trim().is_empty()) {
                last.end = last.end.max(range.end);
                last_bytes.end = last_bytes.end.max(end);
                continue;
            }
        }
        merged.push((range, start..end));
    }
    merged
}

/// Whether the trained part of an assistant message that a user message follows ends with an added
/// token, as TRL asks. False if the template marks nothing or fails.
pub fn template_trains_stop_token(
    template: &Template,
    options: &RenderOptions,
    tokens: &StopTokens,
) -> bool {
    let conversation = conversation(
        r#"[{"role":"user","content":"dummy"},{"role":"assistant","content":"dummy"},
        {"role":"user","content":"dummy"}]"#,
    );
    let Ok(rendered) = template.render(&conversation, options) else {
        return false;
    };
    let last = merged(&rendered.text, &rendered.trained).pop();
    let text = last.and_then(|(_, bytes)| rendered.text.get(bytes));
    text.is_some_and(|text| tokens.at_end(text.trim_end()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str, trained: &[(usize, usize)]) -> Vec<Result<String, StopFault>> {
        let trained: Vec<_> = trained.iter().map(|(start, end)| *start..*end).collect();
        let tokens = StopTokens::new(["<end>".to_owned()], ["<other>".to_owned()]);
        stop_spans(text, &trained, &tokens)
            .into_iter()
            .map(|span| span.end)
            .collect()
    }

    #[test]
    fn the_cause_is_named() {
        assert_eq!(ends("ü a<end>\n", &[(2, 9)]), [Ok("<end>".to_owned())]);
        assert_eq!(
            ends("a\n<end>", &[(0, 1)]),
            [Err(StopFault::OutsideOfMask("<end>".to_owned()))]
        );
        assert_eq!(
            ends("a<other>b", &[(0, 8)]),
            [Err(StopFault::OtherToken("<other>".to_owned()))]
        );
        assert_eq!(ends("ab", &[(0, 1)]), [Err(StopFault::NoEndToken)]);
    }

    #[test]
    fn adjacent_ranges_are_one_and_empty_ones_none() {
        assert_eq!(
            ends("ab <end>", &[(0, 1), (1, 2), (3, 8), (8, 8)]),
            [Ok("<end>".to_owned())]
        );
        assert_eq!(ends("a", &[]), []);
        assert_eq!(ends("a", &[(5, 9), (0, 1)]), [Err(StopFault::NoEndToken)]);
    }
}
