//! Reads records as examples and writes examples as records: one file per layout, with both
//! directions.

use std::sync::Arc;

mod contract;
mod fields;
mod mapped_alpaca;
pub mod mismatch;
mod object;
mod plain;
mod role_field;
mod shared;
mod side;
mod tooling;
mod turns;

pub use crate::example::capacity::{Capacity, TrainingObjective};
pub use contract::{Layout, Loss, Losses};
pub use mapped_alpaca::{AlpacaColumns, MappedAlpaca, MappedPreference};
pub use mismatch::{Mismatch, MismatchKind, Mismatches};
pub use object::ObjectWriter;
pub use pairs::{Binding, Pairs, Template, is_class};
pub use role_field::RoleField;
pub use shared::WEIGHT;
pub use text::TEXT;
pub use tooling::RESULT_ORDER;

/// Declares each layout's module, and makes the list of all layouts, in the order in which they are
/// tried: the first that recognizes a record wins.
macro_rules! layouts {
    ($($module:ident => $($layout:expr),+;)*) => {
        $(mod $module;)*

        /// All layouts, in the order in which they are tried.
        pub fn all() -> Vec<Arc<dyn Layout>> {
            $(use $module::*;)*
            vec![$($(Arc::new($layout)),+),*]
        }
    };
}

layouts! {
    pairs => Pairs::default();
    named_pair => NamedPair::Palm, NamedPair::InputOutput;
    preference_messages => PreferenceMessages::Prompt, PreferenceMessages::MsSwift,
        PreferenceMessages::OpenPipe, PreferenceMessages::Conversations,
        PreferenceMessages::Lists;
    preference => Preference::Trl, Preference::OpenAi, Preference::Vertex, Preference::ShareGpt;
    preference_bedrock => PreferenceBedrock;
    kto => Kto::Prompt, Kto::Messages;
    stepwise => Stepwise;
    prompt_only => PromptOnly::Prompt, PromptOnly::Messages, PromptOnly::Contents;
    classifier => Classifier;
    cohere => Cohere;
    nemo => Nemo;
    typed_messages => TypedMessages;
    bedrock_converse => BedrockConverse;
    anthropic_messages => AnthropicMessages;
    messages => Messages::Usual, Messages::Conversations, Messages::Interactions;
    bare_conversations => BareConversations;
    contents => Contents;
    sharegpt => ShareGpt;
    segments => Segments;
    prompt_completion => PromptCompletion;
    alpaca => Alpaca;
    text => PlainText;
}

/// The layout called `name`.
pub fn by_name(name: &str) -> Option<Arc<dyn Layout>> {
    all().into_iter().find(|layout| layout.name() == name)
}
