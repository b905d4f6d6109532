//! Conversion between layouts and containers: source → example → sink, with a report of everything
//! that does not fit.
//!
//! Nothing is dropped silently: data that the target layout cannot hold is a [`Loss`], a record that
//! cannot be converted is a [`Reject`], and `read = written + rejected` always holds.

use std::io::{self, Write};
use std::sync::Arc;

use smallvec::SmallVec;

use tunelint_data::record::{Body, Field, Located, Record};
use tunelint_data::source::Batch;
use tunelint_data::text::Text;
use tunelint_data::text::name_counts::NameCounts;
use tunelint_data::text::position::Position;
use tunelint_data::text::printable::{counted, field_name, quoted};
use tunelint_layouts::example::{Example, KTO_TAG, Role, Turn};
use tunelint_layouts::finding::{Finding, Findings, Message, Policy, Severity};
use tunelint_layouts::layout::{Layout, Loss, Losses, ObjectWriter, TrainingObjective, WEIGHT};
use tunelint_layouts::provider::limit::listed;
use tunelint_layouts::reader::{DecodeOutcome, Reader, Scratch};
use tunelint_layouts::writer::sink::{Form, Sink, encode};
use tunelint_rules::contract::RuleContext;
use tunelint_rules::rules::RuleSet;

use super::lint::{check_record, check_source};

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
    /// The text to insert before every input.
    pub preamble: Option<String>,
    /// Whether to keep unknown fields, where the container can hold them.
    pub keep_extra: bool,
    /// The number of worker threads.
    pub threads: usize,
}

/// A rejected record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The bytes of the record.
    pub raw: Vec<u8>,
    /// The ordinal of the record, from 1.
    pub record: u64,
    /// The line where it starts.
    pub line: u64,
}

/// The counts and losses of a conversion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversion {
    /// The number of records read.
    pub read: u64,
    /// The number of records converted and written.
    pub written: u64,
    /// The number of rejected records.
    pub rejected: u64,
    /// The number of examples written. More than `written` if conversations were split.
    pub examples: u64,
    /// The losses by name, each with its first position.
    pub losses: NameCounts<Position>,
}

/// Receives findings and rejected records during a conversion, in the order of the source.
pub trait Recipient: Send {
    /// Receives a finding about a record or about the file.
    ///
    /// # Errors
    /// An error aborts the conversion.
    fn finding(&mut self, finding: Finding) -> io::Result<()>;
    /// Receives a rejected record, after its findings.
    ///
    /// # Errors
    /// An error aborts the conversion.
    fn reject(&mut self, reject: Reject) -> io::Result<()>;
}

/// The rule name of findings about records that cannot be converted to the target layout.
pub const UNCONVERTIBLE: &str = "unconvertible";

/// The result of one batch.
#[derive(Default)]
struct BatchOutcome {
    bytes: Vec<u8>,
    /// The end of each written example in `bytes`.
    ends: Vec<usize>,
    read: u64,
    written: u64,
    findings: Vec<Finding>,
    rejects: Vec<Reject>,
    losses: NameCounts<Position>,
}

