//! An output that is far longer than all others.

use crate::finding::{Findings, Message, Severity};
use crate::printable::{counted, grouped};
use crate::rule::{Check, Level, RuleContext, RuleMeta, Scope, SurveyRule};
use crate::survey::{Needs, Survey};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "length-outlier",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::survey(LengthOutlier))
}

/// Outputs needed before the usual length is known.
const ENOUGH: u64 = 50;
/// An outlier is longer than so many medians,
const MEDIANS: u64 = 20;
/// and lies so many interquartile ranges beyond the third quartile.
const RANGES: u64 = 10;

struct LengthOutlier;

impl SurveyRule for LengthOutlier {
    fn needs(&self) -> Needs {
        Needs {
            lengths: true,
            ..Needs::COUNT
        }
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let lengths = &survey.output_lengths;
        if lengths.total() < ENOUGH {
            return;
        }
        let (q1, median, q3) = (
            lengths.quantile(0.25),
            lengths.quantile(0.5),
            lengths.quantile(0.75),
        );
        let bound = (MEDIANS * median.max(1)).max(q3 + RANGES * (q3 - q1));
        for (length, spot) in lengths
            .longest()
            .iter()
            .filter(|(length, _)| *length > bound)
        {
            findings.report_at(spot.location(), Severity::Advice, || {
                Message::new(format!(
                    "the output has {}; half of all have at most {}",
                    counted(*length, "character"),
                    grouped(median)
                ))
                .identity(&length.to_le_bytes())
                .help("look whether two records have run together, or the text belongs elsewhere")
            });
        }
    }
}
