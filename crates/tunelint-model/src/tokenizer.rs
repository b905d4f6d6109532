//! A tokenizer of Hugging Face: `tokenizer.json`.

use std::collections::HashSet;
use std::fmt;

use crate::tokens::{Encoder, TextKind, Token, TokenKind};

/// A tokenizer, which counts whole texts.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    /// The token for what the vocabulary does not have.
    unknown: Option<u32>,
    /// The tokens of single bytes, where the tokenizer falls back to them.
    bytes: HashSet<u32>,
}

/// The parts of a `tokenizer.json` that the library does not show.
#[derive(serde::Deserialize)]
struct Parts {
    model: ModelParts,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct ModelParts {
    unk_token: Option<String>,
    /// Of a Unigram model, instead of `unk_token`.
    unk_id: Option<u32>,
    byte_fallback: bool,
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
        let parts = serde_json::from_slice(bytes);
        let parts = parts.map_or(ModelParts::default(), |of: Parts| of.model);
        let unknown = parts.unk_token.as_deref();
        let unknown = unknown
            .and_then(|token| inner.token_to_id(token))
            .or(parts.unk_id);
        let byte = |byte: u32| inner.token_to_id(&format!("<0x{byte:02X}>"));
        let bytes = match parts.byte_fallback {
            true => (0..256).filter_map(byte).collect(),
            false => HashSet::new(),
        };
        Ok(Self {
            inner,
            unknown,
            bytes,
        })
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
}

impl Encoder for Tokenizer {
    fn tokens(&self, text: &str, kind: TextKind) -> Option<Vec<Token>> {
        let adds = kind == TextKind::Plain;
        let encoding = self.inner.encode_char_offsets(text, adds).ok()?;
        let added = self.inner.get_added_tokens_decoder();
        let tokens = encoding.get_ids().iter().zip(encoding.get_offsets());
        let token = |(id, (start, end)): (&u32, &(usize, usize))| Token {
            id: *id,
            range: *start..*end,
            kind: match id {
                id if Some(*id) == self.unknown => TokenKind::Unknown,
                id if self.bytes.contains(id) => TokenKind::Byte,
                id if added.get(id).is_some_and(|token| token.special) => TokenKind::Special,
                _ => TokenKind::Text,
            },
        };
        Some(tokens.map(token).collect())
    }

    fn special_tokens(&self) -> Vec<String> {
        let added = self.inner.get_added_tokens_decoder();
        let special = added.into_values().filter(|token| token.special);
        special.map(|token| token.content).collect()
    }
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
    use crate::tokens::mask;

    const WORDS: &str = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[
        {"id":3,"content":"<end>","single_word":false,"lstrip":false,"rstrip":false,
         "normalized":false,"special":true}],"normalizer":null,
        "pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,
        "model":{"type":"WordLevel","vocab":{"ü":0,"b":1,"?":2,"<end>":3},"unk_token":"?"}}"#;

    #[test]
    fn tokens_know_their_characters_and_the_mask_follows() {
        let tokens = Tokenizer::parse(WORDS.as_bytes())
            .unwrap()
            .tokens("ü b x<end>", TextKind::Rendering)
            .unwrap();
        let shown: Vec<_> = tokens
            .iter()
            .map(|t| (t.id, t.range.clone(), t.kind))
            .collect();
        let expected = [
            (0, 0..1, TokenKind::Text),
            (1, 2..3, TokenKind::Text),
            (2, 4..5, TokenKind::Unknown),
            (3, 5..10, TokenKind::Special),
        ];
        assert_eq!(shown, expected);
        assert_eq!(mask(&tokens, &[2..3, 5..10]), [false, true, false, true]);
        assert_eq!(mask(&tokens, &[]), [false; 4]);
        assert!(Tokenizer::parse(b"{}").is_err());
    }
}
