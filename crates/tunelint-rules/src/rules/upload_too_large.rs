//! More bytes than the target takes in one upload.

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

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("upload-too-large", Level::Profile, Scope::Dataset);

/// Builds the rule, where a target limits uploads.
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

/// Adds what a target limits to the upload of its form.
fn add(uploads: &mut Vec<Upload>, profile: &Profile, limit: &TargetLimit) -> Option<()> {
    let layout = layout::by_name(profile.layouts.first()?)?;
    let envelope = match profile.container {
        Delivery::Rest => REST_ENVELOPE_BYTES,
        Delivery::Jsonl => 0,
    };
    let own = TargetLimit {
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
                Some(known) => known.targets.extend(own.targets),
                None => upload.limits.push(own),
            }
        }
        None => uploads.push(Upload {
            layout,
            envelope,
            limits: vec![own],
        }),
    }
    Some(())
}

/// An upload of one form: in one layout, perhaps inside a request.
struct Upload {
    layout: Arc<dyn Layout>,
    envelope: u64,
    limits: Vec<TargetLimit>,
}

struct UploadTooLarge {
    /// Every form that a target receives: each is measured once.
    uploads: Vec<Upload>,
}

/// The bytes of each source's examples in each form of upload.
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
            // One more for the comma or the line break that follows.
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

    fn shift(&self, tally: &mut Bytes, by: u32) {
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
                let severity = limit.limit.severity(false);
                findings.report_at(Location::whole(SourceId(source)), severity, || {
                    Message::new(format!(
                        "the upload has {}: {}",
                        counted(bytes, "byte"),
                        limit.effect()
                    ))
                    .help("remove examples, or shorten the longest")
                    .targets(&limit.targets)
                });
            }
        }
    }
}
