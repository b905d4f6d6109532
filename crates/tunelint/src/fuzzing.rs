//! The parts of the program that the fuzz targets call, which are not in its libraries.

use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use tunelint_core::finding::{Finding, Severity};
use tunelint_core::totals::Summary;

use crate::report::{self, Format, SourceName, Style};
use crate::settings::Settings;

/// What is wrong with the text of a settings file, as it is printed; `None` if nothing is.
pub fn problems_of_settings(text: &str) -> Option<String> {
    Settings::of_text(text).err().map(|failure| failure.text())
}

/// The report of `findings` in each format, with its name. `paths` are the sources by id.
///
/// # Errors
/// None, unless a report cannot be written to memory.
pub fn reports(
    paths: &[PathBuf],
    findings: &[Finding],
    summary: &Summary,
) -> io::Result<Vec<(String, String)>> {
    let names = paths
        .iter()
        .map(|path| SourceName::new(path, Path::new(".")));
    let style = Style {
        show_all: true,
        fail_on: Some(Severity::Error),
        names: names.collect(),
        ..Style::default()
    };
    let mut reports = Vec::new();
    for format in Format::value_variants() {
        let mut bytes = Vec::new();
        let mut report = report::open(*format, style.clone(), Box::new(&mut bytes));
        summary
            .sources
            .iter()
            .try_for_each(|source| report.source(source))?;
        findings
            .iter()
            .try_for_each(|finding| report.finding(finding))?;
        report.finish(summary)?;
        drop(report);
        let value = format.to_possible_value();
        let name = value.map_or_else(String::new, |value| value.get_name().to_owned());
        reports.push((name, String::from_utf8(bytes).map_err(io::Error::other)?));
    }
    Ok(reports)
}
