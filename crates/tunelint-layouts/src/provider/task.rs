//! What a model is tuned for: it decides how many examples are enough.

/// A kind of task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// The output is one of a closed set of labels.
    Classification,
    /// The output is a shorter form of the input.
    Summarization,
    /// The output answers a question from a document in the input.
    DocumentSearch,
    /// The output is found in the input.
    Extraction,
    /// The output is written freely.
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

    /// Its name in options, profiles and reports.
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
