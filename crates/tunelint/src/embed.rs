//! The commands for programs that embed this one, such as the Python package.
//!
//! Each function takes the arguments of its command as the command line has them, and a [`Host`] with
//! what the command line cannot express. Nothing is printed, no signal is handled, and errors are
//! returned. To end a run early, set [`Host::stop`] from another thread.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::{ArgAction, CommandFactory, Parser, ValueEnum};
use tunelint_core::contract::RuleEntry;
use tunelint_core::describe::StatsDocument;
use tunelint_core::profile::Profile;
use tunelint_core::prompts::PromptFormat;
use tunelint_core::rules;

use crate::cli::{CheckOptions, Command, CommandLine, Reading};
use crate::commands::check::rounds::{self, Parts};
use crate::commands::{self, profile, split, stats};
use crate::names;
use crate::report::{self, Html, rule_page};
use crate::signals;

pub use crate::commands::check::{Checked, Fixed};
pub use crate::commands::convert::Converted;
pub use crate::exit::{Failure, FailureKind};
pub use crate::host::{Host, Stop};
pub use crate::report::Format;
pub use crate::report::render::RenderedRecord;
pub use crate::report::split::SplitReport;
pub use crate::staged::StagedFile;
pub use tunelint_core::rounds::{Limits, Request};

/// An option of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandOption {
    /// The long name, without hyphens before it.
    pub name: String,
    /// Whether it takes a value.
    pub takes_value: bool,
    /// Whether it can be given more than once.
    pub is_repeatable: bool,
    /// What it does, in one line.
    pub help: String,
    /// The accepted values; empty if any text is.
    pub values: Vec<String>,
}

/// The options of a command, in the order of its help; none of an unknown command.
pub fn options(command: &str) -> Vec<CommandOption> {
    let mut program = CommandLine::command();
    let Some(command) = program.find_subcommand_mut(command) else {
        return Vec::new();
    };
    command.build();
    // Not `--help` and `--version`, which print.
    let is_option = |argument: &&clap::Arg| {
        use ArgAction::{Append, Set, SetTrue};
        matches!(argument.get_action(), Append | Set | SetTrue)
    };
    let arguments = command.get_arguments().filter(is_option);
    let options = arguments.filter_map(|argument| {
        let values = argument.get_possible_values();
        let takes_value = !matches!(argument.get_action(), ArgAction::SetTrue);
        Some(CommandOption {
            name: argument.get_long()?.to_owned(),
            takes_value,
            is_repeatable: matches!(argument.get_action(), ArgAction::Append),
            help: argument
                .get_help()
                .map_or_else(String::new, |of| of.to_string()),
            values: match takes_value {
                true => values.iter().map(|of| of.get_name().to_owned()).collect(),
                false => Vec::new(),
            },
        })
    });
    options.collect()
}

/// The error for an option that a command does not have.
pub fn unknown_option(name: &str, known: &[&str]) -> Failure {
    names::unknown("option", name, known)
}

/// Checks sources: `tunelint check`.
///
/// # Errors
/// Wrong usage, invalid settings, and files that cannot be read.
pub fn check(arguments: &[OsString], host: Host) -> Result<Checked, Failure> {
    match parse(arguments, host)? {
        Command::Check(options) => commands::check::collect(&options.0),
        _ => Err(not_a_command_for("check")),
    }
}

/// One reading of one partition.
#[derive(Debug, Default)]
pub struct PartOptions {
    /// The number of the partition.
    pub index: u32,
    /// What a later round needs, as [`next_round`] returned it; `None` in the first one.
    pub state: Option<Vec<u8>>,
    /// What is kept of what grows with the data.
    pub limits: Limits,
}

/// Reads one partition of a check that is made in several places. The only source among the
/// arguments is that partition, an object of the host called `name(index)`, and comes last, after
/// `--`. Parts are merged by [`merge`], once [`next_round`] needs no more.
///
/// # Errors
/// Those of [`check`], and a state of another check.
pub fn part(arguments: &[OsString], host: Host, reading: &PartOptions) -> Result<Vec<u8>, Failure> {
    let words = arguments.iter().take_while(|word| *word != "--");
    let request = Request {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        words: words
            .map(|word| word.to_string_lossy().into_owned())
            .collect(),
        own_rules: host.rules.iter().map(|rule| rule.name.to_owned()).collect(),
        limits: reading.limits,
    };
    match parse(arguments, host)? {
        Command::Check(options) => {
            let state = reading.state.as_deref();
            let part = rounds::part(&options.0, reading.index, request, state)?;
            part.to_bytes().map_err(|error| unserialized(&error))
        }
        _ => Err(not_a_command_for("check")),
    }
}

