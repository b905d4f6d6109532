//! Training examples, independent of the layout they were written in.

pub mod capacity;
pub mod media;
pub mod reasoning;
pub mod tools;

use std::ops::Range;

use capacity::Capacity;
use smallvec::SmallVec;
pub use tunelint_data::record::roles::Role;
use xxhash_rust::xxh3::xxh3_64;

use tunelint_data::record::Record;
use tunelint_data::text::Text;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::{field_name, quoted};

/// One example: turns in order, and the fields that are not turns.
#[derive(Debug, Clone)]
pub struct Example<'a> {
    /// The record that it was read from.
    pub record: Record<'a>,
    /// The layout that it was read in; empty if it does not come from a file.
    pub layout: &'static str,
    /// What that layout can hold.
    pub capacity: Capacity,
    /// The turns, in order.
    pub turns: Vec<Turn<'a>>,
    /// Unknown fields of the record.
    pub extras: Vec<Extra<'a>>,
    /// Known fields that are not turns: tools, weights, an Alpaca history.
    pub settings: Vec<Extra<'a>>,
    /// The rejected response, in preference data.
    pub rejected: Vec<Turn<'a>>,
    /// The number of turns at the end that form the compared response; 0 if it is the last turn
    /// alone.
    pub answer_turns: usize,
    /// Whether the response is labeled desirable; `None` without a label.
    pub desirable: Option<bool>,
    /// The key of the unknown field that is the tag; see [`KTO_TAG`].
    pub tag: Option<Span>,
    /// Whether its fields have other names than in the layout, and the target knows these. What a
    /// target requires of fields by their names does not apply.
    pub is_renamed: bool,
}

/// One message of a conversation, or one side of a pair.
#[derive(Debug, Clone)]
pub struct Turn<'a> {
    /// The role.
    pub role: Role,
    /// The texts; most turns have one, a turn made of parts has several.
    pub texts: SmallVec<[Text<'a>; 1]>,
    /// The span of the message, or of the text's value.
    pub span: Span,
    /// What it contains besides text: tool calls, images, a weight, a name.
    pub parts: Vec<Part<'a>>,
}

/// A field or content part of a turn that is not plain text.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The kind.
    pub kind: PartKind,
    /// Its key.
    pub key: &'a str,
    /// Its value, as written.
    pub raw: &'a str,
    /// The span of the value.
    pub span: Span,
}

/// The keys of a message that weight its loss, or say whether it is trained on.
pub const WEIGHT_KEYS: [&str; 6] = [
    "weight",
    "loss_weight",
    "train",
    "training",
    "trainable",
    "loss",
];

/// Whether a weight, as written, is zero.
pub fn is_zero(raw: &str) -> bool {
    raw.parse::<f64>().is_ok_and(|weight| weight == 0.0)
}

impl Part<'_> {
    /// Whether it weights the loss of its turn.
    pub fn is_weight(&self) -> bool {
        self.kind == PartKind::Note && WEIGHT_KEYS.contains(&self.key)
    }

    /// Whether it excludes its turn from training.
    pub fn skips(&self) -> bool {
        self.kind == PartKind::Note
            && match self.key {
                "weight" | "loss_weight" => is_zero(self.raw),
                "train" | "training" | "trainable" | "loss" => self.raw == "false",
                _ => false,
            }
    }

    /// Its name in the loss report.
    pub fn name(&self) -> String {
        match self.kind {
            PartKind::Call => "tool call".to_owned(),
            PartKind::Result => "tool result".to_owned(),
            PartKind::Media => "image, audio or file".to_owned(),
            PartKind::Reasoning => "reasoning".to_owned(),
            PartKind::Note => field_name(self.key),
            PartKind::Inner => format!("{} of a content part", field_name(self.key)),
            PartKind::LabelName => format!("label name {}", quoted(self.key, 40)),
        }
    }
}

/// The kind of a [`Part`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// A tool call by the model: a response even without text.
    Call,
    /// The result of a tool call.
    Result,
    /// An image, audio or a file.
    Media,
    /// What the model writes before its response.
    Reasoning,
    /// A field of the message: a weight, a name, an id.
    Note,
    /// A field of one content part.
    Inner,
    /// The name of the label of a classification example.
    LabelName,
}

