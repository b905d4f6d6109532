//! Flags inputs that do not end with the suffix that most others share.

use std::sync::Arc;

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::inferred::common::{is_sign, reversed};
use crate::survey::inferred::preamble::{PreambleDeviation, PreambleFault, depart};
use crate::survey::inferred::{Common, Inferred};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "missing-suffix",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the check in the second pass; `None` if no suffix was inferred or no input can
/// lack it.
pub fn build(context: &RuleContext) -> Option<Check> {
    let inferred = context.inferred.as_ref()?;
    let suffix = inferred.suffix.clone()?;
    let usual = suffix.is_usual() && inferred.may_depart(&suffix);
    let inferred = Arc::clone(inferred);
    usual.then(|| Check::example(MissingSuffix { suffix, inferred }))
}

struct MissingSuffix {
    suffix: Common,
    inferred: Arc<Inferred>,
}

impl ExampleRule for MissingSuffix {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.written_prompt() else {
            return;
        };
        let (text, suffix) = (turn.joined(), &self.suffix.value);
        if text.ends_with(suffix.as_str()) || self.inferred.is_of_other_task(&text) {
            return;
        }
        let departure = depart_at_end(&text, suffix);
        let range = departure.from..departure.to;
        findings.report(
            example.record.at(turn.span_of(range.clone())),
            severity(
                &self.suffix,
                evidence(&departure, &text, suffix, self.inferred.is_saved),
            ),
            || {
                let ending = quoted(suffix, 60);
                // Without a line break, nothing else of the text differs.
                let is_break = suffix.trim().is_empty();
                let is_missing = is_break || departure.fault == PreambleFault::Missing;
                let fix =
                    is_missing.then(|| Fix::of_text([turn.edit(&example.record, range, suffix)]));
                let difference = match is_break {
                    true => "no line break at the end".to_owned(),
                    false => departure.describe("the common suffix", "end", &text, suffix),
                };
                Message::new(format!(
                    "{difference}; {} of inputs end with {ending}",
                    self.suffix.percent()
                ))
                .help(format!("end every input with {ending}"))
                .fix(fix.flatten())
            },
        );
    }
}

/// What an input has in place of the suffix. Other words at the end may be content, not a mistyped one.
fn evidence(departure: &PreambleDeviation, text: &str, suffix: &str, is_saved: bool) -> Evidence {
    match is_saved || is_sign(suffix) {
        _ if departure.is_affix(text, suffix) => Evidence::Thin,
        true => Evidence::damaged_if(departure.is_damage(text, suffix)),
        false if departure.is_typo(text, suffix) => Evidence::Damaged,
        false => Evidence::Thin,
    }
}

/// How the end of `text` differs from `suffix`: [`depart`] on both reversed.
fn depart_at_end(text: &str, suffix: &str) -> PreambleDeviation {
    let mirrored = depart(&reversed(text), &reversed(suffix));
    PreambleDeviation {
        fault: mirrored.fault,
        from: text.len().saturating_sub(mirrored.to),
        to: text.len().saturating_sub(mirrored.from),
        wanted_from: suffix.len().saturating_sub(mirrored.wanted_to),
        wanted_to: suffix.len().saturating_sub(mirrored.wanted_from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_from_the_start() {
        let found = depart_at_end("Is it so? Answer yes or now.", "Answer yes or no.");
        assert_eq!(found.fault, PreambleFault::Mistyped);
        assert_eq!(
            "Is it so? Answer yes or now.".get(found.from..found.to),
            Some("w")
        );
        let missing = depart_at_end("Is it so?", "Answer yes or no.");
        assert_eq!((missing.from, missing.to), (9, 9));
    }

    #[test]
    fn a_mistyped_word_is_damage() {
        let suffix = "Answer with one word only.";
        let of = |text: &str| evidence(&depart_at_end(text, suffix), text, suffix, false);
        assert_eq!(
            of("Is it so? Answer with one word olny."),
            Evidence::Damaged
        );
        assert_eq!(of("Is it so? Answer with one words only."), Evidence::Thin);
        assert_eq!(of("Is it so?"), Evidence::Thin);
    }
}
