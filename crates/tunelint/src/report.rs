//! Findings written in one format: one file per format behind one trait.

mod concise;
mod github;
mod gitlab;
mod html;
mod human;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod names;
mod place;
mod record;
mod sarif;
mod worst;

use std::io;

use tunelint_core::finding::{Applicability, Counts, EXCERPTS, Finding, Keep, Severity};
use tunelint_core::position::SourceId;
use tunelint_core::printable::{counted, grouped};
use tunelint_core::summary::{SourceSummary, Summary, Verdict};

pub use html::{Above, Html};
pub use markdown::plain;
pub use names::SourceName;

/// The name of a report format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: a frame around each place, and a summary.
    #[default]
    Human,
    /// One line per finding: `path:line:column: severity[rule] message`.
    Concise,
    /// One JSON document with every finding.
    Json,
    /// The same objects, one a line.
    Jsonl,
    /// Annotations on the lines of a pull request: the ten worst of each severity.
    Github,
    /// A code quality report for GitLab.
    Gitlab,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML: a finding is a test.
    Junit,
    /// A summary in Markdown.
    Markdown,
    /// A page for a browser, in one file: findings by rule, to be filtered.
    Html,
}

impl Format {
    /// How many findings of each rule it shows.
    pub fn keep(self) -> Keep {
        match self {
            Self::Human => Keep::First(human::PER_RULE),
            Self::Html => Keep::First(html::PER_RULE),
            _ => Keep::All,
        }
    }

    /// How many findings of each rule it shows with an excerpt.
    pub fn excerpts(self) -> usize {
        match self {
            Self::Html => html::PER_RULE,
            _ => EXCERPTS,
        }
    }
}

/// Writes findings as they come, in their order.
pub trait Report {
    /// A source is about to be checked; its findings follow. Its totals are not known yet.
    fn source(&mut self, source: &SourceSummary) -> io::Result<()>;
    /// The next finding.
    fn finding(&mut self, finding: &Finding) -> io::Result<()>;
    /// Everything has been checked.
    fn finish(&mut self, summary: &Summary) -> io::Result<()>;
}

/// How a report looks, apart from its format.
#[derive(Debug, Clone, Default)]
pub struct Style {
    /// Colours and weights, by escape sequences.
    pub color: bool,
    /// Only the totals.
    pub quiet: bool,
    /// A table of findings by rule at the end.
    pub statistics: bool,
    /// The severity from which on a run fails.
    pub fail_on: Option<Severity>,
    /// The name of each source, by its id.
    pub names: Vec<SourceName>,
    /// Where pages of rules can be read: an address with `{rule}`.
    pub rule_url: Option<String>,
    /// Whether the terminal takes links.
    pub links: bool,
}

/// The name of a source that has none.
static NAMELESS: SourceName = SourceName {
    shown: String::new(),
    relative: String::new(),
    uri: String::new(),
};

impl Style {
    /// The name of a source.
    pub fn name(&self, source: SourceId) -> &SourceName {
        self.names.get(source.0 as usize).unwrap_or(&NAMELESS)
    }

    /// Where the page of a rule can be read.
    pub fn url_of(&self, rule: &str) -> Option<String> {
        Some(self.rule_url.as_ref()?.replace("{rule}", rule))
    }

    /// Whether a finding of `severity` makes the run fail.
    fn fails(&self, severity: Severity) -> bool {
        self.fail_on.is_some_and(|level| severity >= level)
    }
}

/// What a target would do, in a word.
fn would(verdict: &Verdict) -> &'static str {
    if verdict.rejects() {
        "reject"
    } else {
        "accept"
    }
}

/// Targets of a source that are named; of more, only the number.
const NAMED: usize = 3;

/// `, for openai, trl`: what a source is meant for.
fn meant_for(targets: &[String]) -> String {
    match targets {
        [] => String::new(),
        many if many.len() > NAMED => format!(", for {} targets", many.len()),
        few => format!(", for {}", few.join(", ")),
    }
}

/// In which layout a target takes the data.
fn takes(verdict: &Verdict) -> String {
    match &verdict.convert_to {
        Some(layout) if verdict.is_unfit => format!("no: it takes {layout}"),
        Some(layout) => format!("as {layout}"),
        None => "as it is".to_owned(),
    }
}

/// The option that makes such a fix.
fn fixed_by(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Safe => "`--fix` puts right",
        Applicability::Unsafe => "`--unsafe-fixes` puts right",
        Applicability::DropsRecord => "`--drop-records --rejects FILE` puts aside",
    }
}

/// `2 errors, 1 warning, 3 advice`.
fn totals(counts: &Counts) -> String {
    let of = |severity| counts.of_severity(severity);
    let (errors, warnings, advice) = (
        of(Severity::Error),
        of(Severity::Warning),
        of(Severity::Advice),
    );
    if errors + warnings + advice == 0 {
        return "nothing to report".to_owned();
    }
    format!(
        "{}, {}, {} advice",
        counted(errors, "error"),
        counted(warnings, "warning"),
        grouped(advice)
    )
}

/// Where a report is written to.
pub type Out<'w> = Box<dyn io::Write + Send + 'w>;

/// What opens a report.
pub trait Opens: FnOnce(Format, Style, Out<'static>) -> Box<dyn Report + Send> {}
impl<F: FnOnce(Format, Style, Out<'static>) -> Box<dyn Report + Send>> Opens for F {}

/// Opens a report in `format` that writes to `out`.
pub fn open<'w>(format: Format, style: Style, out: Out<'w>) -> Box<dyn Report + Send + 'w> {
    match format {
        Format::Human => Box::new(human::Human::new(style, out)),
        Format::Concise => Box::new(concise::Concise::new(style, out)),
        Format::Json => Box::new(json::Json::new(style, out)),
        Format::Jsonl => Box::new(jsonl::Jsonl::new(style, out)),
        Format::Github => Box::new(github::GitHub::new(style, out)),
        Format::Gitlab => Box::new(gitlab::GitLab::new(style, out)),
        Format::Sarif => Box::new(sarif::Sarif::new(style, out)),
        Format::Junit => Box::new(junit::Junit::new(style, out)),
        Format::Markdown => Box::new(markdown::Markdown::new(style, out)),
        Format::Html => Box::new(html::Html::new(style, out)),
    }
}