impl PartKind {
    /// Whether its key is not a key of the message.
    pub(crate) fn is_inner(self) -> bool {
        matches!(self, Self::Inner | Self::LabelName)
    }
}

/// A field that is kept as written.
#[derive(Debug, Clone, Copy)]
pub struct Extra<'a> {
    /// Its key.
    pub key: &'a str,
    /// The span of the key (of the cell in a row).
    pub key_span: Span,
    /// Its value: the JSON as written; the raw cell in a row.
    pub raw: &'a str,
    /// The span of the value.
    pub span: Span,
}

/// The key of a refusal, which replaces the content in OpenAI's format.
pub(crate) const REFUSAL: &str = "refusal";

/// The field with which LLaMA-Factory labels the response as desirable or not, in any layout, unless
/// a `dataset_info.json` names another.
pub const KTO_TAG: &str = "kto_tag";

impl Example<'_> {
    /// Applies the tag in the field `name` if the layout itself has no label.
    pub(crate) fn read_tag(&mut self, name: &str) {
        let tag = self.extras.iter().find(|extra| extra.key == name);
        let said = match tag.map(|tag| tag.raw) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        self.tag = tag.map(|tag| tag.key_span);
        self.desirable = self.desirable.or(said);
    }

    /// Whether `extra` is the tag that labels the response.
    pub fn is_tag(&self, extra: &Extra<'_>) -> bool {
        self.desirable.is_some() && self.tag == Some(extra.key_span)
    }
}

impl<'a> Turn<'a> {
    /// A turn with one text and nothing else.
    pub fn of_text(role: Role, text: Text<'a>) -> Self {
        let span = text.span();
        Self {
            role,
            texts: SmallVec::from_iter([text]),
            span,
            parts: Vec::new(),
        }
    }

    /// The role of its text: text next to a tool result belongs to the user.
    pub fn speaker(&self) -> Role {
        let has_result = || self.parts.iter().any(|part| part.kind == PartKind::Result);
        match self.role {
            Role::Tool if !self.texts.is_empty() && has_result() => Role::User,
            role => role,
        }
    }

    /// Whether its text is a refusal, and `part` is where that was written.
    pub(crate) fn is_refusal_part(&self, part: &Part<'_>) -> bool {
        let text = self.texts.first().filter(|_| part.key == REFUSAL);
        text.is_some_and(|text| text.span() == part.span)
    }

    /// Whether its text is a refusal.
    pub(crate) fn refuses(&self) -> bool {
        self.parts.iter().any(|part| self.is_refusal_part(part))
    }

    /// Whether it is excluded from training.
    pub fn is_skipped(&self) -> bool {
        self.parts.iter().any(Part::skips)
    }

    /// The length in Unicode scalar values.
    pub fn chars(&self) -> u64 {
        self.texts.iter().map(Text::chars).sum()
    }

    /// The length in bytes of UTF-8: an upper bound of `chars`, known without counting.
    pub fn bytes(&self) -> u64 {
        self.texts
            .iter()
            .map(|text| text.as_str().len() as u64)
            .sum()
    }

    /// Whether it has no visible text other than reasoning, and no call, result or media.
    pub fn is_blank(&self) -> bool {
        let has_content = |part: &Part<'_>| {
            !matches!(part.kind, PartKind::Note | PartKind::Reasoning) && !part.kind.is_inner()
        };
        self.texts.iter().all(Text::is_blank) && !self.parts.iter().any(has_content)
    }

    /// The span of its text: the first text's value, or the turn.
    pub fn text_span(&self) -> Span {
        match (self.texts.first(), self.texts.last()) {
            (Some(first), Some(last)) => Span::new(first.span().start, last.span().end),
            _ => self.span,
        }
    }

    /// The span of the bytes `range` of its joined text; for a turn with several texts, the span of
    /// its text.
    pub fn span_of(&self, range: Range<usize>) -> Span {
        match self.texts.as_slice() {
            [text] => text.span_of(range.start, range.end),
            _ => self.text_span(),
        }
    }

    /// The digest of its texts, joined (XXH3, without a seed). Of a single text, it is computed once.
    pub fn digest(&self) -> u64 {
        match self.texts.as_slice() {
            [one] => one.digest(),
            _ => xxh3_64(self.joined().as_bytes()),
        }
    }

    /// Its texts, joined.
    #[inline]
    pub fn joined(&self) -> std::borrow::Cow<'_, str> {
        match self.texts.as_slice() {
            [one] => one.as_str().into(),
            many => many.iter().map(Text::as_str).collect::<String>().into(),
        }
    }
}

