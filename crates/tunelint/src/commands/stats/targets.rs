//! The limits, recommendations and training settings of the targets, compared with the dataset.
//! Every number has its source.

use std::sync::Arc;

use serde::Serialize;

use tunelint_core::profile::{Cited, Delivery, Hyperparameter, Profile, Unit};
use tunelint_core::sink::REST_ENVELOPE_BYTES;
use tunelint_core::stats::Stats;
use tunelint_core::survey::Lengths;
use tunelint_core::task::Task;
use tunelint_core::tokens::Counter;

use super::super::profile::range_words;
use super::document::percent;

/// The used share of a limit.
#[derive(Serialize)]
pub struct LimitUse {
    pub target: String,
    pub limit: &'static str,
    pub unit: &'static str,
    pub value: u64,
    pub max: u64,
    pub percent: f64,
    /// The record with the highest use; `None` for a limit on the whole dataset.
    pub record: Option<u64>,
    pub estimated: bool,
    pub source: String,
    pub quote: String,
}

/// A required or recommended number of examples.
#[derive(Serialize)]
pub struct SizeAdvice {
    pub target: String,
    pub task: Option<&'static str>,
    pub kind: AdviceKind,
    pub examples: u64,
    pub min: u64,
    pub max: Option<u64>,
    pub source: String,
    pub quote: String,
    pub note: Option<String>,
}

/// Whether a number of examples is required or recommended.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdviceKind {
    Minimum,
    Recommended,
}

/// A training setting of a target.
#[derive(Serialize)]
pub struct Training {
    pub target: String,
    pub setting: String,
    pub field: String,
    pub default: Option<f64>,
    /// The default, if it is not a number.
    pub default_text: Option<String>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// Default and range, in words.
    pub words: String,
    pub source: String,
    pub quote: String,
    /// Limitations, such as other values for other dataset sizes.
    pub note: Option<String>,
}

/// The number of training steps with the default settings.
#[derive(Serialize)]
pub struct Steps {
    pub target: String,
    pub batch_size: u64,
    pub epochs: u64,
    pub per_epoch: u64,
    pub total: u64,
}

/// The size of the upload in bytes, including the envelope of a request body.
pub fn upload(target: Option<&Arc<Profile>>, stats: &Stats) -> u64 {
    match target.map(|target| target.container) {
        Some(Delivery::Rest) => stats.bytes + REST_ENVELOPE_BYTES,
        _ => stats.bytes,
    }
}

/// The used share of each limit. Bytes are measured in the layout of the first target, so the limit
/// on the upload is compared for that target only.
pub fn limits(targets: &[Arc<Profile>], counter: &Counter, stats: &Stats) -> Vec<LimitUse> {
    let mut all = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        for (name, limit) in &target.limits {
            let used = match (name.as_str(), limit.unit) {
                ("input", Unit::Characters) => longest("longest input", &stats.inputs),
                ("output", Unit::Characters) => {
                    longest("longest output", &stats.survey.output_lengths)
                }
                ("example", Unit::Tokens) => longest("longest example", &stats.examples),
                ("upload", Unit::Bytes) if index == 0 => {
                    Some(("upload", upload(Some(target), stats), None))
                }
                ("max-examples", Unit::Examples) => {
                    Some(("number of examples", stats.survey.examples, None))
                }
                _ => None,
            };
            if let Some(used) = used {
                let is_exact =
                    limit.unit != Unit::Tokens || (counter.is_exact() && stats.tokens.is_exact());
                all.push(limit_use(target, limit, used, is_exact));
            }
        }
    }
    all
}

type Used = (&'static str, u64, Option<u64>);

fn longest(what: &'static str, lengths: &Lengths) -> Option<Used> {
    let (length, spot) = lengths.longest().first()?;
    Some((what, *length, Some(spot.record())))
}

fn limit_use(
    target: &Profile,
    limit: &Cited<u64>,
    (what, value, record): Used,
    is_exact: bool,
) -> LimitUse {
    LimitUse {
        target: target.name.clone(),
        limit: what,
        unit: limit.unit.noun(),
        value,
        max: limit.value,
        percent: percent(value, limit.value),
        record,
        estimated: !is_exact,
        source: url(target, &limit.source),
        quote: limit.quote.clone(),
    }
}

/// The address of a source that is given by its short name.
fn url(target: &Profile, source: &str) -> String {
    let page = target.sources.get(source);
    page.map_or_else(|| source.to_owned(), Clone::clone)
}

/// The numbers of examples that the targets require or recommend.
pub fn advice(targets: &[Arc<Profile>], task: Option<Task>, examples: u64) -> Vec<SizeAdvice> {
    let mut all = Vec::new();
    for target in targets {
        if let Some(minimum) = target.limit("min-examples") {
            all.push(SizeAdvice {
                target: target.name.clone(),
                task: None,
                kind: AdviceKind::Minimum,
                examples,
                min: minimum.value,
                max: None,
                source: url(target, &minimum.source),
                quote: minimum.quote.clone(),
                note: minimum.note.clone(),
            });
        }
        if let Some(advised) = target.recommendation(task) {
            all.push(SizeAdvice {
                target: target.name.clone(),
                task: task.map(Task::as_str),
                kind: AdviceKind::Recommended,
                examples,
                min: advised.min,
                max: advised.max,
                source: url(target, &advised.source),
                quote: advised.quote.clone(),
                note: advised.note.clone(),
            });
        }
    }
    all
}

/// The training settings of the targets.
pub fn training(targets: &[Arc<Profile>]) -> Vec<Training> {
    let of = |target: &Arc<Profile>| {
        let setting = |(name, of): (&String, &Hyperparameter)| Training {
            target: target.name.clone(),
            setting: name.clone(),
            field: of.field.clone(),
            default: of.default,
            default_text: of.default_text.clone(),
            min: of.min,
            max: of.max,
            words: range_words(of),
            source: url(target, &of.source),
            quote: of.quote.clone(),
            note: of.note.clone(),
        };
        let settings = target.hyperparameters.iter().map(setting);
        settings.collect::<Vec<_>>()
    };
    targets.iter().flat_map(of).collect()
}

/// The number of training steps for `examples`, for targets with documented defaults.
pub fn steps(targets: &[Arc<Profile>], examples: u64) -> Vec<Steps> {
    let default = |target: &Profile, name: &str| {
        let default = target.hyperparameters.get(name)?.default?;
        (default >= 1.0).then_some(default as u64)
    };
    let of = |target: &Arc<Profile>| {
        let (batch_size, epochs) = (default(target, "batch-size")?, default(target, "epochs")?);
        let per_epoch = examples.div_ceil(batch_size);
        Some(Steps {
            target: target.name.clone(),
            batch_size,
            epochs,
            per_epoch,
            total: per_epoch * epochs,
        })
    };
    targets.iter().filter_map(of).collect()
}
