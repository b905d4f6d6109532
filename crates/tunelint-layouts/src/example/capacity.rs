//! The capacity of a layout: what an example in it can hold. Conversions and rules depend on it.

/// What an example in a layout can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Whether it can hold more than one prompt and response.
    pub many_turns: bool,
    /// Whether it can hold a separate system prompt.
    pub system: bool,
    /// Whether the prompt is required.
    pub needs_prompt: bool,
    /// The training objective of its examples.
    pub objective: TrainingObjective,
    /// Whether it can hold images and other media.
    pub media: bool,
    /// Whether the results of several tool calls stay separate turns instead of being merged.
    pub separate_results: bool,
    /// Whether texts are trained on verbatim, without a chat template.
    pub verbatim: bool,
}

/// The training objective of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrainingObjective {
    /// Supervised fine-tuning (SFT).
    Answer,
    /// Preference optimization (DPO): a chosen and a rejected response.
    Preference,
    /// KTO: a response labeled desirable or undesirable.
    Judgement,
    /// Process reward: a response whose steps are labeled correct or incorrect.
    Steps,
    /// Reinforcement learning (GRPO, RLOO): a prompt, to which the model being trained responds.
    Prompt,
    /// Language modeling on plain text, without roles.
    Text,
}

impl Capacity {
    /// Whether its examples are prompts without responses.
    pub fn is_prompt_only(&self) -> bool {
        self.objective == TrainingObjective::Prompt
    }

    /// A prompt and a response.
    pub(crate) const PAIR: Self = Self {
        many_turns: false,
        system: false,
        needs_prompt: true,
        objective: TrainingObjective::Answer,
        media: false,
        separate_results: false,
        verbatim: false,
    };
    /// Several turns, with a system prompt and media.
    pub(crate) const CONVERSATION: Self = Self {
        many_turns: true,
        system: true,
        needs_prompt: false,
        objective: TrainingObjective::Answer,
        media: true,
        separate_results: false,
        verbatim: false,
    };
    /// A single text.
    pub(crate) const TEXT: Self = Self {
        many_turns: false,
        system: false,
        needs_prompt: false,
        objective: TrainingObjective::Text,
        media: false,
        separate_results: false,
        verbatim: false,
    };
}
