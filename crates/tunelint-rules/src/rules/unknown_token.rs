//! Flags scripts and symbols that the model's tokenizer has no tokens for.

use tunelint_data::text::printable::quoted;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_model::{Token, TokenKind};
use unicode_script::{Script, UnicodeScript};

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, Sequence, SequenceCases};
use crate::survey::cases::{Cases, CasesByKind};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "unknown-token",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the check; `None` without a tokenizer.
pub fn build(context: &RuleContext) -> Option<Check> {
    let model = context.model.as_ref()?;
    let applies = model.encoder.is_some() && context.inferred.is_none();
    applies.then(|| Check::sequence_cases(UnknownToken))
}

struct UnknownToken;

/// Whether bytes stand for the character, and its script.
type Kind = (bool, String);

impl SequenceCases for UnknownToken {
    type Kind = Kind;
    /// The first such text.
    type Note = String;

    fn observe(&self, sequence: &Sequence<'_, '_>, cases: &mut CasesByKind<Kind, String>) {
        let (Some(rendered), Some(tokens)) = (sequence.rendering(), sequence.tokens()) else {
            return;
        };
        let mut seen: Vec<Kind> = Vec::new();
        let mut chars = rendered.text.chars();
        let mut passed = 0;
        for token in tokens.iter().filter(|token| is_unknown(token)) {
            // Bytes of one character share its place.
            let Some(skipped) = token.range.start.checked_sub(passed) else {
                continue;
            };
            let text: String = chars
                .by_ref()
                .skip(skipped)
                .take(token.range.len())
                .collect();
            passed = token.range.end.max(passed);
            let Some(first) = text.chars().find(|c| !c.is_whitespace()) else {
                continue;
            };
            let kind = (token.kind == TokenKind::Byte, name(first.script()));
            if !seen.contains(&kind) {
                let span = sequence.message(0);
                let record = &sequence.example.record;
                cases.add(kind.clone(), record, || (span, text.trim().to_owned()));
                seen.push(kind);
            }
        }
    }

    fn report(&self, kind: Kind, cases: Cases<String>, all: u64, findings: &mut Findings<'_>) {
        let (is_bytes, script) = kind;
        let severity = match is_bytes {
            true => Severity::Advice,
            false => Severity::Warning,
        };
        findings.report_at(cases.place.clone(), severity, || {
            let (what, help) = match is_bytes {
                true => (
                    "only bytes",
                    "sequences get long, and the model has seen little of this",
                ),
                false => (
                    "no token",
                    "the model cannot read or write it: use another tokenizer",
                ),
            };
            Message::new(format!(
                "the tokenizer has {what} for {script}{}, such as {}",
                cases.share(all),
                quoted(&cases.note, 20)
            ))
            .help(help)
        });
    }
}

fn is_unknown(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Unknown | TokenKind::Byte)
}

/// The name of a script; characters of no script are symbols.
fn name(script: Script) -> String {
    match script {
        Script::Common | Script::Inherited | Script::Unknown => "symbols".to_owned(),
        script => format!("the script {}", script.full_name()),
    }
}
