//! Images, videos and audio in one dataset, where the target accepts only one kind of media.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::text::position::Location;
use tunelint_data::text::printable::{counted, grouped};
use tunelint_layouts::example::Example;
use tunelint_layouts::example::media::{self, Medium};
use tunelint_layouts::finding::{Findings, Message};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new("mixed-media", Level::Profile, Scope::Dataset);

/// Builds the rule; `None` unless a target rejects mixed media.
pub fn build(context: &RuleContext) -> Option<Check> {
    let facts = context.requires("no-mixed-media");
    (!facts.is_empty()).then(|| Check::dataset(MixedMedia { facts }))
}

struct MixedMedia {
    facts: Vec<TargetFact>,
}

/// The media of all examples, counted by kind.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Kinds(BTreeMap<Medium, MediaKind>);

#[derive(Debug, Serialize, Deserialize)]
struct MediaKind {
    count: u64,
    first: Location,
}

impl DatasetRule for MixedMedia {
    type Tally = Kinds;

    fn observe(&self, example: &Example<'_>, tally: &mut Kinds) {
        let media = example.turns.iter().flat_map(media::of_turn);
        // Files are excluded: a document is read as text, even next to images.
        for (medium, part) in media.filter(|(medium, _)| *medium != Medium::File) {
            let first = || MediaKind {
                count: 0,
                first: example.record.locate(part.span),
            };
            tally.0.entry(medium).or_insert_with(first).count += 1;
        }
    }

    fn merge(&self, into: &mut Kinds, from: Kinds) {
        for (medium, kind) in from.0 {
            match into.0.get_mut(&medium) {
                Some(known) => known.count += kind.count,
                None => drop(into.0.insert(medium, kind)),
            }
        }
    }

    fn renumber_sources(&self, tally: &mut Kinds, by: u32) {
        for kind in tally.0.values_mut() {
            kind.first.source.0 += by;
        }
    }

    fn finish(&self, tally: Kinds, findings: &mut Findings<'_>) {
        let most = tally.0.iter().rev().max_by_key(|(_, kind)| kind.count);
        let Some((usual, most)) = most else {
            return;
        };
        let of = |count, medium: Medium| match (count, medium) {
            (1, one) => one.describe().to_owned(),
            (count, Medium::Audio) => format!("{} audio clips", grouped(count)),
            (count, medium) => counted(count, medium.noun()),
        };
        for (medium, kind) in tally.0.iter().filter(|(medium, _)| *medium != usual) {
            for fact in &self.facts {
                findings.report_at(kind.first.clone(), fact.impact(), || {
                    let few = of(kind.count, *medium);
                    let many = of(most.count, *usual);
                    let does = fact.describe_effect("mixed media");
                    Message::new(format!("{few} in a dataset with {many}: {does}"))
                        .related(format!("the first {}", usual.noun()), most.first.clone())
                        .help("keep only one kind of media in the dataset")
                });
            }
        }
    }
}
