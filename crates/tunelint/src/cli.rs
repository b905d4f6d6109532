//! The command line: commands, options and their help.

mod deferred;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::Deserialize;

use tunelint_core::finding::Severity;

pub use self::deferred::Deferred;
use crate::host::Host;
use crate::report::Format;
use crate::report::render::RenderFormat;
use crate::stdout;

/// A linter and converter for the files that language models are fine-tuned on.
#[derive(Debug, Parser)]
#[command(
    name = "tunelint",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(
    after_help = "Examples:\n  tunelint check train.jsonl\n  tunelint check data/ --target openai --format concise\n  \
    tunelint convert tickets.csv -o train.jsonl --to pairs\n  tunelint rule output-too-long"
)]
pub struct CommandLine {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check files of training examples
    #[command(visible_alias = "lint")]
    Check(Deferred<CheckOptions>),
    /// Convert between layouts and containers
    Convert(Deferred<Convert>),
    /// Summarize a dataset: sizes, lengths, labels, inferred format, limits, training settings
    Stats(Deferred<StatsOptions>),
    /// Save what training prompts look like, to hold prompts in production to it
    Infer(Deferred<InferOptions>),
    /// Show records as a model sees them, with what is trained on
    Render(Deferred<RenderOptions>),
    /// Split into train, validation and test sets without leakage
    Split(Deferred<SplitOptions>),
    /// List the rules, or print a rule's page
    #[command(visible_alias = "explain")]
    Rule(Rule),
    /// List the providers, or print a provider's limits with their sources
    Profile(ProfileOptions),
    /// Write a settings file for the data in the current directory
    Init(Init),
    /// Print the settings in force, or their JSON Schema
    Config(Config),
    /// Accept today's findings, so that a check reports only new ones
    Baseline(Deferred<BaselineOptions>),
    /// Read a loss curve and recommend the epoch to stop at
    Loss(LossOptions),
    /// Merge the results of shards
    Merge(Merge),
    /// Print a shell completion script
    Completions(Completions),
    /// Print a man page
    Man(Man),
}

