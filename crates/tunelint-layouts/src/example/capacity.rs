//! What a layout can hold, as far as rules and conversions must know.

/// What a layout can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// More than one prompt and its response.
    pub many_turns: bool,
    /// A separate system prompt.
    pub system: bool,
    /// The prompt is required, like the response.
    pub needs_prompt: bool,
    /// What its examples train.
    pub objective: TrainingObjective,
    /// Images and other media.
    pub media: bool,
    /// Ids that connect tool calls and their results.
    pub tool_ids: bool,
    /// Turns are written one by one: the results of several calls are not merged.
    pub separate_results: bool,
    /// Texts are trained on verbatim, without a template.
    pub verbatim: bool,
}

/// The training objective of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrainingObjective {
    /// Supervised fine-tuning: responses to imitate.
    Answer,
    /// Preference: a chosen and a rejected response.
    Preference,
    /// KTO: a response labeled desirable or undesirable.
    Judgement,
    /// Process reward: a response whose steps are labeled correct or incorrect.
    Steps,
    /// A text without roles.
    Text,
}

impl Capacity {
    /// One prompt and its response.
    pub(crate) const PAIR: Self = Self {
        many_turns: false,
        system: false,
        needs_prompt: true,
        objective: TrainingObjective::Answer,
        media: false,
        tool_ids: false,
        separate_results: false,
        verbatim: false,
    };
    /// Turns and a system prompt.
    pub(crate) const CONVERSATION: Self = Self {
        many_turns: true,
        system: true,
        needs_prompt: false,
        objective: TrainingObjective::Answer,
        media: true,
        tool_ids: false,
        separate_results: false,
        verbatim: false,
    };
    /// One text.
    pub(crate) const TEXT: Self = Self {
        many_turns: false,
        system: false,
        needs_prompt: false,
        objective: TrainingObjective::Text,
        media: false,
        tool_ids: false,
        separate_results: false,
        verbatim: false,
    };
}
