//! `tokenizer.json`, the format of Hugging Face's `tokenizers`.

use std::fmt;

use tunelint_core::tokens::Tokenizer;

/// A tokenizer read from a `tokenizer.json`.
pub struct JsonTokenizer(tunelint_model::Tokenizer);

impl JsonTokenizer {
    /// Parses the file.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let bad = |_| "not a `tokenizer.json` of Hugging Face's tokenizers".to_owned();
        tunelint_model::Tokenizer::parse(bytes)
            .map(Self)
            .map_err(bad)
    }
}

impl Tokenizer for JsonTokenizer {
    /// `None` for a text with characters that are not in the vocabulary, if the tokenizer has no
    /// token for unknown ones.
    fn count(&self, text: &str) -> Option<u64> {
        Some(self.0.count(text).ok()? as u64)
    }

    /// A normalizer may lengthen a text. Without one, a tokenizer may still prepend a space.
    fn most(&self, bytes: u64) -> u64 {
        match self.0.has_normalizer() {
            true => u64::MAX,
            false => bytes.saturating_mul(2),
        }
    }
}

impl fmt::Debug for JsonTokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_text_is_counted() {
        let file = r#"{"version":"1.0","truncation":{"direction":"Right","max_length":2,
            "strategy":"LongestFirst","stride":0},"padding":null,"added_tokens":[],"normalizer":null,
            "pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,
            "model":{"type":"WordLevel","vocab":{"a":0,"b":1,"?":2},"unk_token":"?"}}"#;
        let tokenizer = JsonTokenizer::parse(file.as_bytes()).unwrap();
        assert_eq!(tokenizer.count("a b unknown"), Some(3));
        assert_eq!(tokenizer.count(""), Some(0));
        assert_eq!(tokenizer.most(3), 6);
    }

    #[test]
    fn unknown_and_growing_texts_are_not_underestimated() {
        let file = |normalizer: &str| {
            format!(
                r#"{{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
                "normalizer":{normalizer},"pre_tokenizer":{{"type":"Whitespace"}},
                "post_processor":null,"decoder":null,
                "model":{{"type":"WordLevel","vocab":{{"a":0}},"unk_token":"?"}}}}"#
            )
        };
        let tokenizer = JsonTokenizer::parse(file("null").as_bytes()).unwrap();
        assert_eq!(tokenizer.count("a unknown"), None);
        let replaces = r#"{"type":"Replace","pattern":{"String":"b"},"content":"a a a"}"#;
        let tokenizer = JsonTokenizer::parse(file(replaces).as_bytes()).unwrap();
        assert_eq!(tokenizer.count("b"), Some(3));
        assert!(tokenizer.most(1) >= 3);
    }

    #[test]
    fn an_invalid_file_is_not_quoted() {
        let why = JsonTokenizer::parse(br#"{"model": "secret words"}"#).unwrap_err();
        assert!(!why.contains("secret"), "{why}");
    }
}
