//! Models for tests: templates, and tokenizers that are simple enough to count by hand.

use std::fmt;
use std::fs;

use regex::Regex;
use tempfile::TempDir;
use time::PrimitiveDateTime;
use tunelint_model::checks::StopTokens;
use tunelint_model::{
    Encoder, Model, RenderOptions, Template, Templates, TextKind, Token, TokenKind,
};

/// A folder with `model`, whose tokenizer has a token for each word between spaces, and a file with
/// records. `vocabulary` are the words that it knows besides `?`, as JSON with a comma before each.
pub fn folder(template: &str, vocabulary: &str, (name, records): (&str, &str)) -> TempDir {
    let folder = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    };
    write("model/chat_template.jinja", template);
    write("model/tokenizer_config.json", r#"{"eos_token":"</s>"}"#);
    let tokenizer = TOKENIZER.replace("VOCABULARY", vocabulary);
    write("model/tokenizer.json", &tokenizer);
    write(name, records);
    folder
}

/// Words between spaces, and three special tokens.
const TOKENIZER: &str = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[
    {"id":1,"content":"<user>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
    {"id":2,"content":"<assistant>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
    {"id":3,"content":"</s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
    "normalizer":null,"pre_tokenizer":{"type":"WhitespaceSplit"},"post_processor":null,"decoder":null,
    "model":{"type":"WordLevel","vocab":{"?":0VOCABULARY},"unk_token":"?"}}"#;

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
