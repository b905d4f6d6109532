//! Checks the sizes of the parts against the limits of the targets.

use std::sync::Arc;

use tunelint_core::finding::Severity;
use tunelint_core::printable::{counted, grouped};
use tunelint_core::profile::{Cited, Profile, Unit};
use tunelint_core::split::{Part, Split};

/// Limits on the number of examples: name, part, and whether it is a minimum.
const LIMITS: [(&str, Part, bool); 4] = [
    ("min-examples", Part::Train, true),
    ("max-examples", Part::Train, false),
    ("min-validation-examples", Part::Validation, true),
    ("max-validation-examples", Part::Validation, false),
];

/// A part that violates a limit or recommendation of a target.
pub struct Finding {
    pub severity: Severity,
    pub message: String,
}

/// Checks `split`. `bytes` is the size of the validation file.
pub fn check(targets: &[Arc<Profile>], split: &Split, bytes: u64) -> Vec<Finding> {
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
            findings.push(Finding {
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
fn unsupported_validation(target: &Profile, split: &Split) -> Option<Finding> {
    let fact = target.requires.get("no-validation")?;
    (split.count(Part::Validation) > 0).then(|| Finding {
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
    part: Part,
    count: u64,
    is_minimum: bool,
) -> Option<Finding> {
    let (beyond, relation) = match is_minimum {
        true => (count < limit.value, "below the minimum"),
        false => (count > limit.value, "above the maximum"),
    };
    (count > 0 && beyond).then(|| Finding {
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
fn share(target: &Profile, split: &Split) -> Option<Finding> {
    let limit = target.limit("validation-share")?;
    let (train, validation) = (split.count(Part::Train), split.count(Part::Validation));
    let beyond = validation > limit.above && validation * 100 > train * limit.value;
    (limit.unit == Unit::Percent && beyond).then(|| Finding {
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
