//! Near-duplicates: examples that share most of their character 5-grams.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::contract::{
    Check, DatasetRule, Lead, Level, RuleContext, RuleMeta, RuleOption, RuleStatus, Scope,
};
use crate::survey::CompactLocation;
use crate::survey::signature::{BANDS, Signature};
use crate::survey::similarity::{NEAR, Runs, SharedText};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::counted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "near-duplicate",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.status(RuleStatus::Preview)
.inferring()
.options(&[RuleOption {
    name: "threshold",
    summary: "minimum share of character 5-grams that near-duplicates have in common",
    default: NEAR,
    min: 0.5,
    max: 1.0,
}]);

/// Maximum number of texts with an equal band that are compared with each other; in larger groups
/// the band comes from boilerplate.
const MAX_BUCKET: usize = 200;
/// Maximum number of examples whose texts are compared.
const MAX_COMPARED: usize = 20_000;

/// Builds the rule; `None` until it was inferred what all examples have in common.
pub fn build(context: &RuleContext) -> Option<Check> {
    let common = SharedText::of(context.inferred.as_ref()?);
    let threshold = context.option(&META, "threshold");
    Some(Check::dataset(Candidates { common, threshold }))
}

/// The first look: pairs of examples that may be near-duplicates.
struct Candidates {
    common: SharedText,
    threshold: f64,
}

/// An example's signature, with its location.
type Signed = (CompactLocation, Signature);

/// The signature of every example: 112 bytes each. Merged tallies stay separate lists, so that
/// merging copies nothing.
#[derive(Default, Serialize, Deserialize)]
struct Signatures(Vec<Vec<Signed>>);

impl DatasetRule for Candidates {
    type Tally = Signatures;

    fn observe(&self, example: &Example<'_>, tally: &mut Signatures) {
        if let Some(rest) = self.common.rest(example) {
            let spot = CompactLocation::new(&example.record, Span::at(0));
            let signature = (spot, Signature::of(&rest));
            match tally.0.last_mut() {
                Some(signatures) => signatures.push(signature),
                None => tally.0.push(vec![signature]),
            }
        }
    }

    fn merge(&self, into: &mut Signatures, from: Signatures) {
        into.0.extend(from.0);
    }

    fn renumber_sources(&self, tally: &mut Signatures, by: u32) {
        let signatures = tally.0.iter_mut().flatten();
        signatures.for_each(|(spot, _)| spot.renumber_sources(by));
    }

    fn lead(&self, tally: &Signatures) -> Option<Lead> {
        let pairs = candidates(&tally.0, self.threshold);
        (!pairs.is_empty()).then(|| Lead::new(&pairs)).flatten()
    }

    fn follow_up(&self, lead: &Lead) -> Option<Check> {
        let pairs: Pairs = lead.content()?;
        let wanted = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
        Some(Check::dataset(Comparison {
            common: self.common.clone(),
            threshold: self.threshold,
            pairs,
            wanted,
        }))
    }

    fn finish(&self, _: Signatures, _: &mut Findings<'_>) {}
}

/// Pairs of examples, in the order of their locations.
type Pairs = BTreeSet<(CompactLocation, CompactLocation)>;

/// The pairs with an equal band that may be as similar as `threshold`.
fn candidates(signatures: &[Vec<Signed>], threshold: f64) -> Pairs {
    let mut pairs = BTreeSet::new();
    let mut members = BTreeSet::new();
    for band in 0..BANDS {
        let signed = signatures.iter().flatten();
        let by_band = signed.filter_map(|of| Some((*of.1.bands.get(band)?, of)));
        let mut order: Vec<(u32, &Signed)> = by_band.collect();
        order.sort_unstable();
        let buckets = order.chunk_by(|a, b| a.0 == b.0);
        for bucket in buckets.filter(|bucket| (2..=MAX_BUCKET).contains(&bucket.len())) {
            for (at, (_, (a, left))) in bucket.iter().enumerate() {
                let others = bucket.iter().skip(at + 1).map(|(_, other)| other);
                for (b, _) in others.filter(|(_, right)| left.may_reach(right, threshold)) {
                    if members.len() < MAX_COMPARED || members.contains(a) && members.contains(b) {
                        members.extend([*a, *b]);
                        pairs.insert((*a, *b));
                    }
                }
            }
        }
    }
    pairs
}

/// The second look: which of the candidates are near-duplicates.
struct Comparison {
    common: SharedText,
    threshold: f64,
    pairs: Pairs,
    wanted: BTreeSet<CompactLocation>,
}

#[derive(Default, Serialize, Deserialize)]
struct Texts(Vec<(CompactLocation, Runs)>);

impl DatasetRule for Comparison {
    type Tally = Texts;

    fn observe(&self, example: &Example<'_>, tally: &mut Texts) {
        let spot = CompactLocation::new(&example.record, Span::at(0));
        if !self.wanted.contains(&spot) {
            return;
        }
        if let Some(rest) = self.common.rest(example) {
            tally.0.push((spot, Runs::of(&rest)));
        }
    }

    fn merge(&self, into: &mut Texts, from: Texts) {
        into.0.extend(from.0);
    }

    fn renumber_sources(&self, tally: &mut Texts, by: u32) {
        tally
            .0
            .iter_mut()
            .for_each(|(spot, _)| spot.renumber_sources(by));
    }

