//! Which names the body of a macro or call block uses.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::template::error::{TemplateError, TemplateErrorKind};

use crate::template::scan::Tag;

/// Macros and call blocks nested deeper are refused; templates nest two.
const MAX_BLOCKS: usize = 100;

/// What cannot be mentioned as a name.
const WORDS: [&str; 17] = [
    "and",
    "caller",
    "elif",
    "else",
    "endcall",
    "endfilter",
    "endgeneration",
    "endmacro",
    "false",
    "if",
    "in",
    "is",
    "not",
    "or",
    "recursive",
    "self",
    "super",
];
const CONSTANTS: [&str; 5] = ["none", "None", "true", "True", "False"];

/// What follows the argument of a `{% generation %}` block: the function that it calls.
const GENERATION_CALL: &str = ") __generation()";

/// An open macro, call block or `{% generation %}`.
#[derive(Debug)]
struct Block {
    /// What to replace, and the text around the argument.
    range: Range<usize>,
    before: String,
    after: &'static str,
    names: BTreeSet<String>,
    /// Whether the body has something that the engine overlooks names in. A macro without it keeps
    /// its arguments as they are, so that surplus ones are refused.
    needed: bool,
}

/// The open blocks, from the outside in.
#[derive(Debug, Default)]
pub struct Seen {
    open: Vec<Block>,
}

impl Seen {
    /// Opens a block, if the tag does.
    pub fn enter(&mut self, source: &str, tag: &Tag) -> Result<(), TemplateError> {
        let text = |at: usize| source.get(tag.tokens.get(at)?.clone());
        let (range, before, after) = match (text(0), text(1)) {
            (Some("generation"), None) => {
                let range = tag.tokens.first().cloned().unwrap_or_default();
                (range, "call(".to_owned(), GENERATION_CALL)
            }
            (Some("call"), Some("(")) => match closing(source, &tag.tokens, 1) {
                Some((end, empty)) => (end..end, comma(empty), ""),
                None => return Ok(()),
            },
            (Some("call"), Some(_)) => {
                let end = tag.tokens.first().map_or(0, |word| word.end);
                (end..end, "(".to_owned(), ")")
            }
            (Some("macro"), Some(_)) => match closing(source, &tag.tokens, 2) {
                Some((end, empty)) => (end..end, comma(empty), ""),
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        if self.open.len() >= MAX_BLOCKS {
            let message = "macros and call blocks are nested too deep";
            return Err(TemplateError::new(TemplateErrorKind::Unsupported, message));
        }
        self.open.push(Block {
            range,
            before,
            after,
            names: BTreeSet::new(),
            needed: text(0) != Some("macro"),
        });
        Ok(())
    }

    /// Notes the names of a tag.
    pub fn note(&mut self, source: &str, tag: &Tag) {
        let Some(block) = self.open.last_mut() else {
            return;
        };
        let word = tag.tokens.first().and_then(|word| source.get(word.clone()));
        block.needed |= tag.statement && matches!(word, Some("set" | "for" | "with" | "call"));
        let mut before = "";
        for (at, token) in tag.tokens.iter().enumerate() {
            let text = source.get(token.clone()).unwrap_or_default();
            block.needed |= text == ":";
            let keyword = tag.statement && at == 0;
            if !keyword && before != "." && is_variable(text) {
                block.names.insert(text.to_owned());
            }
            before = text;
        }
    }

    /// Closes a block, if the tag does: the edits that give it its argument.
    pub fn leave(&mut self, source: &str, tag: &Tag) -> Vec<(Range<usize>, String)> {
        let word = tag.tokens.first().cloned().unwrap_or_default();
        let text = source.get(word.clone()).unwrap_or_default();
        if !tag.statement || !matches!(text, "endgeneration" | "endcall" | "endmacro") {
            return Vec::new();
        }
        let mut edits = Vec::new();
        if let Some(block) = self.open.pop() {
            let names: Vec<&str> = block.names.iter().map(String::as_str).collect();
            let argument = format!(
                "{}__seen=[{}]{}",
                block.before,
                names.join(", "),
                block.after
            );
            if block.needed {
                edits.push((block.range, argument));
            }
            if let Some(outer) = self.open.last_mut() {
                outer.names.extend(block.names);
            }
        }
        if text == "endgeneration" {
            edits.push((word, "endcall".to_owned()));
        }
        edits
    }
}

fn comma(empty: bool) -> String {
    if empty { "" } else { ", " }.to_owned()
}

/// The byte of the bracket that closes the one at `open`, and whether there is nothing between.
fn closing(source: &str, tokens: &[Range<usize>], open: usize) -> Option<(usize, bool)> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match source.get(token.clone())? {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some((token.start, at == open + 1));
        }
    }
    None
}

fn is_variable(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !WORDS.contains(&text)
        && !CONSTANTS.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::rewrite::GENERATION;

    #[test]
    fn a_generation_block_calls_its_function() {
        assert_eq!(GENERATION_CALL, format!(") {GENERATION}()"));
    }
}