impl Converter {
    /// Converts all records of `reader` and writes them to `out`. Returns the counts and the writer.
    ///
    /// # Errors
    /// If reading or writing fails, or if `recipient` returns an error.
    pub fn run<W: Write + Send>(
        &self,
        mut reader: Reader,
        policy: &Policy,
        out: W,
        recipient: &mut dyn Recipient,
    ) -> io::Result<(Conversion, W)> {
        let rules = RuleSet::build(&policy.enabled, &RuleContext::default());
        let columns = self.layout.columns();
        let mut sink = Sink::new(out, self.form.clone(), columns)?;
        let names: Vec<String> = sink.columns().to_vec();
        let decoder = reader.decoder();
        let mut conversion = Conversion::default();
        let work = |batch: &Batch, scratch: &mut (Scratch, ObjectWriter)| {
            let mut outcome = BatchOutcome::default();
            let mut findings = Findings::new(policy);
            let (buffers, object) = scratch;
            decoder.each(batch, buffers, &mut |read| {
                outcome.read += 1;
                match read {
                    DecodeOutcome::Example(example) => {
                        self.convert_example(example, &mut findings, object, &names, &mut outcome);
                    }
                    DecodeOutcome::Unreadable(record, why) => {
                        check_record(&rules, record, why, &mut findings);
                        outcome.reject(record);
                    }
                }
            });
            outcome.findings = findings.into_parts().1;
            outcome
        };
        let mut drain = |mut outcome: BatchOutcome| {
            conversion.add(&mut outcome);
            outcome
                .findings
                .into_iter()
                .try_for_each(|finding| recipient.finding(finding))?;
            outcome
                .rejects
                .into_iter()
                .try_for_each(|reject| recipient.reject(reject))?;
            let mut from = 0;
            for end in outcome.ends {
                sink.write(outcome.bytes.get(from..end).unwrap_or_default())?;
                from = end;
            }
            Ok(())
        };
        let buffers = || (decoder.scratch(), ObjectWriter::new());
        reader.each_batch(self.threads, buffers, work, &mut drain)?;
        let mut findings = Findings::new(policy);
        check_source(&rules, &reader, &mut findings)?;
        findings
            .into_parts()
            .1
            .into_iter()
            .try_for_each(|finding| recipient.finding(finding))?;
        Ok((conversion, sink.finish()?))
    }

    /// Converts one example, or rejects its record.
    fn convert_example(
        &self,
        example: &Example<'_>,
        findings: &mut Findings<'_>,
        object: &mut ObjectWriter,
        columns: &[String],
        outcome: &mut BatchOutcome,
    ) {
        let mut losses = Losses::default();
        let mut fitted = match self.fit(example, &mut losses) {
            Ok(fitted) => fitted,
            Err(why) => {
                findings.report_as(
                    UNCONVERTIBLE,
                    example.record.at(example.record.span()),
                    Severity::Error,
                    || *why,
                );
                return outcome.reject(&example.record);
            }
        };
        let before = (outcome.bytes.len(), outcome.ends.len());
        for example in &mut fitted {
            self.move_weight_to_extras(example);
        }
        for example in &fitted {
            object.clear();
            self.layout.encode(example, object, &mut losses);
            self.carry_extras(example, object, &mut losses);
            if let Err(why) = self.check_columns(example, object, columns, &mut losses) {
                let place = example.record.at(example.record.span());
                findings.report_as(UNCONVERTIBLE, place, Severity::Error, || *why);
                outcome.bytes.truncate(before.0);
                outcome.ends.truncate(before.1);
                return outcome.reject(&example.record);
            }
            // Writing to memory does not fail.
            if encode(&self.form, columns, object, &mut outcome.bytes).is_ok() {
                outcome.ends.push(outcome.bytes.len());
            }
        }
        outcome.written += 1;
        outcome.add_losses(&example.record, losses);
    }

    /// With `keep_extra`, a weight becomes an unknown field if the layout has no field for it.
    fn move_weight_to_extras(&self, example: &mut Example<'_>) {
        if !self.keep_extra || self.layout.fields().contains(&WEIGHT) {
            return;
        }
        let settings = std::mem::take(&mut example.settings).into_iter();
        let (weights, others): (Vec<_>, Vec<_>) = settings.partition(|of| of.key == WEIGHT);
        example.settings = others;
        example.extras.extend(weights);
    }

    /// For a table: notes fields without a column as lost. The error is for a record that lacks a
    /// required column.
    fn check_columns(
        &self,
        example: &Example<'_>,
        object: &ObjectWriter,
        columns: &[String],
        losses: &mut Losses,
    ) -> Result<(), Box<Message>> {
        if !matches!(self.form, Form::Table { .. }) {
            return Ok(());
        }
        let has_column = |name: &str| columns.iter().any(|column| column == name);
        let fields = object.fields().map(|(name, _)| name);
        let others: Vec<&str> = fields.filter(|name| !has_column(name)).collect();
        let is_present = |column: &String| object.fields().any(|(name, _)| name == column);
        let mut required = columns.iter().filter(|column| *column != OPTIONAL_COLUMN);
        if !required.all(is_present) {
            let names: Vec<String> = others.iter().map(|name| quoted(name, 40)).collect();
            return Err(Message::new(format!(
                "a table cannot hold {}",
                listed(&names)
            ))
            .help("use `--as jsonl` or `--as json`, or exclude the record with `--rejects FILE`")
            .into());
        }
        for name in others {
            let span = match example.record.body.field(name) {
                Some(Field::Text(text)) => text.span(),
                Some(Field::Other(value)) => value.span(),
                None => example.record.span(),
            };
            losses.add(field_name(name), span);
        }
        Ok(())
    }

