//! A file of ranks, as tiktoken has them: a token in base64 and its rank on every line.
//!
//! How texts are cut before pairs are merged does not stand in such a file. It is known for those
//! that models use, which are told apart by how many ranks they hold.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tiktoken_rs::{CoreBPE, Rank};
use tunelint_core::tokens::Tokenizer;

/// How GPT-4 and Llama 3 cut texts.
const CL100K: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// How GPT-4o and its successors do.
const O200K: &str = tiktoken_rs::O200K_BASE_PAT_STR;
/// Numbers of ranks, and how texts are cut for them: cl100k_base, Llama 3, o200k_base.
const KNOWN: [(usize, &str); 3] = [(100_256, CL100K), (128_000, CL100K), (199_998, O200K)];

/// The tokenizer that such a file describes.
pub struct Ranks(CoreBPE);

impl Ranks {
    /// Reads it.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let ranks = ranks(bytes)?;
        let known = KNOWN.iter().find(|(number, _)| *number == ranks.len());
        match known {
            Some((_, pattern)) => Self::new(ranks, pattern),
            None => Err(format!(
                "it holds {} ranks, and how its model cuts texts is not known",
                ranks.len()
            )),
        }
    }

    fn new(ranks: Vec<(Vec<u8>, Rank)>, pattern: &str) -> Result<Self, String> {
        let pairs = CoreBPE::new(ranks.into_iter().collect(), Default::default(), pattern);
        pairs
            .map(Self)
            .map_err(|_| "its ranks cannot be used".to_owned())
    }
}

/// The ranks in a file. The library takes for granted that they differ and that every byte has
/// one; here it is made sure of.
fn ranks(bytes: &[u8]) -> Result<Vec<(Vec<u8>, Rank)>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is no text".to_owned())?;
    let mut ranks = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let rank = line.split_once(' ').and_then(|(token, rank)| {
            Some((STANDARD.decode(token).ok()?, rank.trim().parse().ok()?))
        });
        let rank = rank.filter(|(token, _)| !token.is_empty());
        ranks.push(
            rank.ok_or_else(|| format!("line {} is no token in base64 with its rank", index + 1))?,
        );
    }
    let tokens: BTreeSet<&[u8]> = ranks.iter().map(|(token, _)| token.as_slice()).collect();
    let numbers: BTreeSet<Rank> = ranks.iter().map(|(_, rank)| *rank).collect();
    if tokens.len() < ranks.len() || numbers.len() < ranks.len() {
        return Err("a token or a rank occurs twice in it".to_owned());
    }
    if (0..=u8::MAX).any(|byte| !tokens.contains([byte].as_slice())) {
        return Err("not every byte has a rank in it".to_owned());
    }
    Ok(ranks)
}

impl Tokenizer for Ranks {
    fn count(&self, text: &str) -> Option<u64> {
        Some(self.0.encode_ordinary(text).len() as u64)
    }
}

impl fmt::Debug for Ranks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ranks")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rank for every byte, and those of `more`.
    fn file(more: &[&str]) -> String {
        let bytes = (0..=u8::MAX).map(|byte| vec![byte]);
        let tokens = bytes.chain(more.iter().map(|token| token.as_bytes().to_vec()));
        let lines = tokens.enumerate();
        lines
            .map(|(rank, token)| format!("{} {rank}\n", STANDARD.encode(token)))
            .collect()
    }

    #[test]
    fn pairs_are_merged_by_rank_within_pieces() {
        let ranks = ranks(file(&["th", "the", " t"]).as_bytes()).unwrap();
        let tokenizer = Ranks::new(ranks, CL100K).unwrap();
        // `the` | ` t`, `h`, `e`? No: `th` ranks before ` t`, so ` `, `the`.
        assert_eq!(tokenizer.count("the the"), Some(3));
        assert_eq!(tokenizer.count("é"), Some(2));
        assert_eq!(tokenizer.count(""), Some(0));
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        let why = |text: &str| Ranks::parse(text.as_bytes()).unwrap_err();
        assert!(why(&file(&[])).contains("256 ranks"));
        assert!(why("dGhl").contains("line 1"));
        assert!(why("dGhl 1\n* 2\n").contains("line 2"));
        assert!(why("dGhl 1\ndGhl 2\n").contains("twice"));
        assert!(why("dGhl 1\ndGg= 1\n").contains("twice"));
        assert!(why("dGhl 1\n").contains("every byte"));
        assert!(why("").contains("every byte"));
    }
}
