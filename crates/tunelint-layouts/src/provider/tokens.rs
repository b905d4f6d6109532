//! How many tokens texts have: counted where a tokenizer is at hand, and else estimated from what
//! the texts are made of, with how far off that may be.

mod rates;

use std::fmt;
use std::ops::AddAssign;
use std::sync::Arc;

use rates::Parts;
pub use rates::Rates;

use crate::provider::profile::Profile;

/// The rates for a target that does not say which tokenizer it has: those between all measured.
pub const ANY: &str = "any";

/// Counts the tokens of a text, as one model reads it. The library has none: whoever has the
/// user's file brings it.
pub trait Tokenizer: fmt::Debug + Send + Sync {
    /// The tokens of `text`, without those that a chat format puts around it; nothing where the
    /// tokenizer cannot read it.
    fn count(&self, text: &str) -> Option<u64>;

    /// How many tokens a text of so many bytes has at most: as many, if each stands for a byte or
    /// more.
    fn most(&self, bytes: u64) -> u64 {
        bytes
    }
}

/// A number of tokens with its bounds; all three are equal where it was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The number, or the estimate.
    pub about: u64,
    /// Two of a hundred texts have fewer, or more than `high`.
    pub low: u64,
    /// See `low`.
    pub high: u64,
}

impl Tokens {
    /// A number that is known.
    pub fn exactly(number: u64) -> Self {
        Self {
            about: number,
            low: number,
            high: number,
        }
    }

    /// Whether nothing of it is an estimate.
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

/// The way to a number of tokens.
#[derive(Debug, Clone)]
pub enum Counter {
    /// By a tokenizer; a text that it cannot read, at the rates of the one called so.
    Exact(Arc<dyn Tokenizer>, String),
    /// From what a text is made of, at the rates of the tokenizer called so. The rates are read
    /// when the first text is counted: most checks count none.
    Estimate(String),
}

impl Counter {
    /// The best way there is: `given`, or the rates of the tokenizer that `profile` names, or
    /// those of any.
    ///
    /// ```
    /// use tunelint_layouts::provider::{profile, tokens::Counter};
    /// let profile = profile::by_name("openai").unwrap();
    /// let tokens = Counter::new(None, profile.as_ref()).count(["Four words of English"].into_iter());
    /// assert!(tokens.low < 4 && tokens.about <= 6 && tokens.high > 4);
    /// ```
    pub fn new(given: Option<&Arc<dyn Tokenizer>>, profile: Option<&Profile>) -> Self {
        let named = profile.and_then(|profile| profile.tokenizer.as_ref());
        let name = named.map_or(ANY, |of| &of.name).to_owned();
        match given {
            Some(tokenizer) => Self::Exact(Arc::clone(tokenizer), name),
            None => Self::Estimate(name),
        }
    }

    /// Whether it counts.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(..))
    }

    /// Whether two ways lead to the same number.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(..), Self::Exact(..)) => true,
            (Self::Estimate(one), Self::Estimate(other)) => one == other,
            _ => false,
        }
    }

    /// The tokens of texts, each by itself.
    pub fn count<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Tokens {
        match self {
            Self::Exact(tokenizer, name) => {
                let mut sum = Tokens::default();
                for text in texts {
                    sum += tokenizer.count(text).map_or_else(
                        || Rates::named(name).estimate(&Parts::of(std::iter::once(text))),
                        Tokens::exactly,
                    );
                }
                sum
            }
            Self::Estimate(name) => Rates::named(name).estimate(&Parts::of(texts)),
        }
    }

    /// How many tokens texts of so many bytes have at most.
    pub fn most(&self, bytes: u64) -> u64 {
        match self {
            Self::Exact(tokenizer, _) => tokenizer.most(bytes),
            Self::Estimate(_) => bytes,
        }
    }
}