    /// Writes unknown fields to the output with `keep_extra`, or notes them as lost.
    fn carry_extras(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let is_label =
            self.layout.capacity().objective == TrainingObjective::Judgement && example.is_tagged();
        for extra in &example.extras {
            if is_label && extra.key == KTO_TAG {
                continue;
            }
            // A field that the layout has itself would be a duplicate key.
            let is_unused = !self.layout.fields().contains(&extra.key);
            if self.keep_extra && is_unused && matches!(self.form, Form::Jsonl | Form::Json) {
                object.key(extra.key);
                match example.record.body {
                    Body::Row(_) => object.string(&cell_text(extra.raw)),
                    _ => object.raw(extra.raw),
                }
            } else {
                losses.add(field_name(extra.key), extra.span);
            }
        }
    }

    /// The example in a form that the target layout can hold; several if the conversation is split.
    /// The error says why there is none.
    fn fit<'a>(
        &self,
        example: &Example<'a>,
        losses: &mut Losses,
    ) -> Result<Vec<Example<'a>>, Box<Message>> {
        if example.outputs().next().is_none() {
            return Err(Message::new("no assistant message: nothing to train on")
                .help("add an assistant message, or exclude the record with `--rejects FILE`")
                .into());
        }
        let capacity = self.layout.capacity();
        self.check_objective(example, losses)?;
        if !capacity.many_turns && !ends_with_response(example) {
            return Err(Message::new("last message is not from the assistant")
                .help("remove the messages after the last assistant message")
                .into());
        }
        let mut fitted = if capacity.many_turns || example.is_single_turn() {
            vec![example.clone()]
        } else {
            self.split_turns(example)?
        };
        for example in &mut fitted {
            if !capacity.system {
                note_system_losses(example, losses);
            }
            self.prepend_to_input(example, capacity.system);
        }
        if !capacity.many_turns && !example.is_single_turn() {
            losses.add("roles of messages in the input", example.record.span());
        }
        Ok(fitted)
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
        if self.layout.capacity().needs_prompt && alone {
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
            .filter(|(_, turn)| turn.role == Role::Model)
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

    /// Inserts the preamble before the input, and before it the system messages if the layout has no
    /// place for them.
    fn prepend_to_input(&self, example: &mut Example<'_>, has_system: bool) {
        let mut prefix = self.preamble.clone().unwrap_or_default();
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
    let text = turns.iter().map(line).collect::<Vec<_>>().join("\n");
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

/// The only column that a record may lack.
const OPTIONAL_COLUMN: &str = "system";

/// The text of a raw CSV cell.
fn cell_text(raw: &str) -> String {
    match raw
        .strip_prefix('"')
        .and_then(|inner| inner.strip_suffix('"'))
    {
        Some(inner) => inner.replace("\"\"", "\""),
        None => raw.to_owned(),
    }
}

impl BatchOutcome {
    fn reject(&mut self, record: &Record<'_>) {
        self.rejects.push(Reject {
            raw: record.raw.to_vec(),
            record: record.ordinal,
            line: record.start.line,
        });
    }

    fn add_losses(&mut self, record: &Record<'_>, losses: Losses) {
        let mut last = Located::new(record);
        for Loss { what, span } in losses.losses {
            self.losses
                .add(&what, 1, || record.position_after(span.start, &mut last));
        }
    }
}

impl Conversion {
    fn add(&mut self, outcome: &mut BatchOutcome) {
        self.read += outcome.read;
        self.written += outcome.written;
        self.rejected += outcome.rejects.len() as u64;
        self.examples += outcome.ends.len() as u64;
        self.losses.merge(std::mem::take(&mut outcome.losses));
    }
}
