//! Flags chat template tokens inside a text: `<|im_end|>`, `[INST]`, `</s>`.

use std::sync::{Arc, LazyLock};

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::contract::{
    Check, DatasetRule, FixKind, Level, RuleContext, RuleMeta, Scope, has_template,
};
use crate::survey::share::Share;
use tunelint_data::text::Text;
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::{grouped, quoted};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Edit, Findings, Fix, Message, Severity};
use tunelint_layouts::layout::TEXT;
use tunelint_layouts::writer::edit::{EditText, TextChange};
use tunelint_model::Model;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "chat-template-token",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe);

/// Builds the check; never `None`.
pub fn build(context: &RuleContext) -> Option<Check> {
    let model = context.model.clone();
    Some(Check::dataset(ChatTemplateToken { model }))
}

/// The tokens of ChatML, Llama, Gemma, Mistral, DeepSeek, Phi, Command and Harmony, each with the
/// role name that may follow it.
static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:<\|im_start\|>|<\|start_header_id\|>|<start_of_turn>)(?:(?:system|user|assistant|model|tool)(?-u:\b)(?:<\|end_header_id\|>)?[ \t\r\n]*)?",
        r"|<\|(?:im_end|im_sep|endoftext|endofprompt|eot_id|eom_id|end_header_id|begin_of_text|end_of_text|python_tag",
        r"|system|user|assistant|tool|end|start|channel|message|call|return|fim_prefix|fim_middle|fim_suffix",
        r"|START_OF_TURN_TOKEN|END_OF_TURN_TOKEN|SYSTEM_TOKEN|USER_TOKEN|CHATBOT_TOKEN)\|>",
        r"|<｜(?:begin▁of▁sentence|end▁of▁sentence|User|Assistant)｜>",
        r"|<end_of_turn>|<bos>|<eos>|<</?SYS>>|\[/?INST\]|\[TOOL_CALLS\]|\A<s>|</s>[ \t\r\n]*\z",
    ))
    .ok()
});

/// The first token of an example, and the edits that remove all of its tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FlaggedExample {
    token: String,
    edits: Vec<Edit>,
}

/// The minimum number of examples for a finding about the whole dataset.
const MIN_EXAMPLES: u64 = 20;

struct ChatTemplateToken {
    /// Where its template is applied, tokens that it has are reported by `special-token-in-text`.
    model: Option<Arc<Model>>,
}

impl ChatTemplateToken {
    /// The edits that remove every token of `text` that the model does not have.
    fn tokens(&self, text: &Text<'_>, example: &Example<'_>) -> Vec<TextChange> {
        let mut found = tokens(text);
        let model = self.model.as_ref().filter(|_| !found.is_empty());
        if let Some(model) = model.filter(|model| has_template(example, model)) {
            found.retain(|(range, _)| {
                let token = text.as_str().get(range.clone()).unwrap_or_default().trim();
                let mut known = model.special_tokens.iter();
                !known.any(|known| token.starts_with(known.as_str()))
            });
        }
        found
    }
}

impl DatasetRule for ChatTemplateToken {
    type Tally = Share<FlaggedExample>;

    fn observe(&self, example: &Example<'_>, share: &mut Self::Tally) {
        if example.capacity.verbatim || is_rendered(example) {
            return;
        }
        share.all += 1;
        let mut flagged = example
            .texts()
            .map(|text| (text, self.tokens(text, example)))
            .filter(|(_, tokens)| !tokens.is_empty())
            .peekable();
        let Some((text, tokens)) = flagged.peek() else {
            return;
        };
        let Some((first, _)) = tokens.first().cloned() else {
            return;
        };
        let token = text
            .as_str()
            .get(first.clone())
            .unwrap_or_default()
            .trim()
            .to_owned();
        let span = text.span_of(first.start, first.end);
        share.add(&example.record, span, || {
            let fixes = flagged.filter_map(|(text, tokens)| text.change(&example.record, &tokens));
            let edits = fixes.flat_map(|fix| fix.edits).collect();
            FlaggedExample { token, edits }
        });
    }

    fn merge(&self, into: &mut Self::Tally, from: Self::Tally) {
        into.merge(from);
    }

    fn renumber_sources(&self, tally: &mut Self::Tally, by: u32) {
        tally.renumber_sources(by);
    }

