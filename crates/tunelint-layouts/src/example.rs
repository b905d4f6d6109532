//! What is trained on, whatever layout it was written in.

pub mod capacity;
pub mod media;
pub mod tools;

use std::ops::Range;

use capacity::Capacity;
use smallvec::SmallVec;
pub use tunelint_data::record::roles::Role;

use tunelint_data::record::Record;
use tunelint_data::text::Text;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::{field_name, quoted};

/// One example: turns in order, and the fields that the layout has no place for.
#[derive(Debug, Clone)]
pub struct Example<'a> {
    /// The record it was read from.
    pub record: Record<'a>,
    /// The name of the layout it was read in; empty where it came from no file.
    pub layout: &'static str,
    /// What that layout has room for.
    pub capacity: Capacity,
    /// The turns, in order.
    pub turns: Vec<Turn<'a>>,
    /// Fields of the record that the layout does not know.
    pub extras: Vec<Extra<'a>>,
    /// Fields that the layout knows and that are no turn: tools, weights, an alpaca history.
    pub settings: Vec<Extra<'a>>,
    /// The answer that is worse than the one given, where there is one to compare.
    pub rejected: Vec<Turn<'a>>,
    /// How many turns at the end are the answer that is compared; 0 where it is the last one alone.
    pub answer_turns: usize,
    /// Whether the answer is said to be a good one; `None` where nothing is said.
    pub desirable: Option<bool>,
}

/// One utterance.
#[derive(Debug, Clone)]
pub struct Turn<'a> {
    /// Who speaks.
    pub role: Role,
    /// Its text; most have one, a turn made of parts has several.
    pub texts: SmallVec<[Text<'a>; 1]>,
    /// Where it stands: the object of the turn, or the text's value.
    pub span: Span,
    /// What it carries besides text: tool calls, images, a weight, a name.
    pub parts: Vec<Part<'a>>,
}

/// Something in a turn that is not plain text.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// What it is.
    pub kind: PartKind,
    /// The key it stands under.
    pub key: &'a str,
    /// Its value, as written.
    pub raw: &'a str,
    /// Where the value stands.
    pub span: Span,
}

/// Whether a weight, as written, is 0.
pub fn is_zero(raw: &str) -> bool {
    raw.parse::<f64>().is_ok_and(|weight| weight == 0.0)
}

impl Part<'_> {
    /// Whether it says that its turn is not to be trained on.
    pub(crate) fn skips(&self) -> bool {
        self.kind == PartKind::Note
            && match self.key {
                "weight" => is_zero(self.raw),
                "train" => self.raw == "false",
                _ => false,
            }
    }

    /// What it is called where it is counted.
    pub fn name(&self) -> String {
        match self.kind {
            PartKind::Call => "tool call".to_owned(),
            PartKind::Result => "tool result".to_owned(),
            PartKind::Media => "image, audio or file".to_owned(),
            PartKind::Note => field_name(self.key),
            PartKind::Inner => format!("{} of a part", field_name(self.key)),
            PartKind::LabelName => format!("name {} of a label", quoted(self.key, 40)),
        }
    }
}

/// What a [`Part`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// A tool call that the model makes: an answer in itself.
    Call,
    /// The result of one.
    Result,
    /// An image, audio, a file.
    Media,
    /// A weight, a name, an id, reasoning: anything that qualifies the turn.
    Note,
    /// The same for one part of its content alone.
    Inner,
    /// What the label of a classifier's example is called.
    LabelName,
}

impl PartKind {
    /// Whether its key is none of the turn's.
    pub(crate) fn is_inner(self) -> bool {
        matches!(self, Self::Inner | Self::LabelName)
    }
}

/// A field that is carried along, as written.
#[derive(Debug, Clone, Copy)]
pub struct Extra<'a> {
    /// Its name.
    pub key: &'a str,
    /// The place of the name (of the cell in a row).
    pub key_span: Span,
    /// Its value, as written in JSON; the raw cell in a row.
    pub raw: &'a str,
    /// The place of the value.
    pub span: Span,
}

/// The key of what the model says where it does not answer, as OpenAI has it.
pub(crate) const REFUSAL: &str = "refusal";

/// The field in which LLaMA-Factory says, beside any of its layouts, whether the answer is a good
/// one.
pub const KTO_TAG: &str = "kto_tag";

impl Example<'_> {
    /// Takes over what the tag says, where the layout itself says nothing.
    pub(crate) fn read_tag(&mut self) {
        let tag = self.extras.iter().find(|extra| extra.key == KTO_TAG);
        let said = match tag.map(|tag| tag.raw) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        self.desirable = self.desirable.or(said);
    }

    /// Whether the tag is what says it.
    pub fn is_tagged(&self) -> bool {
        self.desirable.is_some() && self.extras.iter().any(|extra| extra.key == KTO_TAG)
    }
}

