//! How the records of a source become examples, and what could not be determined.

use std::sync::Arc;

use crate::layout::Layout;

/// Common names of the input, most specific first.
pub const INPUT_NAMES: [&str; 14] = [
    "text_input",
    "input_text",
    "input",
    "prompt",
    "question",
    "instruction",
    "text",
    "query",
    "context",
    "user",
    "source",
    "message",
    "utterance",
    "document",
];

/// Common names of the output, most specific first.
pub const OUTPUT_NAMES: [&str; 16] = [
    "output",
    "output_text",
    "completion",
    "answer",
    "response",
    "label",
    "category",
    "target",
    "intent",
    "summary",
    "class",
    "sentiment",
    "assistant",
    "reply",
    "translation",
    "expected",
];

/// How records become examples.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The layout, if it was determined.
    pub layout: Option<Arc<dyn Layout>>,
    /// How it was determined, for the summary.
    pub evidence: String,
    /// Whether the field names come from the user or from guesses rather than from the layout.
    pub mapped: bool,
    /// What could not be determined; to be reported once.
    pub problem: Option<MappingProblem>,
}

/// Why the columns cannot be mapped, or are only a guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappingProblem {
    /// The first row looks like data, not like a header.
    HeaderLooksLikeData {
        /// Its cells.
        cells: Vec<String>,
    },
    /// The input or the output column was not recognized.
    Unmapped {
        /// Which of the two.
        role: ColumnRole,
        /// The most likely column, if there is one.
        likely: Option<String>,
        /// The existing columns.
        columns: Vec<String>,
    },
    /// The records are objects without any field.
    NoFields,
    /// The records are in an unknown layout; common field names were used.
    ReadByName {
        /// The field of the input.
        input: String,
        /// The field of the output.
        output: String,
    },
    /// The records are in an unknown layout, without common field names.
    UnknownLayout {
        /// The existing fields.
        fields: Vec<String>,
    },
}

/// The side of an example that a column belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnRole {
    /// The input.
    Input,
    /// The output.
    Output,
}

impl ColumnRole {
    /// The common names of such columns, most specific first.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Input => &INPUT_NAMES,
            Self::Output => &OUTPUT_NAMES,
        }
    }
}

impl Mapping {
    /// No layout, and nothing to report.
    pub(super) fn none() -> Self {
        Self {
            layout: None,
            evidence: String::new(),
            mapped: false,
            problem: None,
        }
    }

    pub(super) fn of(layout: Arc<dyn Layout>, evidence: impl Into<String>) -> Self {
        Self {
            layout: Some(layout),
            evidence: evidence.into(),
            mapped: false,
            problem: None,
        }
    }

    pub(super) fn mapped(layout: Arc<dyn Layout>, evidence: String) -> Self {
        Self {
            mapped: true,
            ..Self::of(layout, evidence)
        }
    }

    pub(super) fn problem(problem: MappingProblem) -> Self {
        Self {
            problem: Some(problem),
            ..Self::none()
        }
    }
}
