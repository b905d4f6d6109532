//! The lengths of the sequences that a trainer makes of a source, in tokens of the model.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use tunelint_layouts::example::Example;
use tunelint_layouts::provider::profile::Profile;
use tunelint_model::{Model, Token, mask};
use tunelint_rules::contract::Sequence;

/// The number of sequences of each length: exact, and no larger than the number of different lengths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenCounts(BTreeMap<u64, u64>);

/// What is known of the sequences of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SequenceStats {
    /// Whole sequences.
    pub all: TokenCounts,
    /// The text before, between and after answers.
    pub prompts: TokenCounts,
    /// Reasoning between `<think>` and `</think>` in answers; only of sequences that have some.
    pub reasoning: TokenCounts,
    /// Answers, without their reasoning.
    pub answers: TokenCounts,
    /// The tokens that are trained on.
    pub trained: u64,
    /// Sequences whose answers are not known; they are not in the parts.
    pub undivided: u64,
    /// Examples that the template or the tokenizer fails at.
    pub failed: u64,
    /// Examples that no single sequence is made of, such as preferences.
    pub skipped: u64,
    /// The longest sequence and the number of its record.
    pub longest: Option<(u64, u64)>,
}

/// How sequences fill packs of one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packing {
    /// The number of packs.
    pub packs: u64,
    /// The tokens in them; what is beyond the length is cut off.
    pub tokens: u64,
}

impl TokenCounts {
    /// Adds a length.
    pub fn add(&mut self, tokens: u64) {
        *self.0.entry(tokens).or_default() += 1;
    }

    fn merge(&mut self, other: Self) {
        for (tokens, count) in other.0 {
            *self.0.entry(tokens).or_default() += count;
        }
    }

    /// Each length with its number, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, u64)> {
        self.0.iter().map(|(tokens, count)| (*tokens, *count))
    }

    /// The number of lengths.
    pub fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// Their sum.
    pub fn tokens(&self) -> u64 {
        self.iter().map(|(tokens, count)| tokens * count).sum()
    }

    /// How many are at most `length`.
    pub fn within(&self, length: u64) -> u64 {
        self.0.range(..=length).map(|(_, count)| count).sum()
    }

    /// The smallest length that at least this share of all are within; 0 if there are none.
    pub fn quantile(&self, share: f64) -> u64 {
        let wanted = (self.count() as f64 * share).ceil() as u64;
        let mut seen = 0;
        let mut reached = self.iter().skip_while(|(_, count)| {
            seen += count;
            seen < wanted
        });
        reached.next().map_or(0, |(tokens, _)| tokens)
    }

    /// The packs of `length` tokens that the sequences fill: the longest first, each into the fullest
    /// pack that it fits into, as trainers pack.
    pub fn packed(&self, length: u64) -> Packing {
        let mut room: BTreeMap<u64, u64> = BTreeMap::new();
        let mut packing = Packing {
            packs: 0,
            tokens: 0,
        };
        for (tokens, count) in self.iter().rev() {
            let tokens = tokens.min(length).max(1);
            packing.tokens += tokens * count;
            let mut left = count;
            while left > 0 {
                let fullest = room
                    .range(tokens..)
                    .next()
                    .map(|(free, packs)| (*free, *packs));
                let (free, packs) = fullest.unwrap_or((length, left.div_ceil(length / tokens)));
                match fullest {
                    Some(_) => drop(room.remove(&free)),
                    None => packing.packs += packs,
                }
                // As many of this length as fit go into each pack.
                let each = (free / tokens).min(left);
                let filled = packs.min(left / each);
                *room.entry(free - each * tokens).or_default() += filled;
                left -= filled * each;
                if filled < packs {
                    let rest = left.min(each);
                    *room.entry(free - rest * tokens).or_default() += 1;
                    left -= rest;
                    if packs > filled + 1 {
                        *room.entry(free).or_default() += packs - filled - 1;
                    }
                }
            }
        }
        packing
    }
}

impl SequenceStats {
    /// Adds the sequence of an example.
    pub fn observe(&mut self, example: &Example<'_>, model: &Model, targets: &[Arc<Profile>]) {
        let Some(sequence) = Sequence::of(example, model, targets) else {
            self.skipped += 1;
            return;
        };
        let Some(measured) = Measured::of(&sequence) else {
            self.failed += 1;
            return;
        };
        self.all.add(measured.all);
        self.trained += measured.trained;
        self.note_longest(Some((measured.all, example.record.ordinal)));
        let Some((reasoning, answers)) = measured.parts else {
            self.undivided += 1;
            return;
        };
        self.answers.add(answers);
        self.prompts
            .add(measured.all.saturating_sub(reasoning + answers));
        if reasoning > 0 {
            self.reasoning.add(reasoning);
        }
    }

