//! What a layout has room for, as far as rules and conversions must know.

/// What a layout has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// More than one prompt and its answer.
    pub many_turns: bool,
    /// A system text of its own.
    pub system: bool,
    /// A prompt is no more optional than its answer.
    pub needs_prompt: bool,
    /// What is learnt from.
    pub lesson: Lesson,
    /// Images and other media.
    pub media: bool,
    /// Ids by which the calls of tools and their results belong together.
    pub tool_ids: bool,
    /// Turns are written one by one: the results of several calls are not joined.
    pub separate_results: bool,
    /// Texts are trained on as they stand, without a template.
    pub verbatim: bool,
}

/// What an example is learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lesson {
    /// Answers that are to be given.
    Answer,
    /// An answer and one that is worse.
    Preference,
    /// An answer that is said to be good or bad.
    Judgement,
    /// An answer of which each step is said to be right or wrong.
    Steps,
    /// A bare text.
    Text,
}

impl Capacity {
    /// One prompt and its answer.
    pub(crate) const PAIR: Self = Self {
        many_turns: false,
        system: false,
        needs_prompt: true,
        lesson: Lesson::Answer,
        media: false,
        tool_ids: false,
        separate_results: false,
        verbatim: false,
    };
    /// Turns, and a system text.
    pub(crate) const CONVERSATION: Self = Self {
        many_turns: true,
        system: true,
        needs_prompt: false,
        lesson: Lesson::Answer,
        media: true,
        tool_ids: false,
        separate_results: false,
        verbatim: false,
    };
    /// A text alone.
    pub(crate) const TEXT: Self = Self {
        many_turns: false,
        system: false,
        needs_prompt: false,
        lesson: Lesson::Text,
        media: false,
        tool_ids: false,
        separate_results: false,
        verbatim: false,
    };
}
