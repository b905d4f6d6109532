//! Tokens of a rendering, and which of them are trained on.

use std::fmt;
use std::ops::Range;

/// Cuts renderings into tokens as the model's tokenizer does. `Tokenizer` is one, where the crate is built with the feature `tokenizer`.
pub trait Encoder: fmt::Debug + Send + Sync {
    /// The tokens of a text. A rendering has its special tokens already; to a plain text, the tokenizer
    /// adds those that it puts around texts. `None` if the tokenizer fails, for instance at a text that
    /// it has no token for.
    fn tokens(&self, text: &str, kind: TextKind) -> Option<Vec<Token>>;

    /// The texts that it makes special tokens of, in no particular order.
    fn special_tokens(&self) -> Vec<String>;
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// Written by a chat template.
    Rendering,
    /// A text of the data.
    Plain,
}

/// A token of a rendering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: u32,
    /// The characters of the text that it covers.
    pub range: Range<usize>,
    /// What it is.
    pub kind: TokenKind,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A part of the text that the vocabulary has.
    Text,
    /// A special token.
    Special,
    /// The token for what the vocabulary does not have.
    Unknown,
    /// A byte of a character that the vocabulary does not have.
    Byte,
}

/// Which tokens are trained on: those that overlap a trained range, as in transformers.
pub fn mask(tokens: &[Token], trained: &[Range<usize>]) -> Vec<bool> {
    let mut spans = trained.iter().peekable();
    let covered = |token: &Token| {
        while spans
            .next_if(|span| token.range.start >= span.end)
            .is_some()
        {}
        spans
            .peek()
            .is_some_and(|span| token.range.end > span.start)
    };
    tokens.iter().map(covered).collect()
}
