//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::Deserialize;

use tunelint_core::finding::Severity;

use crate::report::Format;

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
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check files of training examples
    #[command(visible_alias = "lint")]
    Check(Box<Check>),
    /// Convert between every layout and container
    Convert(Box<Convert>),
    /// Show what is in a set: sizes, lengths, labels, common form, limits, settings for training
    Stats(Box<Stats>),
    /// Hold records back for validation and test, without leaks
    Split(Box<Split>),
    /// List the rules, or print a rule's page
    #[command(visible_alias = "explain")]
    Rule(Rule),
    /// List the providers, or print what one accepts, with sources
    Profile(Profile),
    /// Write settings that fit the data at hand
    Init(Init),
    /// Print the settings in force, or their JSON Schema
    Config(Config),
    /// Accept what is found today, so that only what comes later is told
    Baseline(Box<Baseline>),
    /// Read a loss curve, and say at which epoch to stop
    Loss(Loss),
    /// Finish a check that was done in shards
    Merge(Merge),
    /// Print what a shell needs to complete commands and options
    Completions(Completions),
    /// Print the manual page, or that of a command
    Man(Man),
}

/// Options of `check`.
#[derive(Debug, Default, Args)]
#[command(
    after_help = "Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 it could not run."
)]
pub struct Check {
    /// Files or directories; `-` is standard input; without any, the datasets of the settings or
    /// the current directory
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What the data is meant for, or `all`; without it the layout decides (may be given several times)
    #[arg(long, value_name = "PROFILE")]
    pub target: Vec<String>,
    /// What the model is tuned for: classification, summarization, document-search, extraction, generation, chat
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
    /// The text that every input must start with; @FILE reads it from a file
    #[arg(long, value_name = "TEXT|@FILE", allow_hyphen_values = true)]
    pub preamble: Option<String>,
    /// A validation set: examples of it that also stand in training are reported
    #[arg(long, value_name = "FILE")]
    pub validation: Option<PathBuf>,
    /// Prompts as the application sends them, to be compared with the inputs; a .txt file has one a line
    #[arg(long, value_name = "FILE")]
    pub production: Option<PathBuf>,
    /// Count tokens with this `tokenizer.json`, or file of tiktoken's ranks, in place of an estimate
    #[arg(long, value_name = "FILE")]
    pub tokenizer: Option<PathBuf>,
    /// Only these rules (comma-separated or several times)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Not these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// These rules besides the usual ones
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub extend_select: Vec<String>,
    /// Give a rule another severity: error, warning or advice
    #[arg(long, value_name = "RULE=LEVEL")]
    pub severity: Vec<String>,
    /// Rules in preview too
    #[arg(long)]
    pub preview: bool,
    /// The severity from which on the exit code is 1 (default: error)
    #[arg(long, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,
    /// How findings are written to standard output
    #[arg(long, value_name = "NAME", default_value = "human")]
    pub format: Format,
    /// Another report, into a file (several times)
    #[arg(long, value_name = "FORMAT=PATH")]
    pub report: Vec<String>,
    #[command(flatten)]
    pub fixes: Fixes,
    /// Tell only what is not accepted in FILE; `tunelint baseline create` writes it
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Refuse files outside of the repository, and links that lead there
    #[arg(long)]
    pub contained: bool,
    /// Leave out what the settings exclude even where it is named
    #[arg(long)]
    pub force_exclude: bool,
    /// Accept patterns and directories that hold no file
    #[arg(long)]
    pub no_error_on_unmatched: bool,
    /// Threads to use; all processors without it
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Check one shard of a set: keep what only all shards together show in FILE, for `merge`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "unsafe_fixes", "diff", "baseline"])]
    pub part: Option<PathBuf>,
    /// Show no progress; it is only ever shown on a terminal, after half a second
    #[arg(long)]
    pub no_progress: bool,
    /// Colours: auto, always, never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Only the totals
    #[arg(long, short)]
    pub quiet: bool,
    /// A table of findings by rule
    #[arg(long)]
    pub statistics: bool,
    /// Show personal data in excerpts; what looks like a secret is never shown
    #[arg(long)]
    pub show_values: bool,
}