/// Options of `check`.
#[derive(Debug, Default, Args)]
#[command(
    after_help = "Exit codes: 0 no findings at or above --fail-on, 1 findings, 2 the check could not run."
)]
pub struct CheckOptions {
    /// Files or directories to check; `-` is standard input [default: the datasets in the settings,
    /// or else the current directory]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
    /// Report examples of this validation set that also occur in the training set (repeatable)
    /// [default: files that are named as validation or test sets]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub validation: Vec<PathBuf>,
    /// Compare the inputs with these prompts, which the application sends in production; a .txt
    /// file has one prompt per line
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub production: Option<PathBuf>,
    /// Report training texts that have 13 words in a row in common with this benchmark (repeatable);
    /// a .txt file has one text per line
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub benchmark: Vec<PathBuf>,
    /// Check prompts, not training data: hold them to this format of the training prompts, which
    /// `tunelint infer` writes
    #[arg(
        long,
        value_name = "FORMAT.json",
        help_heading = "Input",
        conflicts_with_all = ["production", "validation", "benchmark"]
    )]
    pub against: Option<PathBuf>,
    /// Refuse files outside the repository, and links that lead outside
    #[arg(long, help_heading = "Input")]
    pub contained: bool,
    /// Skip files that the settings exclude even if they are named on the command line, and `.json`
    /// files that are not datasets
    #[arg(long, help_heading = "Input")]
    pub force_exclude: bool,
    /// Accept patterns and directories that match no file
    #[arg(long, help_heading = "Input")]
    pub no_error_on_unmatched: bool,
    /// Check for this provider, or for `all` (repeatable) [default: the provider that the layout
    /// belongs to, if there is only one]
    #[arg(long, value_name = "PROFILE", help_heading = "Target")]
    pub target: Vec<String>,
    /// Check the data as it would be after a conversion to what the target takes
    #[arg(long, help_heading = "Target")]
    pub will_convert: bool,
    /// Set what the model is tuned for: classification, summarization, document-search, extraction,
    /// generation or chat [default: inferred]
    #[arg(long, value_name = "TASK", help_heading = "Target")]
    pub task: Option<String>,
    /// Count tokens with this `tokenizer.json` or tiktoken rank file [default: estimated]
    #[arg(long, value_name = "FILE", help_heading = "Target")]
    pub tokenizer: Option<PathBuf>,
    #[command(flatten)]
    pub model: ModelOptions,
    /// Require every input to start with this text; @FILE reads it from a file
    #[arg(
        long,
        value_name = "TEXT|@FILE",
        help_heading = "Rules",
        allow_hyphen_values = true
    )]
    pub preamble: Option<String>,
    /// Run only these rules (comma-separated, repeatable)
    #[arg(
        long,
        value_name = "RULE",
        help_heading = "Rules",
        value_delimiter = ','
    )]
    pub select: Vec<String>,
    /// Skip these rules (comma-separated, repeatable)
    #[arg(
        long,
        value_name = "RULE",
        help_heading = "Rules",
        value_delimiter = ','
    )]
    pub ignore: Vec<String>,
    /// Run these rules in addition to the default ones (comma-separated, repeatable)
    #[arg(
        long,
        value_name = "RULE",
        help_heading = "Rules",
        value_delimiter = ','
    )]
    pub extend_select: Vec<String>,
    /// Set the severity of a rule to error, warning or advice (repeatable)
    #[arg(long, value_name = "RULE=LEVEL", help_heading = "Rules")]
    pub severity: Vec<String>,
    /// Run preview rules, too
    #[arg(long, help_heading = "Rules")]
    pub preview: bool,
    /// Set the lowest severity that fails the run [default: error]
    #[arg(long, value_name = "LEVEL", help_heading = "Rules")]
    pub fail_on: Option<FailOn>,
    /// Set the format of the report on standard output
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Output",
        default_value = "human"
    )]
    pub format: Format,
    /// Write another report to a file (repeatable)
    #[arg(long, value_name = "FORMAT=PATH", help_heading = "Output")]
    pub report: Vec<String>,
    /// Report only findings that are not in FILE, which `tunelint baseline create` writes
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub baseline: Option<PathBuf>,
    /// Check one shard, and write what `tunelint merge` needs for dataset-wide findings to FILE
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Output",
        conflicts_with_all = ["fix", "unsafe_fixes", "diff", "baseline"]
    )]
    pub part: Option<PathBuf>,
    /// Print only the totals
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,
    /// Show every finding in the human report [default: three of a rule in a file, 50 in all]
    #[arg(long, help_heading = "Output")]
    pub show_all: bool,
    /// Print a table of findings by rule
    #[arg(long, help_heading = "Output")]
    pub statistics: bool,
    /// Show personal data in excerpts; secrets are always redacted
    #[arg(long, help_heading = "Output")]
    pub show_values: bool,
    #[command(flatten)]
    pub fixes: Fixes,
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Set the number of threads [default: the number of processors]
    #[arg(long, value_name = "N", help_heading = "General")]
    pub threads: Option<usize>,
    /// Hide the progress bar, which is shown only on a terminal, after half a second
    #[arg(long, help_heading = "General")]
    pub no_progress: bool,
    /// Print the time spent reading, decoding, in each rule and on the report
    #[arg(long, help_heading = "General")]
    pub timings: bool,
    /// Set when to use colors
    #[arg(
        long,
        value_name = "WHEN",
        help_heading = "General",
        default_value = "auto"
    )]
    pub color: Color,
}

/// Fixes that a check applies.
#[derive(Debug, Clone, Default, Args)]
pub struct Fixes {
    /// Apply fixes that change no text of an example: line endings, blank lines, commas, byte order
    /// marks
    #[arg(long, help_heading = "Fixes")]
    pub fix: bool,
    /// Also apply fixes that change texts the model is trained on
    #[arg(long, help_heading = "Fixes")]
    pub unsafe_fixes: bool,
    /// Remove duplicates and records that cannot be trained on
    #[arg(long, help_heading = "Fixes", requires = "rejects")]
    pub drop_records: bool,
    /// Write removed records to this file, verbatim, each with the reason
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Fixes",
        requires = "drop_records"
    )]
    pub rejects: Option<PathBuf>,
    /// Print the changes without writing them; exit with 1 if there are any
    #[arg(long, help_heading = "Fixes")]
    pub diff: bool,
}

