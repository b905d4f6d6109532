//! An output that is far longer than all others.

use crate::contract::{Check, Level, RuleContext, RuleMeta, RuleOption, Scope, SurveyRule};
use crate::survey::{Needs, Survey};
use tunelint_data::text::printable::{counted, grouped};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "length-outlier",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.options(&[RuleOption {
    name: "medians",
    summary: "an outlier is longer than so many times the usual length",
    default: 20.0,
    min: 2.0,
    max: 1000.0,
}]);

/// Builds the rule.
pub fn build(context: &RuleContext) -> Option<Check> {
    let medians = context.option(&META, "medians");
    Some(Check::survey(LengthOutlier { medians }))
}

/// Outputs needed before the usual length is known.
const ENOUGH: u64 = 50;
/// An outlier lies so many interquartile ranges beyond the third quartile, besides being longer
/// than so many medians as the option says.
const RANGES: u64 = 10;

struct LengthOutlier {
    medians: f64,
}

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
        let many = (self.medians * median.max(1) as f64) as u64;
        let bound = many.max(q3 + RANGES * (q3 - q1));
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
