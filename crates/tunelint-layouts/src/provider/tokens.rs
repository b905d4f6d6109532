//! Token counts of texts: exact if a tokenizer is available, otherwise estimated from the kinds of
//! characters, with bounds.

mod count;
mod rates;

use std::fmt;
use std::sync::Arc;

pub use count::{ANY, Tokens};
use rates::Parts;
pub use rates::Rates;

use crate::provider::profile::Profile;

/// Counts the tokens of a text. The library has no implementation: the caller that loads the user's
/// tokenizer file provides one.
pub trait Tokenizer: fmt::Debug + Send + Sync {
    /// The tokens of `text`, without the special tokens of a chat template; `None` if the tokenizer
    /// cannot encode it.
    fn count(&self, text: &str) -> Option<u64>;

    /// An upper bound for a text of `bytes` bytes. The default assumes that every token covers at
    /// least one byte.
    fn most(&self, bytes: u64) -> u64 {
        bytes
    }
}

/// How tokens are counted.
#[derive(Debug, Clone)]
pub enum Counter {
    /// With a tokenizer; texts that it cannot encode are estimated with the rates of this name.
    Exact(Arc<dyn Tokenizer>, String),
    /// With the rates of the tokenizer of this name. They are loaded when the first text is
    /// counted, because most checks count none.
    Estimate(String),
}

impl Counter {
    /// The most accurate counter available: `given`, or the rates of the tokenizer that `profile`
    /// names, or the rates for any tokenizer.
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

    /// Whether it counts exactly.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(..))
    }

    /// Whether both give the same counts.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(..), Self::Exact(..)) => true,
            (Self::Estimate(one), Self::Estimate(other)) => one == other,
            _ => false,
        }
    }

    /// The tokens of several texts, each counted separately.
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

    /// An upper bound for texts of `bytes` bytes in all.
    pub fn most(&self, bytes: u64) -> u64 {
        match self {
            Self::Exact(tokenizer, _) => tokenizer.most(bytes),
            Self::Estimate(_) => bytes,
        }
    }
}