/// What is put right.
#[derive(Debug, Clone, Default, Args)]
pub struct Fixes {
    /// Put right what changes no text: line ends, blank lines, commas, a byte order mark
    #[arg(long)]
    pub fix: bool,
    /// Put right what changes texts that are trained on, too
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Leave records out that are of no use: repeated ones, empty ones
    #[arg(long, requires = "rejects")]
    pub drop_records: bool,
    /// The file for the records that are left out, verbatim with the reason
    #[arg(long, value_name = "FILE", requires = "drop_records")]
    pub rejects: Option<PathBuf>,
    /// Write nothing: print what would be changed, and exit with 1 if anything would
    #[arg(long)]
    pub diff: bool,
}

/// Which settings hold: the same for every command.
#[derive(Debug, Clone, Default, Args)]
pub struct SettingsOptions {
    /// A settings file in place of the closest one, or a single setting (several times)
    #[arg(long, value_name = "FILE|KEY=VALUE")]
    pub config: Vec<String>,
    /// Look for no settings file
    #[arg(long)]
    pub isolated: bool,
}

/// How sources are read: the same for every command.
#[derive(Debug, Clone, Default, Args)]
pub struct Reading {
    /// How records become examples: pairs, prompt-completion, alpaca, messages, contents, sharegpt
    /// and others; a name that is none of them lists all
    #[arg(long, value_name = "LAYOUT", visible_alias = "from")]
    pub layout: Option<String>,
    /// How bytes become records: jsonl, json, csv, tsv
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// The column or field of the input
    #[arg(long, value_name = "COLUMN")]
    pub input: Option<String>,
    /// The column or field of the output (in `convert`, -o names the file)
    #[arg(long, value_name = "COLUMN")]
    pub output: Option<String>,
    /// The input as a template: "question: {question}\ncontext: {context}"
    #[arg(
        long,
        value_name = "TEMPLATE",
        conflicts_with = "input",
        allow_hyphen_values = true
    )]
    pub input_template: Option<String>,
    /// The output as a template
    #[arg(
        long,
        value_name = "TEMPLATE",
        conflicts_with = "output",
        allow_hyphen_values = true
    )]
    pub output_template: Option<String>,
    /// The column or field of the system text
    #[arg(long, value_name = "COLUMN")]
    pub system: Option<String>,
    /// What a name of a role stands for: system, user, model, tool, or in `sharegpt` call, for a
    /// turn that is a tool call (several times; of two for one name, the last)
    #[arg(long, value_name = "NAME=ROLE")]
    pub role: Vec<String>,
    /// What separates cells: one character, or tab
    #[arg(long, value_name = "CHARACTER", allow_hyphen_values = true)]
    pub delimiter: Option<String>,
    /// The encoding of the file, if not UTF-8: windows-1252, utf-16le, shift_jis, …
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// The largest record that is read: bytes, or with K, M, G (default: 64M)
    #[arg(long, value_name = "SIZE")]
    pub max_record_size: Option<String>,
    /// The name that standard input is reported under; its ending tells the container
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<PathBuf>,
}

/// Options of `convert`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 everything was written, 1 records were left out or --check found a difference, \
    2 it could not run.\nNothing is written over without --force, and no file is ever half written."
)]
pub struct Convert {
    /// The file to convert; `-` is standard input
    #[arg(value_name = "IN")]
    pub source: PathBuf,
    /// The file to write; `-` is standard output
    #[arg(short = 'o', long = "out", value_name = "OUT")]
    pub out: PathBuf,
    /// The layout to write; the source's own without it
    #[arg(long, value_name = "LAYOUT")]
    pub to: Option<String>,
    /// The container to write: jsonl, json, csv, tsv, rest; from OUT's ending without it
    #[arg(long = "as", value_name = "CONTAINER")]
    pub form: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
    /// Text to put before every input; @FILE reads it from a file
    #[arg(long, value_name = "TEXT|@FILE", allow_hyphen_values = true)]
    pub preamble: Option<String>,
    /// What to do with conversations where one prompt and its answer are wanted
    #[arg(long, value_name = "HOW", default_value = "reject")]
    pub turns: Turns,
    /// What cells of a table become: strings, as they are written
    #[arg(long, value_name = "KIND", default_value = "string")]
    pub types: Types,
    /// Carry unknown fields along
    #[arg(long)]
    pub keep_extra: bool,
    /// Fail, before anything is written, if the target has no place for something
    #[arg(long)]
    pub strict: bool,
    /// Write what can be converted, and the rest to FILE, verbatim with the reason
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Replace OUT
    #[arg(long)]
    pub force: bool,
    /// Write nothing; exit 1 if OUT is not up to date
    #[arg(long)]
    pub check: bool,
    /// Threads to use; all processors without it
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    #[command(flatten)]
    pub rest: Rest,
}

