//! How many tokens texts have: counted where a tokenizer is at hand, and else estimated from what
//! the texts are made of, with how far off that may be.

mod rates;

use std::fmt;
use std::ops::AddAssign;
use std::sync::Arc;

use rates::Parts;
pub use rates::Rates;

use crate::profile::Profile;

/// The rates for a target that does not say which tokenizer it has: those between all measured.
pub const ANY: &str = "any";

/// Counts the tokens of a text, as one model reads it. The library has none: whoever has the
/// user's file brings it.
pub trait Tokenizer: fmt::Debug + Send + Sync {
    /// The tokens of `text`, without those that a chat format puts around it.
    fn count(&self, text: &str) -> u64;
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
    /// By a tokenizer.
    Exact(Arc<dyn Tokenizer>),
    /// From what a text is made of, at the rates of the tokenizer called so. The rates are read
    /// when the first text is counted: most checks count none.
    Estimate(String),
}

impl Counter {
    /// The best way there is: `given`, or the rates of the tokenizer that `profile` names, or
    /// those of any.
    ///
    /// ```
    /// use tunelint_core::{profile, tokens::Counter};
    /// let profile = profile::by_name("openai").unwrap();
    /// let tokens = Counter::new(None, profile.as_ref()).count(["Four words of English"].into_iter());
    /// assert!(tokens.low < 4 && tokens.about <= 6 && tokens.high > 4);
    /// ```
    pub fn new(given: Option<&Arc<dyn Tokenizer>>, profile: Option<&Profile>) -> Self {
        let named = profile.and_then(|profile| profile.tokenizer.as_ref());
        match given {
            Some(tokenizer) => Self::Exact(Arc::clone(tokenizer)),
            None => Self::Estimate(named.map_or(ANY, |of| &of.name).to_owned()),
        }
    }

    /// Whether it counts.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }

    /// Whether two ways lead to the same number.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(_), Self::Exact(_)) => true,
            (Self::Estimate(one), Self::Estimate(other)) => one == other,
            _ => false,
        }
    }

    /// The tokens of texts, each by itself.
    pub fn count<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Tokens {
        match self {
            Self::Exact(tokenizer) => {
                let sum = texts.map(|text| tokenizer.count(text)).sum();
                Tokens {
                    about: sum,
                    low: sum,
                    high: sum,
                }
            }
            Self::Estimate(name) => Rates::named(name).estimate(&Parts::of(texts)),
        }
    }
}