    fn finish(&self, tally: Texts, findings: &mut Findings<'_>) {
        let texts: BTreeMap<CompactLocation, Runs> = tally.0.into_iter().collect();
        let near = self.pairs.iter().filter_map(|(a, b)| {
            let (x, y) = (texts.get(a)?, texts.get(b)?);
            let similarity = x.similarity(y);
            (similarity >= self.threshold && x != y).then_some((*a, *b, similarity))
        });
        for cluster in clusters(near.collect()) {
            report(&cluster, &texts, findings);
        }
    }
}

/// Examples that are near-duplicates of each other, directly or through other members.
struct NearDuplicates {
    members: Vec<CompactLocation>,
    /// The similarity of the first pair that was found.
    similarity: f64,
}

fn clusters(near: Vec<(CompactLocation, CompactLocation, f64)>) -> Vec<NearDuplicates> {
    let mut root: BTreeMap<CompactLocation, CompactLocation> = BTreeMap::new();
    let find = |root: &BTreeMap<CompactLocation, CompactLocation>, mut at: CompactLocation| {
        while let Some(above) = root.get(&at).filter(|above| **above != at) {
            at = *above;
        }
        at
    };
    for (a, b, _) in &near {
        let (x, y) = (find(&root, *a), find(&root, *b));
        let first = x.min(y);
        for spot in [*a, *b, x, y] {
            root.insert(spot, first);
        }
    }
    let mut clusters: BTreeMap<CompactLocation, NearDuplicates> = BTreeMap::new();
    for spot in root.keys() {
        let cluster = clusters
            .entry(find(&root, *spot))
            .or_insert(NearDuplicates {
                members: Vec::new(),
                similarity: 0.0,
            });
        cluster.members.push(*spot);
    }
    for (a, _, similarity) in near {
        if let Some(cluster) = clusters.get_mut(&find(&root, a))
            && cluster.similarity == 0.0
        {
            cluster.similarity = similarity;
        }
    }
    clusters.into_values().collect()
}

fn report(
    cluster: &NearDuplicates,
    texts: &BTreeMap<CompactLocation, Runs>,
    findings: &mut Findings<'_>,
) {
    let [first, second, ..] = cluster.members.as_slice() else {
        return;
    };
    findings.report_at(second.location(), Severity::Advice, || {
        let percent = (cluster.similarity * 100.0).floor();
        let record = first.record();
        let shared = format!("{percent}% of character 5-grams in common");
        let message = match cluster.members.len() {
            2 => format!("near-duplicate of record {record}: {shared}"),
            more => format!(
                "{} are near-duplicates, the first is record {record}: {shared}",
                counted(more as u64, "example")
            ),
        };
        let identity = texts.get(second).map(Runs::identity).unwrap_or_default();
        let message = Message::new(message)
            .identity(&identity)
            .help("keep the best one, or keep all of them in the same split");
        let others = cluster
            .members
            .iter()
            .filter(|spot| *spot != second)
            .take(10);
        others.fold(message, |message, spot| {
            message.related("near-duplicate", spot.location())
        })
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{record, reported};

    fn spot(ordinal: u32) -> CompactLocation {
        CompactLocation::new(&record(ordinal.into()), Span::at(0))
    }

    /// Bands that agree with no other example's, except for the first: that is `first`.
    fn with_band(ordinal: u32, first: u32) -> Signed {
        let mut bands = [ordinal; BANDS];
        bands[0] = first;
        let bits = None;
        (spot(ordinal), Signature { bands, bits })
    }

    #[test]
    fn a_band_that_too_many_share_gives_no_candidates() {
        let sharing = |count| {
            let all = (0..count).map(|of| with_band(of, 7)).collect();
            candidates(&[all], NEAR).len()
        };
        assert_eq!((sharing(1), sharing(2), sharing(3)), (0, 1, 3));
        assert_eq!((sharing(200), sharing(201)), (19_900, 0));
    }

    #[test]
    fn the_number_of_compared_examples_is_limited() {
        let pairs = |count: u32| {
            let all = (0..2 * count).map(|of| with_band(of, of / 2)).collect();
            candidates(&[all], NEAR).len()
        };
        assert_eq!((pairs(10_000), pairs(10_001)), (10_000, 10_000));
    }

    #[test]
    fn pairs_are_joined_through_common_members() {
        let near = |a, b, similarity| (spot(a), spot(b), similarity);
        let all = clusters(vec![
            near(1, 2, 0.9),
            near(3, 7, 0.8),
            near(5, 6, 0.85),
            near(2, 7, 0.95),
        ]);
        let all: Vec<_> = all
            .into_iter()
            .map(|of| (of.members, of.similarity))
            .collect();
        let first = [1, 2, 3, 7].map(spot).to_vec();
        assert_eq!(all, [(first, 0.9), (vec![spot(5), spot(6)], 0.85)]);
    }

    #[test]
    fn the_threshold_counts_and_duplicates_do_not() {
        // Of 11 runs each, 10 are common: 10 of 12.
        let texts = ["abcdefghijklmno", "abcdefghijklmnp"];
        let compare = |a: &str, b: &str, threshold| {
            let rule = Comparison {
                common: SharedText::default(),
                threshold,
                pairs: BTreeSet::from([(spot(1), spot(2))]),
                wanted: BTreeSet::new(),
            };
            let tally = Texts(vec![(spot(2), Runs::of(b)), (spot(1), Runs::of(a))]);
            reported(|findings| rule.finish(tally, findings))
        };
        assert_eq!(
            compare(texts[0], texts[1], 10.0 / 12.0),
            ["advice: near-duplicate of record 1: 83% of character 5-grams in common"]
        );
        assert!(compare(texts[0], texts[1], 0.84).is_empty());
        assert!(compare(texts[0], texts[0], 0.8).is_empty());
    }
}
