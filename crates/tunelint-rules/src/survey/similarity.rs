//! Similarity of texts: the Jaccard index of their runs of five characters (shingles), and the
//! bands of a MinHash signature that find similar texts without comparing all pairs.
//!
//! A signature has 128 minima of run hashes (one hash function, 128 bins), cut into 16 bands of 8.
//! Two texts that share 80% of their runs almost always agree in a band; two that share half of
//! them rarely do. Texts that agree in a band are candidates, which are then compared run by run.
//! A. Broder, On the resemblance and containment of documents, 1997; Leskovec, Rajaraman and
//! Ullman, Mining of Massive Datasets, chapter 3; empty bins take the value of the next full one
//! (A. Shrivastava and P. Li, 2014).

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::boilerplate::line_key;
use super::inferred::Inferred;
use super::normal::Normalizer;
use tunelint_layouts::example::{Example, Role};

/// The minimum similarity of near-duplicates.
pub const NEAR: f64 = 0.8;
/// The number of bands of a signature.
pub const BANDS: usize = 16;
/// The bands of a text. Two texts are candidates if any of them agrees.
pub type Bands = [u32; BANDS];

/// The length of a run, in characters.
const RUN: usize = 5;
/// Texts up to this length, in characters, are not compared.
const SHORTEST: usize = 40;
const BINS: usize = 128;
/// The maximum number of runs kept per text. Longer texts are sampled evenly.
const KEPT: usize = 2_048;

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

/// The hashes of a text's runs, in order. A window holds 12 bits of each of the last five
/// characters; its mix is the hash.
fn runs(text: &str) -> impl Iterator<Item = u64> + '_ {
    const BITS: u32 = 12;
    const WINDOW: u64 = (1 << (BITS * RUN as u32)) - 1;
    let mut window = 0_u64;
    text.chars().enumerate().filter_map(move |(at, c)| {
        let bits = u64::from(u32::from(c)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS);
        window = ((window << BITS) | bits) & WINDOW;
        let mixed = (window ^ (window >> 29)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        (at + 1 >= RUN).then_some(mixed ^ (mixed >> 29))
    })
}

/// The bands of a text's MinHash signature.
pub fn bands(text: &str) -> Bands {
    let mut minima = [u64::MAX; BINS];
    for run in runs(text) {
        let bin = (run % BINS as u64) as usize;
        if let Some(minimum) = minima.get_mut(bin) {
            *minimum = (*minimum).min(run);
        }
    }
    fill_empty_bins(&mut minima);
    let mut bands = [0; BANDS];
    for (band, rows) in bands.iter_mut().zip(minima.chunks(BINS / BANDS)) {
        let bytes: Vec<u8> = rows.iter().flat_map(|row| row.to_le_bytes()).collect();
        *band = xxh3_64(&bytes) as u32;
    }
    bands
}

/// Fills each empty bin with the value of the next full one, offset by the distance.
fn fill_empty_bins(minima: &mut [u64; BINS]) {
    let full = *minima;
    for (at, minimum) in minima
        .iter_mut()
        .enumerate()
        .filter(|(_, value)| **value == u64::MAX)
    {
        let next = (1..BINS as u64).find_map(|distance| {
            let value = *full.get((at + distance as usize) % BINS)?;
            (value != u64::MAX).then(|| value.wrapping_add(distance.wrapping_mul(0x9e37_79b9)))
        });
        *minimum = next.unwrap_or(u64::MAX);
    }
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
        let mut hashes: Vec<u64> = runs(text).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let mut runs = Self { zeros: 0, hashes };
        while runs.hashes.len() > KEPT {
            runs.thin(runs.zeros + 1);
        }
        runs.hashes.shrink_to_fit();
        runs
    }

    /// A digest of all runs, independent of the text's location. Used in fingerprints.
    pub fn identity(&self) -> [u8; 8] {
        let all = self.hashes.iter();
        let digest = all.fold(0, |digest: u64, hash| digest.rotate_left(5) ^ hash);
        digest.to_le_bytes()
    }

    fn thin(&mut self, zeros: u32) {
        self.zeros = zeros;
        self.hashes.retain(|hash| hash.trailing_zeros() >= zeros);
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
        let kept = |hash: &&u64| hash.trailing_zeros() >= zeros;
        let both = self
            .hashes
            .iter()
            .filter(kept)
            .filter(|hash| other.hashes.binary_search(hash).is_ok())
            .count();
        let all = self.hashes.iter().filter(kept).count()
            + other.hashes.iter().filter(kept).count()
            - both;
        if all == 0 {
            1.0
        } else {
            both as f64 / all as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share_a_band(a: &str, b: &str) -> bool {
        bands(a).iter().zip(bands(b)).any(|(a, b)| *a == b)
    }

    #[test]
    fn similar_texts_share_a_band() {
        let text =
            "my parcel with the blue teapot should have come on monday, but it has not arrived yet";
        assert!(share_a_band(text, &text.replace("monday", "friday")));
        assert!(!share_a_band(
            text,
            "a quite different question about the opening hours of the shop in the centre"
        ));
    }

    #[test]
    fn long_texts_are_compared_by_a_sample() {
        let word = |n: u64| format!("{:x} ", xxh3_64(&n.to_le_bytes()));
        let text: String = (0..2_000).map(word).collect();
        let other: String = (200..2_200).map(word).collect();
        let (a, b) = (Runs::of(&text), Runs::of(&other));
        assert!(a.hashes.len() <= KEPT);
        assert!((a.similarity(&b) - 1_800.0 / 2_200.0).abs() < 0.05);
    }
}
