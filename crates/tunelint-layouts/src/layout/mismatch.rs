//! Why a record does not match its layout: typed facts, worded by the rules.

use tunelint_data::record::json::{Kind, Value};
use tunelint_data::text::Text;
use tunelint_data::text::position::Span;

/// Something in a record that its layout cannot read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The place in the record.
    pub span: Span,
    /// What it is.
    pub kind: MismatchKind,
}

/// What a layout cannot read. Names and texts are those of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MismatchKind {
    /// A required field is missing.
    MissingField {
        /// Its name.
        name: String,
        /// An existing field that was probably meant.
        near: Option<String>,
    },
    /// A message without a role.
    MissingRole {
        /// The key that names the role.
        key: String,
        /// An existing key that was probably meant.
        near: Option<String>,
        /// The roles of the layout.
        roles: &'static [&'static str],
    },
    /// A message with a role that the layout does not have.
    UnknownRole {
        /// The key that names the role.
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
        /// What it is.
        found: Kind,
        /// The value as written, at most [`Mismatch::QUOTED`] characters.
        raw: String,
    },
    /// A value of the wrong kind.
    WrongKind {
        /// The field's name.
        name: String,
        /// What it is.
        found: FoundKind,
        /// What it should be.
        expected: Expected,
    },
    /// An item of a list that should be an object.
    NotAnObject {
        /// What the item is.
        item: Item,
        /// The kind that it has.
        found: Kind,
    },
    /// `labels` is empty.
    NoLabels,
    /// `completions` does not hold one completion of score 1 and one of score 0.
    NotOnePreferred,
    /// The candidates do not hold one that is preferred and one that is not.
    NotOneOfEachCandidate,
    /// A candidate's label is neither of the two.
    UnknownPreference {
        /// The label as written.
        name: String,
    },
    /// A step of a response that is not text.
    StepNotText(Kind),
    /// A label of a step that is neither true nor false.
    StepLabelNotBool(Kind),
    /// A response without steps.
    NoSteps,
    /// There are not as many labels as steps.
    StepCount {
        /// The number of steps.
        steps: usize,
        /// The number of labels.
        labels: usize,
    },
}

/// What a value of the wrong kind is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundKind {
    /// A JSON value.
    Json(Kind),
    /// The text of a cell.
    Cell,
}

/// What a value should be.
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
    /// True or false.
    Bool,
    /// A number.
    Number,
    /// A list with a preferred and a non-preferred candidate.
    Candidates,
    /// A list of messages whose last one has candidates.
    MessagesWithCandidates,
}

/// What an item of a list is.
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
    /// Characters of a value that are kept; a message shows fewer.
    pub const QUOTED: usize = 64;
}

/// Collects what a layout cannot read while it decodes a record.
#[derive(Debug, Default)]
pub struct Mismatches(Vec<Mismatch>);

impl Mismatches {
    /// Notes one.
    pub fn add(&mut self, span: Span, kind: MismatchKind) {
        self.0.push(Mismatch { span, kind });
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order in which they were met; none are left.
    pub fn take(&mut self) -> Vec<Mismatch> {
        std::mem::take(&mut self.0)
    }
}

/// The first characters of a value, as a message quotes them.
pub(super) fn beginning(text: &str) -> String {
    text.chars().take(Mismatch::QUOTED).collect()
}

/// The kind of a field's value, if it was read as text.
pub(super) fn found_text(text: &Text<'_>) -> FoundKind {
    match text.raw_json() {
        Some(_) => FoundKind::Json(Kind::String),
        None => FoundKind::Cell,
    }
}

/// Notes a role that the layout does not have.
pub(super) fn unknown_role(
    key: &'static str,
    role: Value<'_>,
    roles: &'static [&'static str],
    mismatches: &mut Mismatches,
) {
    let name = beginning(role.as_str().unwrap_or_default());
    mismatches.add(role.span(), MismatchKind::UnknownRole { key, name, roles });
}
