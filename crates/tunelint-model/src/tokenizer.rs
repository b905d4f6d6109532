//! A tokenizer of Hugging Face: `tokenizer.json`.

use std::fmt;
use std::ops::Range;

/// A tokenizer, which counts whole texts.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
}

/// A token of a rendering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: u32,
    /// The characters of the text that it covers.
    pub range: Range<usize>,
    /// Whether it is a special token.
    pub special: bool,
}

/// Bytes that are no `tokenizer.json`, or a text that the tokenizer fails at. The library's words are
/// dropped: they may quote the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenizerError;

impl Tokenizer {
    /// Parses the contents of a `tokenizer.json`.
    ///
    /// # Errors
    /// They are not a tokenizer.
    pub fn parse(bytes: &[u8]) -> Result<Self, TokenizerError> {
        let inner = tokenizers::Tokenizer::from_bytes(bytes);
        let mut inner = inner.map_err(|_| TokenizerError)?;
        // Trainers set these for each batch; what a file has of them is left from its training.
        inner.with_padding(None);
        inner.with_truncation(None).map_err(|_| TokenizerError)?;
        Ok(Self { inner })
    }

    /// The number of tokens of a text.
    ///
    /// # Errors
    /// The tokenizer fails, for instance at a text that it has no token for.
    pub fn count(&self, text: &str) -> Result<usize, TokenizerError> {
        let encoding = self.inner.encode_fast(text, false);
        encoding.map(|of| of.len()).map_err(|_| TokenizerError)
    }

    /// Whether it normalizes texts, which may lengthen them.
    pub fn has_normalizer(&self) -> bool {
        self.inner.get_normalizer().is_some()
    }

    /// The tokens of a rendering, which has its special tokens already.
    ///
    /// # Errors
    /// The tokenizer fails, for instance at a text that it has no token for.
    pub fn tokens(&self, text: &str) -> Result<Vec<Token>, TokenizerError> {
        let encoding = self.inner.encode_char_offsets(text, false);
        let encoding = encoding.map_err(|_| TokenizerError)?;
        let added = self.inner.get_added_tokens_decoder();
        let tokens = encoding.get_ids().iter().zip(encoding.get_offsets());
        let token = |(id, (start, end)): (&u32, &(usize, usize))| Token {
            id: *id,
            range: *start..*end,
            special: added.get(id).is_some_and(|token| token.special),
        };
        Ok(tokens.map(token).collect())
    }
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

impl fmt::Display for TokenizerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a tokenizer of Hugging Face, or not one for this text")
    }
}

impl std::error::Error for TokenizerError {}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[
        {"id":3,"content":"<end>","single_word":false,"lstrip":false,"rstrip":false,
         "normalized":false,"special":true}],"normalizer":null,
        "pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,
        "model":{"type":"WordLevel","vocab":{"ü":0,"b":1,"?":2,"<end>":3},"unk_token":"?"}}"#;

    #[test]
    fn tokens_know_their_characters_and_the_mask_follows() {
        let tokens = Tokenizer::parse(WORDS.as_bytes())
            .unwrap()
            .tokens("ü b x<end>")
            .unwrap();
        let shown: Vec<_> = tokens
            .iter()
            .map(|t| (t.id, t.range.clone(), t.special))
            .collect();
        let expected = [
            (0, 0..1, false),
            (1, 2..3, false),
            (2, 4..5, false),
            (3, 5..10, true),
        ];
        assert_eq!(shown, expected);
        assert_eq!(mask(&tokens, &[2..3, 5..10]), [false, true, false, true]);
        assert_eq!(mask(&tokens, &[]), [false; 4]);
        assert!(Tokenizer::parse(b"{}").is_err());
    }
}
