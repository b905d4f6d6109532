//! More bytes than the target takes in one upload.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::example::Example;
use crate::finding::{Findings, Message};
use crate::layout::{self, Losses, ObjectWriter};
use crate::position::{Location, SourceId};
use crate::printable::counted;
use crate::profile::{Delivery, Unit};
use crate::rule::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetLimit};
use crate::sink::REST_ENVELOPE_BYTES;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("upload-too-large", Level::Profile, Scope::Dataset);

/// Builds the rule, where a target limits uploads.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut limits = context.limits("upload");
    limits.retain(|limit| limit.limit.unit == Unit::Bytes);
    if limits.is_empty() {
        return None;
    }
    let profile = context
        .profiles
        .iter()
        .find(|profile| profile.limit("upload").is_some())?;
    let layout = layout::by_name(profile.layouts.first()?)?;
    let envelope = if profile.container == Delivery::Rest {
        REST_ENVELOPE_BYTES
    } else {
        0
    };
    Some(Check::dataset(UploadTooLarge {
        limits,
        layout,
        envelope,
    }))
}

struct UploadTooLarge {
    limits: Vec<TargetLimit>,
    layout: std::sync::Arc<dyn layout::Layout>,
    envelope: u64,
}

/// The bytes of each source's examples, as the target receives them.
#[derive(Serialize, Deserialize)]
struct Bytes {
    by_source: BTreeMap<u32, u64>,
    #[serde(skip, default = "ObjectWriter::measuring")]
    object: ObjectWriter,
}

impl Default for Bytes {
    fn default() -> Self {
        Self {
            by_source: BTreeMap::new(),
            object: ObjectWriter::measuring(),
        }
    }
}

impl DatasetRule for UploadTooLarge {
    type Tally = Bytes;

    fn observe(&self, example: &Example<'_>, tally: &mut Bytes) {
        tally.object.clear();
        self.layout
            .encode(example, &mut tally.object, &mut Losses::default());
        // One more for the comma or the line break that follows.
        let bytes = tally.object.measure() + 1;
        *tally.by_source.entry(example.record.source.0).or_default() += bytes;
    }

    fn merge(&self, into: &mut Bytes, from: Bytes) {
        for (source, bytes) in from.by_source {
            *into.by_source.entry(source).or_default() += bytes;
        }
    }

    fn shift(&self, tally: &mut Bytes, by: u32) {
        let bytes = std::mem::take(&mut tally.by_source).into_iter();
        tally.by_source = bytes.map(|(source, bytes)| (source + by, bytes)).collect();
    }

    fn finish(&self, tally: Bytes, findings: &mut Findings<'_>) {
        for (source, bytes) in tally.by_source {
            let bytes = bytes + self.envelope;
            for limit in self.limits.iter().filter(|of| bytes > of.limit.value) {
                findings.report_at(
                    Location::whole(SourceId(source)),
                    limit.limit.severity(false),
                    || {
                        Message::new(format!(
                            "the upload has {}: {}",
                            counted(bytes, "byte"),
                            limit.effect()
                        ))
                        .help("remove examples, or shorten the longest")
                        .targets(&limit.targets)
                    },
                );
            }
        }
    }
}