    fn finish(&self, share: Self::Tally, findings: &mut Findings<'_>) {
        let help = "remove chat template tokens, because the target adds its own";
        if share.all >= MIN_EXAMPLES && share.is_at_least(95) {
            if let Some((location, FlaggedExample { token, .. })) = share.places.first() {
                findings.report_at(location.clone(), Severity::Warning, || {
                    let (have, all) = (grouped(share.have), grouped(share.all));
                    let token = quoted(token, 40);
                    Message::new(format!(
                        "chat template tokens in {have} of {all} examples, such as {token}"
                    ))
                    .help(help)
                });
            }
            return;
        }
        let more = share.more();
        let last = share.places.len().saturating_sub(1);
        for (at, (location, FlaggedExample { token, edits })) in
            share.places.into_iter().enumerate()
        {
            findings.report_at(location, Severity::Warning, || {
                let more = if at == last { more.as_str() } else { "" };
                Message::new(format!(
                    "chat template token {} in text{more}",
                    quoted(&token, 40)
                ))
                .help(help)
                .fix(Fix::of_text(edits.into_iter().map(Some)))
            });
        }
    }
}

/// Whether an example is one text with a whole conversation as the model sees it. Nothing adds tokens
/// to it later, so they must be there.
fn is_rendered(example: &Example<'_>) -> bool {
    example.layout == TEXT && example.texts().any(|text| tokens(text).len() > 1)
}

/// The edits that remove every chat template token of `text`, in order.
fn tokens(text: &Text<'_>) -> Vec<TextChange> {
    // The pattern is compiled when a text may have a token.
    let may = text.has(Mark::ChatToken);
    let Some(pattern) = may.then(|| TOKEN.as_ref()).flatten() else {
        return Vec::new();
    };
    let found = pattern.find_iter(text.as_str());
    found.map(|token| (token.range(), String::new())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{record, reported};
    use tunelint_data::text::position::Span;

    /// `text` without its tokens.
    fn without_tokens(text: &str) -> String {
        let text = Text::composed(text.to_owned(), Span::at(0));
        text.changed(&tokens(&text)).unwrap()
    }

    #[test]
    fn role_names_are_removed_with_their_token() {
        for (text, rest) in [
            ("<|im_start|>assistant\nHi<|im_end|>", "Hi"),
            (
                "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>",
                "Hi",
            ),
            ("<start_of_turn>model\nHi<end_of_turn>\n", "Hi\n"),
            ("<|im_start|>assistants help", "assistants help"),
            (
                "[INST] <<SYS>>Be brief.<</SYS>> Hi [/INST]",
                " Be brief. Hi ",
            ),
            ("<｜User｜>Hi<｜Assistant｜>Hello", "HiHello"),
        ] {
            assert_eq!(without_tokens(text), rest, "{text}");
        }
    }

    #[test]
    fn tags_that_are_not_tokens_are_kept() {
        assert_eq!(without_tokens("<s>Hi</s>\n"), "Hi");
        for text in [
            "a <s>b</s> c",
            "[Inst] [INSTALL] [TOOL]",
            "<|im_begin|> <|User|> <| im_end |>",
            "<eos/> <system> <end of turn>",
        ] {
            assert_eq!(without_tokens(text), text);
        }
    }

    #[test]
    fn tokens_in_nearly_all_examples_are_one_finding() {
        let report = |have: u64, all: u64| {
            let mut share = Share {
                all,
                ..Share::default()
            };
            for ordinal in 0..have {
                share.add(&record(ordinal), Span::at(0), || FlaggedExample {
                    token: "</s>".to_owned(),
                    edits: Vec::new(),
                });
            }
            let rule = ChatTemplateToken { model: None };
            reported(|findings| rule.finish(share, findings))
        };
        assert_eq!(
            report(19, 20),
            ["warning: chat template tokens in 19 of 20 examples, such as `</s>`"]
        );
        assert_eq!(report(18, 20).len(), 18);
        let single = "warning: chat template token `</s>` in text";
        assert_eq!(report(19, 19), [single; 19]);
        let listed = report(1_002, 2_000);
        assert_eq!(listed.len(), 1_000);
        assert_eq!(listed[999], format!("{single}; 2 more not listed"));
    }
}
