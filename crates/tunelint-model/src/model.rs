//! A model: what records are rendered, counted and cut with.

use std::collections::HashSet;
use std::sync::Arc;

use crate::checks::{StopTokens, message_starts};
use crate::conversation::Conversation;
use crate::folder::{ModelFolder, Templates};
use crate::render::{RenderOptions, Rendered};
use crate::template::{Template, TemplateError};
use crate::tokens::Encoder;

/// What is known of a model.
#[derive(Debug, Clone)]
pub struct Model {
    /// Its chat templates.
    pub templates: Templates,
    /// The variables of its templates.
    pub options: RenderOptions,
    /// The tokens that generation stops at; none without a folder.
    pub stops: StopTokens,
    /// The texts that it makes special tokens of; none without a folder.
    pub special_tokens: HashSet<String>,
    /// Its tokenizer; without one, nothing is counted.
    pub encoder: Option<Arc<dyn Encoder>>,
    /// The longest sequence, in tokens; longer ones are cut.
    pub max_length: Option<usize>,
}

impl Model {
    /// A model of which only templates are known.
    pub fn of_templates(templates: Templates, options: RenderOptions) -> Self {
        Self {
            templates,
            options,
            stops: StopTokens::default(),
            special_tokens: HashSet::new(),
            encoder: None,
            max_length: None,
        }
    }

    /// The model in a folder, whose special tokens become variables of the templates.
    pub fn of_folder(
        folder: ModelFolder,
        mut options: RenderOptions,
        encoder: Option<Arc<dyn Encoder>>,
    ) -> Self {
        let added = folder.added_tokens.iter().filter(|token| token.special);
        let added = added.map(|token| token.content.clone());
        let named = folder.special_tokens.iter();
        let mut special_tokens: HashSet<String> = added.collect();
        special_tokens.extend(named.map(|(_, token)| token.to_owned()));
        special_tokens.extend(encoder.iter().flat_map(|of| of.special_tokens()));
        special_tokens.retain(|token| !token.trim().is_empty());
        let stops = StopTokens::of(&folder);
        options.special_tokens = folder.special_tokens;
        Self {
            stops,
            special_tokens,
            encoder,
            ..Self::of_templates(folder.templates, options)
        }
    }

    /// The template for a conversation.
    ///
    /// # Errors
    /// There are several templates and none for it.
    pub fn template(&self, conversation: &Conversation) -> Result<&Template, TemplateError> {
        self.templates.choose(conversation)
    }

    /// The rendering of a conversation.
    ///
    /// # Errors
    /// As [`Template::render`], or there is no template for it.
    pub fn render(&self, conversation: &Conversation) -> Result<Rendered, TemplateError> {
        self.template(conversation)?
            .render(conversation, &self.options)
    }

    /// Where the part of each message starts in the rendering; see [`message_starts`].
    pub fn message_starts(
        &self,
        conversation: &Conversation,
        rendered: &Rendered,
    ) -> Vec<Option<usize>> {
        let template = self.template(conversation);
        template.map_or_else(
            |_| vec![None; conversation.messages.len()],
            |template| message_starts(template, conversation, &self.options, rendered),
        )
    }
}