/// Where the settings come from. Every command that reads settings has these options.
#[derive(Debug, Clone, Default, Args)]
pub struct SettingsOptions {
    /// Use this settings file instead of the closest one, or set a single value (repeatable)
    #[arg(long, value_name = "FILE|KEY=VALUE", help_heading = "Settings")]
    pub config: Vec<String>,
    /// Ignore settings files
    #[arg(long, help_heading = "Settings")]
    pub isolated: bool,
}

/// How sources are read. Every command that reads data has these options.
#[derive(Debug, Clone, Default, Args)]
pub struct Reading {
    /// Set how records become examples: pairs, prompt-completion, alpaca, messages, contents,
    /// sharegpt or another layout; an unknown name lists all of them [default: detected]
    #[arg(
        long,
        value_name = "LAYOUT",
        help_heading = "Input",
        visible_alias = "from"
    )]
    pub layout: Option<String>,
    /// Set how bytes become records: jsonl, json, csv, tsv, parquet, arrow or xlsx
    /// [default: detected]
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub container: Option<String>,
    /// Read the input from this column or field
    #[arg(long, value_name = "COLUMN", help_heading = "Input")]
    pub input: Option<String>,
    /// Read the output from this column or field (the file that `convert` writes is -o)
    #[arg(long, value_name = "COLUMN", help_heading = "Input")]
    pub output: Option<String>,
    /// Build the input from a template: "question: {question}\ncontext: {context}"
    #[arg(
        long,
        value_name = "TEMPLATE",
        help_heading = "Input",
        conflicts_with = "input",
        allow_hyphen_values = true
    )]
    pub input_template: Option<String>,
    /// Build the output from a template
    #[arg(
        long,
        value_name = "TEMPLATE",
        help_heading = "Input",
        conflicts_with = "output",
        allow_hyphen_values = true
    )]
    pub output_template: Option<String>,
    /// Read the system prompt from this column or field
    #[arg(long, value_name = "COLUMN", help_heading = "Input")]
    pub system: Option<String>,
    /// Map a role name in the data to system, user, model or tool, or to call for a tool call in
    /// `sharegpt` (repeatable; the last mapping of a name wins)
    #[arg(long, value_name = "NAME=ROLE", help_heading = "Input")]
    pub role: Vec<String>,
    /// Set the field delimiter: one character, or `tab` [default: detected]
    #[arg(
        long,
        value_name = "CHARACTER",
        help_heading = "Input",
        allow_hyphen_values = true
    )]
    pub delimiter: Option<String>,
    /// Read this sheet of a workbook: its name or number [default: the first one with cells]
    #[arg(long, value_name = "SHEET", help_heading = "Input")]
    pub sheet: Option<String>,
    /// Set the encoding: windows-1252, utf-16le, shift_jis, … [default: utf-8]
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub encoding: Option<String>,
    /// Set the size of the largest record that is read, in bytes or with K, M or G [default: 64M]
    #[arg(long, value_name = "SIZE", help_heading = "Input")]
    pub max_record_size: Option<String>,
    /// Report standard input under this name; its extension decides the container
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub stdin_filename: Option<PathBuf>,
    /// What an embedding program passes besides options.
    #[arg(skip)]
    pub host: Host,
}

