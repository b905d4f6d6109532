//! Models for tests: templates, and tokenizers that are simple enough to count by hand.

use std::fmt;

use regex::Regex;
use time::PrimitiveDateTime;
use tunelint_model::checks::StopTokens;
use tunelint_model::{
    Encoder, Model, RenderOptions, Template, Templates, TextKind, Token, TokenKind,
};

/// The model of a template.
pub fn of_template(source: &str) -> Model {
    let template = Template::parse(source, PrimitiveDateTime::MIN).expect("a template");
    Model::of_templates(Templates::single(template), RenderOptions::default())
}

/// The model of a page's block: `stop=TOKEN`, `special=TOKEN`, `max-length=N`, and `words` for a
/// tokenizer.
pub fn of_page(source: &str, words: &[String]) -> Model {
    let mut model = of_template(source.trim_end());
    for word in words {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        match key {
            "stop" => model.stops = StopTokens::new([value.to_owned()], []),
            "special" => drop(model.special_tokens.insert(value.to_owned())),
            "max-length" => {
                model.max_length = Some(value.parse().expect("a number"));
                model.encoder = Some(words_encoder());
            }
            "words" => model.encoder = Some(words_encoder()),
            "jinja" | "template" => {}
            other => panic!("unknown attribute {other}"),
        }
    }
    model
}

/// A tokenizer whose tokens are words with the space before them, and spaces. Words with other
/// characters than those of ASCII are unknown.
pub fn words_encoder() -> std::sync::Arc<dyn Encoder> {
    std::sync::Arc::new(Words)
}

struct Words;

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words")
    }
}

impl Encoder for Words {
    fn tokens(&self, text: &str, _: TextKind) -> Option<Vec<Token>> {
        let pattern = Regex::new(r"\s?\S+|\s").expect("a pattern");
        let chars = |end: usize| text[..end].chars().count();
        let token = |found: regex::Match<'_>| Token {
            id: xxhash_rust::xxh3::xxh3_64(found.as_str().as_bytes()) as u32,
            range: chars(found.start())..chars(found.end()),
            kind: match found.as_str().is_ascii() {
                true => TokenKind::Text,
                false => TokenKind::Unknown,
            },
        };
        Some(pattern.find_iter(text).map(token).collect())
    }

    fn special_tokens(&self) -> Vec<String> {
        Vec::new()
    }
}