/// The name of the partition with the number `index`, among arguments and in reports.
pub fn partition(index: u32) -> PathBuf {
    rounds::name(index)
}

/// Combines parts of one round into one. Neighbors may be combined in any grouping. `state` is what
/// those of a later round were made with, and `host` has the objects that they were compared with.
///
/// # Errors
/// Parts of different checks or rounds, and parts that overlap.
pub fn combine(parts: &[Vec<u8>], state: Option<&[u8]>, host: Host) -> Result<Vec<u8>, Failure> {
    let (options, parts) = check_of(parts, host)?;
    let combined = rounds::combine(&options, parts, state)?;
    combined.to_bytes().map_err(|error| unserialized(&error))
}

/// What every partition needs to be read in the next round, from the parts of all rounds so far;
/// `None` if there is no further round.
///
/// # Errors
/// Those of [`combine`].
pub fn next_round(parts: &[Vec<u8>], host: Host) -> Result<Option<Vec<u8>>, Failure> {
    let (options, parts) = check_of(parts, host)?;
    let next = rounds::needed(&options, parts)?;
    let bytes = next.map(|next| next.to_bytes()).transpose();
    bytes.map_err(|error| unserialized(&error))
}

/// Finishes a check from the parts of all its rounds, combined or not, in any order. The result is
/// that of a check of all partitions in one place, with the names of the rules that are not in the
/// registry.
///
/// # Errors
/// Those of [`combine`], and a round that is missing.
pub fn merge(parts: &[Vec<u8>], host: Host) -> Result<(Checked, Vec<String>), Failure> {
    let (options, parts) = check_of(parts, host)?;
    let own_rules = parts.own_rules().to_vec();
    Ok((rounds::finish(&options, parts)?, own_rules))
}

/// The parts, and the options that they were made with.
fn check_of(parts: &[Vec<u8>], host: Host) -> Result<(CheckOptions, Parts), Failure> {
    let parts = Parts::read(parts)?;
    let host = parts.host(host)?;
    match parse(&parts.arguments(), host)? {
        Command::Check(options) if parts.are_sources_of(&options.0) => Ok((*options.0, parts)),
        Command::Check(_) => Err(Failure::new("the parts come from a check of other data")
            .help("pass what `tunelint.distributed` returned, unchanged")),
        _ => Err(not_a_command_for("check")),
    }
}

fn unserialized(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("internal error: {error}")).of_kind(FailureKind::Bug)
}

/// Applies fixes to files: `tunelint check --fix`. With `--diff`, finds them only.
///
/// # Errors
/// Those of [`check`], and files that cannot be written.
pub fn fix(arguments: &[OsString], host: Host) -> Result<Fixed, Failure> {
    match parse(arguments, host)? {
        Command::Check(options) => commands::check::fix(&options.0),
        _ => Err(not_a_command_for("check")),
    }
}

/// Converts sources to a file: `tunelint convert`. Records that cannot be converted are returned, and
/// the others written.
///
/// # Errors
/// Those of [`check`], files that cannot be written, and with `--strict` any loss.
pub fn convert(arguments: &[OsString], host: Host) -> Result<Converted, Failure> {
    match parse(arguments, host)? {
        Command::Convert(options) => commands::convert::collect(&options.0),
        _ => Err(not_a_command_for("convert")),
    }
}

/// Summarizes sources: `tunelint stats`.
///
/// # Errors
/// Those of [`check`].
pub fn stats(arguments: &[OsString], host: Host) -> Result<Stats, Failure> {
    match parse(arguments, host)? {
        Command::Stats(options) => {
            let check = stats::check_options(*options.0);
            let document = stats::gather(&check)?;
            Ok(Stats { document, check })
        }
        _ => Err(not_a_command_for("stats")),
    }
}

/// Renders the records of a source as a model sees them: `tunelint render`.
///
/// # Errors
/// Those of [`check`], and models that cannot be used.
pub fn render(arguments: &[OsString], host: Host) -> Result<Vec<RenderedRecord>, Failure> {
    match parse(arguments, host)? {
        Command::Render(options) => commands::render::collect(&options.0),
        _ => Err(not_a_command_for("render")),
    }
}

