//! One record as the model sees it.

use std::sync::Arc;

use tunelint_core::contract::Sequence;
use tunelint_core::profile::Profile;
use tunelint_core::reader::DecodeOutcome;
use tunelint_core::record::{Body, Record};
use tunelint_model::{
    Conversation, Model, RecordError, Rendered, TemplateError, TextKind, Token, mask,
};

use crate::report::render::{CountedToken, RenderTokens, RenderedRecord};

/// The number of a record.
pub(super) fn number(decoded: &DecodeOutcome<'_, '_>) -> u64 {
    match decoded {
        DecodeOutcome::Example(example) => example.record.ordinal,
        DecodeOutcome::Unreadable(record, _) => record.ordinal,
    }
}

/// A record as the model sees it, or why it does not. What is trained on is what the target trains on;
/// without one, what the template marks.
pub(super) fn rendered(
    decoded: &DecodeOutcome<'_, '_>,
    model: &Model,
    target: Option<&[Arc<Profile>]>,
) -> RenderedRecord {
    match decoded {
        DecodeOutcome::Example(example) => {
            match Sequence::of(example, model, target.unwrap_or(&[])) {
                Some(sequence) => of_sequence(&sequence, target.is_some()),
                None => of_record(&example.record, model),
            }
        }
        DecodeOutcome::Unreadable(record, _) => of_record(record, model),
    }
}

fn of_sequence(sequence: &Sequence<'_, '_>, of_target: bool) -> RenderedRecord {
    let number = sequence.example.record.ordinal;
    let rendered = match &sequence.rendered {
        Ok(rendered) => rendered,
        Err(error) => return failed(number, error),
    };
    let of_target = of_target.then(|| sequence.trained()).flatten();
    let length = rendered.text.chars().count();
    let trained = of_target.map(|ranges| {
        let within = |range: std::ops::Range<usize>| range.start.min(length)..range.end.min(length);
        ranges.into_iter().map(within).collect()
    });
    let shown = Rendered {
        text: rendered.text.clone(),
        trained: trained.unwrap_or_else(|| rendered.trained.clone()),
    };
    let body = &sequence.example.record.body;
    let pointer = |index: usize| body.pointer(sequence.message(index));
    let given = sequence.conversation.as_ref();
    let parts = given.map(|given| parts(given, &shown, sequence.model, pointer));
    let parts = parts.unwrap_or_default();
    finished(number, shown, &parts, sequence.tokens(), sequence.model)
}

/// A record that is no example, as it is.
fn of_record(record: &Record<'_>, model: &Model) -> RenderedRecord {
    let number = record.ordinal;
    let text = std::str::from_utf8(record.raw).ok();
    let text = text.filter(|_| !matches!(record.body, Body::Row(_)));
    let conversation = match text.map(Conversation::from_record) {
        Some(Ok(conversation)) => conversation,
        Some(Err(why)) => return RenderedRecord::failed(number, unreadable(&why), None),
        None => return RenderedRecord::failed(number, NO_MESSAGES, None),
    };
    match model.render(&conversation) {
        Ok(rendered) => {
            let encoder = model.encoder.as_ref();
            let tokens =
                encoder.and_then(|encoder| encoder.tokens(&rendered.text, TextKind::Rendering));
            let pointer = |index: usize| format!("/messages/{index}");
            let parts = parts(&conversation, &rendered, model, pointer);
            finished(number, rendered, &parts, tokens.as_deref(), model)
        }
        Err(error) => failed(number, &error),
    }
}

/// The pointer of each message, and where its part starts in the text.
fn parts(
    conversation: &Conversation,
    rendered: &Rendered,
    model: &Model,
    pointer: impl Fn(usize) -> String,
) -> Vec<(String, Option<usize>)> {
    let starts = model.message_starts(conversation, rendered).into_iter();
    let parts = starts.enumerate();
    parts
        .map(|(index, start)| (pointer(index), start))
        .collect()
}

fn finished(
    number: u64,
    rendered: Rendered,
    parts: &[(String, Option<usize>)],
    tokens: Option<&[Token]>,
    model: &Model,
) -> RenderedRecord {
    let tokens = tokens.map(|tokens| counted(tokens, &rendered));
    RenderedRecord::new(number, rendered, parts, tokens, model.max_length)
}

fn counted(tokens: &[Token], rendered: &Rendered) -> RenderTokens {
    let counted = tokens.iter().zip(mask(tokens, &rendered.trained));
    let counted = counted.map(|(token, is_trained)| CountedToken {
        start: token.range.start,
        is_trained,
    });
    counted.collect()
}

fn failed(number: u64, error: &TemplateError) -> RenderedRecord {
    RenderedRecord::failed(number, &error.message, error.line)
}

const NO_MESSAGES: &str =
    "the record has no list `messages`; convert it with `tunelint convert --to messages`";

fn unreadable(why: &RecordError) -> &'static str {
    match why {
        RecordError::Json(_) => "the record is not valid JSON",
        RecordError::NoMessages => NO_MESSAGES,
        RecordError::Tools => "`tools` is not a list",
    }
}
