//! Fits an example to what the layout to write can hold, or says why it cannot be.

use smallvec::SmallVec;

use tunelint_data::text::Text;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::{counted, field_name};
use tunelint_layouts::example::{Example, Part, PartKind, Role, Turn, is_zero};
use tunelint_layouts::finding::Message;
use tunelint_layouts::layout::{Loss, Losses, RESULT_ORDER, TrainingObjective, WEIGHT};

use super::options::{Converter, TurnsPolicy};

/// What is noted of an example while it is fitted.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// What the layout cannot hold.
    pub lost: Losses,
    /// What was to be added and is already there.
    pub kept: Losses,
    /// The number of weights of messages written for the target.
    pub weights: u64,
}

impl Converter {
    /// The example in a form that the target layout can hold; several if the conversation is split.
    /// The error says why there is none.
    pub(super) fn fit<'a>(
        &self,
        example: &Example<'a>,
        notes: &mut Notes,
    ) -> Result<Vec<Example<'a>>, Box<Message>> {
        let capacity = self.layout.capacity();
        let is_prompt = capacity.objective == TrainingObjective::Prompt;
        if !is_prompt && example.outputs().next().is_none() {
            return Err(self.no_response(example).into());
        }
        self.check_objective(example, &mut notes.lost)?;
        if !capacity.many_turns && !ends_with_response(example) {
            return Err(Message::new("last message is not from the assistant")
                .help("remove the messages after the last assistant message")
                .into());
        }
        if !capacity.many_turns && example.output().is_some_and(is_call_only) {
            return Err(self.call_without_room().into());
        }
        let mut fitted = if capacity.many_turns || example.is_single_turn() {
            vec![example.clone()]
        } else {
            self.split_turns(example)?
        };
        for example in &mut fitted {
            notes.weights += self.weights.apply(example, &mut notes.lost)?;
            self.add_system_prompt(example, notes);
            if !capacity.system {
                note_system_losses(example, &mut notes.lost);
            }
            self.prepend_to_input(example, capacity.system, notes);
        }
        if !capacity.many_turns && !example.is_single_turn() {
            let what = "roles of messages in the input";
            notes.lost.add(what, example.record.span());
        }
        Ok(fitted)
    }

    /// Checks that nothing in `lost`, which the layout did not hold, makes the example train the
    /// model on something else: an empty response in place of a tool call, a response that was
    /// excluded from training, a tool result of another call.
    pub(super) fn check_not_worse(
        &self,
        example: &Example<'_>,
        lost: &[Loss],
    ) -> Result<(), Box<Message>> {
        let is_lost = |span: Span, what: &str| {
            let mut lost = lost.iter();
            lost.any(|loss| loss.span == span && loss.what == what)
        };
        let has_lost = |turn: &Turn<'_>, wanted: fn(&Part<'_>) -> bool| {
            let mut parts = turn.parts.iter().filter(|part| wanted(part));
            parts.any(|part| is_lost(part.span, &part.name()))
        };
        let is_call = |part: &Part<'_>| part.kind == PartKind::Call;
        if example
            .outputs()
            .any(|turn| is_call_only(turn) && has_lost(turn, is_call))
        {
            return Err(self.call_without_room().into());
        }
        let mut weights = example.settings.iter().filter(|of| of.key == WEIGHT);
        if weights.any(|weight| is_zero(weight.raw) && is_lost(weight.span, &field_name(WEIGHT)))
            || example
                .outputs()
                .any(|turn| has_lost(turn, |part| part.skips()))
        {
            let name = self.layout.name();
            let message = format!("response excluded from training: `{name}` would train on it");
            let help = "exclude the record with `--rejects FILE`, or choose a layout with weights";
            return Err(Message::new(message).help(help).into());
        }
        if lost.iter().any(|loss| loss.what == RESULT_ORDER) {
            let name = self.layout.name();
            let message =
                format!("tool results out of order: `{name}` matches them to calls by order");
            let help = "put each result in the order of its call, or exclude the record with `--rejects FILE`";
            return Err(Message::new(message).help(help).into());
        }
        Ok(())
    }

    /// Why an example without a response is not written.
    fn no_response(&self, example: &Example<'_>) -> Message {
        if example.is_prompt_only() {
            let name = self.layout.name();
            let message = format!("prompt without a response: `{name}` requires one");
            return Message::new(message).help(
                "choose a layout for reinforcement learning with `--to`, such as `prompt-only`",
            );
        }
        Message::new("no assistant message: nothing to train on")
            .help("add an assistant message, or exclude the record with `--rejects FILE`")
    }

    /// Why a response that is only a tool call is not written.
    fn call_without_room(&self) -> Message {
        let name = self.layout.name();
        Message::new(format!("response is a tool call: `{name}` cannot hold it"))
            .help("exclude the record with `--rejects FILE`, or choose another layout with `--to`")
    }

    /// Checks that the example fits the training objective of the layout, and notes what the objective
    /// does not use as lost.
    fn check_objective(
        &self,
        example: &Example<'_>,
        losses: &mut Losses,
    ) -> Result<(), Box<Message>> {
        let name = self.layout.name();
        let objective = self.layout.capacity().objective;
        let reject = |message: String, help: &str| Err(Message::new(message).help(help).into());
        match (objective, example.desirable, example.rejected.first()) {
            (TrainingObjective::Preference, _, None) => {
                return reject(
                    format!("no rejected response: `{name}` requires one"),
                    "exclude the record with `--rejects FILE`, or choose another layout with `--to`",
                );
            }
            (TrainingObjective::Judgement, None, _) => {
                return reject(
                    format!(
                        "response not labeled as desirable or undesirable: `{name}` requires a label"
                    ),
                    "exclude the record with `--rejects FILE`, or choose another layout with `--to`",
                );
            }
            (TrainingObjective::Steps, ..) if example.layout != name => {
                return reject(
                    format!("steps of the response not labeled: `{name}` requires step labels"),
                    "exclude the record with `--rejects FILE`, or choose another layout with `--to`",
                );
            }
            (TrainingObjective::Answer | TrainingObjective::Text, Some(false), _) => {
                return reject(
                    format!("undesirable response: `{name}` would train on it"),
                    "exclude the record with `--rejects FILE`",
                );
            }
            _ => {}
        }
        let alone = matches!(example.turns.as_slice(), [turn] if turn.role == Role::Model);
        if objective == TrainingObjective::Text && !alone {
            return reject(
                format!("messages with roles: `{name}` holds a single text"),
                "apply the chat template of the model first: it sets the text between messages",
            );
        }
        let capacity = self.layout.capacity();
        let was_text = example.capacity.objective == TrainingObjective::Text;
        let holds_text = objective == TrainingObjective::Text || capacity.verbatim;
        if alone && (capacity.needs_prompt || was_text && !holds_text) {
            return reject(
                format!("no prompt: `{name}` requires one"),
                "add the prompt, or choose the layout `text`",
            );
        }
        if objective != TrainingObjective::Preference
            && let Some(rejected) = example.rejected.first()
        {
            losses.add("rejected response", rejected.span);
        }
        let is_left_over = example.extras.iter().any(|extra| extra.key == "label");
        let is_label = example.record.body.field("label").is_some() && !is_left_over;
        let is_label = is_label && example.desirable.is_some();
        if objective != TrainingObjective::Judgement && is_label {
            losses.add("field `label`", example.record.span());
        }
        Ok(())
    }

    /// Splits a conversation into pairs of prompt and response, according to the policy.
    fn split_turns<'a>(&self, example: &Example<'a>) -> Result<Vec<Example<'a>>, Box<Message>> {
        let responses: Vec<usize> = example
            .turns
            .iter()
            .enumerate()
            .filter(|(_, turn)| turn.role == Role::Model && !is_call_only(turn))
            .map(|(at, _)| at)
            .collect();
        let chosen: &[usize] = match self.turns {
            TurnsPolicy::Each => &responses,
            TurnsPolicy::Last => responses.last().map_or(&[], std::slice::from_ref),
            TurnsPolicy::Reject => {
                return Err(Message::new(format!(
                    "conversation with {}: `{}` holds {}",
                    counted(responses.len() as u64, "response"),
                    self.layout.name(),
                    if responses.len() == 1 { "one prompt" } else { "one" }
                ))
                .help("keep the last response with `--turns last`, or write one example per response with `--turns each`")
                .into());
            }
        };
        Ok(chosen
            .iter()
            .map(|&at| pair_ending_at(example, at))
            .collect())
    }

    /// Adds the system prompt, unless the example has one.
    fn add_system_prompt(&self, example: &mut Example<'_>, notes: &mut Notes) {
        let Some(prompt) = &self.system_prompt else {
            return;
        };
        let is_blank = |turn: &Turn<'_>| turn.role == Role::System && turn.is_blank();
        example.turns.retain(|turn| !is_blank(turn));
        match example.system() {
            Some(own) => notes.kept.add("system prompt of the record", own.span),
            None => {
                let text = Text::composed(prompt.clone(), example.record.span());
                example.turns.insert(0, Turn::of_text(Role::System, text));
            }
        }
    }

    /// Inserts the preamble before the input unless it is there, and before it the system messages
    /// if the layout has no place for them.
    fn prepend_to_input(&self, example: &mut Example<'_>, has_system: bool, notes: &mut Notes) {
        let mut prefix = self.preamble.clone().unwrap_or_default();
        let input = example.prompt().filter(|_| !prefix.is_empty());
        if let Some(input) = input.filter(|input| input.joined().starts_with(&prefix)) {
            notes.kept.add("preamble of the input", input.span);
            prefix.clear();
        }
        if !has_system {
            let system: Vec<String> = example
                .turns
                .iter()
                .filter(|turn| turn.role == Role::System)
                .map(|turn| format!("{}\n\n", turn.joined()))
                .collect();
            prefix = format!("{}{prefix}", system.concat());
            example.turns.retain(|turn| turn.role != Role::System);
        }
        if prefix.is_empty() {
            return;
        }
        let is_input = |turn: &Turn<'_>| turn.role == Role::User;
        let at = example.turns.iter().position(is_input).unwrap_or_else(|| {
            // Without a user message, the prefix becomes the input.
            let systems = example.turns.iter();
            let at = systems.take_while(|turn| turn.role == Role::System).count();
            let empty = Text::composed(String::new(), example.record.span());
            let input = Turn::of_text(Role::User, empty);
            example.turns.insert(at, input);
            at
        });
        if let Some(input) = example.turns.get_mut(at) {
            input.texts.insert(0, Text::composed(prefix, input.span));
        }
    }
}

