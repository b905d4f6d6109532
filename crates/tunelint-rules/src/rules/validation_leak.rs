//! A validation example that is also in the training set, exactly or nearly.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::contract::{
    Check, DatasetRule, FixKind, Level, RuleContext, RuleMeta, Scope, SurveyRule,
};
use crate::survey::signature::Signature;
use crate::survey::similarity::{NEAR, Runs, SharedText};
use crate::survey::{CompactLocation, ExampleDigest, Kept, Leak, Leaks, Needs, Normalizer, Survey};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::counted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "validation-leak",
    Level::Fixed(Severity::Error),
    Scope::Dataset,
)
.fix(FixKind::DropsRecord)
.inferring();

/// Builds the rule; `None` without a validation set. The first pass finds duplicates; the second,
/// once it was inferred what all examples have in common, finds near-duplicates.
pub fn build(context: &RuleContext) -> Option<Check> {
    let validation = context.validation.clone()?;
    match &context.inferred {
        None => Some(Check::survey(ValidationLeak { validation })),
        Some(inferred) => {
            let rule = NearLeak::new(&validation, SharedText::of(inferred));
            (!rule.examples.is_empty()).then(|| Check::dataset(rule))
        }
    }
}

struct ValidationLeak {
    validation: Arc<Leaks>,
}

impl SurveyRule for ValidationLeak {
    fn needs(&self) -> Needs {
        Needs {
            seen: true,
            ..Needs::COUNT
        }
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        for family in families(self.validation.find(&survey.seen)) {
            report(&family, findings);
        }
    }
}

/// The leaks of equal validation examples, which leak from the same training example, in the order of
/// the first of each.
fn families(leaks: Vec<Leak>) -> Vec<Vec<Leak>> {
    let mut families: BTreeMap<[u8; 16], Vec<Leak>> = BTreeMap::new();
    for leak in leaks {
        let family = families.entry(leak.validation.identity()).or_default();
        family.push(leak);
    }
    let mut families: Vec<Vec<Leak>> = families.into_values().collect();
    families.sort_by_key(|family| family.first().map(|leak| leak.validation.spot()));
    families
}

