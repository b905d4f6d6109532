//! Checks the sizes of the parts against the limits of the targets.

use std::sync::Arc;

use tunelint_data::text::printable::{counted, grouped};
use tunelint_layouts::finding::Severity;
use tunelint_layouts::provider::profile::{Cited, Profile, Unit};

use super::Split;
use super::assign::Subset;

/// Limits on the number of examples: name, part, and whether it is a minimum.
const LIMITS: [(&str, Subset, bool); 4] = [
    ("min-examples", Subset::Train, true),
    ("max-examples", Subset::Train, false),
    ("min-validation-examples", Subset::Validation, true),
    ("max-validation-examples", Subset::Validation, false),
];

/// A part that violates a limit or recommendation of a target.
pub struct LimitViolation {
    /// How severe it is.
    pub severity: Severity,
    /// What is violated, for people.
    pub message: String,
}

/// Checks `split`. `bytes` is the size of the validation file.
pub fn check(targets: &[Arc<Profile>], split: &Split, bytes: u64) -> Vec<LimitViolation> {
    let mut findings = Vec::new();
    for target in targets {
        findings.extend(unsupported_validation(target, split));
        for (name, part, is_minimum) in LIMITS {
            let limit = target.limit(name).filter(|of| of.unit == Unit::Examples);
            if let Some(limit) = limit {
                let count = split.count(part);
                findings.extend(number(target, limit, part, count, is_minimum));
            }
        }
        findings.extend(share(target, split));
        let limit = target.limit("validation-upload");
        if let Some(limit) = limit.filter(|of| of.unit == Unit::Bytes && bytes > of.value) {
            findings.push(LimitViolation {
                severity: limit.severity(false),
                message: format!(
                    "validation set too large: {}, {} accepts at most {}: “{}”",
                    counted(bytes, "byte"),
                    target.name,
                    grouped(limit.value),
                    limit.quote
                ),
            });
        }
    }
    findings
}

/// A validation set for a target that does not accept one.
fn unsupported_validation(target: &Profile, split: &Split) -> Option<LimitViolation> {
    let fact = target.requires.get("no-validation")?;
    (split.count(Subset::Validation) > 0).then(|| LimitViolation {
        severity: fact.effect.severity(fact.unconfirmed),
        message: format!(
            "{} does not accept a validation set: “{}”",
            target.name, fact.quote
        ),
    })
}

/// A part with too few or too many records.
fn number(
    target: &Profile,
    limit: &Cited<u64>,
    part: Subset,
    count: u64,
    is_minimum: bool,
) -> Option<LimitViolation> {
    let (beyond, relation) = match is_minimum {
        true => (count < limit.value, "below the minimum"),
        false => (count > limit.value, "above the maximum"),
    };
    (count > 0 && beyond).then(|| LimitViolation {
        severity: limit.severity(is_minimum),
        message: format!(
            "{}: {}, {relation} of {} for {}: “{}”",
            part.as_str(),
            counted(count, "record"),
            grouped(limit.value),
            target.name,
            limit.quote
        ),
    })
}

/// A validation set that is too large in relation to the training set.
fn share(target: &Profile, split: &Split) -> Option<LimitViolation> {
    let limit = target.limit("validation-share")?;
    let (train, validation) = (split.count(Subset::Train), split.count(Subset::Validation));
    let beyond = validation > limit.above && validation * 100 > train * limit.value;
    (limit.unit == Unit::Percent && beyond).then(|| LimitViolation {
        severity: limit.severity(false),
        message: format!(
            "validation: {}, more than {}% of the {} training records: “{}”",
            counted(validation, "record"),
            limit.value,
            grouped(train),
            limit.quote
        ),
    })
}