impl<'a> Turn<'a> {
    /// A turn that is one text and nothing else.
    pub fn of_text(role: Role, text: Text<'a>) -> Self {
        let span = text.span();
        Self {
            role,
            texts: SmallVec::from_iter([text]),
            span,
            parts: Vec::new(),
        }
    }

    /// Who says its text: what stands beside a result in the same turn is the user's.
    pub fn speaker(&self) -> Role {
        let has_result = || self.parts.iter().any(|part| part.kind == PartKind::Result);
        match self.role {
            Role::Tool if !self.texts.is_empty() && has_result() => Role::User,
            role => role,
        }
    }

    /// Whether what it says is its refusal, and `part` is where that was written.
    pub(crate) fn says(&self, part: &Part<'_>) -> bool {
        let text = self.texts.first().filter(|_| part.key == REFUSAL);
        text.is_some_and(|text| text.span() == part.span)
    }

    /// Whether what it says is its refusal.
    pub(crate) fn refuses(&self) -> bool {
        self.parts.iter().any(|part| self.says(part))
    }

    /// Whether it says that it is not to be trained on.
    pub fn is_skipped(&self) -> bool {
        self.parts.iter().any(Part::skips)
    }

    /// Its length in Unicode scalar values.
    pub fn chars(&self) -> u64 {
        self.texts.iter().map(Text::chars).sum()
    }

    /// Its length in bytes of UTF-8: at least as many as characters, and known without counting.
    pub fn bytes(&self) -> u64 {
        self.texts
            .iter()
            .map(|text| text.as_str().len() as u64)
            .sum()
    }

    /// Whether nothing of it can be seen, and it carries no call, result or media.
    pub fn is_blank(&self) -> bool {
        let speaks = |part: &Part<'_>| part.kind != PartKind::Note && !part.kind.is_inner();
        self.texts.iter().all(Text::is_blank) && !self.parts.iter().any(speaks)
    }

    /// The place of its text: the first text's value, or the turn.
    pub fn text_span(&self) -> Span {
        match (self.texts.first(), self.texts.last()) {
            (Some(first), Some(last)) => Span::new(first.span().start, last.span().end),
            _ => self.span,
        }
    }

    /// Where the bytes `range` of its text in one piece stand in the record; of a turn of several
    /// texts, where its text stands.
    pub fn span_of(&self, range: Range<usize>) -> Span {
        match self.texts.as_slice() {
            [text] => text.span_of(range.start, range.end),
            _ => self.text_span(),
        }
    }

    /// Its text in one piece.
    pub fn joined(&self) -> std::borrow::Cow<'_, str> {
        match self.texts.as_slice() {
            [one] => one.as_str().into(),
            many => many.iter().map(Text::as_str).collect::<String>().into(),
        }
    }
}

impl<'a> Example<'a> {
    /// An example of `turns` without any other field.
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
        }
    }

    /// What the model reads before it answers last: all turns before the last model turn.
    pub fn input(&self) -> &[Turn<'a>] {
        let end = self
            .turns
            .iter()
            .rposition(|turn| turn.role == Role::Model)
            .unwrap_or(self.turns.len());
        self.turns.get(..end).unwrap_or_default()
    }

    /// What it is taught to write last.
    pub fn output(&self) -> Option<&Turn<'a>> {
        self.turns
            .iter()
            .rev()
            .find(|turn| turn.role == Role::Model)
    }

    /// The system text: what holds for the whole conversation.
    pub fn system(&self) -> Option<&Turn<'a>> {
        self.turns.iter().find(|turn| turn.role == Role::System)
    }

    /// The first prompt.
    pub fn prompt(&self) -> Option<&Turn<'a>> {
        self.prompts().next()
    }

    /// The turns of the model, each an answer that is trained on.
    pub fn outputs(&self) -> impl Iterator<Item = &Turn<'a>> {
        self.turns.iter().filter(|turn| turn.role == Role::Model)
    }

    /// Every text, in order.
    pub fn texts(&self) -> impl Iterator<Item = &Text<'a>> {
        self.turns.iter().flat_map(|turn| &turn.texts)
    }

    /// Every text of the model.
    pub fn output_texts(&self) -> impl Iterator<Item = &Text<'a>> {
        self.outputs().flat_map(|turn| &turn.texts)
    }

    /// Whether the input speaks of one of `words`, given in small letters.
    pub fn asks_for(&self, words: &[&str]) -> bool {
        let texts = self.input().iter().flat_map(|turn| &turn.texts);
        texts
            .map(|text| text.as_str().to_ascii_lowercase())
            .any(|text| words.iter().any(|word| text.contains(word)))
    }

    /// The turns of the person.
    pub fn prompts(&self) -> impl Iterator<Item = &Turn<'a>> {
        self.turns.iter().filter(|turn| turn.role == Role::User)
    }

    /// Whether it is a single prompt and its answer, perhaps under a system text.
    pub fn is_single_turn(&self) -> bool {
        self.prompts().count() <= 1
            && self.outputs().count() <= 1
            && !self.turns.iter().any(|turn| turn.role == Role::Tool)
    }
}
