//! A system prompt that is missing, or differs from the one of nearly all other examples.

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::HEAD;
use crate::survey::inferred::Common;
use crate::survey::inferred::preamble::is_typo_of;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "mixed-system-prompts",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the rule; `None` unless nearly all examples share one system prompt.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.as_ref()?;
    let system = inferred.system.clone()?;
    inferred
        .may_depart(&system)
        .then(|| Check::example(MixedSystemPrompts { system }))
}

struct MixedSystemPrompts {
    /// The common system prompt, or its first [`HEAD`] characters.
    system: Common,
}

impl ExampleRule for MixedSystemPrompts {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let share = self.system.percent();
        let help = || {
            format!(
                "use the common system prompt: {}",
                quoted(&self.system.value, 60)
            )
        };
        let Some(turn) = example.system() else {
            let span = example
                .turns
                .first()
                .map_or(example.record.span(), |turn| turn.span);
            findings.report(
                example.record.at(span),
                severity(&self.system, Evidence::Absent),
                || {
                    Message::new(format!("no system prompt; {share} of examples share one"))
                        .help(help())
                },
            );
            return;
        };
        let text = turn.joined();
        if self.is_usual(&text) {
            return;
        }
        let from = common_prefix(&text, &self.system.value);
        findings.report(
            example.record.at(turn.span_of(from..text.len())),
            severity(&self.system, self.evidence(&text)),
            || {
                let here = text.get(from..).unwrap_or_default();
                let there = self.system.value.get(from..).unwrap_or_default();
                let edit = || turn.edit(&example.record, 0..text.len(), &self.system.value);
                let fix = self.is_whole().then(|| Fix::of_text([edit()])).flatten();
                Message::new(format!(
                    "system prompt has {} where {share} of examples have {}",
                    quoted(here, 40),
                    quoted(there, 40)
                ))
                .help(help())
                .fix(fix)
            },
        );
    }
}

impl MixedSystemPrompts {
    /// Another system prompt is written on purpose, unless it is a damaged form of the usual one.
    fn evidence(&self, text: &str) -> Evidence {
        let usual = self.system.value.as_str();
        // Of a longer prompt, the end is not known.
        let text = match (self.is_whole(), text.char_indices().nth(HEAD)) {
            (false, Some((end, _))) => text.get(..end).unwrap_or(text),
            _ => text,
        };
        match is_cut(text, usual) || is_mistyped(text, usual) {
            true => Evidence::Damaged,
            false => Evidence::Thin,
        }
    }

    fn is_usual(&self, text: &str) -> bool {
        match self.is_whole() {
            true => text == self.system.value,
            false => text.starts_with(&self.system.value),
        }
    }

    /// Whether [`Self::system`] is the whole prompt: a longer one is cut at [`HEAD`] characters.
    fn is_whole(&self) -> bool {
        self.system.value.chars().count() < HEAD
    }
}

/// Whether `text` is the beginning of `usual` up to the middle of a word.
fn is_cut(text: &str, usual: &str) -> bool {
    let text = text.trim_end();
    let rest = usual.strip_prefix(text);
    text.contains(char::is_whitespace)
        && text.ends_with(char::is_alphanumeric)
        && rest.is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
}

/// The maximum number of words with a typo.
const MAX_TYPOS: usize = 2;

/// Whether two texts have the same words, apart from whitespace, letter case, signs and a few typos.
fn is_mistyped(text: &str, usual: &str) -> bool {
    let (mut words, mut wanted) = (text.split_whitespace(), usual.split_whitespace());
    let mut typos = 0;
    loop {
        match (words.next(), wanted.next()) {
            (None, None) => return true,
            (Some(word), Some(meant)) if letters(word).eq(letters(meant)) => {}
            (Some(word), Some(meant)) if typos < MAX_TYPOS && is_typo_of(word, meant) => typos += 1,
            _ => return false,
        }
    }
}

/// The letters and digits of a word, in lower case.
fn letters(word: &str) -> impl Iterator<Item = char> {
    let known = word.chars().filter(|c| c.is_alphanumeric());
    known.flat_map(char::to_lowercase)
}

/// The length of the common prefix, in bytes.
fn common_prefix(a: &str, b: &str) -> usize {
    let equal = a.chars().zip(b.chars()).take_while(|(a, b)| a == b);
    equal.map(|(c, _)| c.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_form_is_told_from_another_prompt() {
        let usual = "You are a helpful assistant of the bicycle shop. Answer briefly.";
        let is_damaged = |text: &str| is_cut(text, usual) || is_mistyped(text, usual);
        for text in [
            "You are a helpful assistant of the bicyc",
            "You are a helpful assistant of the bcyle shop. Answer briefly.",
            "You are a helpfull assistant of the bicycle shop. Answer brefly.",
            "You are a helpful  assistant of the bicycle shop. answer briefly",
        ] {
            assert!(is_damaged(text), "{text}");
        }
        for text in [
            "You are a helpful assistant of the bicycle shop.",
            "You are a helpful assistant of the bicycle shops. Answer briefly.",
            "You are a helpful assistant of the book shop. Answer briefly.",
            "You are a helpful assistant of the bicycle shop. Answer briefly. In German.",
            "You are an",
        ] {
            assert!(!is_damaged(text), "{text}");
        }
    }
}
