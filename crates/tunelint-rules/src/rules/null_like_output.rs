//! An output that is what programs print where there is no value.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope};
use crate::survey::share::Share;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "null-like-output",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::dataset(NullLikeOutput))
}

/// As programs write them. `Na` is sodium, and `nil` and `none` are words.
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

/// Different outputs that are remembered, to tell a set of labels from free text.
const DISTINCT: usize = 1000;
/// Outputs from which on a set of labels is one.
const ENOUGH: u64 = 20;

/// Outputs that are null, and how many different outputs there are.
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
            if tally.distinct.len() <= DISTINCT {
                tally.distinct.insert(xxh3_64(value.as_bytes()));
            }
            if NULLS.contains(&value) {
                tally
                    .share
                    .add(&example.record, text.span(), || value.to_owned());
            }
        }
    }

    fn merge(&self, into: &mut Self::Tally, from: Self::Tally) {
        into.share.merge(from.share);
        if into.distinct.len() <= DISTINCT {
            into.distinct.extend(from.distinct);
        }
    }

    fn shift(&self, tally: &mut Self::Tally, by: u32) {
        tally.share.shift(by);
    }

    fn finish(&self, tally: Self::Tally, findings: &mut Findings<'_>) {
        let share = tally.share;
        // Where outputs are drawn from a few labels, `None` is one of them.
        let distinct = tally.distinct.len() as u64;
        if share.all >= ENOUGH && distinct <= (share.all / 5).max(2) && distinct <= DISTINCT as u64
        {
            return;
        }
        let more = share.more();
        let last = share.places.len().saturating_sub(1);
        for (at, (location, value)) in share.places.into_iter().enumerate() {
            findings.report_at(location, Severity::Warning, || {
                let more = if at == last { more.as_str() } else { "" };
                Message::new(format!(
                    "the output is {}, which programs print where there is no value{more}",
                    quoted(&value, 12)
                ))
                .help("write the answer, or remove the record")
            });
        }
    }
}
