//! Whether the parts have the sizes that the targets ask for.

use std::sync::Arc;

use tunelint_core::finding::Severity;
use tunelint_core::printable::{counted, grouped};
use tunelint_core::profile::{Profile, Unit};
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

/// What of `split` the targets do not take.
pub fn check(targets: &[Arc<Profile>], split: &Split) -> Vec<Finding> {
    let mut findings = Vec::new();
    for target in targets {
        for (name, part, is_minimum) in LIMITS {
            let count = split.count(part);
            let limit = target.limit(name).filter(|of| of.unit == Unit::Examples);
            let Some(limit) = limit.filter(|_| count > 0) else {
                continue;
            };
            let beyond = match is_minimum {
                true => count < limit.value,
                false => count > limit.value,
            };
            if beyond {
                let than = if is_minimum { "fewer" } else { "more" };
                findings.push(Finding {
                    severity: limit.severity(is_minimum),
                    message: format!(
                        "{} has {}, {than} than the {} that {} states: “{}”",
                        part.as_str(),
                        counted(count, "record"),
                        grouped(limit.value),
                        target.name,
                        limit.quote
                    ),
                });
            }
        }
    }
    findings
}
