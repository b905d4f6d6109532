//! Similarity of texts: the Jaccard index of their runs of five characters (shingles).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::boilerplate::line_key;
use super::inferred::Inferred;
use super::normal::Normalizer;
use tunelint_layouts::example::{Example, Role};

/// The minimum similarity of near-duplicates.
pub const NEAR: f64 = 0.8;

/// The length of a run, in characters.
const RUN: usize = 5;
/// Texts up to this length, in characters, are not compared.
const SHORTEST: usize = 40;
/// The maximum number of runs kept per text. Longer texts are sampled evenly.
const KEPT: usize = 2_048;
/// The maximum number of runs, repeated ones included, that are sorted at once.
const SORTED: usize = 2 * KEPT;

/// The parts that most texts share, which are removed before texts are compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedText {
    preamble: String,
    suffix: String,
    lines: BTreeSet<u64>,
}

impl SharedText {
    /// The shared preamble, suffix and lines of a dataset.
    pub fn of(inferred: &Inferred) -> Self {
        let text = |common: &Option<crate::survey::inferred::Common>| {
            common
                .as_ref()
                .map_or(String::new(), |common| common.value.clone())
        };
        Self {
            preamble: text(&inferred.preamble),
            suffix: text(&inferred.suffix),
            lines: inferred.boilerplate.clone(),
        }
    }

    /// The text of an example to compare: the normal form of its user and assistant messages,
    /// without the shared parts. `None` if that is too short.
    pub fn rest(&self, example: &Example<'_>) -> Option<String> {
        let turns: Vec<_> = example
            .turns
            .iter()
            .map(|turn| (turn.role, turn.joined()))
            .collect();
        self.rest_of(turns.iter().map(|(role, text)| (*role, &**text)))
    }

    /// The same for messages that were kept.
    pub fn rest_of<'t>(&self, turns: impl Iterator<Item = (Role, &'t str)>) -> Option<String> {
        let mut rest = String::new();
        let mut normalizer = Normalizer::default();
        let mut push = |text: &str| {
            let normal = normalizer.normal(text);
            rest.push_str(std::str::from_utf8(normal).unwrap_or_default());
            rest.push('\n');
        };
        let compared = turns.filter(|(role, _)| matches!(role, Role::User | Role::Model));
        for (_, text) in compared {
            let text = text.strip_prefix(&self.preamble).unwrap_or(text);
            let text = text.strip_suffix(&self.suffix).unwrap_or(text);
            if self.lines.is_empty() {
                push(text);
            } else {
                let lines = text.lines().filter(|line| !self.is_boilerplate(line));
                lines.for_each(&mut push);
            }
        }
        rest.chars().nth(SHORTEST).is_some().then_some(rest)
    }

    fn is_boilerplate(&self, line: &str) -> bool {
        self.lines.contains(&line_key(line))
    }
}

/// Calls `each` with the hash of every run of a text, in order.
pub fn each_run(text: &str, each: impl FnMut(u64)) {
    if text.is_ascii() {
        each_run_of(text.bytes(), each);
    } else {
        each_run_of(text.chars().map(unit), each);
    }
}

/// One byte for a character: itself in ASCII, 7 bits of its hash otherwise.
fn unit(c: char) -> u8 {
    let code = u32::from(c);
    if c.is_ascii() {
        code as u8
    } else {
        0x80 | (code.wrapping_mul(0x9e37_79b9) >> 25) as u8
    }
}

/// The same for the units of a text. A window holds the last five; its mix is the hash.
fn each_run_of(mut units: impl Iterator<Item = u8>, mut each: impl FnMut(u64)) {
    const WINDOW: u64 = (1 << (8 * RUN)) - 1;
    let start = units.by_ref().take(RUN - 1);
    let mut window = start.fold(0, |window, unit| window << 8 | u64::from(unit));
    units.for_each(|unit| {
        window = (window << 8 | u64::from(unit)) & WINDOW;
        let mixed = window.wrapping_mul(0xff51_afd7_ed55_8ccd);
        let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        each(mixed ^ (mixed >> 29));
    });
}

