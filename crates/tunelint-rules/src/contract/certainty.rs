//! How certain it is that an example which deviates from an inferred convention is a mistake.
//!
//! A warning is nearly certain; what only may be a mistake is advice. The rules that infer what is
//! usual decide by the share of the convention and by what is there in its place.

use crate::survey::inferred::Majority;
use tunelint_layouts::finding::Severity;

/// What an example has in place of a convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The convention in a damaged form: mistyped, in another notation, not closed.
    Damaged,
    /// Nothing of it, or something else. In few examples it is a mistake, in more it may be another
    /// task or another template.
    Absent,
    /// Something that may be meant, however rare it is.
    Thin,
}

impl Evidence {
    /// A damaged form if `is_damaged`, else something else.
    pub fn damaged_if(is_damaged: bool) -> Self {
        match is_damaged {
            true => Self::Damaged,
            false => Self::Absent,
        }
    }
}

/// The severity of a finding about an example that deviates from `convention`: a warning about a
/// damaged form where nearly all examples have the convention, or all but two, and about anything else
/// where all but very few have it, or all but one.
///
/// ```
/// use tunelint_rules::contract::certainty::{Evidence, severity};
/// use tunelint_rules::survey::inferred::Majority;
/// let of = |holders, evidence| severity(&Majority { value: (), holders, of: 100 }, evidence).as_str();
/// assert_eq!((of(95, Evidence::Damaged), of(94, Evidence::Damaged)), ("warning", "advice"));
/// assert_eq!((of(98, Evidence::Absent), of(97, Evidence::Absent)), ("warning", "advice"));
/// assert_eq!(of(99, Evidence::Thin), "advice");
/// let small = |holders| severity(&Majority { value: (), holders, of: 30 }, Evidence::Absent).as_str();
/// assert_eq!((small(29), small(28)), ("warning", "advice"));
/// ```
pub fn severity<T>(convention: &Majority<T>, evidence: Evidence) -> Severity {
    let is_certain = match evidence {
        Evidence::Damaged => convention.is_nearly_all(),
        Evidence::Absent => convention.is_nearly_universal(),
        Evidence::Thin => false,
    };
    match is_certain {
        true => Severity::Warning,
        false => Severity::Advice,
    }
}
