//! Whether the parts have the sizes that the targets ask for.

use std::sync::Arc;

use tunelint_core::finding::Severity;
use tunelint_core::printable::{counted, grouped};
use tunelint_core::profile::{Cited, Profile, Unit};
use tunelint_core::split::{Part, Split};

/// Limits on numbers of examples: their name, the part, and whether it is a minimum.
const LIMITS: [(&str, Part, bool); 4] = [
    ("min-examples", Part::Train, true),
    ("max-examples", Part::Train, false),
    ("min-validation-examples", Part::Validation, true),
    ("max-validation-examples", Part::Validation, false),
];

/// A part that a target does not take, or advises against.
pub struct Finding {
    pub severity: Severity,
    pub message: String,
}

/// What of `split` the targets do not take; the validation file has `bytes`.
pub fn check(targets: &[Arc<Profile>], split: &Split, bytes: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    for target in targets {
        findings.extend(unwanted(target, split));
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
                    "validation has {}, more than the {} that {} states: “{}”",
                    counted(bytes, "byte"),
                    grouped(limit.value),
                    target.name,
                    limit.quote
                ),
            });
        }
    }
    findings
}

/// A validation set where none is taken.
fn unwanted(target: &Profile, split: &Split) -> Option<Finding> {
    let fact = target.requires.get("no-validation")?;
    (split.count(Part::Validation) > 0).then(|| Finding {
        severity: fact.effect.severity(fact.unconfirmed),
        message: format!("{} takes no validation set: “{}”", target.name, fact.quote),
    })
}

/// A part that has too few records, or too many.
fn number(
    target: &Profile,
    limit: &Cited<u64>,
    part: Part,
    count: u64,
    is_minimum: bool,
) -> Option<Finding> {
    let (beyond, than) = match is_minimum {
        true => (count < limit.value, "fewer"),
        false => (count > limit.value, "more"),
    };
    (count > 0 && beyond).then(|| Finding {
        severity: limit.severity(is_minimum),
        message: format!(
            "{} has {}, {than} than the {} that {} states: “{}”",
            part.as_str(),
            counted(count, "record"),
            grouped(limit.value),
            target.name,
            limit.quote
        ),
    })
}

/// A validation set that is too large beside what is trained on.
fn share(target: &Profile, split: &Split) -> Option<Finding> {
    let limit = target.limit("validation-share")?;
    let (train, validation) = (split.count(Part::Train), split.count(Part::Validation));
    let beyond = validation > limit.above && validation * 100 > train * limit.value;
    (limit.unit == Unit::Percent && beyond).then(|| Finding {
        severity: limit.severity(false),
        message: format!(
            "validation has {}, more than {} % of the {} that are trained on: “{}”",
            counted(validation, "record"),
            limit.value,
            grouped(train),
            limit.quote
        ),
    })
}
