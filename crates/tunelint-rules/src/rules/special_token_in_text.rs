//! Flags strings in the data that the model's tokenizer makes special tokens of.

use aho_corasick::{AhoCorasick, MatchKind};
use tunelint_data::text::Text;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, FixKind, Message, Severity};
use tunelint_layouts::writer::edit::EditText;

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, Sequence, SequenceRule};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "special-token-in-text",
    Level::Fixed(Severity::Warning),
    Scope::Example,
)
.fix(FixKind::Unsafe);

/// Builds the check; `None` without a model whose special tokens are known.
pub fn build(context: &RuleContext) -> Option<Check> {
    let model = context.model.as_ref()?;
    let mut tokens: Vec<&String> = model.special_tokens.iter().collect();
    tokens.retain(|token| !is_placeholder(token));
    tokens.sort();
    let applies = !tokens.is_empty() && context.inferred.is_none();
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(tokens);
    let automaton = automaton.ok().filter(|_| applies)?;
    Some(Check::sequence(SpecialTokenInText { automaton }))
}

/// Whether a token stands for a file where trainers expect it in a text.
fn is_placeholder(token: &str) -> bool {
    let name = token.trim_matches(['<', '>', '|', '[', ']']);
    let name = name.to_ascii_lowercase();
    ["image", "img", "video", "audio"].iter().any(|kind| {
        let rest = name.strip_prefix(kind);
        rest.is_some_and(|rest| matches!(rest, "" | "_pad" | "_soft_token" | "_placeholder"))
    })
}

struct SpecialTokenInText {
    automaton: AhoCorasick,
}

impl SequenceRule for SpecialTokenInText {
    fn check(&self, sequence: &Sequence<'_, '_>, findings: &mut Findings<'_>) {
        // A text that no template is applied to may have its tokens already.
        if sequence.conversation.is_none() {
            return;
        }
        for text in sequence.example.texts() {
            self.check_text(text, sequence, findings);
        }
    }
}

impl SpecialTokenInText {
    fn check_text(
        &self,
        text: &Text<'_>,
        sequence: &Sequence<'_, '_>,
        findings: &mut Findings<'_>,
    ) {
        let found: Vec<_> = self.automaton.find_iter(text.as_str()).collect();
        let Some(first) = found.first() else { return };
        let record = &sequence.example.record;
        let span = text.span_of(first.start(), first.end());
        findings.report(record.at(span), Severity::Warning, || {
            let token = text.as_str().get(first.range()).unwrap_or_default();
            let changes: Vec<_> = found.iter().map(|of| (of.range(), String::new())).collect();
            Message::new(format!(
                "the tokenizer makes a special token of {} in the text",
                quoted(token, 40)
            ))
            .help(
                "remove it, or write it in another way: the model reads it as a mark, not as text",
            )
            .fix(text.change(record, &changes))
        });
    }
}
