//! Whether outputs are passages of their inputs.

use std::borrow::Cow;

use super::majority::Majority;
use super::outputs::{ENOUGH, Outputs};
use crate::survey::Sketch;

/// The minimum share of outputs that are in their input.
const NEARLY_ALL: f64 = 0.97;
/// The minimum length of a passage, in characters. Shorter outputs are often in the input by chance.
const SHORTEST: usize = 3;

/// `true` if nearly all outputs in the sketch are passages of their inputs. Inputs and outputs that
/// are not kept whole do not count.
pub fn infer(sketch: &Sketch, outputs: &Outputs) -> Option<Majority<bool>> {
    let max_others = (1.0 - NEARLY_ALL) * sketch.len() as f64;
    let (mut holders, mut of) = (0, 0);
    for entry in sketch.entries() {
        let output = entry.output.as_ref().and_then(|output| output.whole());
        let (Some(input), Some(output)) = (entry.input.whole(), output) else {
            continue;
        };
        let body = outputs.body(output);
        if is_passage(body) {
            of += 1;
            holders += usize::from(contains(input, body));
        }
        // In most datasets, the first few outputs show that it is not so.
        if (of - holders) as f64 > max_others {
            return None;
        }
    }
    let most = Majority {
        value: true,
        holders,
        of,
    };
    most.when(ENOUGH, NEARLY_ALL)
}

/// Whether an output is long enough to be a passage.
pub fn is_passage(body: &str) -> bool {
    body.chars().nth(SHORTEST - 1).is_some()
}

/// Whether `input` contains `body`, whatever the letter case, whitespace and punctuation.
pub fn contains(input: &str, body: &str) -> bool {
    memchr::memmem::find(input.as_bytes(), body.as_bytes()).is_some()
        || folded(input).contains(&*folded(body))
}

/// The letters and digits of a text, in lower case.
fn folded(text: &str) -> Cow<'_, str> {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_are_compared_by_their_letters() {
        assert!(contains("It was in Lisbon, on May 3rd.", "Lisbon"));
        assert!(contains("It was in \"New   York\".", "new york."));
        assert!(!contains("It was in Lisbon.", "Porto"));
        assert!(is_passage("abc") && !is_passage("ab"));
    }
}
