//! Phrases that several formats share.

use tunelint_core::finding::{Applicability, Counts, Severity};
use tunelint_core::printable::{counted, grouped};
use tunelint_core::totals::Verdict;

/// What a target does with the data, in one word.
pub(super) fn answer(verdict: &Verdict) -> &'static str {
    match verdict.accepted() {
        true => "accept",
        false if verdict.rejected > 0 || verdict.convert_to.is_some() => "reject",
        false => "skip",
    }
}

/// The verdict of one target, in a sentence: `openai rejects the data: 3 findings`.
pub(super) fn verdict_sentence(verdict: &Verdict) -> String {
    let target = &verdict.target;
    let findings = |number| counted(number, "finding");
    let skipped = match verdict.skipped {
        0 => String::new(),
        number => format!("skips records: {}", findings(number)),
    };
    let refused = verdict.rejected > 0 || verdict.convert_to.is_some();
    let sentence = match (refused, skipped.is_empty()) {
        (true, true) => format!("{target} rejects the data: {}", findings(verdict.rejected)),
        (true, false) => format!(
            "{target} rejects the data: {}; it also {skipped}",
            findings(verdict.rejected)
        ),
        (false, false) => format!("{target} accepts the data, but {skipped}"),
        (false, true) => format!("{target} accepts the data"),
    };
    match verdict.changed {
        0 => sentence,
        number => format!(
            "{sentence}; it truncates, misreads or ignores text: {}",
            findings(number)
        ),
    }
}

/// If a source has more targets than this, only their number is shown.
const MAX_NAMED_TARGETS: usize = 3;

/// The targets of a source, to be appended to its description: `, for openai, trl`.
pub(super) fn for_targets(targets: &[String]) -> String {
    match targets {
        [] => String::new(),
        many if many.len() > MAX_NAMED_TARGETS => format!(", for {} targets", many.len()),
        few => format!(", for {}", few.join(", ")),
    }
}

/// The conversion that a target requires: `none`, `to messages`, or that it is impossible.
pub(super) fn conversion(verdict: &Verdict) -> String {
    match &verdict.convert_to {
        Some(layout) if verdict.is_unfit => format!("impossible: expects {layout}"),
        Some(layout) => format!("to {layout}"),
        None => "none".to_owned(),
    }
}

/// How to apply fixes of this kind: `fixable with` and the option.
pub(super) fn fix_option(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Safe => "fixable with `--fix`",
        Applicability::Unsafe => "fixable with `--unsafe-fixes`",
        Applicability::DropsRecord => "removable with `--drop-records --rejects FILE`",
    }
}

/// The number of findings by severity: `2 errors, 1 warning, 3 advice`.
pub(super) fn totals(counts: &Counts) -> String {
    let of = |severity| counts.of_severity(severity);
    let (errors, warnings, advice) = (
        of(Severity::Error),
        of(Severity::Warning),
        of(Severity::Advice),
    );
    if errors + warnings + advice == 0 {
        return "no findings".to_owned();
    }
    format!(
        "{}, {}, {} advice",
        counted(errors, "error"),
        counted(warnings, "warning"),
        grouped(advice)
    )
}