/// Options of `convert`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 every record was written, 1 records were rejected or --check found a difference, \
    2 the conversion could not run.\nA file is replaced only with --force, and is never left half written."
)]
pub struct Convert {
    /// The files or directories to convert, written to OUT one after the other; `-` is standard
    /// input
    #[arg(value_name = "IN", required = true)]
    pub sources: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
    /// Write this layout [default: pairs, or the one that the target takes]
    #[arg(long, value_name = "LAYOUT", help_heading = "Target")]
    pub to: Option<String>,
    /// Write the layout and container that this provider takes [default with --as rest: gemini-api]
    #[arg(long, value_name = "PROFILE", help_heading = "Target")]
    pub target: Option<String>,
    /// Write this container: jsonl, json, csv, tsv, parquet or rest [default: from the extension
    /// of OUT]
    #[arg(long = "as", value_name = "CONTAINER", help_heading = "Target")]
    pub form: Option<String>,
    /// Give every example without a system prompt this one; @FILE reads it from a file
    #[arg(
        long,
        value_name = "TEXT|@FILE",
        help_heading = "Target",
        allow_hyphen_values = true
    )]
    pub system_prompt: Option<String>,
    /// Put this text before every input that does not start with it; @FILE reads it from a file
    #[arg(
        long,
        value_name = "TEXT|@FILE",
        help_heading = "Target",
        allow_hyphen_values = true
    )]
    pub preamble: Option<String>,
    /// Set how conversations are converted to layouts with one prompt and one response
    #[arg(
        long,
        value_name = "HOW",
        help_heading = "Target",
        default_value = "reject"
    )]
    pub turns: Turns,
    /// Set the type that table fields are converted to
    #[arg(
        long,
        value_name = "KIND",
        help_heading = "Target",
        default_value = "string"
    )]
    pub types: Types,
    /// Keep unknown fields; in a table, each as a column
    #[arg(long, help_heading = "Target")]
    pub keep_extra: bool,
    /// Write the examples in another order, which depends on SEED alone
    #[arg(long, value_name = "SEED", help_heading = "Target")]
    pub shuffle: Option<u64>,
    /// Fail before anything is written if the output layout cannot hold all of the data, or the target
    /// does not train on it as written
    #[arg(long, help_heading = "Target")]
    pub strict: bool,
    /// Write the result to this file, compressed if its name ends in .gz or .zst; `-` is standard
    /// output
    #[arg(short = 'o', long = "out", value_name = "OUT", help_heading = "Output")]
    pub out: PathBuf,
    /// Write records that cannot be converted to FILE, verbatim with the reason, and all others to
    /// OUT
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub rejects: Option<PathBuf>,
    /// Replace OUT if it exists
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    /// Write nothing; exit with 1 if OUT is not up to date
    #[arg(long, help_heading = "Output")]
    pub check: bool,
    /// Set the number of threads [default: the number of processors]
    #[arg(long, value_name = "N", help_heading = "General")]
    pub threads: Option<usize>,
    #[command(flatten)]
    pub rest: Rest,
}

/// The fields of a request body besides the examples.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "With --as rest")]
pub struct Rest {
    /// Set the display name of the tuned model
    #[arg(long, value_name = "NAME")]
    pub display_name: Option<String>,
    /// Set the model to tune
    #[arg(long, value_name = "MODEL")]
    pub base_model: Option<String>,
    /// Set the number of epochs
    #[arg(long, value_name = "N")]
    pub epochs: Option<String>,
    /// Set the number of examples per step
    #[arg(long, value_name = "N")]
    pub batch_size: Option<String>,
    /// Set the learning rate
    #[arg(long, value_name = "RATE")]
    pub learning_rate: Option<String>,
    /// Set the multiplier of the default learning rate
    #[arg(long, value_name = "FACTOR")]
    pub learning_rate_multiplier: Option<String>,
    /// Write the documented default of every setting that is not given, as `stats` shows it
    #[arg(long)]
    pub defaults: bool,
}