/// A record as a line of `--format jsonl`, without the line end.
pub fn rendered_json(record: &RenderedRecord) -> String {
    serde_json::to_string(record).unwrap_or_default()
}

/// A record as a page.
///
/// # Errors
/// Those of the template of the page, which is a bug.
pub fn rendered_html(record: &RenderedRecord) -> Result<String, Failure> {
    let html = report::render::page(record);
    html.map_err(|error| Failure::io("write", "the page", &error))
}

/// Splits sources into files: `tunelint split`.
///
/// # Errors
/// Those of [`check`], files that cannot be written, and records that cannot be read.
pub fn split(arguments: &[OsString], host: Host) -> Result<SplitReport, Failure> {
    match parse(arguments, host)? {
        Command::Split(options) => match split::written(&options.0)? {
            split::Outcome::Written(report) => Ok(report),
            split::Outcome::Refused(why) => Err(why),
            split::Outcome::Nothing => Err(Failure::new("no records to split")),
        },
        _ => Err(not_a_command_for("split")),
    }
}

/// Infers what the prompts of sources look like: `tunelint infer`. The argument `--out` is required and
/// not written.
///
/// # Errors
/// Those of [`check`], and too few prompts.
pub fn infer(arguments: &[OsString], host: Host) -> Result<PromptFormat, Failure> {
    match parse(arguments, host)? {
        Command::Infer(options) => {
            let options = *options.0;
            commands::infer::inferred(&CheckOptions {
                paths: options.paths,
                reading: options.reading,
                settings: options.settings,
                threads: options.threads,
                ..CheckOptions::default()
            })
        }
        _ => Err(not_a_command_for("infer")),
    }
}

/// The rule `name`.
///
/// # Errors
/// An unknown name.
pub fn rule(name: &str) -> Result<&'static RuleEntry, Failure> {
    let name = names::rule(name)?;
    rules::by_name(name).ok_or_else(|| Failure::new(format!("unknown rule `{name}`")))
}

/// The page of a rule as a reader sees it, in Markdown.
pub fn page(rule: &RuleEntry) -> String {
    rule_page::readable(rule.page)
}

/// The target `name`.
///
/// # Errors
/// An unknown name.
pub fn target(name: &str) -> Result<std::sync::Arc<Profile>, Failure> {
    names::profile(name)
}

/// The limits of a target with their sources, as `tunelint profile` prints them.
pub fn limits(target: &Profile) -> String {
    profile::described(target)
}

/// A summary of sources.
pub struct Stats {
    /// The summary, which serializes as `stats --format json`.
    pub document: StatsDocument,
    check: CheckOptions,
}

impl Stats {
    /// As text for people.
    pub fn human(&self) -> String {
        report::stats::human::page(&self.document, 80)
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        report::stats::markdown::page(&self.document)
    }

    /// As an HTML page, with the findings of a check, for which the sources are read again.
    ///
    /// # Errors
    /// Files that cannot be read any more.
    pub fn html(&self) -> Result<Vec<u8>, Failure> {
        let above = report::stats::html::page(&self.document)?;
        let checked = commands::check::collect(&self.check)?;
        let mut page = Vec::new();
        let mut report = Html::new(checked.style(), Box::new(&mut page)).below(above);
        checked.replay(&mut report).map_err(unwritten)?;
        drop(report);
        Ok(page)
    }
}

impl Checked {
    /// Writes a report in the format called `name`.
    ///
    /// # Errors
    /// An unknown format, and errors of `out`.
    pub fn write<'w>(&self, name: &str, out: Box<dyn Write + Send + 'w>) -> Result<(), Failure> {
        let format = Format::from_str(name, false).map_err(|_| {
            let known = Format::value_variants().iter();
            let known = known.filter_map(|of| Some(of.to_possible_value()?.get_name().to_owned()));
            let known: Vec<String> = known.collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            names::unknown("report format", name, &known)
        })?;
        let mut report = report::open(format, self.style(), out);
        self.replay(report.as_mut()).map_err(unwritten)
    }
}

fn unwritten(error: std::io::Error) -> Failure {
    Failure::io("write", "the report", &error)
}

/// Parses the arguments of a command.
fn parse(arguments: &[OsString], host: Host) -> Result<Command, Failure> {
    signals::leave_to_host();
    let program = std::iter::once(OsString::from("tunelint"));
    let parsed = CommandLine::try_parse_from(program.chain(arguments.iter().cloned()));
    let mut command = parsed.map_err(|error| usage(&error))?.command;
    if let Some(reading) = reading(&mut command) {
        reading.host = host;
    }
    Ok(command)
}

