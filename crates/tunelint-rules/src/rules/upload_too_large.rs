//! An upload with more bytes than the target allows.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, Level, RuleContext, RuleMeta, Scope, TargetLimit};
use tunelint_data::text::position::{Location, SourceId};
use tunelint_data::text::printable::counted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::layout::{self, Layout, Losses, ObjectWriter};
use tunelint_layouts::provider::profile::{Delivery, Profile, Unit};
use tunelint_layouts::writer::sink::REST_ENVELOPE_BYTES;

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new("upload-too-large", Level::Profile, Scope::Dataset);

/// Builds the rule; `None` unless a target limits the bytes of an upload.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut uploads: Vec<Upload> = Vec::new();
    for limit in context.limits("upload") {
        for target in &limit.targets {
            let Some(profile) = context.profiles.iter().find(|of| of.name == *target) else {
                continue;
            };
            if limit.limit.unit == Unit::Bytes {
                add(&mut uploads, profile, &limit)?;
            }
        }
    }
    (!uploads.is_empty()).then(|| Check::dataset(UploadTooLarge { uploads }))
}

/// Adds the limit of one target to the uploads, grouped by layout and envelope. `None` if the
/// profile has no known layout.
fn add(uploads: &mut Vec<Upload>, profile: &Profile, limit: &TargetLimit) -> Option<()> {
    let layout = layout::by_name(profile.layouts.first()?)?;
    let envelope = match profile.container {
        Delivery::Rest => REST_ENVELOPE_BYTES,
        Delivery::Jsonl => 0,
    };
    let limit_of_target = TargetLimit {
        limit: limit.limit.clone(),
        targets: vec![profile.name.clone()],
    };
    let same =
        |upload: &&mut Upload| (upload.layout.name(), upload.envelope) == (layout.name(), envelope);
    match uploads.iter_mut().find(same) {
        Some(upload) => {
            match upload.limits.iter_mut().find(|of| {
                of.limit.value == limit.limit.value && of.limit.effect == limit.limit.effect
            }) {
                Some(known) => known.targets.extend(limit_of_target.targets),
                None => upload.limits.push(limit_of_target),
            }
        }
        None => uploads.push(Upload {
            layout,
            envelope,
            limits: vec![limit_of_target],
        }),
    }
    Some(())
}

/// The uploads in one layout and envelope, with the limits of the targets that receive them.
struct Upload {
    layout: Arc<dyn Layout>,
    envelope: u64,
    limits: Vec<TargetLimit>,
}

struct UploadTooLarge {
    /// Every format that a target receives: each is measured once.
    uploads: Vec<Upload>,
}

/// The bytes of the examples of each source, by source and index of the upload.
#[derive(Serialize, Deserialize)]
struct Bytes {
    by_source: BTreeMap<(u32, usize), u64>,
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
        for (form, upload) in self.uploads.iter().enumerate() {
            tally.object.clear();
            upload
                .layout
                .encode(example, &mut tally.object, &mut Losses::default());
            // Plus one for the comma or line break that follows.
            let bytes = tally.object.measure() + 1;
            let key = (example.record.source.0, form);
            *tally.by_source.entry(key).or_default() += bytes;
        }
    }

    fn merge(&self, into: &mut Bytes, from: Bytes) {
        for (key, bytes) in from.by_source {
            *into.by_source.entry(key).or_default() += bytes;
        }
    }

    fn renumber_sources(&self, tally: &mut Bytes, by: u32) {
        let moved = std::mem::take(&mut tally.by_source).into_iter();
        let moved = moved.map(|((source, form), bytes)| ((source + by, form), bytes));
        tally.by_source = moved.collect();
    }

    fn finish(&self, tally: Bytes, findings: &mut Findings<'_>) {
        for ((source, form), bytes) in tally.by_source {
            let Some(upload) = self.uploads.get(form) else {
                continue;
            };
            let bytes = bytes + upload.envelope;
            for limit in upload.limits.iter().filter(|of| bytes > of.limit.value) {
                let place = Location::whole(SourceId(source));
                findings.report_at(place, limit.impact(), || {
                    Message::new(format!(
                        "upload of {}: {}",
                        counted(bytes, "byte"),
                        limit.effect()
                    ))
                    .help("remove examples, or shorten the longest ones")
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{limit, reported};
    use tunelint_layouts::provider::profile;

    fn target(name: &str, container: Delivery) -> Profile {
        let openai = profile::by_name("openai").unwrap().unwrap();
        Profile {
            name: name.to_owned(),
            container,
            ..openai
        }
    }

    #[test]
    fn targets_that_receive_the_same_bytes_share_an_upload() {
        let mut uploads = Vec::new();
        for (name, container, value) in [
            ("a", Delivery::Jsonl, 500),
            ("b", Delivery::Jsonl, 500),
            ("c", Delivery::Jsonl, 900),
            ("d", Delivery::Rest, 500),
        ] {
            let profile = target(name, container);
            add(&mut uploads, &profile, &limit(value, Unit::Bytes)).unwrap();
        }
        let targets = |upload: &Upload| {
            let limits = upload.limits.iter();
            let targets = limits.map(|of| of.targets.join(" "));
            (upload.envelope, targets.collect::<Vec<_>>())
        };
        let [lines, request] = uploads.as_slice() else {
            panic!("{} uploads", uploads.len());
        };
        assert_eq!(targets(lines), (0, vec!["a b".into(), "c".into()]));
        assert_eq!(targets(request), (REST_ENVELOPE_BYTES, vec!["d".into()]));
    }

    #[test]
    fn the_envelope_counts_and_the_limit_itself_is_accepted() {
        let mut uploads = Vec::new();
        let profile = target("d", Delivery::Rest);
        add(&mut uploads, &profile, &limit(1_061, Unit::Bytes)).unwrap();
        let rule = UploadTooLarge { uploads };
        let report = |bytes| {
            let tally = Bytes {
                by_source: BTreeMap::from([((0, 0), bytes)]),
                ..Bytes::default()
            };
            reported(|findings| rule.finish(tally, findings))
        };
        assert!(report(1_000).is_empty());
        assert_eq!(
            report(1_001),
            ["error: upload of 1,062 bytes: d accepts at most 1,061 bytes"]
        );
    }

    #[test]
    fn sources_are_added_up_separately() {
        let rule = UploadTooLarge {
            uploads: Vec::new(),
        };
        let of = |sizes: &[((u32, usize), u64)]| Bytes {
            by_source: sizes.iter().copied().collect(),
            ..Bytes::default()
        };
        let mut later = of(&[((0, 0), 5), ((0, 1), 6)]);
        rule.renumber_sources(&mut later, 1);
        let mut all = of(&[((0, 0), 1), ((1, 0), 2)]);
        rule.merge(&mut all, later);
        let sums: Vec<_> = all.by_source.into_iter().collect();
        assert_eq!(sums, [((0, 0), 1), ((1, 0), 7), ((1, 1), 6)]);
    }
}