/// The run hashes of a text, for comparing it with another: all of them up to 2,048, and for longer
/// texts an even sample (those that end in a number of zero bits).
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Runs {
    /// The number of trailing zero bits of every kept hash.
    zeros: u32,
    hashes: Vec<u64>,
}

impl Runs {
    /// The runs of `text`.
    pub fn of(text: &str) -> Self {
        let mut runs = Self::default();
        each_run(text, |run| {
            if run.trailing_zeros() >= runs.zeros {
                runs.hashes.push(run);
                if runs.hashes.len() > SORTED {
                    runs.reduce();
                }
            }
        });
        runs.reduce();
        runs.hashes.shrink_to_fit();
        runs
    }

    /// A digest of all runs, independent of the text's location. Used in fingerprints.
    pub fn identity(&self) -> [u8; 8] {
        let all = self.hashes.iter();
        let digest = all.fold(0, |digest: u64, hash| digest.rotate_left(5) ^ hash);
        digest.to_le_bytes()
    }

    /// Sorts the hashes, and drops repeated ones, then those of few zeros until few enough are left.
    /// Which are left depends on the set of all runs alone.
    fn reduce(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        while self.hashes.len() > KEPT {
            self.thin(self.zeros + 1);
        }
    }

    fn thin(&mut self, zeros: u32) {
        self.zeros = zeros;
        self.hashes.retain(|hash| hash.trailing_zeros() >= zeros);
    }

    /// The hashes with a number of trailing zero bits.
    fn thinned(&self, zeros: u32) -> Cow<'_, [u64]> {
        if zeros == self.zeros {
            return Cow::Borrowed(&self.hashes);
        }
        let fewer = self.hashes.iter().copied();
        Cow::Owned(
            fewer
                .filter(|hash| hash.trailing_zeros() >= zeros)
                .collect(),
        )
    }

    /// The Jaccard index of two texts: the runs of both, as a share of the runs of either.
    ///
    /// ```
    /// use tunelint_rules::survey::similarity::Runs;
    /// assert_eq!(Runs::of("abcdefg").similarity(&Runs::of("abcdefg")), 1.0);
    /// assert_eq!(Runs::of("abcdef").similarity(&Runs::of("abcdeg")), 1.0 / 3.0);
    /// ```
    pub fn similarity(&self, other: &Self) -> f64 {
        let zeros = self.zeros.max(other.zeros);
        let (ours, theirs) = (self.thinned(zeros), other.thinned(zeros));
        let both = common(&ours, &theirs);
        let all = ours.len() + theirs.len() - both;
        if all == 0 {
            1.0
        } else {
            both as f64 / all as f64
        }
    }
}

/// The number of common values of two sorted lists without repetition.
fn common(a: &[u64], b: &[u64]) -> usize {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut common = 0;
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match x.cmp(y) {
            Ordering::Less => drop(a.next()),
            Ordering::Greater => drop(b.next()),
            Ordering::Equal => {
                common += 1;
                a.next();
                b.next();
            }
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;
    use xxhash_rust::xxh3::xxh3_64;

    #[test]
    fn long_texts_are_compared_by_a_sample() {
        let word = |n: u64| format!("{:x} ", xxh3_64(&n.to_le_bytes()));
        let text: String = (0..2_000).map(word).collect();
        let other: String = (200..2_200).map(word).collect();
        let (a, b) = (Runs::of(&text), Runs::of(&other));
        assert!(a.hashes.len() <= KEPT);
        assert!((a.similarity(&b) - 1_800.0 / 2_200.0).abs() < 0.05);
        let repeated = |text: &str| Runs::of(&text.repeat(4_000));
        let (a, b) = ("hat my sat in red ", "hat by sat in red ");
        assert!(repeated(a).similarity(&repeated(b)) < 0.7);
    }
}