fn reading(command: &mut Command) -> Option<&mut Reading> {
    match command {
        Command::Check(options) => Some(&mut options.0.reading),
        Command::Convert(options) => Some(&mut options.0.reading),
        Command::Stats(options) => Some(&mut options.0.reading),
        Command::Infer(options) => Some(&mut options.0.reading),
        Command::Split(options) => Some(&mut options.0.reading),
        Command::Render(options) => Some(&mut options.0.reading),
        _ => None,
    }
}

fn not_a_command_for(expected: &str) -> Failure {
    Failure::new(format!("the arguments are not those of `{expected}`"))
}

/// What is wrong with the arguments, without the usage that a terminal shows.
fn usage(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    let mut paragraphs = text.split("\n\n");
    let first = paragraphs.next().unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().collect();
    let message = words.join(" ");
    let failure = Failure::new(message.trim_start_matches("error: "));
    match paragraphs.find_map(|of| of.trim().strip_prefix("tip: ")) {
        Some(tip) => failure.help(tip.trim()),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use tunelint_core::position::SourceId;
    use tunelint_core::rounds::RoundPart;
    use tunelint_core::source::Input;

    use super::*;

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    fn host(text: &str) -> Host {
        let name = PathBuf::from("<data>");
        Host::new([(name.clone(), Input::bytes(name, text.as_bytes()))])
    }

    #[test]
    fn an_object_is_checked_and_reported_later() {
        let data = host("{\"text_input\":\"a\",\"output\":\"\"}\n");
        let arguments = words(&["check", "--isolated", "--", "<data>"]);
        let checked = check(&arguments, data).unwrap();
        assert!(checked.failed && checked.complete);
        let mut concise = Vec::new();
        checked.write("concise", Box::new(&mut concise)).unwrap();
        let concise = String::from_utf8(concise).unwrap();
        assert!(
            concise.contains("<data>:1:28: error[empty-output]"),
            "{concise}"
        );
        let failure = checked.write("jsom", Box::new(std::io::sink()));
        assert_eq!(failure.unwrap_err().advice(), Some("did you mean `json`?"));
    }

    #[test]
    fn every_finding_that_was_folded_is_known() {
        let record = "{\"text_input\":\"a\",\"output\":\"\"}\n";
        let arguments = words(&[
            "check",
            "--isolated",
            "--select=empty-output",
            "--",
            "<data>",
        ]);
        let checked = check(&arguments, host(&record.repeat(30))).unwrap();
        let counts: Vec<u64> = checked.findings.iter().map(|of| of.count).collect();
        assert_eq!(counts, [30]);
        let folded = &checked.folded["empty-output"];
        assert_eq!(folded, &[(SourceId(0), 2..=30)]);
    }

    #[test]
    fn wrong_usage_is_an_error_without_usage_lines() {
        let failure = check(&words(&["check", "--fail-on=eror"]), Host::default()).unwrap_err();
        assert!(
            failure.message().starts_with("invalid value 'eror'"),
            "{failure:?}"
        );
        assert!(!failure.message().contains("Usage"), "{failure:?}");
        assert_eq!(failure.kind(), FailureKind::Usage);
        let missing = check(&words(&["check", "no-such-file.jsonl"]), Host::default());
        let missing = missing.unwrap_err();
        assert!(
            matches!(missing.kind(), FailureKind::System(Some(_))),
            "{missing:?}"
        );
        assert_eq!(missing.path(), Some("no-such-file.jsonl".as_ref()));
    }

    /// A part of an empty partition, with other words.
    fn empty_part(of: &[&str]) -> Vec<u8> {
        let mut part = RoundPart::default();
        part.request.version = env!("CARGO_PKG_VERSION").to_owned();
        part.request.words = of.iter().map(|word| (*word).to_owned()).collect();
        part.to_bytes().expect("bytes")
    }

    /// A part of one partition with 30 findings.
    fn part_of_findings(more: &[&str]) -> Vec<u8> {
        let name = partition(0);
        let record = "{\"text_input\":\"a\",\"output\":\"\"}\n".repeat(30);
        let host = Host::new([(name.clone(), Input::bytes(name, record.as_bytes()))]);
        let of = ["check", "--isolated", "--select=empty-output"];
        let arguments = words(&[&of, more, &["--", "<partition 0>"]].concat());
        part(&arguments, host, &PartOptions::default()).expect("a part")
    }

    #[test]
    fn a_merged_report_is_that_of_the_partitions() {
        let (checked, _) = merge(&[part_of_findings(&[])], Host::default()).expect("a report");
        assert_eq!(checked.folded["empty-output"], [(SourceId(0), 2..=30)]);
    }

    #[test]
    fn parts_name_no_other_data() {
        let mut of_file = RoundPart::from_bytes(&part_of_findings(&[])).expect("a part");
        of_file.request.words.push("Cargo.toml".to_owned());
        let mut of_files = of_file.clone();
        of_files.request.words.insert(3, "--".to_owned());
        for part in [of_file, of_files] {
            let bytes = part.to_bytes().expect("bytes");
            let failure = merge(&[bytes], Host::default()).expect_err("a failure");
            assert!(failure.message().contains("other data"), "{failure:?}");
        }
    }

    /// The report of a check with the digests of at most `digests` examples. Of 2,000 reviews, one in
    /// `every` occurs once more, with this label.
    fn of_reviews(every: usize, label: &str, more: &[&str], digests: Option<u64>) -> Checked {
        let review = |n: usize, label: &str| {
            format!("{{\"text_input\":\"Review {n} of the film\",\"output\":\"{label}\"}}\n")
        };
        let once = (0..2_000).map(|n| review(n, ["good", "bad"][n % 2]));
        let again = (0..2_000).step_by(every).map(|n| review(n, label));
        let text: String = once.chain(again).collect();
        let arguments = words(&[&["check", "--isolated"], more, &["--", "<partition 0>"]].concat());
        let mut parts = Vec::new();
        let mut state = None;
        while parts.is_empty() || state.is_some() {
            let name = partition(0);
            let host = Host::new([(name.clone(), Input::bytes(name, text.as_bytes()))]);
            let limits = Limits {
                digests,
                ..Limits::default()
            };
            let options = PartOptions {
                state,
                limits,
                ..PartOptions::default()
            };
            parts.push(part(&arguments, host, &options).expect("a part"));
            state = next_round(&parts, Host::default()).expect("a state");
        }
        merge(&parts, Host::default()).expect("a report").0
    }

    #[test]
    fn conflicts_in_a_sample_are_as_rare_as_in_all_inputs() {
        use tunelint_core::finding::Severity::{Advice, Warning};
        for (every, severity) in [(100, Warning), (20, Advice)] {
            for digests in [None, Some(300)] {
                let checked = of_reviews(every, "bad", &["--select=conflicting-outputs"], digests);
                let found = checked.findings.iter().map(|of| of.severity);
                let found: Vec<_> = found.collect();
                assert!(!found.is_empty(), "{every} {digests:?}");
                assert!(
                    found.iter().all(|of| *of == severity),
                    "{every} {digests:?}"
                );
            }
        }
    }

    #[test]
    fn tolerated_rates_are_those_of_all_inputs() {
        for (rate, failed) in [("0.02", true), ("0.08", false)] {
            let config =
                format!("--config=rules.duplicate-example={{severity=\"error\",max-rate={rate}}}");
            let options = ["--select=duplicate-example", &config];
            for digests in [None, Some(300)] {
                let checked = of_reviews(20, "good", &options, digests);
                assert!(checked.summary.counts.total() > 0);
                assert_eq!(checked.failed, failed, "{rate} {digests:?}");
            }
        }
    }

    #[test]
    fn empty_partitions_are_merged_without_files() {
        let empty = |words: &[&str]| {
            let (checked, _) = merge(&[empty_part(words)], Host::default()).expect("a report");
            checked.summary.counts.iter().count()
        };
        let plain = empty(&["check"]);
        for word in [
            "Cargo.toml",
            "--",
            "--validation=no-such-file.jsonl",
            "--config=no-such-file.toml",
            "--tokenizer=no-such-file.json",
        ] {
            assert_eq!(empty(&["check", word]), plain, "{word}");
        }
    }

    #[test]
    fn a_stopped_run_is_an_error() {
        let data = host("{\"text_input\":\"a\",\"output\":\"b\"}\n");
        data.stop.set();
        assert!(check(&words(&["check", "--isolated", "--", "<data>"]), data).is_err());
    }
}