/// What the body of a request says besides the examples.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "With --as rest")]
pub struct Rest {
    /// The profile whose request it is
    #[arg(long, value_name = "PROFILE", default_value = "gemini-api")]
    pub target: String,
    /// The tuned model's name for people
    #[arg(long, value_name = "NAME")]
    pub display_name: Option<String>,
    /// The model to tune
    #[arg(long, value_name = "MODEL")]
    pub base_model: Option<String>,
    /// How often the set is gone through
    #[arg(long, value_name = "N")]
    pub epochs: Option<String>,
    /// Examples in a step
    #[arg(long, value_name = "N")]
    pub batch_size: Option<String>,
    /// The learning rate
    #[arg(long, value_name = "RATE")]
    pub learning_rate: Option<String>,
    /// A factor on the default learning rate
    #[arg(long, value_name = "FACTOR")]
    pub learning_rate_multiplier: Option<String>,
    /// Write the documented defaults of the settings that are not given, as `stats` shows them
    #[arg(long)]
    pub defaults: bool,
}

/// Options of `stats`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tunelint stats train.jsonl\n  tunelint stats train.jsonl validation.jsonl --target openai\n  \
    tunelint stats data/ --format markdown >> \"$GITHUB_STEP_SUMMARY\"\n  tunelint stats train.jsonl --format html > train.html"
)]
pub struct Stats {
    /// Files or directories; `-` is standard input; several are shown side by side
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What the data is meant for; without it the layout decides (may be given several times)
    #[arg(long, value_name = "PROFILE")]
    pub target: Vec<String>,
    /// What the model is tuned for: classification, summarization, document-search, extraction, generation, chat
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
    /// Count tokens with this `tokenizer.json`, or file of tiktoken's ranks, in place of an estimate
    #[arg(long, value_name = "FILE")]
    pub tokenizer: Option<PathBuf>,
    /// How it is shown
    #[arg(long, value_name = "NAME", default_value = "human")]
    pub format: StatsFormat,
    /// Columns of the pictures
    #[arg(long, value_name = "N", default_value_t = 80)]
    pub width: usize,
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Threads to use; all processors without it
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}

/// How a set is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatsFormat {
    /// For people: pictures and tables
    Human,
    /// One JSON document
    Json,
    /// Tables in Markdown
    Markdown,
    /// A page for a browser, in one file, with the findings of a check
    Html,
}

/// Options of `split`.
#[derive(Debug, Args)]
#[command(
    after_help = "Records that are equal or nearly equal stay together, labels keep their shares, and the same records\n\
    are split the same way in whatever order they stand.\n\n\
    Example:\n  tunelint split train.jsonl --validation 20% --test 10% -o parts"
)]
pub struct Split {
    /// The files to split, as one set; `-` is standard input
    #[arg(required = true, value_name = "IN")]
    pub paths: Vec<PathBuf>,
    /// What is held back to watch the training by: a share such as 20%, or a number of records
    #[arg(long, value_name = "SIZE", required_unless_present = "test")]
    pub validation: Option<String>,
    /// What is held back to judge the result by
    #[arg(long, value_name = "SIZE")]
    pub test: Option<String>,
    /// Another number draws other records
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// The directory for train.jsonl, validation.jsonl and test.jsonl (or .json, .csv, .tsv, as IN is)
    #[arg(short = 'o', long = "out", value_name = "DIR")]
    pub out: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub force: bool,
    /// What the data is meant for: the parts are held beside its limits; without it the layout decides
    #[arg(long, value_name = "PROFILE")]
    pub target: Vec<String>,
    #[command(flatten)]
    pub reading: Reading,
    /// How it is told what went where
    #[arg(long, value_name = "NAME", default_value = "human")]
    pub format: SplitFormat,
    #[command(flatten)]
    pub settings: SettingsOptions,
    /// Threads to use; all processors without it
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
}

/// How a split is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SplitFormat {
    /// For people
    Human,
    /// One JSON document, with every record that stays with others
    Json,
}

/// Options of `rule`.
#[derive(Debug, Args)]
pub struct Rule {
    /// The rule
    pub name: Option<String>,
}

/// Options of `profile`.
#[derive(Debug, Args)]
pub struct Profile {
    /// The provider
    pub name: Option<String>,
}

