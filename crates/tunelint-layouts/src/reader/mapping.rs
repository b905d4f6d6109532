//! How the records of a source become examples, and what could not be decided about it.

use std::sync::Arc;

use crate::layout::Layout;

/// Names under which people keep what the model reads, the most telling first.
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

/// Names under which people keep what it is taught to write, the most telling first.
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
    /// The layout, if there is one.
    pub layout: Option<Arc<dyn Layout>>,
    /// How it was decided, for the summary.
    pub evidence: String,
    /// The names are the user's, not the layout's own.
    pub mapped: bool,
    /// What could not be decided, and is to be reported once.
    pub problem: Option<MappingProblem>,
}

/// Why the columns cannot be mapped, or only by a guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappingProblem {
    /// The first row looks like data, not like a header.
    HeaderLooksLikeData {
        /// Its cells.
        cells: Vec<String>,
    },
    /// No column can be recognized as the input, or as the output.
    Unmapped {
        /// Which of the two.
        role: ColumnRole,
        /// The column that is most likely meant, where there is any.
        likely: Option<String>,
        /// The columns that there are.
        columns: Vec<String>,
    },
    /// The records are objects without any field.
    NoFields,
    /// The records have fields of no layout; they were read by well-known names.
    ReadByName {
        /// The field of the input.
        input: String,
        /// The field of the output.
        output: String,
    },
    /// The records have fields of no layout, and no well-known ones.
    UnknownLayout {
        /// The fields that there are.
        fields: Vec<String>,
    },
}

/// Which side of an example a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnRole {
    /// What the model reads.
    Input,
    /// What it is trained to write.
    Output,
}

impl ColumnRole {
    /// The well-known names of such columns, the most telling first.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Input => &INPUT_NAMES,
            Self::Output => &OUTPUT_NAMES,
        }
    }
}

impl Mapping {
    /// Nothing is known.
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
