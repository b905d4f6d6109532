//! The limits, recommendations and hyperparameters of the targets, compared with the dataset. Every
//! number comes from a profile and carries the address and the quotation that it is based on.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;
use tunelint_data::text::printable::{counted, grouped};

use crate::run::stats::Stats;
use tunelint_layouts::provider::profile::{Cited, Delivery, Hyperparameter, Profile, Unit};
use tunelint_layouts::provider::task::Task;
use tunelint_layouts::provider::tokens::Counter;
use tunelint_layouts::writer::sink::REST_ENVELOPE_BYTES;
use tunelint_rules::survey::Lengths;

/// A limit of a target, and how much of it the dataset uses.
#[derive(Serialize)]
pub struct LimitUse {
    /// The target.
    pub target: String,
    /// The limited quantity: `longest output`, `upload`.
    pub limit: &'static str,
    /// The unit of `value` and `max`.
    pub unit: &'static str,
    /// The dataset's value.
    pub value: u64,
    /// The limit.
    pub max: u64,
    /// `value` in percent of `max`.
    pub percent: f64,
    /// The record with the highest value; `None` for a limit on the whole dataset.
    pub record: Option<u64>,
    /// Whether `value` is an estimate.
    pub estimated: bool,
    /// The address of the page.
    pub source: String,
    /// The provider's words.
    pub quote: String,
}

/// A required or recommended number of examples.
#[derive(Serialize)]
pub struct SizeAdvice {
    /// The target.
    pub target: String,
    /// The task that it applies to; `None` if it applies to all.
    pub task: Option<&'static str>,
    /// Whether it is required or recommended.
    pub kind: AdviceKind,
    /// The number of examples in the dataset.
    pub examples: u64,
    /// The lowest required or recommended number.
    pub min: u64,
    /// The highest recommended number, if there is one.
    pub max: Option<u64>,
    /// The address of the page.
    pub source: String,
    /// The provider's words.
    pub quote: String,
    /// Restrictions that the provider states.
    pub note: Option<String>,
}

impl SizeAdvice {
    /// Compares the dataset with the recommendation, for example
    /// `40 examples, at least 100 recommended: add 60`.
    pub fn sentence(&self) -> String {
        let have = counted(self.examples, "example");
        let range = match self.max {
            Some(max) => format!("{}–{}", grouped(self.min), grouped(max)),
            None => format!("at least {}", grouped(self.min)),
        };
        let asks = match (self.kind, self.task) {
            (AdviceKind::Minimum, _) => format!("the minimum is {}", grouped(self.min)),
            (_, Some(task)) => format!("{range} recommended for {task}"),
            (_, None) => format!("{range} recommended"),
        };
        match self.min.checked_sub(self.examples) {
            Some(missing) if missing > 0 => format!("{have}, {asks}: add {}", grouped(missing)),
            _ => format!("{have}, {asks}: enough"),
        }
    }
}

/// Whether a number of examples is required or recommended.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdviceKind {
    /// The target rejects fewer.
    Minimum,
    /// The target recommends it, and accepts other numbers.
    Recommended,
}

/// A hyperparameter of a target.
#[derive(Serialize)]
pub struct Training {
    /// The target.
    pub target: String,
    /// Its name in the profile.
    pub setting: String,
    /// Its field in the request.
    pub field: String,
    /// The default value.
    pub default: Option<f64>,
    /// The default in words, if it is not a number.
    pub default_text: Option<String>,
    /// The lowest accepted value.
    pub min: Option<f64>,
    /// The highest accepted value.
    pub max: Option<f64>,
    /// Field, default and range, in words; see [`range_words`].
    pub words: String,
    /// The address of the page.
    pub source: String,
    /// The provider's words.
    pub quote: String,
    /// Restrictions that the provider states, such as other defaults for other dataset sizes.
    pub note: Option<String>,
}

/// The number of training steps with the default hyperparameters of a target.
#[derive(Serialize)]
pub struct Steps {
    /// The target.
    pub target: String,
    /// The number of examples per step.
    pub batch_size: u64,
    /// The number of epochs.
    pub epochs: u64,
    /// The number of steps per epoch, rounded up.
    pub per_epoch: u64,
    /// The total number of steps.
    pub total: u64,
}

/// The size of the upload in bytes, including the envelope of a request body.
pub fn upload(target: Option<&Arc<Profile>>, stats: &Stats) -> u64 {
    match target.map(|target| target.container) {
        Some(Delivery::Rest) => stats.bytes + REST_ENVELOPE_BYTES,
        _ => stats.bytes,
    }
}

/// The use of each limit of the targets that applies to the dataset. Bytes are measured in the
/// layout of the first target, so the upload limit is compared for that target only.
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

/// The address of a source that the profile refers to by a short name.
fn url(target: &Profile, source: &str) -> String {
    let page = target.sources.get(source);
    page.map_or_else(|| source.to_owned(), Clone::clone)
}

/// The numbers of examples that the targets require or recommend, for `task` where the
/// recommendation depends on it.
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

/// The hyperparameters of the targets.
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

/// The number of training steps for a dataset of `examples` examples. Targets whose default batch
/// size or number of epochs is not documented are left out.
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

/// A share in percent, rounded to tenths.
pub fn percent(part: u64, whole: u64) -> f64 {
    (part as f64 * 1000.0 / whole.max(1) as f64).round() / 10.0
}

/// The field, default and range of a hyperparameter, in words: `epochs`, default 3, at least 1.
pub fn range_words(of: &Hyperparameter) -> String {
    let mut words = format!("`{}`", of.field);
    if let Some(default) = of.default {
        let _ = write!(words, ", default {default}");
    }
    if let Some(other) = of.default_otherwise {
        let _ = write!(words, " or {other}, depending on the number of examples");
    }
    if let Some(default) = &of.default_text {
        let _ = write!(words, ", default {default}");
    }
    if !of.values.is_empty() {
        let values: Vec<String> = of.values.iter().map(value_words).collect();
        let _ = write!(words, ", one of {}", values.join(", "));
    }
    if let Some(min) = of.min {
        let _ = write!(
            words,
            ", {} {min}",
            if of.min_exclusive {
                "greater than"
            } else {
                "at least"
            }
        );
    }
    if let Some(max) = of.max {
        let _ = write!(words, ", at most {max}");
    }
    if of.integer {
        words.push_str(", integer");
    }
    words
}

/// A value as written in a request, without quotes.
fn value_words(value: &toml::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