/// Options of `loss`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tunelint loss snapshots.json\n  tunelint loss step_metrics.csv --epochs 3\n  tunelint loss checkpoint-100/trainer_state.json --format json"
)]
pub struct Loss {
    /// The curve; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The epochs that the run was set to, where the file does not say
    #[arg(long, value_name = "N")]
    pub epochs: Option<f64>,
    /// How it is told
    #[arg(long, value_name = "NAME", default_value = "human")]
    pub format: LossFormat,
    /// Columns of the picture
    #[arg(long, value_name = "N", default_value_t = 80)]
    pub width: usize,
}

/// How a judgement is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LossFormat {
    /// For people: a picture, a table, and what to do
    Human,
    /// One JSON document
    Json,
    /// A page for a browser, in one file
    Html,
}

/// Options of `merge`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tunelint check shard-1.jsonl --part 1.part\n  tunelint check shard-2.jsonl --part 2.part\n  tunelint merge 1.part 2.part"
)]
pub struct Merge {
    /// What `tunelint check --part` has left, in the order of the shards
    #[arg(required = true, value_name = "PART")]
    pub parts: Vec<PathBuf>,
    /// How findings are written to standard output
    #[arg(long, value_name = "NAME", default_value = "human")]
    pub format: Format,
    /// Another report, into a file (several times)
    #[arg(long, value_name = "FORMAT=PATH")]
    pub report: Vec<String>,
    /// The severity from which on the exit code is 1 (default: as the shards were checked)
    #[arg(long, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,
    /// Threads to use; all processors without it
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Colours: auto, always, never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Only the totals
    #[arg(long, short)]
    pub quiet: bool,
    /// A table of findings by rule
    #[arg(long)]
    pub statistics: bool,
}

/// Options of `baseline`.
#[derive(Debug, Args)]
pub struct Baseline {
    /// What to do with it.
    #[command(subcommand)]
    pub command: BaselineCommand,
}

/// What can be done with a baseline. Each checks first, as `check` with the same options would.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Accept everything that is found
    #[command(mut_args = without_report)]
    Create(Check),
    /// Accept everything that is found, and forget what is gone
    #[command(mut_args = without_report)]
    Update(Check),
    /// Forget what is gone
    #[command(mut_args = without_report)]
    Prune(Check),
    /// Say what is accepted, gone and new
    #[command(mut_args = without_report)]
    Status(Check),
}

/// Options that only matter where findings are reported or mended.
fn without_report(argument: clap::Arg) -> clap::Arg {
    const OF_REPORTS: [&str; 12] = [
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
        "statistics",
        "show_values",
    ];
    let hidden = OF_REPORTS.contains(&argument.get_id().as_str());
    argument.hide(hidden)
}

/// Options of `completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tunelint completions bash > ~/.local/share/bash-completion/completions/tunelint\n  \
    tunelint completions fish > ~/.config/fish/completions/tunelint.fish"
)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tunelint man check > tunelint-check.1 && man ./tunelint-check.1"
)]
pub struct Man {
    /// The command
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Options of `init`.
#[derive(Debug, Args)]
#[command(after_help = "Nothing is written over: what is there already is kept.")]
pub struct Init {
    /// Write .pre-commit-config.yaml as well
    #[arg(long)]
    pub pre_commit: bool,
    /// Write a workflow for GitHub Actions as well
    #[arg(long)]
    pub github: bool,
}

/// Options of `config`.
#[derive(Debug, Args)]
pub struct Config {
    /// What to print.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What `config` prints.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Every setting in force, and where it was set
    Show(ConfigShow),
    /// The JSON Schema of settings, for editors
    Schema,
}

/// Options of `config show`.
#[derive(Debug, Args)]
pub struct ConfigShow {
    /// The file or directory whose settings are meant; the current one without it
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub settings: SettingsOptions,
}

/// From which severity on a run fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// Any finding
    Advice,
    /// Never
    Never,
}

impl FailOn {
    /// The severity; `None`: a run never fails.
    pub fn level(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Advice => Some(Severity::Advice),
            Self::Never => None,
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal that shows them
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What cells of a table become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Types {
    /// Strings, as they are written: 007, 1e5, NA and true stay what they are
    String,
}

/// What to do with conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Turns {
    /// The last answer, with everything before it as input
    Last,
    /// One example for each answer
    Each,
    /// Leave the record out
    Reject,
}
