//! tiktoken rank files: each line is a token in base64 and its rank.
//!
//! A rank file does not contain the pattern that splits a text before pairs are merged. The pattern
//! is known for the files that models use, which are recognized by their number of ranks.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tiktoken_rs::{CoreBPE, Rank};
use tunelint_core::tokens::Tokenizer;

/// The split pattern of GPT-4 and Llama 3.
const CL100K: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// The split pattern of GPT-4o and its successors.
const O200K: &str = tiktoken_rs::O200K_BASE_PAT_STR;
/// Number of ranks and split pattern of cl100k_base, Llama 3 and o200k_base.
const KNOWN: [(usize, &str); 3] = [(100_256, CL100K), (128_000, CL100K), (199_998, O200K)];

/// A tokenizer read from a rank file.
pub struct Ranks(CoreBPE);

impl Ranks {
    /// Parses the file.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let ranks = ranks(bytes)?;
        let known = KNOWN.iter().find(|(number, _)| *number == ranks.len());
        match known {
            Some((_, pattern)) => Self::new(ranks, pattern),
            None => Err(format!("unknown vocabulary of {} ranks", ranks.len())),
        }
    }

    fn new(ranks: Vec<(Vec<u8>, Rank)>, pattern: &str) -> Result<Self, String> {
        let pairs = CoreBPE::new(ranks.into_iter().collect(), Default::default(), pattern);
        pairs.map(Self).map_err(|_| "invalid ranks".to_owned())
    }
}

/// Parses the ranks, and checks what the library assumes: tokens and ranks are unique, and every
/// byte has a rank.
fn ranks(bytes: &[u8]) -> Result<Vec<(Vec<u8>, Rank)>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not a text file".to_owned())?;
    let mut ranks = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let rank = line.split_once(' ').and_then(|(token, rank)| {
            Some((STANDARD.decode(token).ok()?, rank.trim().parse().ok()?))
        });
        let rank = rank.filter(|(token, _)| !token.is_empty());
        ranks.push(
            rank.ok_or_else(|| {
                format!("line {}: expected a base64 token and its rank", index + 1)
            })?,
        );
    }
    let tokens: BTreeSet<&[u8]> = ranks.iter().map(|(token, _)| token.as_slice()).collect();
    let numbers: BTreeSet<Rank> = ranks.iter().map(|(_, rank)| *rank).collect();
    if tokens.len() < ranks.len() || numbers.len() < ranks.len() {
        return Err("a token or rank occurs twice".to_owned());
    }
    if (0..=u8::MAX).any(|byte| !tokens.contains([byte].as_slice())) {
        return Err("not every byte has a rank".to_owned());
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

    /// A rank file with every byte and `more` tokens.
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
    fn invalid_files_are_rejected() {
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