/// Notes what is lost when system messages are inserted before the input: everything but their text.
fn note_system_losses(example: &Example<'_>, losses: &mut Losses) {
    let mut systems = example
        .turns
        .iter()
        .filter(|turn| turn.role == Role::System)
        .peekable();
    if let Some(first) = systems.peek() {
        losses.add("role of the system message", first.span);
    }
    for part in systems.flat_map(|turn| &turn.parts) {
        losses.add(part.name(), part.span);
    }
    let mut turns = example.turns.iter();
    turns.find(|turn| turn.role != Role::System);
    for turn in turns.filter(|turn| turn.role == Role::System) {
        losses.add("position of a system message", turn.span);
    }
}

/// Whether a response is tool calls without text.
fn is_call_only(turn: &Turn<'_>) -> bool {
    let mut parts = turn.parts.iter();
    turn.texts.iter().all(Text::is_blank) && parts.any(|part| part.kind == PartKind::Call)
}

fn ends_with_response(example: &Example<'_>) -> bool {
    example
        .turns
        .last()
        .is_some_and(|turn| turn.role == Role::Model)
}

/// An example of the response at `at`, with all messages before it as one prompt.
fn pair_ending_at<'a>(example: &Example<'a>, at: usize) -> Example<'a> {
    let before = example.turns.get(..at).unwrap_or_default();
    let mut turns: Vec<Turn<'a>> = before
        .iter()
        .filter(|turn| turn.role == Role::System)
        .cloned()
        .collect();
    let others: Vec<&Turn<'a>> = before
        .iter()
        .filter(|turn| turn.role != Role::System)
        .collect();
    match others.as_slice() {
        [only] if only.role == Role::User => turns.push((*only).clone()),
        many => turns.push(transcript(many, example)),
    }
    turns.extend(example.turns.get(at).cloned());
    Example {
        turns,
        answer_turns: 0,
        ..example.clone()
    }
}

/// Merges messages into one user message, each on its own line with its role.
fn transcript<'a>(turns: &[&Turn<'a>], example: &Example<'a>) -> Turn<'a> {
    let line = |turn: &&Turn<'a>| {
        let name = match turn.speaker() {
            Role::System => "System",
            Role::User => "User",
            Role::Model => "Model",
            Role::Tool => "Tool",
        };
        format!("{name}: {}", turn.joined())
    };
    // A tool call without text has no line, since its role alone would be an empty message.
    let spoken = turns.iter().filter(|turn| !is_call_only(turn));
    let text = spoken.map(line).collect::<Vec<_>>().join("\n");
    let span = turns
        .first()
        .map_or(example.record.span(), |turn| turn.span);
    let parts = turns
        .iter()
        .flat_map(|turn| turn.parts.iter().copied())
        .collect();
    Turn {
        role: Role::User,
        texts: SmallVec::from_iter([Text::composed(text, span)]),
        span,
        parts,
    }
}
