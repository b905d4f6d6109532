//! Flags sequences that are longer than the length they are trained with, and what of them is lost.

use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::Role;
use tunelint_layouts::finding::{Consequence, Findings, Impact, Message, Severity};
use tunelint_layouts::provider::profile::Cut;

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, Sequence, SequenceRule};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "truncated-by-length",
    Level::Fixed(Severity::Warning),
    Scope::Example,
)
.consequence(Consequence::Truncated);

/// Builds the check; `None` without a length and a tokenizer.
pub fn build(context: &RuleContext) -> Option<Check> {
    let model = context.model.as_ref()?;
    let length = model.max_length.filter(|_| model.encoder.is_some())?;
    let (cut, targets) = cut(context);
    let rule = TruncatedByLength {
        length,
        cut,
        targets,
    };
    context.inferred.is_none().then(|| Check::sequence(rule))
}

/// How sequences are made shorter: as the first target does that is known to, with all targets that do
/// the same. Without one, the end is cut off.
pub(super) fn cut(context: &RuleContext) -> (Cut, Vec<String>) {
    let cuts = context.profiles.iter();
    let known = cuts.filter_map(|of| Some((of, of.over_length.as_ref()?.cut)));
    let known: Vec<_> = known.collect();
    let cut = known.first().map_or(Cut::End, |(_, cut)| *cut);
    let same = known.iter().filter(|(_, other)| *other == cut);
    (cut, same.map(|(of, _)| of.name.clone()).collect())
}

struct TruncatedByLength {
    length: usize,
    cut: Cut,
    /// The targets that are known to make sequences shorter.
    targets: Vec<String>,
}

/// What is lost of a sequence.
struct Lost {
    /// All its tokens.
    all: usize,
    /// The tokens of answers, and how many of these are beyond the length; `None` where it is not known
    /// which they are.
    answers: Option<(usize, usize)>,
}

impl SequenceRule for TruncatedByLength {
    fn check(&self, sequence: &Sequence<'_, '_>, findings: &mut Findings<'_>) {
        let Some(all) = sequence.tokens().map(<[_]>::len) else {
            return;
        };
        if all <= self.length {
            return;
        }
        let answers = sequence.answer_mask().map(|mask| {
            let count = |part: &[bool]| part.iter().filter(|of| **of).count();
            let beyond = mask.get(self.length..).unwrap_or_default();
            (count(&mask), count(beyond))
        });
        let is_answer_lost = answers.is_some_and(|(all, beyond)| all == beyond);
        // That nothing is left to train on is another finding.
        if self.cut == Cut::End && is_answer_lost && sequence.trains_answers() {
            return;
        }
        let lost = Lost { all, answers };
        let turns = &sequence.example.turns;
        let last = turns.iter().rev().find(|turn| turn.role == Role::Model);
        let span = last.map_or(sequence.message(0), |turn| turn.span);
        findings.report(sequence.example.record.at(span), self.impact(&lost), || {
            Message::new(self.text(&lost))
                .help("shorten the record, split it, or train with a greater length")
        });
    }
}

impl TruncatedByLength {
    fn impact(&self, lost: &Lost) -> Impact<'_> {
        let severity = match (self.cut, lost.answers) {
            (Cut::End, Some((_, 0))) => Severity::Advice,
            _ => Severity::Warning,
        };
        let consequence = match self.cut {
            Cut::Drops => Consequence::Skipped,
            Cut::End | Cut::Turns => Consequence::Truncated,
        };
        let impact = Impact::from(severity).of(&self.targets);
        impact.consequence(consequence)
    }

    fn text(&self, lost: &Lost) -> String {
        let number = |number: usize| grouped(number as u64);
        let (all, length) = (number(lost.all), number(self.length));
        let over = format!("{all} tokens, more than the length of {length}");
        match (self.cut, lost.answers) {
            (Cut::Drops, _) => format!("{over}: the record is left out"),
            (Cut::Turns, _) => format!("{over}: a turn is cut, and later turns are left out"),
            (Cut::End, None) => format!("{over}: the end is cut off"),
            (Cut::End, Some((_, 0))) => format!("{over}: the end is cut off, but no answer"),
            (Cut::End, Some((answers, beyond))) if answers == beyond => {
                format!("{over}: the whole answer is cut off")
            }
            (Cut::End, Some((answers, beyond))) => format!(
                "{over}: {} of {} tokens of answers are cut off",
                number(beyond),
                number(answers)
            ),
        }
    }
}
