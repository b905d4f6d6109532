//! Report formats: one module per format, all behind the trait [`Report`].

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
use tunelint_core::totals::{SourceSummary, Summary, Verdict};

pub use html::{Above, Html};
pub use markdown::plain;
pub use names::SourceName;

/// A report format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: an excerpt for each finding, and a summary.
    #[default]
    Human,
    /// One line per finding: `path:line:column: severity[rule] message`.
    Concise,
    /// One JSON document with all findings.
    Json,
    /// The same objects, one per line.
    Jsonl,
    /// Annotations on a pull request: the first ten findings of each severity.
    Github,
    /// A GitLab code quality report.
    Gitlab,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML: each finding is a test.
    Junit,
    /// A summary in Markdown.
    Markdown,
    /// A self-contained HTML page: findings by rule, with filters.
    Html,
}

impl Format {
    /// How many findings of each rule the format shows.
    pub fn keep(self) -> Keep {
        match self {
            Self::Human => Keep::First(human::PER_RULE),
            Self::Html => Keep::First(html::PER_RULE),
            _ => Keep::All,
        }
    }

    /// How many findings of each rule the format shows with an excerpt.
    pub fn excerpts(self) -> usize {
        match self {
            Self::Html => html::PER_RULE,
            _ => EXCERPTS,
        }
    }
}

/// A report that is being written. Per source, [`Report::source`] is called before the findings of
/// that source; [`Report::finish`] is called once, at the end.
pub trait Report {
    /// Starts a source. Its totals are not known yet.
    fn source(&mut self, source: &SourceSummary) -> io::Result<()>;
    /// Adds a finding.
    fn finding(&mut self, finding: &Finding) -> io::Result<()>;
    /// Ends the report.
    fn finish(&mut self, summary: &Summary) -> io::Result<()>;
}

/// Options of a report, apart from its format.
#[derive(Debug, Clone, Default)]
pub struct Style {
    /// Whether to use colors.
    pub color: bool,
    /// Whether to print only the totals.
    pub quiet: bool,
    /// Whether to print a table of findings by rule.
    pub statistics: bool,
    /// The lowest severity that fails the run.
    pub fail_on: Option<Severity>,
    /// The name of each source, by its id.
    pub names: Vec<SourceName>,
    /// The address of rule pages, with the placeholder `{rule}`.
    pub rule_url: Option<String>,
    /// Whether the terminal supports links.
    pub links: bool,
}

/// The name of a source without a name.
static UNNAMED: SourceName = SourceName {
    shown: String::new(),
    relative: String::new(),
    uri: String::new(),
};

impl Style {
    /// The name of a source.
    pub fn name(&self, source: SourceId) -> &SourceName {
        self.names.get(source.0 as usize).unwrap_or(&UNNAMED)
    }

    /// The address of a rule's page.
    pub fn url_of(&self, rule: &str) -> Option<String> {
        Some(self.rule_url.as_ref()?.replace("{rule}", rule))
    }

    /// Whether a finding of `severity` fails the run.
    fn fails(&self, severity: Severity) -> bool {
        self.fail_on.is_some_and(|level| severity >= level)
    }
}

/// What a target would do with the data, as the JSON reports name it.
fn would(verdict: &Verdict) -> &'static str {
    if verdict.rejects() {
        "reject"
    } else {
        "accept"
    }
}

/// With more targets than this, a source line has only their number.
const MAX_NAMED_TARGETS: usize = 3;

/// The targets of a source, to be appended to its description: `, for openai, trl`.
fn for_targets(targets: &[String]) -> String {
    match targets {
        [] => String::new(),
        many if many.len() > MAX_NAMED_TARGETS => format!(", for {} targets", many.len()),
        few => format!(", for {}", few.join(", ")),
    }
}

/// The conversion that a target needs, in words.
fn conversion(verdict: &Verdict) -> String {
    match &verdict.convert_to {
        Some(layout) if verdict.is_unfit => format!("impossible: expects {layout}"),
        Some(layout) => format!("to {layout}"),
        None => "none".to_owned(),
    }
}

/// The option that applies fixes of this kind.
fn fix_option(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Safe => "fixable with `--fix`",
        Applicability::Unsafe => "fixable with `--unsafe-fixes`",
        Applicability::DropsRecord => "removable with `--drop-records --rejects FILE`",
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
        return "no findings".to_owned();
    }
    format!(
        "{}, {}, {} advice",
        counted(errors, "error"),
        counted(warnings, "warning"),
        grouped(advice)
    )
}

/// The destination of a report.
pub type Out<'w> = Box<dyn io::Write + Send + 'w>;

/// A function that opens a report.
pub trait Opens: FnOnce(Format, Style, Out<'static>) -> Box<dyn Report + Send> {}
impl<F: FnOnce(Format, Style, Out<'static>) -> Box<dyn Report + Send>> Opens for F {}

/// Opens a report in `format` that writes to `out`.
pub fn open<'w>(format: Format, style: Style, out: Out<'w>) -> Box<dyn Report + Send + 'w> {
    match format {
        Format::Human => Box::new(human::Human::new(style, out)),
        Format::Concise => Box::new(concise::Concise::new(style, out)),
        Format::Json => Box::new(json::JsonReport::new(style, out)),
        Format::Jsonl => Box::new(jsonl::Jsonl::new(style, out)),
        Format::Github => Box::new(github::GitHub::new(style, out)),
        Format::Gitlab => Box::new(gitlab::GitLab::new(style, out)),
        Format::Sarif => Box::new(sarif::Sarif::new(style, out)),
        Format::Junit => Box::new(junit::Junit::new(style, out)),
        Format::Markdown => Box::new(markdown::Markdown::new(style, out)),
        Format::Html => Box::new(html::Html::new(style, out)),
    }
}
