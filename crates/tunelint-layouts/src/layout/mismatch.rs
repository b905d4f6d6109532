//! Why a record does not match its layout, as data. The rules turn it into messages.

use tunelint_data::record::json::{Kind, Value};
use tunelint_data::text::Text;
use tunelint_data::text::position::Span;

/// Something in a record that its layout cannot decode. A record with a mismatch has no example,
/// and can have several mismatches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The bytes of the record that it is about.
    pub span: Span,
    /// What is wrong there.
    pub kind: MismatchKind,
}

/// What a layout cannot decode. Names and texts come from the data: make them printable and redact
/// them before showing them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MismatchKind {
    /// A required field is missing.
    MissingField {
        /// The field's name.
        name: String,
        /// The existing field that was probably meant, if one has a similar name.
        near: Option<String>,
        /// The existing fields, the first [`Mismatch::NAMES`] of them.
        there: Vec<String>,
    },
    /// A message without a role.
    MissingRole {
        /// The key that should hold the role.
        key: String,
        /// The existing key that was probably meant, if one has a similar name.
        near: Option<String>,
        /// The roles of the layout.
        roles: &'static [&'static str],
    },
    /// A message with a role that the layout does not have.
    UnknownRole {
        /// The key that holds the role.
        key: &'static str,
        /// The role as written.
        name: String,
        /// The roles of the layout.
        roles: &'static [&'static str],
    },
    /// A value that should be text.
    NotText {
        /// The field's name.
        name: String,
        /// The kind of the value.
        found: Kind,
        /// The value as written, at most [`Mismatch::QUOTED`] characters.
        raw: String,
    },
    /// A value of the wrong kind.
    WrongKind {
        /// The field's name.
        name: String,
        /// The kind of the value.
        found: FoundKind,
        /// The kind that the layout requires.
        expected: Expected,
    },
    /// An item of a list that should be an object.
    NotAnObject {
        /// What the item is.
        item: Item,
        /// The kind of the value.
        found: Kind,
    },
    /// `labels` is empty.
    NoLabels,
    /// `completions` does not have exactly one completion with score 1 and one with score 0.
    NotOnePreferred,
    /// There is not exactly one preferred and one non-preferred candidate.
    NotOneOfEachCandidate,
    /// A candidate's label is neither of the two that the layout has.
    UnknownPreference {
        /// The label as written.
        name: String,
    },
    /// The record is not a list of messages, in a layout without objects.
    NotAList,
    /// A step of a response that is not text.
    StepNotText(Kind),
    /// A step label that is not a boolean.
    StepLabelNotBool(Kind),
    /// The response has no steps.
    NoSteps,
    /// The number of labels differs from the number of steps.
    StepCount {
        /// The number of steps.
        steps: usize,
        /// The number of labels.
        labels: usize,
    },
}

/// The kind of a value of the wrong kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundKind {
    /// A JSON value.
    Json(Kind),
    /// The text of a cell.
    Cell,
}

/// The kind of value that a layout requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A list.
    List,
    /// A list of messages.
    Messages,
    /// A list of pairs of texts.
    Pairs,
    /// A pair of texts.
    Pair,
    /// A list of texts.
    Texts,
    /// A list of content blocks.
    Blocks,
    /// A list of parts.
    Parts,
    /// An object with `parts`.
    ObjectWithParts,
    /// An object with `messages`.
    ObjectWithMessages,
    /// An object of labels.
    Labels,
    /// A boolean.
    Bool,
    /// A number.
    Number,
    /// A list with a preferred and a non-preferred candidate.
    Candidates,
    /// A list of messages whose last one has candidates.
    MessagesWithCandidates,
}

/// What the items of a list are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// A message.
    Message,
    /// A part of a message's content.
    ContentPart,
    /// A segment.
    Segment,
}

impl Mismatch {
    /// The number of characters kept of a value. A message shows fewer.
    pub const QUOTED: usize = 64;
    /// The number of names kept of an object. A message shows one fewer.
    pub const NAMES: usize = 7;
}

/// Collects the mismatches of one record while a layout decodes it.
#[derive(Debug, Default)]
pub struct Mismatches(Vec<Mismatch>);

impl Mismatches {
    /// Adds a mismatch.
    pub fn add(&mut self, span: Span, kind: MismatchKind) {
        self.0.push(Mismatch { span, kind });
    }

    /// Whether there are no mismatches.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes and returns all mismatches, in the order in which they were added.
    pub fn take(&mut self) -> Vec<Mismatch> {
        std::mem::take(&mut self.0)
    }
}

/// The first [`Mismatch::QUOTED`] characters of a value.
pub(super) fn beginning(text: &str) -> String {
    text.chars().take(Mismatch::QUOTED).collect()
}

/// The kind of a text: a JSON string or a cell of a table.
pub(super) fn found_text(text: &Text<'_>) -> FoundKind {
    match text.raw_json() {
        Some(_) => FoundKind::Json(Kind::String),
        None => FoundKind::Cell,
    }
}

/// Adds a mismatch for a role that the layout does not have.
pub(super) fn unknown_role(
    key: &'static str,
    role: Value<'_>,
    roles: &'static [&'static str],
    mismatches: &mut Mismatches,
) {
    let name = beginning(role.as_str().unwrap_or_default());
    mismatches.add(role.span(), MismatchKind::UnknownRole { key, name, roles });
}
