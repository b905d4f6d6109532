//! Dataset statistics as one document: sizes, length distributions, labels, the inferred format,
//! and the limits and recommendations of the targets. Every output format of `tunelint stats` is
//! rendered from it, so they all have the same numbers.

pub mod distribution;
pub mod format;
pub mod sequences;
pub mod targets;

use serde::Serialize;

use tunelint_data::text::printable::{inert_json, printable_path};
use tunelint_layouts::provider::tokens::{ANY, Counter, Tokens};
use tunelint_rules::survey::{CompactLocation, SurprisingLabel};

use super::guidance::{self, Guidance};
use super::session::Opened;
use super::stats::Stats;
use distribution::Distribution;
use format::{FormatRow, NotInferred, shown};
use sequences::SequenceRow;
use targets::{LimitUse, SizeAdvice, Steps, Training, percent};

/// The report of `tunelint stats`. Its serialization is the output format `json`: field names and
/// `version` are a public contract.
#[derive(Serialize)]
pub struct StatsDocument {
    version: u32,
    tool: Tool,
    /// The sources, in the order of the command line.
    pub sources: Vec<SourceStats>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// The statistics of one source.
#[derive(Serialize)]
pub struct SourceStats {
    /// The path as the user gave it, printable.
    pub path: String,
    /// The container; empty if the file is not supported.
    pub container: String,
    /// The layout; empty if none was recognized.
    pub layout: String,
    /// The targets that it is compared with.
    pub targets: Vec<String>,
    /// Sizes.
    pub size: SizeRow,
    /// The sequences that a trainer makes of it, if the model is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequences: Option<SequenceRow>,
    /// The lengths of the inputs.
    pub inputs: Distribution,
    /// The lengths of the outputs.
    pub outputs: Distribution,
    /// The labels by frequency; empty if the outputs are not labels.
    pub labels: Vec<LabelRow>,
    /// Labels worth a second look, the most surprising first: a reading list, since about half of
    /// them are right.
    pub surprising_labels: Vec<SurprisingRow>,
    /// The inferred format.
    pub form: Vec<FormatRow>,
    /// The parts of the format that were not inferred, and why.
    pub silent: Vec<NotInferred>,
    /// Examples that duplicate an earlier one.
    pub duplicates: Repeated,
    /// Examples with the input of another example but a different output.
    pub conflicts: Repeated,
    /// How much of each limit is used.
    pub limits: Vec<LimitUse>,
    /// Required and recommended numbers of examples.
    pub advice: Vec<SizeAdvice>,
    /// The hyperparameters of the targets.
    pub training: Vec<Training>,
    /// The number of training steps with the default hyperparameters.
    pub steps: Vec<Steps>,
    /// What the guides of the targets say about a dataset like this one.
    pub guidance: Vec<Guidance>,
}

/// The size of a source.
#[derive(Serialize)]
pub struct SizeRow {
    /// The size of the file, decompressed.
    pub file_bytes: u64,
    /// The number of records.
    pub records: u64,
    /// The number of examples.
    pub examples: u64,
    /// Records that are not valid examples.
    pub unread: u64,
    /// The size of the upload to the first target in bytes, as in `limits`.
    pub bytes: u64,
    /// The number of characters of all texts.
    pub characters: u64,
    /// The number of tokens, or an estimate and its bounds.
    pub tokens: u64,
    /// The lower bound.
    pub tokens_low: u64,
    /// The upper bound.
    pub tokens_high: u64,
    /// How the tokens were counted or estimated, in words.
    pub tokens_by: String,
}

/// A label. All spellings of it are counted together.
#[derive(Serialize)]
pub struct LabelRow {
    /// The label, in its most frequent spelling.
    pub label: String,
    /// The number of outputs with it.
    pub count: u64,
    /// Their share of all labeled outputs in percent.
    pub percent: f64,
}

/// A label that differs from those of similar inputs.
#[derive(Serialize)]
pub struct SurprisingRow {
    /// The record.
    pub record: u64,
    /// The line of its output.
    pub line: u64,
    /// The label.
    pub label: String,
    /// The label that is more likely from the text.
    pub suggested: String,
}

/// A number of records, and the first of them.
#[derive(Serialize)]
pub struct Repeated {
    /// The number of records.
    pub count: u64,
    /// The first of them.
    pub first_record: Option<u64>,
}

impl StatsDocument {
    /// The report on these sources.
    pub fn new(sources: Vec<SourceStats>) -> Self {
        Self {
            version: 1,
            tool: Tool {
                name: "tunelint",
                version: env!("CARGO_PKG_VERSION"),
            },
            sources,
        }
    }

