//! Texts as hashed character n-grams, weighted by how rare they are.

use super::letters::lowercase;

/// The lengths of the n-grams, in characters.
const SHORTEST: usize = 2;
const LONGEST: usize = 5;
/// The start value and the prime of the hash function FNV-1a. It hashes all n-grams that start at a
/// character in one go.
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// The n-grams of a text: the bucket of each, with its weight. The squares of the weights add up
/// to 1.
pub(super) type Weighted = Vec<(u32, f32)>;

/// The buckets of the n-grams of `text`, each once. Letter case is ignored. `buckets` is a power of
/// two.
pub(super) fn buckets_of(text: &str, buckets: u32) -> Vec<u32> {
    let edge = std::iter::once(' ');
    let lower = lowercase(text);
    let letters: Vec<char> = edge.clone().chain(lower.chars()).chain(edge).collect();
    let mut found = Vec::with_capacity(letters.len() * (LONGEST + 1 - SHORTEST));
    for start in 0..letters.len() {
        let mut hash = FNV_START;
        for (before, letter) in letters.iter().skip(start).take(LONGEST).enumerate() {
            hash = (hash ^ u64::from(u32::from(*letter))).wrapping_mul(FNV_PRIME);
            if before + 1 >= SHORTEST {
                found.push((hash ^ (hash >> 32)) as u32 & (buckets - 1));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Weights the n-grams of each text by their inverse document frequency. N-grams of one text, and
/// those of all texts, as in a preamble, are left out: they distinguish nothing.
pub(super) fn weighted(texts: &[&[u32]], buckets: u32) -> Vec<Weighted> {
    let mut frequency = vec![0_usize; buckets as usize];
    for bucket in texts.iter().copied().flatten() {
        if let Some(count) = frequency.get_mut(*bucket as usize) {
            *count += 1;
        }
    }
    let rarity = |bucket: &u32| {
        let count = *frequency.get(*bucket as usize)?;
        let is_useful = count > 1 && count < texts.len();
        is_useful.then(|| (*bucket, (texts.len() as f32 / count as f32).ln()))
    };
    let weights = |text: &&[u32]| {
        let mut weighted: Weighted = text.iter().filter_map(rarity).collect();
        let squares: f32 = weighted.iter().map(|(_, weight)| weight * weight).sum();
        let length = squares.sqrt();
        weighted
            .iter_mut()
            .for_each(|(_, weight)| *weight /= length);
        weighted
    };
    texts.iter().map(weights).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_case_is_ignored() {
        assert_eq!(buckets_of("Hi", 1 << 16), buckets_of("hI", 1 << 16));
        // " h", " hi", " hi ", "hi", "hi ", "i ".
        assert_eq!(buckets_of("hi", 1 << 16).len(), 6);
    }

    #[test]
    fn what_all_texts_share_and_what_one_has_is_left_out() {
        let texts: [&[u32]; 4] = [&[1, 2, 3], &[1, 2], &[1], &[1]];
        let weighted = weighted(&texts, 8);
        assert_eq!(weighted, [vec![(2, 1.0)], vec![(2, 1.0)], vec![], vec![]]);
    }
}
