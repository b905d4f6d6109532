//! How a record becomes an example, and an example a record: one file per layout, reading and
//! writing together.

mod alpaca;
mod anthropic_messages;
mod bedrock_converse;
mod classifier;
mod cohere;
mod contents;
mod fields;
mod kto;
mod messages;
mod named_pair;
mod nemo;
mod object;
mod pairs;
mod plain;
mod preference;
mod preference_bedrock;
mod prompt_completion;
mod segments;
mod sharegpt;
mod side;
mod speakers;
mod stepwise;
mod text;
mod tooling;
mod typed_messages;

use std::fmt::Debug;
use std::sync::Arc;

pub use object::ObjectWriter;
pub use pairs::{Binding, Pairs, Template};
pub use speakers::{Naming, Speaker, Speakers};

use crate::example::{Example, Role, Turn};
use crate::finding::Findings;
use crate::position::Span;
use crate::printable::field_name;
use crate::record::{Body, Record};
use crate::text::Text;

/// A way to write examples as records.
pub trait Layout: Debug + Send + Sync {
    /// Its name in options and reports.
    fn name(&self) -> &'static str;

    /// The names it knows at the top level of a record.
    fn fields(&self) -> &'static [&'static str];

    /// The keys of a turn, where it can have no others.
    fn turn_fields(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// Where its turns name who speaks; `None` where the fields say it.
    fn naming(&self) -> Option<Naming> {
        None
    }

    /// Whether a record with these names is meant in this layout. It looks at names only, so
    /// that a record with a wrong value is still recognised.
    fn recognises(&self, body: &Body<'_>) -> bool;

    /// Whether it can read a record with these names, even where another layout is more likely.
    fn reads(&self, body: &Body<'_>) -> bool {
        self.recognises(body)
    }

    /// Whether a record has all the fields that it needs, whatever others there are: what reads by
    /// these fields alone may take the record for one of this layout.
    fn could_be(&self, body: &Body<'_>) -> bool {
        self.reads(body)
    }

    /// Reads an example. What stands in the way is reported, under `missing-field` or
    /// `wrong-type`, and `None` is returned.
    fn decode<'a>(&self, record: &Record<'a>, findings: &mut Findings<'_>) -> Option<Example<'a>>;

    /// Writes the fields of an example into `object`, and notes in `losses` what it has no
    /// place for. An example that [`Layout::capacity`] excludes is made to fit before.
    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses);

    /// What fits into it.
    fn capacity(&self) -> Capacity;
}

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
    const PAIR: Self = Self {
        many_turns: false,
        system: false,
        needs_prompt: true,
        lesson: Lesson::Answer,
    };
    /// Turns, and a system text.
    const CONVERSATION: Self = Self {
        many_turns: true,
        system: true,
        needs_prompt: false,
        lesson: Lesson::Answer,
    };
    /// A text alone.
    const TEXT: Self = Self {
        many_turns: false,
        system: false,
        needs_prompt: false,
        lesson: Lesson::Text,
    };
}

/// Something that a layout has no place for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// What it is, as the loss report counts it: `field "id"`, `tool call`, `weight`.
    pub what: String,
    /// Where it stands in the record it came from.
    pub span: Span,
}

/// What was lost of one example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    /// In the order in which they were met.
    pub losses: Vec<Loss>,
}

impl Losses {
    /// Notes one.
    pub fn add(&mut self, what: impl AsRef<str>, span: Span) {
        let what = crate::secret::masked(what.as_ref()).into_owned();
        self.losses.push(Loss { what, span });
    }
}

/// Every layout, in the order in which they are tried.
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

/// One prompt and its answer.
fn pair<'a>(record: &Record<'a>, input: Text<'a>, output: Text<'a>) -> Example<'a> {
    Example::new(
        *record,
        vec![
            Turn::of_text(Role::User, input),
            Turn::of_text(Role::Model, output),
        ],
    )
}

/// The field that weighs an example as a whole, in the layouts that know one.
pub(crate) const WEIGHT: &str = "weight";

/// Writes the weight of an example as a whole.
fn write_weight(example: &Example<'_>, object: &mut ObjectWriter) {
    for weight in example.settings.iter().filter(|of| of.key == WEIGHT) {
        object.key(WEIGHT);
        object.raw(weight.raw);
    }
}

/// Writes one prompt and its answer under two names.
fn flat(example: &Example<'_>, names: [&str; 2], object: &mut ObjectWriter, losses: &mut Losses) {
    flat_texts(example, names, object);
    lose_parts(example, losses);
}

fn flat_texts(example: &Example<'_>, names: [&str; 2], object: &mut ObjectWriter) {
    let prompt = example.turns.iter().find(|turn| turn.role == Role::User);
    for (name, turn) in names.into_iter().zip([prompt, example.output()]) {
        object.key(name);
        object.texts(turn.map(|turn| turn.texts.as_slice()).unwrap_or_default());
    }
}

/// Notes everything of an example that is no text: a layout that holds texts alone has no place
/// for it.
fn lose_parts(example: &Example<'_>, losses: &mut Losses) {
    lose_parts_of_turns(example, losses);
    lose_settings(example, losses);
}

fn lose_parts_of_turns(example: &Example<'_>, losses: &mut Losses) {
    for turn in &example.turns {
        tooling::lose(turn, |_| true, losses);
    }
}

/// Notes every field beside the turns.
fn lose_settings(example: &Example<'_>, losses: &mut Losses) {
    lose_settings_but(&[], example, losses);
}

/// The same but for those in `there`, which have been written.
fn lose_settings_but(there: &[&str], example: &Example<'_>, losses: &mut Losses) {
    let settings = example.settings.iter();
    for setting in settings.filter(|of| !there.contains(&of.key)) {
        losses.add(field_name(setting.key), setting.span);
    }
}