fn report(family: &[Leak], findings: &mut Findings<'_>) {
    let Some(&Leak {
        validation,
        training,
    }) = family.first()
    else {
        return;
    };
    let exact = validation.same_text(&training);
    let severity = match exact {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let places = family.iter().map(|leak| leak.validation.spot().location());
    findings.report_family(places, severity, &validation.identity(), |number| {
        let record = training.spot().record();
        let (duplicate, input, help) = match number {
            1 => (
                "duplicate".to_owned(),
                "same input".to_owned(),
                "remove it from the training or the validation set",
            ),
            _ => (
                counted(number, "duplicate"),
                format!("{} with the same input", counted(number, "record")),
                "remove them from the training or the validation set",
            ),
        };
        let duplicate = format!("{duplicate} of training record {record}");
        let message = match () {
            () if exact => duplicate,
            () if validation.same_output(&training) => {
                format!("{duplicate} except for case, spacing or punctuation")
            }
            () => format!("{input} as training record {record}"),
        };
        Message::new(message)
            .fix(Fix::dropping())
            .help(help)
            .related("training record", training.spot().location())
    });
}

/// Finds training examples that are near-duplicates of validation examples.
struct NearLeak {
    common: SharedText,
    examples: Vec<ValidationExample>,
    /// The indices in [`Self::examples`], by number and value of a band.
    bands: BTreeMap<(usize, u32), Vec<usize>>,
}

/// A validation example, with the 5-grams that are compared.
struct ValidationExample {
    digest: ExampleDigest,
    signature: Signature,
    runs: Runs,
}

/// The nearest training example by index of the validation example: similarity in thousandths, and
/// location.
#[derive(Default, Serialize, Deserialize)]
struct Nearest(BTreeMap<usize, (u32, CompactLocation)>);

/// Above any similarity: the input is the same, which the first pass reports.
const SAME_INPUT: u32 = 1_001;

impl NearLeak {
    fn new(validation: &Leaks, common: SharedText) -> Self {
        let mut rule = Self {
            common,
            examples: Vec::new(),
            bands: BTreeMap::new(),
        };
        for Kept { seen, turns } in validation.records() {
            let Some(rest) = rule
                .common
                .rest_of(turns.iter().map(|(role, text)| (*role, text.as_str())))
            else {
                continue;
            };
            let index = rule.examples.len();
            let signature = Signature::of(&rest);
            for band in signature.bands.into_iter().enumerate() {
                rule.bands.entry(band).or_default().push(index);
            }
            rule.examples.push(ValidationExample {
                digest: *seen,
                signature,
                runs: Runs::of(&rest),
            });
        }
        rule
    }

    /// The validation examples that may be near-duplicates of a text with `signature`, by index.
    fn candidates(&self, signature: &Signature) -> BTreeMap<usize, &ValidationExample> {
        let found = signature.bands.into_iter().enumerate();
        let found = found.filter_map(|band| self.bands.get(&band)).flatten();
        let found = found.filter_map(|index| Some((*index, self.examples.get(*index)?)));
        let near = |(_, of): &(usize, &ValidationExample)| of.signature.may_reach(signature, NEAR);
        found.filter(near).collect()
    }
}

impl Nearest {
    fn note(&mut self, index: usize, near: u32, spot: CompactLocation) {
        let best = self.0.entry(index).or_insert((near, spot));
        // The first one wins a tie.
        if near > best.0 || near == best.0 && spot < best.1 {
            *best = (near, spot);
        }
    }
}

impl DatasetRule for NearLeak {
    type Tally = Nearest;

    fn observe(&self, example: &Example<'_>, tally: &mut Nearest) {
        let Some(rest) = self.common.rest(example) else {
            return;
        };
        let candidates = self.candidates(&Signature::of(&rest));
        if candidates.is_empty() {
            return;
        }
        let seen = ExampleDigest::of(example, &mut Normalizer::default());
        let runs = Runs::of(&rest);
        let spot = CompactLocation::new(&example.record, Span::at(0));
        for (index, validation) in candidates {
            let similarity = runs.similarity(&validation.runs);
            if validation.digest.same_input(&seen) {
                tally.note(index, SAME_INPUT, spot);
            } else if similarity >= NEAR {
                tally.note(index, (similarity * 1_000.0) as u32, spot);
            }
        }
    }

    fn merge(&self, into: &mut Nearest, from: Nearest) {
        for (index, (near, spot)) in from.0 {
            into.note(index, near, spot);
        }
    }

    fn renumber_sources(&self, tally: &mut Nearest, by: u32) {
        let nearest = tally.0.values_mut();
        nearest.for_each(|(_, spot)| spot.renumber_sources(by));
    }

    fn finish(&self, tally: Nearest, findings: &mut Findings<'_>) {
        for (index, (near, training)) in tally
            .0
            .into_iter()
            .filter(|(_, (near, _))| *near < SAME_INPUT)
        {
            let Some(ValidationExample { digest, .. }) = self.examples.get(index) else {
                continue;
            };
            findings.report_at(digest.spot().location(), Severity::Warning, || {
                Message::new(format!(
                    "near-duplicate of training record {}: {}% of character 5-grams in common",
                    training.record(),
                    near / 10
                ))
                .identity(&digest.identity())
                .help("remove it from the training or the validation set")
                .related("training record", training.location())
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{record, reported, turn};
    use tunelint_layouts::example::Role;

    fn spot(ordinal: u64) -> CompactLocation {
        CompactLocation::new(&record(ordinal), Span::at(0))
    }

    #[test]
    fn the_most_similar_example_is_kept_and_the_first_wins_a_tie() {
        let nearest = |notes: [(u32, u64); 2]| {
            let mut nearest = Nearest::default();
            for (near, ordinal) in notes {
                nearest.note(0, near, spot(ordinal));
            }
            nearest.0[&0]
        };
        assert_eq!(nearest([(850, 1), (900, 2)]), (900, spot(2)));
        assert_eq!(nearest([(900, 2), (850, 1)]), (900, spot(2)));
        assert_eq!(nearest([(850, 2), (850, 1)]), (850, spot(1)));
        assert_eq!(nearest([(850, 1), (850, 2)]), (850, spot(1)));
        assert_eq!(nearest([(1_000, 1), (SAME_INPUT, 2)]).1, spot(2));
    }

    /// A rule with these validation examples, which agree in every band with their own text.
    fn rule(texts: &[&str]) -> NearLeak {
        let mut rule = NearLeak::new(&Leaks::default(), SharedText::default());
        for text in texts {
            let example = Example::new(record(5), vec![turn(Role::User, text)]);
            let signature = Signature::of(text);
            for band in signature.bands.into_iter().enumerate() {
                let indices = rule.bands.entry(band).or_default();
                indices.push(rule.examples.len());
            }
            rule.examples.push(ValidationExample {
                digest: ExampleDigest::of(&example, &mut Normalizer::default()),
                signature,
                runs: Runs::of(text),
            });
        }
        rule
    }

    #[test]
    fn an_example_is_a_candidate_once_however_many_bands_agree() {
        let text = "The parcel left the depot on Monday and has not arrived at the shop.";
        let rule = rule(&[text, text]);
        let indices = |text| {
            let found = rule.candidates(&Signature::of(text));
            found.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(indices(text), [0, 1]);
        assert!(indices("Nothing of this is in the other text.").is_empty());
    }

    #[test]
    fn equal_inputs_are_left_to_the_first_pass() {
        let rule = rule(&["Where is it?"]);
        let report = |near| {
            let tally = Nearest(BTreeMap::from([(0, (near, spot(3)))]));
            reported(|findings| rule.finish(tally, findings))
        };
        assert!(report(SAME_INPUT).is_empty());
        assert_eq!(
            report(999),
            ["warning: near-duplicate of training record 3: 99% of character 5-grams in common"]
        );
    }
}
