//! Special and added tokens of a model folder.

use crate::json_tree::JsonTree;

/// The names under which transformers gives templates special tokens.
const NAMES: [&str; 7] = [
    "bos_token",
    "eos_token",
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
];

/// Named special tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpecialTokens {
    entries: Vec<(String, String)>,
}

/// A token that was added to the vocabulary of a tokenizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedToken {
    /// Its number.
    pub id: u64,
    /// Its text.
    pub content: String,
    /// Whether it is special, that is, never part of a text.
    pub special: bool,
}

impl SpecialTokens {
    /// The tokens with these names, such as `eos_token`.
    pub fn new(tokens: impl IntoIterator<Item = (String, String)>) -> Self {
        let entries = tokens.into_iter().collect();
        Self { entries }
    }

    /// The tokens of `tokenizer_config.json`, then those of `special_tokens_map.json`.
    pub(crate) fn collect(config: Option<&JsonTree>, map: Option<&JsonTree>) -> Self {
        let token = |name: &str| {
            let of = |file: Option<&JsonTree>| file?.get(name).and_then(content).map(String::from);
            of(config).or_else(|| of(map))
        };
        let named = NAMES.into_iter();
        Self::new(named.filter_map(|name| Some((name.to_owned(), token(name)?))))
    }

    /// A stand-in for each token, such as `<eos_token>`, for a template whose tokens are not known.
    pub fn stand_ins() -> Self {
        Self::new(NAMES.map(|name| (name.to_owned(), format!("<{name}>"))))
    }

    /// Name and text of each token.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries
            .iter()
            .map(|(name, token)| (name.as_str(), token.as_str()))
    }

    /// The token with this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(other, _)| *other == name)
            .map(|(_, token)| token)
    }
}

/// A token is written as a string or as an object with its content.
fn content(token: &JsonTree) -> Option<&str> {
    token.as_str().or_else(|| token.get("content")?.as_str())
}

/// `added_tokens_decoder` of `tokenizer_config.json`, by number.
pub(crate) fn added_tokens(config: Option<&JsonTree>) -> Vec<AddedToken> {
    let Some(JsonTree::Object(entries)) = config.and_then(|c| c.get("added_tokens_decoder")) else {
        return Vec::new();
    };
    let tokens = entries.iter().filter_map(|(id, token)| {
        Some(AddedToken {
            id: id.parse().ok()?,
            content: content(token)?.to_owned(),
            special: token.get("special") == Some(&JsonTree::Bool(true)),
        })
    });
    let mut tokens: Vec<_> = tokens.collect();
    tokens.sort_by_key(|token| token.id);
    tokens
}

/// The tokens that generation stops at.
pub(crate) fn stop_tokens(
    generation: Option<&JsonTree>,
    added: &[AddedToken],
    special: &SpecialTokens,
) -> Vec<String> {
    let ids = match generation.and_then(|config| config.get("eos_token_id")) {
        Some(JsonTree::List(ids)) => ids.as_slice(),
        Some(id) => std::slice::from_ref(id),
        None => &[],
    };
    let text_of = |id: &JsonTree| {
        let JsonTree::Number(raw) = id else {
            return None;
        };
        let id: u64 = raw.parse().ok()?;
        let at = added.binary_search_by_key(&id, |token| token.id).ok()?;
        added.get(at).map(|token| token.content.clone())
    };
    let mut stops: Vec<String> = ids.iter().filter_map(text_of).collect();
    if stops.is_empty() {
        stops.extend(special.get("eos_token").map(String::from));
    }
    stops
}
