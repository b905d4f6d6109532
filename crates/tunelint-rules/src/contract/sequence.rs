//! The sequence that a trainer makes of an example: rendered, cut into tokens, and divided into what is
//! trained on and what is not. Made once for each example, for all rules about the model.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use tunelint_data::record::{Field, Record};
use tunelint_data::text::position::Span;
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::provider::profile::{Profile, TrainedPart};
use tunelint_model::checks::answers;
use tunelint_model::{
    Conversation, JsonTree, Model, RecordError, Rendered, Template, TemplateError, TextKind, Token,
    mask,
};

/// The sequence that a trainer makes of an example.
#[derive(Debug)]
pub struct Sequence<'e, 'a> {
    /// The example.
    pub example: &'e Example<'a>,
    /// The model.
    pub model: &'e Model,
    /// Its text and what the template marks of it, or why the template fails.
    pub rendered: Result<Rendered, TemplateError>,
    /// What the template was given; `None` for texts that no template is applied to.
    pub conversation: Option<Conversation>,
    /// Whether the conversation is made of the turns, one message of each.
    is_of_turns: bool,
    part: TrainedPart,
    answers: OnceCell<Option<Vec<Range<usize>>>>,
    tokens: OnceCell<Option<Vec<Token>>>,
}

/// What a trainer makes a sequence of.
enum Given {
    /// The template is applied to the messages of the record.
    Conversation(Conversation),
    /// The template is applied to messages of the turns.
    Turns(Conversation),
    /// A text, or a prompt and its completion: the text, and the part that is the answer.
    Plain(String, Range<usize>),
}

/// The layouts whose texts are trained on as they are.
const PLAIN: [&str; 2] = ["text", "prompt-completion"];

impl<'e, 'a> Sequence<'e, 'a> {
    /// The sequence of an example, as the first of `targets` makes it that is known to. `None` for
    /// examples that no single sequence is made of: preferences, prompts without an answer, images.
    pub fn of(
        example: &'e Example<'a>,
        model: &'e Model,
        targets: &[Arc<Profile>],
    ) -> Option<Self> {
        let given = given(example, model)?;
        let is_of_turns = matches!(given, Given::Turns(_));
        let (conversation, rendered) = match given {
            Given::Conversation(conversation) | Given::Turns(conversation) => {
                let rendered = model.render(&conversation);
                (Some(conversation), rendered)
            }
            Given::Plain(text, answer) => {
                let trained = vec![answer];
                (None, Ok(Rendered { text, trained }))
            }
        };
        let mut targets = targets.iter();
        let of_target = targets.find_map(|target| target.trains_on(example.layout));
        Some(Self {
            example,
            model,
            rendered,
            conversation,
            is_of_turns,
            part: of_target.map_or(TrainedPart::Answers, |of| of.part),
            answers: OnceCell::new(),
            tokens: OnceCell::new(),
        })
    }

    /// The text and what the template marks of it, where the template does not fail.
    pub fn rendering(&self) -> Option<&Rendered> {
        self.rendered.as_ref().ok()
    }

    /// The template, where one is applied.
    pub fn template(&self) -> Option<&Template> {
        self.model.template(self.conversation.as_ref()?).ok()
    }

    /// The answers in the text, in characters, each with what ends it. `None` where neither the template
    /// marks them nor the renderings of beginnings tell.
    pub fn answers(&self) -> Option<&[Range<usize>]> {
        let found = self.answers.get_or_init(|| {
            let rendered = self.rendering()?;
            let Some(template) = self.template() else {
                return Some(rendered.trained.clone());
            };
            let conversation = self.conversation.as_ref()?;
            // What is marked in a prompt is not part of the completion.
            if template.marks_generation() && conversation.prompt == 0 {
                return Some(rendered.trained.clone());
            }
            let options = &self.model.options;
            let found = answers(template, conversation, options, rendered)?;
            Some(found.into_iter().map(|answer| answer.range).collect())
        });
        found.as_deref()
    }

    /// What is trained on, in characters: what the target trains on, or else the answers. `None` where
    /// that is not known.
    pub fn trained(&self) -> Option<Vec<Range<usize>>> {
        match self.part {
            TrainedPart::All => Some(std::iter::once(0..usize::MAX).collect()),
            TrainedPart::Answers => self.answers().map(<[_]>::to_vec),
        }
    }

