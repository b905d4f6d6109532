//! The format `html`: a page with the findings by rule, and filters by severity, rule and file.
//! Other commands add their sections above the findings.

pub mod findings;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use tunelint_core::finding::Finding;
use tunelint_core::printable::counted;
use tunelint_core::totals::{SourceSummary, Summary};

use super::contract::Report;
use super::style::Style;
use crate::page;
use findings::{FindingsTable, PER_RULE};

/// The report.
pub struct Html<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    kept: Vec<Finding>,
    kept_of: BTreeMap<&'static str, usize>,
    above: Above,
}

/// The sections of a command above the findings.
pub struct Above {
    /// The name of the command.
    pub command: &'static str,
    /// Id and title of each section, for the navigation.
    pub sections: Vec<(&'static str, &'static str)>,
    /// The HTML of all sections.
    pub html: String,
}

impl Default for Above {
    fn default() -> Self {
        Self {
            command: "check",
            sections: Vec::new(),
            html: String::new(),
        }
    }
}

#[derive(Serialize)]
struct CheckPage<'p> {
    title: String,
    command: &'static str,
    sections: Vec<Section>,
    above: minijinja::Value,
    findings: FindingsTable<'p>,
}

#[derive(Serialize)]
struct Section {
    id: &'static str,
    name: &'static str,
}

impl<'w> Html<'w> {
    /// A report that writes to `out`.
    pub fn new(style: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self {
            style,
            out,
            kept: Vec::new(),
            kept_of: BTreeMap::new(),
            above: Above::default(),
        }
    }

    /// Adds the sections of another command above the findings.
    pub fn below(mut self, above: Above) -> Self {
        self.above = above;
        self
    }
}

impl Report for Html<'_> {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let kept = self.kept_of.entry(finding.rule).or_default();
        if *kept < PER_RULE {
            *kept += 1;
            self.kept.push(finding.clone());
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        let above = std::mem::take(&mut self.above);
        let sections = above.sections.into_iter();
        let page = CheckPage {
            title: title(summary),
            command: above.command,
            sections: sections.map(|(id, name)| Section { id, name }).collect(),
            above: minijinja::Value::from_safe_string(above.html),
            findings: FindingsTable::new(&self.style, &self.kept, summary),
        };
        self.out
            .write_all(page::render("check.html", page)?.as_bytes())?;
        self.out.flush()
    }
}

/// The path of the only file, or the number of files.
fn title(summary: &Summary) -> String {
    match summary.sources.as_slice() {
        [source] => source.path.clone(),
        sources => counted(sources.len() as u64, "file"),
    }
}