/// Options of `stats`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tunelint stats train.jsonl\n  tunelint stats train.jsonl validation.jsonl --target openai\n  \
    tunelint stats data/ --format markdown >> \"$GITHUB_STEP_SUMMARY\"\n  tunelint stats train.jsonl --format html > train.html"
)]
pub struct StatsOptions {
    /// Files or directories to summarize, side by side if there are several; `-` is standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
    /// Compare with the limits of this provider (repeatable) [default: the provider that the layout
    /// belongs to, if there is only one]
    #[arg(long, value_name = "PROFILE", help_heading = "Target")]
    pub target: Vec<String>,
    /// Set what the model is tuned for: classification, summarization, document-search, extraction,
    /// generation or chat [default: inferred]
    #[arg(long, value_name = "TASK", help_heading = "Target")]
    pub task: Option<String>,
    /// Count tokens with this `tokenizer.json` or tiktoken rank file [default: estimated]
    #[arg(long, value_name = "FILE", help_heading = "Target")]
    pub tokenizer: Option<PathBuf>,
    #[command(flatten)]
    pub model: ModelOptions,
    /// Set the format of the report
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Output",
        default_value = "human"
    )]
    pub format: StatsFormat,
    /// Set the width of the report in columns
    #[arg(long, value_name = "N", help_heading = "Output", default_value_t = 80)]
    pub width: usize,
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Set the number of threads [default: the number of processors]
    #[arg(long, value_name = "N", help_heading = "General")]
    pub threads: Option<usize>,
}

/// Options of `infer`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tunelint infer train.jsonl -o format.json\n  \
    tunelint check prompts.jsonl --against format.json --fail-on warning"
)]
pub struct InferOptions {
    /// The training files of one dataset; `-` is standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
    /// Write the format to this file
    #[arg(long, short, value_name = "FORMAT.json", help_heading = "Output")]
    pub out: PathBuf,
    /// Overwrite an existing file
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Set the number of threads [default: the number of processors]
    #[arg(long, value_name = "N", help_heading = "General")]
    pub threads: Option<usize>,
}

/// The model that is trained.
#[derive(Debug, Default, Clone, Args)]
#[command(next_help_heading = "Model")]
pub struct ModelOptions {
    /// Use the chat template, the special tokens and the tokenizer of this folder, as
    /// `save_pretrained` writes it
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
    /// Use the chat template in this file
    #[arg(long, value_name = "FILE")]
    pub chat_template: Option<PathBuf>,
    /// Pass an argument to the template: `enable_thinking=false` (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub template_arg: Vec<String>,
    /// Cut sequences after this many tokens, as the trainer does; the model folder needs a tokenizer
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_length: Option<u32>,
}

/// Options of `render`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 every record was rendered, 1 the template fails for a record, 2 it could not run.\n\n\
    Examples:\n  tunelint render train.jsonl --model ./Qwen3-8B --record 7\n  \
    tunelint render train.jsonl --chat-template chat_template.jinja --format jsonl"
)]
pub struct RenderOptions {
    /// The file with the records; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub model: ModelOptions,
    /// Show what this trainer trains on [default: what the template marks]
    #[arg(long, value_name = "PROFILE", help_heading = "Target")]
    pub target: Option<String>,
    /// Compare each record with this prompt of production: a record without its answer, which is
    /// rendered with the generation prompt, or a .txt file with the text that the model is given
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub production: Option<PathBuf>,
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Show only the record with this number [default: all; for people, the first]
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub record: Option<u64>,
    /// Show the records that fail, then the longest, at most this many
    #[arg(
        long,
        value_name = "N",
        help_heading = "Output",
        conflicts_with = "record"
    )]
    pub worst: Option<usize>,
    /// Set the format
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Output",
        default_value = "human"
    )]
    pub format: RenderFormat,
    /// Set when to use colors
    #[arg(
        long,
        value_name = "WHEN",
        help_heading = "Output",
        default_value = "auto"
    )]
    pub color: Color,
}

/// Formats of `stats`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatsFormat {
    /// Charts and tables for a terminal
    Human,
    /// One JSON document
    Json,
    /// Markdown tables
    Markdown,
    /// A self-contained HTML page, with the findings of a check
    Html,
}

