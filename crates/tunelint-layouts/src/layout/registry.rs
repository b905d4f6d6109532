//! Every layout, one line each.

use std::sync::Arc;

use super::contract::Layout;
use super::{
    alpaca, anthropic_messages, bedrock_converse, classifier, cohere, contents, kto, messages,
    named_pair, nemo, pairs, preference, preference_bedrock, prompt_completion, segments, sharegpt,
    stepwise, text, typed_messages,
};

/// All layouts, in the order in which they are tried.
pub fn all() -> Vec<Arc<dyn Layout>> {
    vec![
        Arc::new(pairs::Pairs::default()),
        Arc::new(named_pair::NamedPair::Palm),
        Arc::new(named_pair::NamedPair::InputOutput),
        Arc::new(preference::Preference::Trl),
        Arc::new(preference::Preference::OpenAi),
        Arc::new(preference::Preference::Vertex),
        Arc::new(preference::Preference::ShareGpt),
        Arc::new(preference_bedrock::PreferenceBedrock),
        Arc::new(kto::Kto),
        Arc::new(stepwise::Stepwise),
        Arc::new(classifier::Classifier),
        Arc::new(cohere::Cohere),
        Arc::new(nemo::Nemo),
        Arc::new(typed_messages::TypedMessages),
        Arc::new(bedrock_converse::BedrockConverse),
        Arc::new(anthropic_messages::AnthropicMessages),
        Arc::new(messages::Messages::Usual),
        Arc::new(messages::Messages::Conversations),
        Arc::new(messages::Messages::Interactions),
        Arc::new(contents::Contents),
        Arc::new(sharegpt::ShareGpt),
        Arc::new(segments::Segments),
        Arc::new(prompt_completion::PromptCompletion),
        Arc::new(alpaca::Alpaca),
        Arc::new(text::PlainText),
    ]
}

/// The layout called `name`.
pub fn by_name(name: &str) -> Option<Arc<dyn Layout>> {
    all().into_iter().find(|layout| layout.name() == name)
}
