//! The option `--report FORMAT=PATH`.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::CheckOptions;
use crate::exit::Failure;
use crate::names;
use crate::report::Format;

/// Parses the value of `--report`: `FORMAT=PATH`.
pub(super) fn format_and_path(text: &str) -> Result<(Format, PathBuf), Failure> {
    let usage = || {
        Failure::new(format!("invalid report `{text}`"))
            .help("write FORMAT=PATH, for example json=report.json")
    };
    let (format, path) = text.split_once('=').ok_or_else(usage)?;
    let format = <Format as clap::ValueEnum>::from_str(format, false).map_err(|_| {
        let known: Vec<String> = <Format as clap::ValueEnum>::value_variants()
            .iter()
            .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
            .collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        names::unknown("report format", format, &known)
    })?;
    if path.is_empty() {
        return Err(usage());
    }
    Ok((format, PathBuf::from(path)))
}

/// The files that reports are written to.
pub(super) fn report_paths(options: &CheckOptions) -> Result<Vec<PathBuf>, Failure> {
    let parsed = options.report.iter().map(|text| format_and_path(text));
    parsed.map(|report| Ok(report?.1)).collect()
}
