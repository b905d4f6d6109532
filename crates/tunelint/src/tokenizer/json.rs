//! A `tokenizer.json`, as Hugging Face's libraries write it.

use std::fmt;

use tunelint_core::tokens::Tokenizer;

/// The tokenizer that such a file describes.
pub struct Json(tokenizers::Tokenizer);

impl Json {
    /// Reads it. What the library says of a bad file may quote it, and is not passed on.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let bad = |_| "it is no `tokenizer.json` of Hugging Face's tokenizers".to_owned();
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(bytes).map_err(bad)?;
        // A file may ask to cut or to fill up what is read; what is counted here is the whole text.
        tokenizer.with_truncation(None).map_err(bad)?;
        tokenizer.with_padding(None);
        Ok(Self(tokenizer))
    }
}

impl Tokenizer for Json {
    /// A text that the tokenizer cannot read counts for nothing, so that a count is never too high.
    fn count(&self, text: &str) -> u64 {
        let encoded = self.0.encode_fast(text, false);
        encoded.map_or(0, |encoded| encoded.len() as u64)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_and_nothing_is_cut() {
        let file = r#"{"version":"1.0","truncation":{"direction":"Right","max_length":2,
            "strategy":"LongestFirst","stride":0},"padding":null,"added_tokens":[],"normalizer":null,
            "pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,
            "model":{"type":"WordLevel","vocab":{"a":0,"b":1,"?":2},"unk_token":"?"}}"#;
        let tokenizer = Json::parse(file.as_bytes()).unwrap();
        assert_eq!(tokenizer.count("a b unknown"), 3);
        assert_eq!(tokenizer.count(""), 0);
    }

    #[test]
    fn what_is_no_tokenizer_is_refused_without_being_quoted() {
        let why = Json::parse(br#"{"model": "secret words"}"#).unwrap_err();
        assert!(!why.contains("secret"), "{why}");
    }
}
