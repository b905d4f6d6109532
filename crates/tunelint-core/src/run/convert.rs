//! Source → layout → example → layout → sink, with an account of everything that does not fit.
//!
//! Nothing is dropped in silence: what a layout has no place for is a [`Loss`], a record that
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
use tunelint_layouts::layout::{Layout, Lesson, Loss, Losses, ObjectWriter, WEIGHT};
use tunelint_layouts::provider::limit::listed;
use tunelint_layouts::reader::{DecodeOutcome, Reader, Scratch};
use tunelint_layouts::writer::sink::{Form, Sink, encode};
use tunelint_rules::contract::RuleContext;
use tunelint_rules::rules::RuleSet;

use super::lint::{check_record, check_source};

/// What to do with a conversation where a single prompt and its answer are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TurnsPolicy {
    /// Leave it out.
    #[default]
    Reject,
    /// The last answer, with everything before it as input.
    Last,
    /// One example for each answer, with everything before it as input.
    Each,
}

/// How to convert.
#[derive(Debug, Clone)]
pub struct Converter {
    /// The layout to write.
    pub layout: Arc<dyn Layout>,
    /// The container to write.
    pub form: Form,
    /// What to do with conversations.
    pub turns: TurnsPolicy,
    /// Text put before every input.
    pub preamble: Option<String>,
    /// Whether unknown fields are carried along.
    pub keep_extra: bool,
    /// How many threads may work.
    pub threads: usize,
}

/// A record that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Its bytes.
    pub raw: Vec<u8>,
    /// Which record it is.
    pub record: u64,
    /// The line on which it starts.
    pub line: u64,
}

/// What became of the records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversion {
    /// Records read.
    pub read: u64,
    /// Records of the source that were written.
    pub written: u64,
    /// Records of the source that were left out.
    pub rejected: u64,
    /// Examples written; more than records where a conversation was cut into several.
    pub examples: u64,
    /// What was lost, by what it is.
    pub losses: NameCounts<Position>,
}

/// What a conversion hands out on its way.
pub trait Recipient: Send {
    /// Something is wrong with a record, or with the file.
    ///
    /// # Errors
    /// Ends the conversion.
    fn finding(&mut self, finding: Finding) -> io::Result<()>;
    /// A record was left out; the findings about it have come before.
    ///
    /// # Errors
    /// Ends the conversion.
    fn reject(&mut self, reject: Reject) -> io::Result<()>;
}

/// The rule under which a record that cannot take the target's form is reported.
pub const UNCONVERTIBLE: &str = "unconvertible";

/// What one batch gave.
#[derive(Default)]
struct Outcome {
    bytes: Vec<u8>,
    /// Where each written example ends in `bytes`.
    ends: Vec<usize>,
    read: u64,
    written: u64,
    findings: Vec<Finding>,
    rejects: Vec<Reject>,
    losses: NameCounts<Position>,
}

