//! An output that is a null value written as text: `None`, `NaN`, `N/A`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope};
use crate::survey::share::Share;
use tunelint_data::text::printable::{grouped, quoted};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "null-like-output",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::dataset(NullLikeOutput))
}

/// Null values as programs print them. `Na` is sodium, and `nil` and `none` are words.
const NULLS: [&str; 11] = [
    "null",
    "NULL",
    "None",
    "NaN",
    "nan",
    "N/A",
    "n/a",
    "undefined",
    "<noinput>",
    "<null>",
    "(null)",
];

/// Those that people write, too.
const WORDS: [&str; 3] = ["None", "N/A", "n/a"];

/// Maximum number of distinct outputs that are remembered, to distinguish labels from free text.
const MAX_DISTINCT: usize = 1000;
/// The percentage of null values from which they are probably an answer. They are reported once.
const ANSWER_PERCENT: u64 = 10;
/// Minimum number of outputs at which they can be labels.
const MIN_OUTPUTS: u64 = 20;

/// The null-like outputs, and hashes of the distinct outputs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Nulls {
    share: Share<String>,
    distinct: BTreeSet<u64>,
}

struct NullLikeOutput;

impl DatasetRule for NullLikeOutput {
    type Tally = Nulls;

    fn observe(&self, example: &Example<'_>, tally: &mut Self::Tally) {
        for text in example.output_texts() {
            tally.share.all += 1;
            let value = text.as_str().trim();
            if tally.distinct.len() <= MAX_DISTINCT {
                tally.distinct.insert(xxh3_64(value.as_bytes()));
            }
            if NULLS.contains(&value) && !is_in_input(example, value) {
                tally
                    .share
                    .add(&example.record, text.span(), || value.to_owned());
            }
        }
    }

    fn merge(&self, into: &mut Self::Tally, from: Self::Tally) {
        into.share.merge(from.share);
        if into.distinct.len() <= MAX_DISTINCT {
            into.distinct.extend(from.distinct);
        }
    }

    fn renumber_sources(&self, tally: &mut Self::Tally, by: u32) {
        tally.share.renumber_sources(by);
    }

    fn finish(&self, tally: Self::Tally, findings: &mut Findings<'_>) {
        let share = tally.share;
        // Where the outputs are a few labels, `None` is one of them.
        let distinct = tally.distinct.len() as u64;
        if share.all >= MIN_OUTPUTS
            && distinct <= (share.all / 5).max(2)
            && distinct <= MAX_DISTINCT as u64
        {
            return;
        }
        let is_answer = share.all >= MIN_OUTPUTS && share.is_at_least(ANSWER_PERCENT);
        let (more, shown) = match is_answer {
            true => {
                let (have, all) = (grouped(share.have), grouped(share.all));
                (format!("; {have} of {all} outputs are null values"), 1)
            }
            false => (share.more(), share.places.len()),
        };
        for (at, (location, value)) in share.places.into_iter().take(shown).enumerate() {
            let severity = match is_answer || WORDS.contains(&value.as_str()) {
                true => Severity::Advice,
                false => Severity::Warning,
            };
            findings.report_at(location, severity, || {
                let more = if at + 1 == shown { more.as_str() } else { "" };
                Message::new(format!(
                    "null value written as text: {}{more}",
                    quoted(&value, 12)
                ))
                .help("write the actual output, or remove the record")
            });
        }
    }
}

/// Whether the input has the value as a word: it is then one of the answers that it asks for.
fn is_in_input(example: &Example<'_>, value: &str) -> bool {
    let texts = example.input().iter().flat_map(|turn| &turn.texts);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut texts = texts.map(|text| text.as_str());
    texts.any(|text| {
        text.match_indices(value).any(|(at, _)| {
            let before = text.get(..at).unwrap_or_default().chars().next_back();
            let after = text
                .get(at + value.len()..)
                .unwrap_or_default()
                .chars()
                .next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{record, reported, turn};
    use tunelint_layouts::example::Role;

    fn observed(outputs: impl IntoIterator<Item = String>) -> Nulls {
        let mut tally = Nulls::default();
        for output in outputs {
            let turns = vec![turn(Role::User, "Who?"), turn(Role::Model, &output)];
            NullLikeOutput.observe(&Example::new(record(1), turns), &mut tally);
        }
        tally
    }

    /// The number of findings among `all` outputs, one of them `NaN`, with this many values.
    fn found(all: u64, distinct: u64) -> usize {
        let labels = (1..all).map(|number| format!("label {}", number % (distinct - 1)));
        let tally = observed(labels.chain(["NaN".to_owned()]));
        assert_eq!(
            (tally.share.all, tally.distinct.len() as u64),
            (all, distinct)
        );
        reported(|findings| NullLikeOutput.finish(tally, findings)).len()
    }

    #[test]
    fn labels_are_told_from_free_text_by_their_number() {
        assert_eq!((found(20, 4), found(20, 5)), (0, 1));
        assert_eq!((found(19, 3), found(24, 4), found(25, 5)), (1, 0, 0));
        assert_eq!((found(6_000, 1_000), found(6_000, 1_001)), (0, 1));
    }

    #[test]
    fn only_whole_outputs_in_this_spelling_are_null() {
        let outputs = [
            "Nan",
            "NONE",
            "none",
            "NA",
            "nil",
            "-",
            "N/A.",
            "null null",
            "",
        ];
        assert_eq!(observed(outputs.map(str::to_owned)).share.have, 0);
        let report = |output: &str| {
            let tally = observed([output.to_owned()]);
            reported(|findings| NullLikeOutput.finish(tally, findings))
        };
        let null = ["warning: null value written as text: `null`"];
        assert_eq!(report(" null\n"), null);
        // People write this, too.
        let none = ["advice: null value written as text: `None`"];
        assert_eq!(report(" None\n"), none);
    }
}