impl<'a> Example<'a> {
    /// An example of `turns` without other fields.
    pub fn new(record: Record<'a>, turns: Vec<Turn<'a>>) -> Self {
        Self {
            record,
            layout: "",
            capacity: Capacity::CONVERSATION,
            turns,
            extras: Vec::new(),
            settings: Vec::new(),
            rejected: Vec::new(),
            answer_turns: 0,
            desirable: None,
            tag: None,
            is_renamed: false,
        }
    }

    /// Whether it is a prompt without a response, for reinforcement learning.
    pub fn is_prompt_only(&self) -> bool {
        self.capacity.is_prompt_only()
    }

    /// The input of the last output: all turns before the last model turn; every turn of a prompt
    /// without a response.
    pub fn input(&self) -> &[Turn<'a>] {
        if self.is_prompt_only() {
            return &self.turns;
        }
        let end = self
            .turns
            .iter()
            .rposition(|turn| turn.role == Role::Model)
            .unwrap_or(self.turns.len());
        self.turns.get(..end).unwrap_or_default()
    }

    /// The last output: what the model is trained to write.
    pub fn output(&self) -> Option<&Turn<'a>> {
        let mut turns = self.turns.iter().rev();
        turns.find(|turn| turn.role == Role::Model && !self.is_prompt_only())
    }

    /// The system prompt.
    pub fn system(&self) -> Option<&Turn<'a>> {
        self.turns.iter().find(|turn| turn.role == Role::System)
    }

    /// The first prompt.
    pub fn prompt(&self) -> Option<&Turn<'a>> {
        self.prompts().next()
    }

    /// The first prompt, if it has content. An empty one is a fault already, so nothing else is
    /// expected of it.
    pub fn written_prompt(&self) -> Option<&Turn<'a>> {
        self.prompt().filter(|turn| !turn.is_blank())
    }

    /// The model turns; none of a prompt without a response, whose model turns are part of it.
    pub fn outputs(&self) -> impl Iterator<Item = &Turn<'a>> {
        let trained = |turn: &&Turn<'_>| turn.role == Role::Model && !self.is_prompt_only();
        self.turns.iter().filter(trained)
    }

    /// The model turns that the model is to imitate: none of a response labeled undesirable.
    pub fn wanted_outputs(&self) -> impl Iterator<Item = &Turn<'a>> {
        let wanted = self.desirable != Some(false);
        self.outputs().filter(move |_| wanted)
    }

    /// The last output, unless it is labeled undesirable.
    pub fn wanted_output(&self) -> Option<&Turn<'a>> {
        self.output().filter(|_| self.desirable != Some(false))
    }

    /// Every text, in order.
    pub fn texts(&self) -> impl Iterator<Item = &Text<'a>> {
        self.turns.iter().flat_map(|turn| &turn.texts)
    }

    /// Every text of [`wanted_outputs`](Self::wanted_outputs).
    pub fn output_texts(&self) -> impl Iterator<Item = &Text<'a>> {
        self.wanted_outputs().flat_map(|turn| &turn.texts)
    }

    /// Whether the input contains one of `words`, which must be lower case.
    pub fn asks_for(&self, words: &[&str]) -> bool {
        let texts = self.input().iter().flat_map(|turn| &turn.texts);
        texts
            .map(|text| text.as_str().to_ascii_lowercase())
            .any(|text| words.iter().any(|word| text.contains(word)))
    }

    /// The user turns.
    pub fn prompts(&self) -> impl Iterator<Item = &Turn<'a>> {
        self.turns.iter().filter(|turn| turn.role == Role::User)
    }

    /// Whether it is a single prompt and its response, possibly with a system prompt.
    pub fn is_single_turn(&self) -> bool {
        self.prompts().count() <= 1
            && self.outputs().count() <= 1
            && !self.turns.iter().any(|turn| turn.role == Role::Tool)
    }
}
