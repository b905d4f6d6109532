//! A count of tokens, with its bounds.

use std::ops::AddAssign;

/// The rates for a target with an unknown tokenizer: they cover all measured tokenizers.
pub const ANY: &str = "any";

/// A token count with bounds; all three numbers are equal if it was counted exactly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The count, or the estimate.
    pub about: u64,
    /// 98 of 100 texts lie between `low` and `high`.
    pub low: u64,
    /// See `low`.
    pub high: u64,
}

impl Tokens {
    /// An exact count.
    pub fn exactly(number: u64) -> Self {
        Self {
            about: number,
            low: number,
            high: number,
        }
    }

    /// Whether no part of it is estimated.
    pub fn is_exact(self) -> bool {
        self.low == self.high
    }
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, more: Self) {
        self.about += more.about;
        self.low += more.low;
        self.high += more.high;
    }
}