/// Options of `split`.
#[derive(Debug, Args)]
#[command(
    after_help = "Duplicates and near-duplicates stay in one set, every set has the same share of each label, and the\n\
    result does not depend on the order of the records.\n\n\
    Example:\n  tunelint split train.jsonl --validation 20% --test 10% -o parts"
)]
pub struct SplitOptions {
    /// The files to split, as one dataset; `-` is standard input
    #[arg(required = true, value_name = "IN")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
    /// Check the sizes of the sets against the limits of this provider (repeatable) [default: the
    /// provider that the layout belongs to, if there is only one]
    #[arg(long, value_name = "PROFILE", help_heading = "Target")]
    pub target: Vec<String>,
    /// Hold back a validation set: a share such as 20%, or a number of records
    #[arg(
        long,
        value_name = "SIZE",
        help_heading = "Output",
        required_unless_present = "test"
    )]
    pub validation: Option<String>,
    /// Hold back a test set: a share such as 10%, or a number of records
    #[arg(long, value_name = "SIZE", help_heading = "Output")]
    pub test: Option<String>,
    /// Set the random seed
    #[arg(long, value_name = "N", help_heading = "Output", default_value_t = 0)]
    pub seed: u64,
    /// Write train.jsonl, validation.jsonl and test.jsonl to this directory (with the extension
    /// .json, .csv or .tsv if IN is such a file)
    #[arg(short = 'o', long = "out", value_name = "DIR", help_heading = "Output")]
    pub out: PathBuf,
    /// Replace existing files
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    /// Set the format of the report
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Output",
        default_value = "human"
    )]
    pub format: SplitFormat,
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Set the number of threads [default: the number of processors]
    #[arg(long, value_name = "N", help_heading = "General")]
    pub threads: Option<usize>,
}

/// Formats of `split`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SplitFormat {
    /// A summary for people
    Human,
    /// One JSON document, with every group of duplicates
    Json,
}

/// Options of `rule`.
#[derive(Debug, Args)]
pub struct Rule {
    /// The rule whose page is printed [default: the list of rules]
    pub name: Option<String>,
}

/// Options of `profile`.
#[derive(Debug, Args)]
pub struct ProfileOptions {
    /// The provider whose limits are printed [default: the list of providers]
    pub name: Option<String>,
}

/// Options of `loss`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tunelint loss snapshots.json\n  tunelint loss step_metrics.csv --epochs 3\n  tunelint loss checkpoint-100/trainer_state.json --format json"
)]
pub struct LossOptions {
    /// The file with the loss curve; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Set the number of epochs of the run, if the file does not state it
    #[arg(long, value_name = "N", help_heading = "Input")]
    pub epochs: Option<f64>,
    /// Set the format of the report
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Output",
        default_value = "human"
    )]
    pub format: LossFormat,
    /// Set the width of the chart in columns
    #[arg(long, value_name = "N", help_heading = "Output", default_value_t = 80)]
    pub width: usize,
}

/// Formats of `loss`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LossFormat {
    /// A chart, a table and a recommendation for a terminal
    Human,
    /// One JSON document
    Json,
    /// A self-contained HTML page
    Html,
}

/// Options of `merge`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tunelint check shard-1.jsonl --part 1.part\n  tunelint check shard-2.jsonl --part 2.part\n  tunelint merge 1.part 2.part"
)]
pub struct Merge {
    /// The files that `tunelint check --part` wrote, in the order of the shards
    #[arg(required = true, value_name = "PART")]
    pub parts: Vec<PathBuf>,
    /// Set the lowest severity that fails the run [default: as for the shards]
    #[arg(long, value_name = "LEVEL", help_heading = "Rules")]
    pub fail_on: Option<FailOn>,
    /// Set the format of the report on standard output
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Output",
        default_value = "human"
    )]
    pub format: Format,
    /// Write another report to a file (repeatable)
    #[arg(long, value_name = "FORMAT=PATH", help_heading = "Output")]
    pub report: Vec<String>,
    /// Print only the totals
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,
    /// Show every finding in the human report [default: three of a rule in a file, 50 in all]
    #[arg(long, help_heading = "Output")]
    pub show_all: bool,
    /// Print a table of findings by rule
    #[arg(long, help_heading = "Output")]
    pub statistics: bool,
    /// Set the number of threads [default: the number of processors]
    #[arg(long, value_name = "N", help_heading = "General")]
    pub threads: Option<usize>,
    /// Set when to use colors
    #[arg(
        long,
        value_name = "WHEN",
        help_heading = "General",
        default_value = "auto"
    )]
    pub color: Color,
}