    /// Whether only answers are trained on.
    pub fn trains_answers(&self) -> bool {
        self.part == TrainedPart::Answers
    }

    /// The tokens of the text. `None` without a tokenizer, and where it fails.
    pub fn tokens(&self) -> Option<&[Token]> {
        let found = self.tokens.get_or_init(|| {
            let encoder = self.model.encoder.as_ref()?;
            let kind = match self.conversation {
                Some(_) => TextKind::Rendering,
                None => TextKind::Plain,
            };
            encoder.tokens(&self.rendering()?.text, kind)
        });
        found.as_deref()
    }

    /// Which of the tokens are answers.
    pub fn answer_mask(&self) -> Option<Vec<bool>> {
        Some(mask(self.tokens()?, self.answers()?))
    }

    /// Which of the tokens are trained on.
    pub fn mask(&self) -> Option<Vec<bool>> {
        Some(mask(self.tokens()?, &self.trained()?))
    }

    /// The span of the message with this index in the record; the start of the record if it has none.
    pub fn message(&self, index: usize) -> Span {
        if self.is_of_turns {
            let turn = self.example.turns.get(index);
            return turn.map_or(Span::at(0), |turn| turn.span);
        }
        let lists = ["messages", "prompt", "completion"];
        let lists = lists
            .into_iter()
            .filter_map(|name| list(&self.example.record, name));
        let all: Vec<Span> = lists.flatten().collect();
        all.get(index).copied().unwrap_or(Span::at(0))
    }
}

/// Whether a chat template is applied to an example, so that its texts are those of messages.
pub fn has_template(example: &Example<'_>, model: &Model) -> bool {
    matches!(
        given(example, model),
        Some(Given::Conversation(_) | Given::Turns(_))
    )
}

/// The spans of the items of a list in a record.
fn list(record: &Record<'_>, name: &str) -> Option<Vec<Span>> {
    let Field::Other(list) = record.body.field(name)? else {
        return None;
    };
    Some(list.items().map(|item| item.span()).collect())
}

/// What a trainer makes a sequence of. The record as it is where it has messages; otherwise messages of
/// its turns.
fn given(example: &Example<'_>, model: &Model) -> Option<Given> {
    if !example.rejected.is_empty() || example.desirable.is_some() {
        return None;
    }
    let is_object = matches!(example.record.body, tunelint_data::record::Body::Json(_));
    if is_object {
        let record = std::str::from_utf8(example.record.raw).ok()?;
        match Conversation::from_record(record) {
            Ok(conversation) => return Some(Given::Conversation(conversation)),
            Err(RecordError::NoMessages) => {}
            Err(RecordError::Json(_) | RecordError::Tools) => return None,
        }
    }
    let has_answer = example.turns.iter().any(|turn| turn.role == Role::Model);
    let is_text = example.turns.iter().all(|turn| turn.parts.is_empty());
    if !has_answer || !is_text {
        return None;
    }
    match PLAIN.contains(&example.layout) {
        true => Some(plain(example, model)),
        false => Some(Given::Turns(of_turns(example))),
    }
}

/// The turns one after the other, with the token that ends a sequence.
fn plain(example: &Example<'_>, model: &Model) -> Given {
    let mut text = String::new();
    let mut start = 0;
    for turn in &example.turns {
        if turn.role == Role::Model {
            start = text.chars().count();
        }
        text.push_str(&turn.joined());
    }
    let end = model.options.special_tokens.get("eos_token");
    if let Some(end) = end.filter(|end| !text.ends_with(end)) {
        text.push_str(end);
    }
    let answer = start..text.chars().count();
    Given::Plain(text, answer)
}

/// Messages with the usual names of roles.
fn of_turns(example: &Example<'_>) -> Conversation {
    let message = |turn: &tunelint_layouts::example::Turn<'_>| {
        let role = match turn.role {
            Role::System => "system",
            Role::Model => "assistant",
            Role::Tool => "tool",
            Role::User => "user",
        };
        let text = |text: &str| JsonTree::Text(text.to_owned());
        JsonTree::Object(vec![
            ("role".to_owned(), text(role)),
            ("content".to_owned(), text(&turn.joined())),
        ])
    };
    Conversation {
        messages: example.turns.iter().map(message).collect(),
        tools: None,
        arguments: Vec::new(),
        prompt: 0,
    }
}
