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
    /// A tokenizer cannot read a text in which something is neither in its vocabulary nor has a
    /// token for what is unknown.
    fn count(&self, text: &str) -> Option<u64> {
        let encoded = self.0.encode_fast(text, false).ok()?;
        Some(encoded.len() as u64)
    }

    /// A normalizer may make a text longer; some files put a blank in front of it.
    fn most(&self, bytes: u64) -> u64 {
        match self.0.get_normalizer() {
            Some(_) => u64::MAX,
            None => bytes.saturating_mul(2),
        }
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
        assert_eq!(tokenizer.count("a b unknown"), Some(3));
        assert_eq!(tokenizer.count(""), Some(0));
        assert_eq!(tokenizer.most(3), 6);
    }

    #[test]
    fn what_cannot_be_read_or_grows_is_not_taken_for_short() {
        let file = |normalizer: &str| {
            format!(
                r#"{{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
                "normalizer":{normalizer},"pre_tokenizer":{{"type":"Whitespace"}},
                "post_processor":null,"decoder":null,
                "model":{{"type":"WordLevel","vocab":{{"a":0}},"unk_token":"?"}}}}"#
            )
        };
        let tokenizer = Json::parse(file("null").as_bytes()).unwrap();
        assert_eq!(tokenizer.count("a unknown"), None);
        let replaces = r#"{"type":"Replace","pattern":{"String":"b"},"content":"a a a"}"#;
        let tokenizer = Json::parse(file(replaces).as_bytes()).unwrap();
        assert_eq!(tokenizer.count("b"), Some(3));
        assert!(tokenizer.most(1) >= 3);
    }

    #[test]
    fn what_is_no_tokenizer_is_refused_without_being_quoted() {
        let why = Json::parse(br#"{"model": "secret words"}"#).unwrap_err();
        assert!(!why.contains("secret"), "{why}");
    }
}