/// Options of `baseline`.
#[derive(Debug, Args)]
pub struct BaselineOptions {
    /// What to do with the baseline.
    #[command(subcommand)]
    pub command: BaselineCommand,
}

/// The commands of `baseline`. Each runs the check that `check` would run with the same options.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Write a new baseline that accepts all findings
    #[command(mut_args = without_report)]
    Create(CheckOptions),
    /// Accept all findings, and remove those that no longer occur
    #[command(mut_args = without_report)]
    Update(CheckOptions),
    /// Remove findings that no longer occur
    #[command(mut_args = without_report)]
    Prune(CheckOptions),
    /// Count the findings that are accepted, gone and new
    #[command(mut_args = without_report)]
    Status(CheckOptions),
}

/// Hides options of reports and fixes, which `baseline` does not write.
fn without_report(argument: clap::Arg) -> clap::Arg {
    const HIDDEN: [&str; 13] = [
        "fail_on",
        "format",
        "report",
        "fix",
        "unsafe_fixes",
        "drop_records",
        "rejects",
        "diff",
        "color",
        "quiet",
        "show_all",
        "statistics",
        "show_values",
    ];
    let hidden = HIDDEN.contains(&argument.get_id().as_str());
    argument.hide(hidden)
}

/// Options of `completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tunelint completions bash > ~/.local/share/bash-completion/completions/tunelint\n  \
    tunelint completions fish > ~/.config/fish/completions/tunelint.fish"
)]
pub struct Completions {
    /// The shell to complete commands and options in
    pub shell: clap_complete::Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tunelint man check > tunelint-check.1 && man ./tunelint-check.1"
)]
pub struct Man {
    /// The command whose page is printed [default: the page of tunelint]
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Options of `init`.
#[derive(Debug, Args)]
#[command(after_help = "Existing files are not changed.")]
pub struct Init {
    /// Write .pre-commit-config.yaml, too
    #[arg(long, help_heading = "Output")]
    pub pre_commit: bool,
    /// Write a GitHub Actions workflow, too
    #[arg(long, help_heading = "Output")]
    pub github: bool,
}

/// Options of `config`.
#[derive(Debug, Args)]
pub struct Config {
    /// What to print.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// The commands of `config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting in force, and where it was set
    Show(ConfigShow),
    /// Print which settings files differ from the base branch, and the rules they turn off
    Diff(ConfigDiff),
    /// Print the JSON Schema of the settings, for editors
    Schema,
}

/// Options of `config show`.
#[derive(Debug, Args)]
pub struct ConfigShow {
    /// The file or directory whose settings are printed [default: the current directory]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub settings: SettingsOptions,
}

/// Options of `config diff`.
#[derive(Debug, Args)]
pub struct ConfigDiff {
    /// The commit or branch to compare with [default: the base of the pull request or push, origin/HEAD,
    /// the upstream branch, or else HEAD]
    #[arg(long, value_name = "REVISION")]
    pub base: Option<String>,
}

/// The lowest severity that fails a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// All findings
    Advice,
    /// Never
    Never,
}

impl FailOn {
    /// The severity, or `None` if no finding fails the run.
    pub fn level(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Advice => Some(Severity::Advice),
            Self::Never => None,
        }
    }
}

/// When to use colors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// If standard output is a terminal that supports them
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether to color standard output.
    pub fn is_on(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => stdout::shows_colors(),
        }
    }
}

/// The types that table fields are converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Types {
    /// Strings, as written: 007, 1e5, NA and true stay unchanged
    String,
}

/// How a conversation is converted to one prompt and one response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Turns {
    /// Write the last response, with everything before it as the input
    Last,
    /// Write one example per response
    Each,
    /// Reject the record
    Reject,
}
