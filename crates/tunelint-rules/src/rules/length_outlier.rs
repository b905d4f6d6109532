//! Flags outputs that are far longer than all others.

use crate::contract::{Check, Level, RuleContext, RuleMeta, RuleOption, Scope, SurveyRule};
use crate::survey::{Needs, Survey};
use tunelint_data::text::printable::{counted, grouped};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "length-outlier",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.options(&[RuleOption {
    name: "medians",
    summary: "multiple of the median output length that an outlier exceeds",
    default: 20.0,
    min: 2.0,
    max: 1000.0,
}]);

/// Builds the check; never `None`.
pub fn build(context: &RuleContext) -> Option<Check> {
    let medians = context.option(&META, "medians");
    Some(Check::survey(LengthOutlier { medians }))
}

/// The minimum number of outputs for the quartiles to be meaningful.
const MIN_OUTPUTS: u64 = 50;
/// How many interquartile ranges above the third quartile an outlier lies; it must also exceed the
/// multiple of the median that the option sets.
const IQR_FACTOR: u64 = 10;

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
        if lengths.total() < MIN_OUTPUTS {
            return;
        }
        let (q1, median, q3) = (
            lengths.quantile(0.25),
            lengths.quantile(0.5),
            lengths.quantile(0.75),
        );
        let median_bound = (self.medians * median.max(1) as f64) as u64;
        let bound = median_bound.max(q3 + IQR_FACTOR * (q3 - q1));
        for (length, spot) in lengths
            .longest()
            .iter()
            .filter(|(length, _)| *length > bound)
        {
            findings.report_at(spot.location(), Severity::Advice, || {
                Message::new(format!(
                    "output has {} (median: {})",
                    counted(*length, "character"),
                    grouped(median)
                ))
                .identity(&length.to_le_bytes())
                .help(
                    "check whether two records ran together, or whether the text belongs elsewhere",
                )
            });
        }
    }
}
