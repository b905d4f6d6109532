//! The options of a conversion.

use std::sync::Arc;

use super::weights::Weights;
use tunelint_layouts::layout::Layout;
use tunelint_layouts::writer::sink::Form;

/// How to convert a conversation to a layout with a single prompt and response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TurnsPolicy {
    /// Reject the record.
    #[default]
    Reject,
    /// Keep the last response, with everything before it as input.
    Last,
    /// Write one example per response, each with everything before it as input.
    Each,
}

/// The options of a conversion.
#[derive(Debug, Clone)]
pub struct Converter {
    /// The target layout.
    pub layout: Arc<dyn Layout>,
    /// The target container.
    pub form: Form,
    /// The policy for conversations.
    pub turns: TurnsPolicy,
    /// The text to insert before every input that does not start with it.
    pub preamble: Option<String>,
    /// The system prompt of every example that has none.
    pub system_prompt: Option<String>,
    /// What the target reads of the weights of messages.
    pub weights: Weights,
    /// Whether to keep unknown fields, where the layout has no field of that name.
    pub keep_extra: bool,
    /// The seed of the order in which examples are written; `None` keeps the order of the sources.
    pub shuffle: Option<u64>,
    /// The number of worker threads.
    pub threads: usize,
}