impl Converter {
    /// Converts everything that `reader` gives, and writes it to `out`.
    ///
    /// # Errors
    /// What reading, writing or the recipient returns.
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
            let mut outcome = Outcome::default();
            let mut findings = Findings::new(policy);
            let (buffers, object) = scratch;
            decoder.each(batch, buffers, &mut |read| {
                outcome.read += 1;
                match read {
                    DecodeOutcome::Example(example) => {
                        self.take(example, &mut findings, object, &names, &mut outcome);
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
        let mut drain = |mut outcome: Outcome| {
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

    /// Converts one example.
    fn take(
        &self,
        example: &Example<'_>,
        findings: &mut Findings<'_>,
        object: &mut ObjectWriter,
        columns: &[String],
        outcome: &mut Outcome,
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
            self.free_weight(example);
        }
        for example in &fitted {
            object.clear();
            self.layout.encode(example, object, &mut losses);
            self.carry(example, object, &mut losses);
            if let Err(why) = self.tabulate(example, object, columns, &mut losses) {
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
        outcome.lose(&example.record, losses);
    }

    /// Where fields are carried along, a weight is one of them for a layout that knows none.
    fn free_weight(&self, example: &mut Example<'_>) {
        if !self.keep_extra || self.layout.fields().contains(&WEIGHT) {
            return;
        }
        let settings = std::mem::take(&mut example.settings).into_iter();
        let (weights, others): (Vec<_>, Vec<_>) = settings.partition(|of| of.key == WEIGHT);
        example.settings = others;
        example.extras.extend(weights);
    }

    /// Notes the fields that a table has no column for. A record that has them in the place of a
    /// column's is refused.
    fn tabulate(
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
        let is_there = |column: &String| object.fields().any(|(name, _)| name == column);
        let mut needed = columns.iter().filter(|column| *column != OPTIONAL_COLUMN);
        if !needed.all(is_there) {
            let names: Vec<String> = others.iter().map(|name| quoted(name, 40)).collect();
            return Err(Message::new(format!(
                "a table has no place for {} of this record",
                listed(&names)
            ))
            .help("write jsonl or json, or leave it out with `--rejects FILE`")
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

    /// Carries unknown fields along, or counts them as lost.
    fn carry(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let is_label = self.layout.capacity().lesson == Lesson::Judgement && example.is_tagged();
        for extra in &example.extras {
            if is_label && extra.key == KTO_TAG {
                continue;
            }
            // A name that the layout has of its own would stand twice.
            let is_free = !self.layout.fields().contains(&extra.key);
            if self.keep_extra && is_free && matches!(self.form, Form::Jsonl | Form::Json) {
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

    /// The example as the target's layout can hold it; several where it is cut.
    fn fit<'a>(
        &self,
        example: &Example<'a>,
        losses: &mut Losses,
    ) -> Result<Vec<Example<'a>>, Box<Message>> {
        if example.outputs().next().is_none() {
            return Err(Message::new("the record has no answer to learn from")
                .help("add the model's turn, or leave the record out with `--rejects FILE`")
                .into());
        }
        let capacity = self.layout.capacity();
        self.learn(example, losses)?;
        if !capacity.many_turns && !ends_with_answer(example) {
            return Err(Message::new("the record does not end with an answer")
                .help("remove what follows the answer")
                .into());
        }
        let mut fitted = if capacity.many_turns || example.is_single_turn() {
            vec![example.clone()]
        } else {
            self.cut(example)?
        };
        for example in &mut fitted {
            if !capacity.system {
                lose_system(example, losses);
            }
            self.put_before_input(example, capacity.system);
        }
        if !capacity.many_turns && !example.is_single_turn() {
            losses.add("role names inside the input", example.record.span());
        }
        Ok(fitted)
    }

    /// Whether the layout teaches what the example does: an answer, a preference, a judgement.
    fn learn(&self, example: &Example<'_>, losses: &mut Losses) -> Result<(), Box<Message>> {
        let name = self.layout.name();
        let lesson = self.layout.capacity().lesson;
        let refuse = |what: String, help: &str| Err(Message::new(what).help(help).into());
        match (lesson, example.desirable, example.rejected.first()) {
            (Lesson::Preference, _, None) => {
                return refuse(
                    format!("the record has no worse answer, and `{name}` compares two"),
                    "leave it out with `--rejects FILE`, or write another layout",
                );
            }
            (Lesson::Judgement, None, _) => {
                return refuse(
                    format!(
                        "the record does not say whether its answer is a good one, and `{name}` needs that"
                    ),
                    "leave it out with `--rejects FILE`, or write another layout",
                );
            }
            (Lesson::Steps, ..) if example.layout != name => {
                return refuse(
                    format!(
                        "the record does not say which steps of its answer are right, and `{name}` needs that"
                    ),
                    "leave it out with `--rejects FILE`, or write another layout",
                );
            }
            (Lesson::Answer | Lesson::Text, Some(false), _) => {
                return refuse(
                    format!("the answer is marked as a bad one, and `{name}` would teach it"),
                    "leave it out with `--rejects FILE`",
                );
            }
            _ => {}
        }
        let alone = matches!(example.turns.as_slice(), [turn] if turn.role == Role::Model);
        if lesson == Lesson::Text && !alone {
            return refuse(
                format!("the record has turns, and `{name}` holds one text"),
                "which words stand between turns depends on the model: write it with its template",
            );
        }
        if self.layout.capacity().needs_prompt && alone {
            return refuse(
                format!("the record has no prompt, and `{name}` needs one"),
                "add the prompt, or write `text`",
            );
        }
        if lesson != Lesson::Preference
            && let Some(rejected) = example.rejected.first()
        {
            losses.add("the worse answer", rejected.span);
        }
        let is_left_over = example.extras.iter().any(|extra| extra.key == "label");
        let is_label = example.record.body.field("label").is_some() && !is_left_over;
        let is_label = is_label && example.desirable.is_some();
        if lesson != Lesson::Judgement && is_label {
            losses.add("field `label`", example.record.span());
        }
        Ok(())
    }

    fn cut<'a>(&self, example: &Example<'a>) -> Result<Vec<Example<'a>>, Box<Message>> {
        let answers: Vec<usize> = example
            .turns
            .iter()
            .enumerate()
            .filter(|(_, turn)| turn.role == Role::Model)
            .map(|(at, _)| at)
            .collect();
        let chosen: &[usize] = match self.turns {
            TurnsPolicy::Each => &answers,
            TurnsPolicy::Last => answers.last().map_or(&[], std::slice::from_ref),
            TurnsPolicy::Reject => {
                return Err(Message::new(format!(
                    "the conversation has {}, and `{}` has room for {}",
                    counted(answers.len() as u64, "answer"),
                    self.layout.name(),
                    if answers.len() == 1 { "one prompt" } else { "one" }
                ))
                .help("`--turns last` keeps the last answer, `--turns each` makes an example of every one")
            .into());
            }
        };
        Ok(chosen.iter().map(|&at| pair_up(example, at)).collect())
    }

    /// Puts the preamble, and a system text that has no place of its own, before the input.
    fn put_before_input(&self, example: &mut Example<'_>, has_system: bool) {
        let mut before = self.preamble.clone().unwrap_or_default();
        if !has_system {
            let system: Vec<String> = example
                .turns
                .iter()
                .filter(|turn| turn.role == Role::System)
                .map(|turn| format!("{}\n\n", turn.joined()))
                .collect();
            before = format!("{}{before}", system.concat());
            example.turns.retain(|turn| turn.role != Role::System);
        }
        if before.is_empty() {
            return;
        }
        let is_input = |turn: &Turn<'_>| turn.role == Role::User;
        let at = example.turns.iter().position(is_input).unwrap_or_else(|| {
            // Where nobody asked, the text before the input is the input.
            let systems = example.turns.iter();
            let at = systems.take_while(|turn| turn.role == Role::System).count();
            let nothing = Text::composed(String::new(), example.record.span());
            let input = Turn::of_text(Role::User, nothing);
            example.turns.insert(at, input);
            at
        });
        if let Some(input) = example.turns.get_mut(at) {
            input.texts.insert(0, Text::composed(before, input.span));
        }
    }
}

/// Notes what becomes of a system text that is put before the input: of its turn, the text alone.
fn lose_system(example: &Example<'_>, losses: &mut Losses) {
    let mut systems = example
        .turns
        .iter()
        .filter(|turn| turn.role == Role::System)
        .peekable();
    if let Some(first) = systems.peek() {
        losses.add("role of the system text", first.span);
    }
    for part in systems.flat_map(|turn| &turn.parts) {
        losses.add(part.name(), part.span);
    }
    let mut spoken = example.turns.iter();
    spoken.find(|turn| turn.role != Role::System);
    for turn in spoken.filter(|turn| turn.role == Role::System) {
        losses.add("place of a system text", turn.span);
    }
}

fn ends_with_answer(example: &Example<'_>) -> bool {
    example
        .turns
        .last()
        .is_some_and(|turn| turn.role == Role::Model)
}

/// One prompt, made of all turns before the answer at `at`, and that answer.
fn pair_up<'a>(example: &Example<'a>, at: usize) -> Example<'a> {
    let before = example.turns.get(..at).unwrap_or_default();
    let mut turns: Vec<Turn<'a>> = before
        .iter()
        .filter(|turn| turn.role == Role::System)
        .cloned()
        .collect();
    let spoken: Vec<&Turn<'a>> = before
        .iter()
        .filter(|turn| turn.role != Role::System)
        .collect();
    match spoken.as_slice() {
        [only] if only.role == Role::User => turns.push((*only).clone()),
        many => turns.push(script(many, example)),
    }
    turns.extend(example.turns.get(at).cloned());
    Example {
        turns,
        answer_turns: 0,
        ..example.clone()
    }
}

/// A conversation as one text: a line for each turn, with who speaks.
fn script<'a>(turns: &[&Turn<'a>], example: &Example<'a>) -> Turn<'a> {
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

/// The column that a record need not fill.
const OPTIONAL_COLUMN: &str = "system";

/// The text of a raw cell.
fn cell_text(raw: &str) -> String {
    match raw
        .strip_prefix('"')
        .and_then(|inner| inner.strip_suffix('"'))
    {
        Some(inner) => inner.replace("\"\"", "\""),
        None => raw.to_owned(),
    }
}

impl Outcome {
    fn reject(&mut self, record: &Record<'_>) {
        self.rejects.push(Reject {
            raw: record.raw.to_vec(),
            record: record.ordinal,
            line: record.start.line,
        });
    }

    fn lose(&mut self, record: &Record<'_>, losses: Losses) {
        let mut last = Located::new(record);
        for Loss { what, span } in losses.losses {
            self.losses
                .add(&what, 1, || record.position_after(span.start, &mut last));
        }
    }
}

impl Conversion {
    fn add(&mut self, outcome: &mut Outcome) {
        self.read += outcome.read;
        self.written += outcome.written;
        self.rejected += outcome.rejects.len() as u64;
        self.examples += outcome.ends.len() as u64;
        self.losses.merge(std::mem::take(&mut outcome.losses));
    }
}
