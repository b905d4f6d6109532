//! Defects of single outputs that are the task where many outputs have them: dialogues with role
//! names, regular expressions with escape sequences.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::rule::{Check, DatasetRule};
use crate::survey::share::Share;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The minimum number of examples, and the percentage of them, from which a defect is probably the
/// task. It is then reported once.
const MIN_EXAMPLES: u64 = 20;
const TASK_PERCENT: u64 = 33;

/// Looks for a defect in one example.
pub trait OddityRule: Send + Sync + 'static {
    /// The first defect of an example. Called from several threads.
    fn find(&self, example: &Example<'_>) -> Option<Oddity>;

    /// Whether the example shows that the defect is the task, without having it.
    fn shows_task(&self, _example: &Example<'_>) -> bool {
        false
    }
}

/// A defect of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oddity {
    span: Span,
    note: Note,
}

/// What is reported about a defect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    message: String,
    help: String,
    fix: Option<Fix>,
    /// A digest of the text, which identifies the finding if its record moves.
    identity: u64,
}

impl Oddity {
    /// A defect at `span` of the record, in an output `text`.
    pub fn new(span: Span, text: &str, message: impl Into<String>, help: &str) -> Self {
        let note = Note {
            message: message.into(),
            help: help.to_owned(),
            fix: None,
            identity: xxh3_64(text.as_bytes()),
        };
        Self { span, note }
    }

    /// Adds a fix, if there is one.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.note.fix = fix;
        self
    }
}

impl Check {
    /// A check that reports each defect, or the first if the others show that it is the task.
    pub fn oddity(rule: impl OddityRule) -> Self {
        Self::dataset(Counted(rule))
    }
}

struct Counted<R>(R);

/// The examples with the defect, and the number of those that only show the task.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Oddities {
    share: Share<Note>,
    showing: u64,
}

impl<R: OddityRule> DatasetRule for Counted<R> {
    type Tally = Oddities;

    fn observe(&self, example: &Example<'_>, tally: &mut Oddities) {
        tally.share.all += 1;
        match self.0.find(example) {
            Some(Oddity { span, note }) => tally.share.add(&example.record, span, || note),
            None => tally.showing += u64::from(self.0.shows_task(example)),
        }
    }

    fn merge(&self, into: &mut Oddities, from: Oddities) {
        into.share.merge(from.share);
        into.showing += from.showing;
    }

    fn renumber_sources(&self, tally: &mut Oddities, by: u32) {
        tally.share.renumber_sources(by);
    }

    fn finish(&self, tally: Oddities, findings: &mut Findings<'_>) {
        let Oddities { share, showing } = tally;
        let alike = share.have + showing;
        let is_task = share.all >= MIN_EXAMPLES && alike * 100 >= share.all * TASK_PERCENT;
        let (have, all) = (grouped(share.have), grouped(share.all));
        let more = share.more();
        let shown = if is_task { 1 } else { share.places.len() };
        for (at, (location, found)) in share.places.into_iter().take(shown).enumerate() {
            let severity = match is_task {
                true => Severity::Advice,
                false => Severity::Warning,
            };
            findings.report_at(location, severity, || {
                let message = match (is_task, at + 1 == shown) {
                    (true, _) => {
                        format!("{}; {have} of {all} examples are like this", found.message)
                    }
                    (false, true) => format!("{}{more}", found.message),
                    (false, false) => found.message,
                };
                let help = match is_task {
                    true => format!("unless it is the task, {}", found.help),
                    false => found.help,
                };
                Message::new(message)
                    .help(help)
                    .fix(found.fix.filter(|_| !is_task))
                    .identity(&found.identity.to_le_bytes())
            });
        }
    }
}