    /// The document as indented JSON, ending with a line break.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).map_or_else(
            |_| String::new(),
            |json| inert_json(&json).into_owned() + "\n",
        )
    }
}

impl SourceStats {
    /// The statistics of one source. `stats` must have been gathered from `opened`, whose reader is
    /// at its end.
    pub fn new(opened: &Opened, stats: &Stats) -> Self {
        let reader = &opened.reader;
        let survey = &stats.survey;
        let task = opened.task.or(survey.task());
        let (form, silent) = format::describe(opened.task, survey);
        let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
        Self {
            path: printable_path(&reader.input.name),
            container: name(reader.container().map(|container| container.as_str())),
            layout: name(reader.layout().map(|layout| layout.name())),
            targets: opened.targets.iter().map(|of| of.name.clone()).collect(),
            size: SizeRow {
                file_bytes: reader.bytes_read(),
                records: reader.records(),
                examples: survey.examples,
                unread: stats.unread,
                bytes: targets::upload(opened.targets.first(), stats),
                characters: stats.characters,
                tokens: stats.tokens.about,
                tokens_low: stats.tokens.low,
                tokens_high: stats.tokens.high,
                tokens_by: tokens_by(&opened.counter, stats.tokens),
            },
            sequences: (stats.sequences.as_ref()).map(|of| SequenceRow::new(of, &opened.targets)),
            inputs: Distribution::of(&stats.inputs),
            outputs: Distribution::of(&survey.output_lengths),
            labels: labels(stats),
            surprising_labels: survey.surprising.iter().map(SurprisingRow::of).collect(),
            form,
            silent,
            duplicates: Repeated::of(&stats.duplicates()),
            conflicts: Repeated::of(&stats.conflicts()),
            limits: targets::limits(&opened.targets, &opened.counter, stats),
            advice: targets::advice(&opened.targets, task, survey.examples),
            training: targets::training(&opened.targets),
            steps: targets::steps(&opened.targets, survey.examples),
            guidance: (opened.targets.iter())
                .flat_map(|target| guidance::of_dataset(target, task, survey))
                .collect(),
        }
    }
}

/// How the tokens were counted or estimated, in words.
fn tokens_by(counter: &Counter, tokens: Tokens) -> String {
    let estimated = match counter {
        Counter::Exact(..) => {
            let unread = if tokens.is_exact() {
                ""
            } else {
                "; texts outside its vocabulary are estimated"
            };
            return format!(
                "counted with the given tokenizer, without the tokens of a chat template{unread}"
            );
        }
        Counter::Estimate(name) if name == ANY => "across several tokenizers".to_owned(),
        Counter::Estimate(name) => format!("for the tokenizer {name}"),
    };
    format!("estimated {estimated}; use `--tokenizer FILE` for exact counts")
}

fn labels(stats: &Stats) -> Vec<LabelRow> {
    let counts = stats.survey.label_counts();
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let label = |(label, count): (String, u64)| LabelRow {
        label: shown(&label),
        count,
        percent: percent(count, total),
    };
    counts.into_iter().map(label).collect()
}

impl SurprisingRow {
    fn of(found: &SurprisingLabel) -> Self {
        Self {
            record: found.spot.record(),
            line: found.spot.location().start.line,
            label: shown(&found.label),
            suggested: shown(&found.suggested),
        }
    }
}

impl Repeated {
    fn of(spots: &[CompactLocation]) -> Self {
        Self {
            count: spots.len() as u64,
            first_record: spots.iter().min().map(|spot| spot.record()),
        }
    }
}
