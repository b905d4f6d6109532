//! A token of a chat format inside a text: `<|im_end|>`, `[INST]`, `</s>`.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::share::Share;
use tunelint_data::text::Text;
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::{grouped, quoted};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Edit, Findings, Fix, Message, Severity};
use tunelint_layouts::writer::edit::Change;
use tunelint_layouts::writer::edit::EditText;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "chat-template-token",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::dataset(ChatTemplateToken))
}

/// The tokens of ChatML, Llama, Gemma, Mistral, DeepSeek, Phi, Command and Harmony, each with the
/// name of the speaker that it may introduce.
static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:<\|im_start\|>|<\|start_header_id\|>|<start_of_turn>)(?:(?:system|user|assistant|model|tool)\b(?:<\|end_header_id\|>)?\s*)?",
        r"|<\|(?:im_end|im_sep|endoftext|endofprompt|eot_id|eom_id|end_header_id|begin_of_text|end_of_text|python_tag",
        r"|system|user|assistant|tool|end|start|channel|message|call|return|fim_prefix|fim_middle|fim_suffix",
        r"|START_OF_TURN_TOKEN|END_OF_TURN_TOKEN|SYSTEM_TOKEN|USER_TOKEN|CHATBOT_TOKEN)\|>",
        r"|<｜(?:begin▁of▁sentence|end▁of▁sentence|User|Assistant)｜>",
        r"|<end_of_turn>|<bos>|<eos>|<</?SYS>>|\[/?INST\]|\[TOOL_CALLS\]|\A<s>|</s>\s*\z",
    ))
    .ok()
});

/// An example with tokens, in words, and its repair.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Carrier {
    token: String,
    edits: Vec<Edit>,
}

/// Examples from which on “all” means something.
const ENOUGH: u64 = 20;

struct ChatTemplateToken;

impl DatasetRule for ChatTemplateToken {
    type Tally = Share<Carrier>;

    fn observe(&self, example: &Example<'_>, share: &mut Self::Tally) {
        if example.capacity.verbatim {
            return;
        }
        share.all += 1;
        let mut carriers = example
            .texts()
            .map(|text| (text, tokens(text)))
            .filter(|(_, tokens)| !tokens.is_empty())
            .peekable();
        let Some((text, tokens)) = carriers.peek() else {
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
            let fixes = carriers.filter_map(|(text, tokens)| text.change(&example.record, &tokens));
            let edits = fixes.flat_map(|fix| fix.edits).collect();
            Carrier { token, edits }
        });
    }

    fn merge(&self, into: &mut Self::Tally, from: Self::Tally) {
        into.merge(from);
    }

    fn shift(&self, tally: &mut Self::Tally, by: u32) {
        tally.shift(by);
    }

    fn finish(&self, share: Self::Tally, findings: &mut Findings<'_>) {
        let help = "write the words alone: the target puts its own tokens around them";
        if share.all >= ENOUGH && share.is_at_least(95) {
            if let Some((location, Carrier { token, .. })) = share.places.first() {
                findings.report_at(location.clone(), Severity::Warning, || {
                    let (have, all) = (grouped(share.have), grouped(share.all));
                    let token = quoted(token, 40);
                    Message::new(format!(
                        "{have} of {all} examples carry tokens of a chat format, such as {token}"
                    ))
                    .help(help)
                });
            }
            return;
        }
        let more = share.more();
        let last = share.places.len().saturating_sub(1);
        for (at, (location, Carrier { token, edits })) in share.places.into_iter().enumerate() {
            findings.report_at(location, Severity::Warning, || {
                let more = if at == last { more.as_str() } else { "" };
                Message::new(format!(
                    "{} is a token of a chat format, not text{more}",
                    quoted(&token, 40)
                ))
                .help(help)
                .fix(Fix::of_text(edits.into_iter().map(Some)))
            });
        }
    }
}

fn tokens(text: &Text<'_>) -> Vec<Change> {
    let Some(pattern) = TOKEN.as_ref().filter(|_| text.has(Mark::ChatToken)) else {
        return Vec::new();
    };
    let found = pattern.find_iter(text.as_str());
    found.map(|token| (token.range(), String::new())).collect()
}
