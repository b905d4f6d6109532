//! The task that a model is tuned for, which decides how many examples are enough.

/// The kind of task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// The output is one of a fixed set of labels.
    Classification,
    /// The output is a summary of the input.
    Summarization,
    /// The output answers a question about a document in the input.
    DocumentSearch,
    /// The output is a span of the input.
    Extraction,
    /// The output is free text.
    Generation,
    /// Several turns.
    Chat,
}

impl Task {
    /// Every task.
    pub const ALL: [Self; 6] = [
        Self::Classification,
        Self::Summarization,
        Self::DocumentSearch,
        Self::Extraction,
        Self::Generation,
        Self::Chat,
    ];

    /// The name in options, profiles and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Summarization => "summarization",
            Self::DocumentSearch => "document-search",
            Self::Extraction => "extraction",
            Self::Generation => "generation",
            Self::Chat => "chat",
        }
    }

    /// The task called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.as_str() == name)
    }
}
