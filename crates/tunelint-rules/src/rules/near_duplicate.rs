//! An example that is nearly the same as another.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::contract::{
    Check, DatasetRule, Level, RuleContext, RuleMeta, RuleOption, RuleStatus, Scope,
};
use crate::survey::Spot;
use crate::survey::similarity::{BANDS, Bands, Common, NEAR, Runs, bands};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::counted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "near-duplicate",
    Level::Fixed(Severity::Advice),
    Scope::Dataset,
)
.status(RuleStatus::Preview)
.inferring()
.options(&[RuleOption {
    name: "threshold",
    summary: "the share of runs of five characters that two examples have in common",
    default: NEAR,
    min: 0.5,
    max: 1.0,
}]);

/// Texts that agree in a band up to which each is a candidate; more share boilerplate.
const CROWD: usize = 200;
/// Candidates whose texts are compared.
const COMPARED: usize = 20_000;

/// Builds the rule, once it is known what all examples have in common.
pub fn build(context: &RuleContext) -> Option<Check> {
    let common = Common::of(context.inferred.as_ref()?);
    let threshold = context.option(&META, "threshold");
    Some(Check::dataset(Candidates { common, threshold }))
}

/// The first look: which examples may be alike.
struct Candidates {
    common: Common,
    threshold: f64,
}

/// The bands of every example, with its place: 84 bytes each. What was gathered together stays
/// together, so that merging copies nothing.
#[derive(Default, Serialize, Deserialize)]
struct Signatures(Vec<Vec<(Spot, Bands)>>);

impl DatasetRule for Candidates {
    type Tally = Signatures;

    fn observe(&self, example: &Example<'_>, tally: &mut Signatures) {
        if let Some(rest) = self.common.rest(example) {
            let spot = Spot::new(&example.record, Span::at(0));
            let signature = (spot, bands(&rest));
            match tally.0.last_mut() {
                Some(signatures) => signatures.push(signature),
                None => tally.0.push(vec![signature]),
            }
        }
    }

    fn merge(&self, into: &mut Signatures, from: Signatures) {
        into.0.extend(from.0);
    }

    fn shift(&self, tally: &mut Signatures, by: u32) {
        let signatures = tally.0.iter_mut().flatten();
        signatures.for_each(|(spot, _)| spot.shift(by));
    }

    fn again(&self, tally: &Signatures) -> Option<Check> {
        let pairs = candidates(&tally.0);
        let wanted: BTreeSet<Spot> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
        (!pairs.is_empty()).then(|| {
            Check::dataset(Compared {
                common: self.common.clone(),
                threshold: self.threshold,
                pairs,
                wanted,
            })
        })
    }

    fn finish(&self, _: Signatures, _: &mut Findings<'_>) {}
}

/// The pairs that agree in a band, in the order of their places.
fn candidates(signatures: &[Vec<(Spot, Bands)>]) -> BTreeSet<(Spot, Spot)> {
    let mut pairs = BTreeSet::new();
    let mut members = BTreeSet::new();
    for band in 0..BANDS {
        let mut order: Vec<(u32, Spot)> = signatures
            .iter()
            .flatten()
            .filter_map(|(spot, bands)| Some((*bands.get(band)?, *spot)))
            .collect();
        order.sort_unstable();
        let buckets = order.chunk_by(|a, b| a.0 == b.0);
        for bucket in buckets.filter(|bucket| (2..=CROWD).contains(&bucket.len())) {
            for (at, (_, a)) in bucket.iter().enumerate() {
                for (_, b) in bucket.iter().skip(at + 1) {
                    if members.len() < COMPARED || members.contains(a) && members.contains(b) {
                        members.extend([*a, *b]);
                        pairs.insert((*a, *b));
                    }
                }
            }
        }
    }
    pairs
}

/// The second look: which of them are.
struct Compared {
    common: Common,
    threshold: f64,
    pairs: BTreeSet<(Spot, Spot)>,
    wanted: BTreeSet<Spot>,
}

#[derive(Default, Serialize, Deserialize)]
struct Texts(Vec<(Spot, Runs)>);

impl DatasetRule for Compared {
    type Tally = Texts;

    fn observe(&self, example: &Example<'_>, tally: &mut Texts) {
        let spot = Spot::new(&example.record, Span::at(0));
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

    fn shift(&self, tally: &mut Texts, by: u32) {
        tally.0.iter_mut().for_each(|(spot, _)| spot.shift(by));
    }

    fn finish(&self, tally: Texts, findings: &mut Findings<'_>) {
        let texts: BTreeMap<Spot, Runs> = tally.0.into_iter().collect();
        let near = self.pairs.iter().filter_map(|(a, b)| {
            let (x, y) = (texts.get(a)?, texts.get(b)?);
            let similarity = x.similarity(y);
            (similarity >= self.threshold && x != y).then_some((*a, *b, similarity))
        });
        for family in families(near.collect()) {
            report(&family, &texts, findings);
        }
    }
}

/// Examples that are near one another, directly or by way of others.
struct Family {
    members: Vec<Spot>,
    /// How near the first two that were found are.
    similarity: f64,
}

fn families(near: Vec<(Spot, Spot, f64)>) -> Vec<Family> {
    let mut root: BTreeMap<Spot, Spot> = BTreeMap::new();
    let find = |root: &BTreeMap<Spot, Spot>, mut at: Spot| {
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
    let mut families: BTreeMap<Spot, Family> = BTreeMap::new();
    for spot in root.keys() {
        let family = families.entry(find(&root, *spot)).or_insert(Family {
            members: Vec::new(),
            similarity: 0.0,
        });
        family.members.push(*spot);
    }
    for (a, _, similarity) in near {
        if let Some(family) = families.get_mut(&find(&root, a))
            && family.similarity == 0.0
        {
            family.similarity = similarity;
        }
    }
    families.into_values().collect()
}

fn report(family: &Family, texts: &BTreeMap<Spot, Runs>, findings: &mut Findings<'_>) {
    let [first, second, ..] = family.members.as_slice() else {
        return;
    };
    findings.report_at(second.location(), Severity::Advice, || {
        let percent = (family.similarity * 100.0).floor();
        let record = first.record();
        let message = match family.members.len() {
            2 => format!("this example is nearly record {record}: {percent} % of their runs of five characters are the same"),
            more => format!(
                "{} are nearly the same, the first is record {record}: {percent} % of the runs of five characters",
                counted(more as u64, "example")
            ),
        };
        let identity = texts.get(second).map(Runs::identity).unwrap_or_default();
        let message = Message::new(message)
            .identity(&identity)
            .help("keep the best of them, unless the variants are meant; never split them over training and validation");
        let others = family.members.iter().filter(|spot| *spot != second).take(10);
        others.fold(message, |message, spot| message.related("nearly the same", spot.location()))
    });
}
