//! The mapping of records to examples: layout, columns, and what could not be determined.

use std::sync::Arc;

use tunelint_data::record::roles::RoleAliases;

use crate::layout::Layout;
use crate::provider::profile::for_layout;

/// Well-known names of the input field, most specific first, normalized.
pub const INPUT_NAMES: [&str; 22] = [
    "text_input",
    "input_text",
    "prompt",
    "question",
    "instruction",
    "input",
    "problem",
    "natural_language",
    "text",
    "query",
    "context",
    "user",
    "message",
    "utterance",
    "document",
    "tweet",
    "sentence",
    "medical_abstract",
    "meaning_representation",
    "mr",
    "q",
    "source",
];

/// Well-known names of the output field, most specific first, normalized.
pub const OUTPUT_NAMES: [&str; 22] = [
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
    "solution",
    "gold",
    "acceptable",
    "ref",
    "a",
    "query",
];

/// Well-known names of a field that belongs to a question or an instruction: the text that it is
/// about, or the answers to choose from.
pub const CONTEXT_NAMES: [&str; 3] = ["context", "choices", "input"];

/// How the records of a source are decoded as examples.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The layout; `None` if it could not be determined.
    pub layout: Option<Arc<dyn Layout>>,
    /// How it was determined, in words, for the summary.
    pub evidence: String,
    /// Whether the field names come from the user or a guess, rather than from the layout.
    pub mapped: bool,
    /// What could not be determined, or only guessed. Source rules report it once per file.
    pub problem: Option<MappingProblem>,
    /// The names of the columns, or of the fields in the first records.
    pub names: Vec<String>,
    /// Role names in addition to those of the layout.
    pub role_aliases: RoleAliases,
    /// The field that labels a response as desirable or not, if it has another name than usual.
    pub tag: Option<String>,
}

/// Why the columns could not be mapped, or were only guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MappingProblem {
    /// The first row looks like data, so the header is missing.
    HeaderLooksLikeData {
        /// Its cells.
        cells: Vec<String>,
        /// What separates them.
        delimiter: u8,
    },
    /// The first row is a comment, so the header is in a later one.
    HeaderIsComment {
        /// Its cells.
        cells: Vec<String>,
        /// What separates them.
        delimiter: u8,
    },
    /// The input or the output column was not recognized.
    Unmapped {
        /// The side whose column was not recognized.
        role: ColumnRole,
        /// Whether the other side was not recognized either.
        both: bool,
        /// The columns that can be each side.
        likely: Likely,
        /// The existing columns.
        columns: Vec<String>,
    },
    /// The records are empty objects.
    NoFields,
    /// The layout is unknown; input and output were guessed from well-known field names.
    ReadByName {
        /// The fields of the input.
        input: Vec<String>,
        /// The field of the output.
        output: String,
    },
    /// The layout is unknown, and there are no well-known field names.
    UnknownLayout {
        /// The existing fields.
        fields: Vec<String>,
        /// The fields that can be each side.
        likely: Likely,
    },
    /// One side has a field of a layout; no record has that of the other side.
    MissingSide {
        /// The existing fields.
        fields: Vec<String>,
        /// The field that nearly all records have under a similar name.
        misspelled: Option<Misspelled>,
        /// The fields that can be each side.
        likely: Likely,
        /// The number of records that were looked at, if there may be more.
        first: Option<usize>,
    },
}

/// A field that a layout requires, under a similar name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Misspelled {
    /// The required name.
    pub wanted: String,
    /// The name that the records have.
    pub near: String,
}

/// The fields or columns that can be input and output by their values, where only one can be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Likely {
    /// The one that can be the input.
    pub input: Option<String>,
    /// The one that can be the output.
    pub output: Option<String>,
}

/// The side of an example that a column belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnRole {
    /// The input.
    Input,
    /// The output.
    Output,
}

impl MappingProblem {
    /// The cells of a first row that is not a header.
    pub fn first_row(&self) -> Option<&[String]> {
        match self {
            Self::HeaderLooksLikeData { cells, .. } | Self::HeaderIsComment { cells, .. } => {
                Some(cells)
            }
            _ => None,
        }
    }
}

impl ColumnRole {
    /// The well-known names of such columns, most specific first, normalized.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Input => &INPUT_NAMES,
            Self::Output => &OUTPUT_NAMES,
        }
    }
}

/// Whether a first row is a comment: `# exported by hand`.
pub fn is_comment(cells: &[String]) -> bool {
    let comment = cells.first().and_then(|cell| cell.strip_prefix('#'));
    comment.is_some_and(|text| text.split_whitespace().nth(1).is_some())
}

impl Mapping {
    /// No layout, and nothing to report.
    pub(super) fn none() -> Self {
        Self {
            layout: None,
            evidence: String::new(),
            mapped: false,
            problem: None,
            names: Vec::new(),
            role_aliases: RoleAliases::default(),
            tag: None,
        }
    }

    /// The name of the profile whose provider alone uses the layout with these field names.
    pub fn provider(&self) -> Option<&'static str> {
        for_layout(self.layout.as_ref()?.name(), &self.names)
    }

    pub(super) fn of(layout: Arc<dyn Layout>, evidence: impl Into<String>) -> Self {
        Self {
            layout: Some(layout),
            evidence: evidence.into(),
            ..Self::none()
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
