//! Findings written in one format: one file per format behind one trait.

mod concise;
mod human;
mod json;
mod place;

use std::io;

use tunelint_core::finding::{Finding, Keep};
use tunelint_core::summary::{SourceSummary, Summary};

/// The name of a report format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: a frame around each place, and a summary.
    Human,
    /// One line per finding: `path:line:column: severity[rule] message`.
    Concise,
    /// One JSON document with every finding.
    Json,
}

impl Format {
    /// How many findings of each rule it shows.
    pub fn keep(self) -> Keep {
        match self {
            Self::Human => Keep::First(human::PER_RULE),
            Self::Concise | Self::Json => Keep::All,
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
    /// The path of each source, by its id, printable.
    pub paths: Vec<String>,
}

/// Opens a report in `format` that writes to `out`.
pub fn open<'w>(
    format: Format,
    style: Style,
    out: Box<dyn io::Write + Send + 'w>,
) -> Box<dyn Report + Send + 'w> {
    match format {
        Format::Human => Box::new(human::Human::new(style, out)),
        Format::Concise => Box::new(concise::Concise::new(style, out)),
        Format::Json => Box::new(json::Json::new(style, out)),
    }
}