    /// Adds the sequences that follow.
    pub fn merge(&mut self, other: Self) {
        self.all.merge(other.all);
        self.prompts.merge(other.prompts);
        self.reasoning.merge(other.reasoning);
        self.answers.merge(other.answers);
        self.trained += other.trained;
        self.undivided += other.undivided;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.note_longest(other.longest);
    }

    /// Of equally long sequences, the first counts.
    fn note_longest(&mut self, next: Option<(u64, u64)>) {
        let tokens = |of: Option<(u64, u64)>| of.map(|(tokens, _)| tokens);
        if tokens(next) > tokens(self.longest) {
            self.longest = next;
        }
    }
}

/// The numbers of one sequence.
struct Measured {
    all: u64,
    trained: u64,
    /// The tokens of reasoning, and those of the rest of the answers.
    parts: Option<(u64, u64)>,
}

impl Measured {
    fn of(sequence: &Sequence<'_, '_>) -> Option<Self> {
        let tokens = sequence.tokens()?;
        let mask = sequence.mask();
        let trained = mask.map_or(0, |mask| mask.iter().filter(|of| **of).count() as u64);
        Some(Self {
            all: tokens.len() as u64,
            trained,
            parts: parts(sequence, tokens),
        })
    }
}

fn parts(sequence: &Sequence<'_, '_>, tokens: &[Token]) -> Option<(u64, u64)> {
    let answers = sequence.answers()?;
    let thoughts = thoughts(&sequence.rendering()?.text);
    let (of_answers, of_thoughts) = (mask(tokens, answers), mask(tokens, &thoughts));
    let (mut reasoning, mut rest) = (0, 0);
    for (_, is_thought) in of_answers
        .iter()
        .zip(of_thoughts)
        .filter(|(is_answer, _)| **is_answer)
    {
        match is_thought {
            true => reasoning += 1,
            false => rest += 1,
        }
    }
    Some((reasoning, rest))
}

/// The characters of reasoning, with the tags around it.
fn thoughts(text: &str) -> Vec<Range<usize>> {
    const END: &str = "</think>";
    let mut found = Vec::new();
    let (mut rest, mut passed) = (text, 0);
    while let Some(start) = rest.find("<think>")
        && let Some(length) = rest.get(start..).and_then(|inner| inner.find(END))
    {
        let end = start + length + END.len();
        let chars = |end: usize| rest.get(..end).map_or(0, |part| part.chars().count());
        found.push(passed + chars(start)..passed + chars(end));
        passed += chars(end);
        rest = rest.get(end..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(lengths: &[u64]) -> TokenCounts {
        let mut counts = TokenCounts::default();
        lengths.iter().for_each(|length| counts.add(*length));
        counts
    }

    #[test]
    fn quantiles_are_lengths_that_occur() {
        let counts = counts(&[1, 2, 3, 4, 100]);
        let of = [0.0, 0.2, 0.5, 0.8, 0.81, 1.0].map(|share| counts.quantile(share));
        assert_eq!(of, [1, 1, 3, 4, 100, 100]);
        assert_eq!((counts.within(4), counts.tokens()), (4, 110));
        assert_eq!(TokenCounts::default().quantile(0.5), 0);
    }

    /// The same, one sequence at a time.
    fn packed_one_by_one(lengths: &[u64], length: u64) -> u64 {
        let mut sorted: Vec<u64> = lengths.iter().map(|of| (*of).min(length)).collect();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        let mut free: Vec<u64> = Vec::new();
        for tokens in sorted {
            let fitting = free.iter_mut().filter(|free| **free >= tokens);
            match fitting.min_by_key(|free| **free) {
                Some(fullest) => *fullest -= tokens,
                None => free.push(length - tokens),
            }
        }
        free.len() as u64
    }

    #[test]
    fn packs_are_those_of_sequences_one_by_one() {
        let mut state = 7_u64;
        for round in 0..200 {
            let lengths: Vec<u64> = (0..round)
                .map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    state >> 33
                })
                .map(|random| 1 + random % 40)
                .collect();
            let packed = counts(&lengths).packed(32);
            assert_eq!(packed.packs, packed_one_by_one(&lengths, 32), "{lengths:?}");
        }
    }

    #[test]
    fn reasoning_is_found_with_its_tags() {
        assert_eq!(
            thoughts("é<think>a</think>b<think>c</think>"),
            [1..17, 18..34]
        );
        assert!(thoughts("<think>open").is_empty());
    }
}
