//! Reports: what a run came to, one module per format. The formats of `check` are behind the trait
//! [`Report`]; `stats`, `split` and `loss` have views of their own documents.

mod contract;
pub mod convert;
mod inert;
mod listing;
pub mod loss;
mod names;
mod place;
mod record;
mod rejects;
pub mod render;
pub mod rule_page;
pub mod split;
pub mod stats;
mod style;
mod words;
mod worst;

pub use contract::Report;
pub use html::Html;
pub use names::{SourceName, Unit};
pub use place::of_record;
pub use style::Style;

use tunelint_core::finding::{EXCERPTS, Keep};

use contract::Out;

/// Declares each format's module, its name and help on the command line, and what opens it.
macro_rules! formats {
    ($($(#[$attribute:meta])+ $format:ident => $module:ident::$report:ident;)*) => {
        $(mod $module;)*

        /// A report format.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
        pub enum Format {
            $($(#[$attribute])+ $format),*
        }

        /// Opens a report in `format` that writes to `out`.
        pub fn open<'w>(
            format: Format,
            style: Style,
            out: Out<'w>,
        ) -> Box<dyn Report + Send + 'w> {
            match format {
                $(Format::$format => Box::new($module::$report::new(style, out))),*
            }
        }
    };
}

formats! {
    /// For people: an excerpt for each finding, and a summary.
    #[default]
    Human => human::Human;
    /// One line per finding: `path:line:column: severity[rule] message`.
    Concise => concise::Concise;
    /// One JSON document with all findings.
    Json => json::JsonReport;
    /// The same objects, one per line.
    Jsonl => jsonl::Jsonl;
    /// Annotations on a pull request: the first ten findings of each severity.
    Github => github::GitHub;
    /// A GitLab code quality report.
    Gitlab => gitlab::GitLab;
    /// SARIF 2.1.0, for code scanning.
    Sarif => sarif::Sarif;
    /// JUnit XML: each finding is a test.
    Junit => junit::Junit;
    /// A summary in Markdown.
    Markdown => markdown::Markdown;
    /// A self-contained HTML page: findings by rule, with filters.
    Html => html::Html;
}

impl Format {
    /// How many findings of each rule in a source the format shows; `all` is `--show-all`.
    pub fn keep(self, all: bool) -> Keep {
        match self {
            Self::Human if all => Keep::All,
            Self::Human => Keep::First(human::PER_RULE),
            Self::Html => Keep::First(html::findings::PER_RULE),
            _ => Keep::All,
        }
    }

    /// The same with an excerpt.
    pub fn excerpts(self, all: bool) -> usize {
        match self {
            Self::Human if all => usize::MAX,
            Self::Html => html::findings::PER_RULE,
            _ => EXCERPTS,
        }
    }
}

/// A function that opens a report.
pub trait Opens: FnOnce(Format, Style, Out<'static>) -> Box<dyn Report + Send> {}
impl<F: FnOnce(Format, Style, Out<'static>) -> Box<dyn Report + Send>> Opens for F {}
