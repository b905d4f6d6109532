//! MinHash signatures, which find similar texts without comparing all pairs.
//!
//! A signature has 128 minima of run hashes (one hash function, 128 bins), cut into 16 bands of 8.
//! Two texts that share 80% of their runs almost always agree in a band; two that share half of
//! them rarely do. Texts that agree in a band are candidates. One bit of each minimum then estimates
//! how much they share, so that few of the candidates are compared run by run.
//! A. Broder, On the resemblance and containment of documents, 1997; Leskovec, Rajaraman and
//! Ullman, Mining of Massive Datasets, chapter 3; empty bins take the value of the next full one
//! (A. Shrivastava and P. Li, 2014); one bit of a minimum (P. Li and A. C. König, b-bit minwise
//! hashing, 2010).

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::similarity::each_run;

/// The number of bands of a signature.
pub const BANDS: usize = 16;
/// The bands of a text. Two texts are candidates if any of them agrees.
pub type Bands = [u32; BANDS];

const BINS: usize = 128;
/// The number of high bits of a hash that choose its bin.
const BIN_BITS: u32 = BINS.ilog2();
/// The minimum number of bins with a run for which bits are compared. In a short text, empty bins
/// repeat the bits of others.
const FULL: usize = 100;
/// How far below the expected number of equal bits a pair may be, in standard deviations.
const DEVIATIONS: f64 = 3.0;

/// The signature of a text: 88 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Signature {
    /// The bands.
    pub bands: Bands,
    /// One bit of each minimum; `None` of a short text.
    pub bits: Option<[u64; 2]>,
}

impl Signature {
    /// The signature of `text`.
    pub fn of(text: &str) -> Self {
        let mut minima = [u64::MAX; BINS];
        each_run(text, |run| {
            let bin = (run >> (u64::BITS - BIN_BITS)) as usize;
            if let Some(minimum) = minima.get_mut(bin) {
                *minimum = (*minimum).min(run);
            }
        });
        let full = minima.iter().filter(|minimum| **minimum != u64::MAX);
        let is_long = full.count() >= FULL;
        fill_empty_bins(&mut minima);
        let mut bands = [0; BANDS];
        for (band, rows) in bands.iter_mut().zip(minima.chunks(BINS / BANDS)) {
            let bytes: Vec<u8> = rows.iter().flat_map(|row| row.to_le_bytes()).collect();
            *band = xxh3_64(&bytes) as u32;
        }
        let mut bits = [0; 2];
        for (bits, half) in bits.iter_mut().zip(minima.chunks(BINS / 2)) {
            *bits = half.iter().fold(0, |bits, minimum| bits << 1 | minimum & 1);
        }
        Self {
            bands,
            bits: is_long.then_some(bits),
        }
    }

    /// Whether the texts of two signatures may have at least this similarity. Always yes for short
    /// texts, which cost little to compare; of others, wrongly no for about one pair in 500.
    pub fn may_reach(&self, other: &Self, similarity: f64) -> bool {
        let (Some(bits), Some(others)) = (self.bits, other.bits) else {
            return true;
        };
        let halves = bits.into_iter().zip(others);
        let different: u32 = halves.map(|(a, b)| (a ^ b).count_ones()).sum();
        // Minima are equal with the probability `similarity`; of the others half agree in one bit.
        let differs = (1.0 - similarity) / 2.0;
        let deviation = (BINS as f64 * differs * (1.0 - differs)).sqrt();
        f64::from(different) <= BINS as f64 * differs + DEVIATIONS * deviation
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn share_a_band(a: &str, b: &str) -> bool {
        let (a, b) = (Signature::of(a), Signature::of(b));
        a.bands.iter().zip(b.bands).any(|(a, b)| *a == b)
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
    fn bits_tell_apart_texts_that_share_most_and_half_of_their_runs() {
        let text = |words: std::ops::Range<u64>| {
            let word = |n: u64| format!("{:x} ", xxh3_64(&n.to_le_bytes()));
            Signature::of(&words.map(word).collect::<String>())
        };
        let pairs = |shift: u64| {
            let starts = (0..500).map(|pair| pair * 1_000);
            let pairs = starts.map(|start| {
                let (a, b) = (
                    text(start..start + 90),
                    text(start + shift..start + shift + 90),
                );
                a.may_reach(&b, 0.8)
            });
            pairs.filter(|may| *may).count()
        };
        // 10 of 90 words differ: 80% of the runs are common. 30 of 90: half of them.
        assert!(pairs(10) >= 495, "{}", pairs(10));
        assert!(pairs(30) <= 50, "{}", pairs(30));
        let short = [
            "My parcel has not arrived yet.",
            "Something else entirely, of old.",
        ]
        .map(Signature::of);
        assert!(short[0].may_reach(&short[1], 0.8));
    }
}
