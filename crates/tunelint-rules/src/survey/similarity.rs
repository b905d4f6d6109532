//! How alike two texts are: the share of their runs of five characters that both have (Jaccard),
//! and how texts that are alike are found among many without comparing all pairs.
//!
//! Every text gets 128 minima of hashes of its runs (one hash, 128 bins), cut into 16 bands of 8.
//! Two texts of which 80 % of the runs are common agree in a band nearly surely, two of which half
//! are, rarely. What agrees is a candidate and is compared run by run. A. Broder, On the
//! resemblance and containment of documents, 1997; Leskovec, Rajaraman and Ullman, Mining of
//! Massive Datasets, chapter 3; bins without a run take the value of the next that has one
//! (A. Shrivastava and P. Li, 2014).

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::boilerplate::line_key;
use super::inferred::Inferred;
use super::normal::Normalizer;
use tunelint_layouts::example::{Example, Role};

/// The similarity from which on two texts are nearly the same.
pub const NEAR: f64 = 0.8;
/// Bands of a signature.
pub const BANDS: usize = 16;
/// The bands of one text.
pub type Bands = [u32; BANDS];

/// Characters of a run.
const RUN: usize = 5;
/// Characters of a text from which on it is compared.
const SHORTEST: usize = 40;
const BINS: usize = 128;
/// Runs of a text that are kept to compare it; of a longer text an even part.
const KEPT: usize = 2_048;

/// What is left out before texts are compared, because most have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Common {
    preamble: String,
    suffix: String,
    lines: BTreeSet<u64>,
}

impl Common {
    /// The common edges and lines of a set.
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

    /// What of an example is compared: the normal form of its prompts and answers, without what is
    /// common. Nothing for a text that is too short.
    pub fn rest(&self, example: &Example<'_>) -> Option<String> {
        let turns: Vec<_> = example
            .turns
            .iter()
            .map(|turn| (turn.role, turn.joined()))
            .collect();
        self.rest_of(turns.iter().map(|(role, text)| (*role, &**text)))
    }

    /// The same for turns that were kept.
    pub fn rest_of<'t>(&self, turns: impl Iterator<Item = (Role, &'t str)>) -> Option<String> {
        let mut rest = String::new();
        let mut normalizer = Normalizer::default();
        let mut push = |text: &str| {
            let normal = normalizer.normal(text);
            rest.push_str(std::str::from_utf8(normal).unwrap_or_default());
            rest.push('\n');
        };
        let said = turns.filter(|(role, _)| matches!(role, Role::User | Role::Model));
        for (_, text) in said {
            let text = text.strip_prefix(&self.preamble).unwrap_or(text);
            let text = text.strip_suffix(&self.suffix).unwrap_or(text);
            if self.lines.is_empty() {
                push(text);
            } else {
                let own = text.lines().filter(|line| !self.is_boilerplate(line));
                own.for_each(&mut push);
            }
        }
        rest.chars().nth(SHORTEST).is_some().then_some(rest)
    }

    fn is_boilerplate(&self, line: &str) -> bool {
        self.lines.contains(&line_key(line))
    }
}

/// The hashes of a text's runs, in their order. Twelve bits of each of the last five characters
/// stand in a window, which is mixed.
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

/// The bands of a text: what nearly equal texts have in common.
pub fn bands(text: &str) -> Bands {
    let mut minima = [u64::MAX; BINS];
    for run in runs(text) {
        let bin = (run % BINS as u64) as usize;
        if let Some(minimum) = minima.get_mut(bin) {
            *minimum = (*minimum).min(run);
        }
    }
    fill(&mut minima);
    let mut bands = [0; BANDS];
    for (band, rows) in bands.iter_mut().zip(minima.chunks(BINS / BANDS)) {
        let bytes: Vec<u8> = rows.iter().flat_map(|row| row.to_le_bytes()).collect();
        *band = xxh3_64(&bytes) as u32;
    }
    bands
}

/// Gives each empty bin the value of the next full one, marked by its distance.
fn fill(minima: &mut [u64; BINS]) {
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

/// The runs of one text, to be compared with those of another: all of them up to 2,048, of a
/// longer text the even part whose hashes end in zeros.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Runs {
    /// How many bits of a kept hash are zero.
    zeros: u32,
    hashes: Vec<u64>,
}

impl Runs {
    /// Those of `text`.
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

    /// A digest of all of them: what the text is, wherever it stands.
    pub fn identity(&self) -> [u8; 8] {
        let all = self.hashes.iter();
        let digest = all.fold(0, |digest: u64, hash| digest.rotate_left(5) ^ hash);
        digest.to_le_bytes()
    }

    fn thin(&mut self, zeros: u32) {
        self.zeros = zeros;
        self.hashes.retain(|hash| hash.trailing_zeros() >= zeros);
    }

    /// The share of runs that both have, of those that one of them has.
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

    fn agree(a: &str, b: &str) -> bool {
        bands(a).iter().zip(bands(b)).any(|(a, b)| *a == b)
    }

    #[test]
    fn near_texts_share_a_band() {
        let text =
            "my parcel with the blue teapot should have come on monday, but it has not arrived yet";
        assert!(agree(text, &text.replace("monday", "friday")));
        assert!(!agree(
            text,
            "a quite different question about the opening hours of the shop in the centre"
        ));
    }

    #[test]
    fn long_texts_are_compared_by_a_part() {
        let word = |n: u64| format!("{:x} ", xxh3_64(&n.to_le_bytes()));
        let text: String = (0..2_000).map(word).collect();
        let other: String = (200..2_200).map(word).collect();
        let (a, b) = (Runs::of(&text), Runs::of(&other));
        assert!(a.hashes.len() <= KEPT);
        assert!((a.similarity(&b) - 1_800.0 / 2_200.0).abs() < 0.05);
    }
}
