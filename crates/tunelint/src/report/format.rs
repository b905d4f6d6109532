//! The report formats: one line for each, in each of the two lists.

use tunelint_core::finding::{EXCERPTS, Keep};

use super::contract::{Out, Report};
use super::style::Style;
use super::{concise, github, gitlab, html, human, json, jsonl, junit, markdown, sarif};

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
            Self::Html => Keep::First(html::findings::PER_RULE),
            _ => Keep::All,
        }
    }

    /// How many findings of each rule the format shows with an excerpt.
    pub fn excerpts(self) -> usize {
        match self {
            Self::Html => html::findings::PER_RULE,
            _ => EXCERPTS,
        }
    }
}

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
