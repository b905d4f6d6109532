//! `tunelint stats`: summarizes a dataset, and compares it with the limits and recommendations of the
//! targets.

use std::sync::Arc;

use tunelint_core::describe::{SourceStats, StatsDocument};
use tunelint_core::layout;
use tunelint_core::printable::printable_path;
use tunelint_core::session::Opened;
use tunelint_core::stats::Stats;
use tunelint_model::Model;

use super::check::{self, opening};
use crate::cli::{self, CheckOptions, StatsFormat};
use crate::exit::{Exit, Failure};
use crate::model::no_tokenizer;
use crate::reading::threads;
use crate::report::stats::{html, human, markdown};
use crate::report::{Format, Html};
use crate::stdout::print;

/// Summarizes the files that `options` name.
pub fn run(options: cli::StatsOptions) -> Result<Exit, Failure> {
    let (format, width) = (options.format, options.width);
    let check = check_options(options);
    let document = gather(&check)?;
    print(&match format {
        StatsFormat::Human => human::page(&document, width),
        StatsFormat::Json => document.json(),
        StatsFormat::Markdown => markdown::page(&document),
        StatsFormat::Html => return with_findings(&document, check),
    })
}

/// The options of a check of the same sources.
pub fn check_options(options: cli::StatsOptions) -> CheckOptions {
    CheckOptions {
        paths: options.paths,
        target: options.target,
        task: options.task,
        reading: options.reading,
        tokenizer: options.tokenizer,
        model: options.model,
        settings: options.settings,
        threads: options.threads,
        ..CheckOptions::default()
    }
}

/// The document about the sources of `check`.
///
/// # Errors
/// Sources that cannot be read.
pub fn gather(check: &CheckOptions) -> Result<StatsDocument, Failure> {
    let threads = threads(check.threads);
    let mut sources = Vec::new();
    for opened in opening::open(check)? {
        sources.push(source(opened, threads)?);
    }
    Ok(StatsDocument::new(sources))
}

fn source(mut opened: Opened, threads: usize) -> Result<SourceStats, Failure> {
    let path = printable_path(&opened.reader.input.name);
    let preferred = opened.targets.first().and_then(|of| of.layouts.first());
    let preferred = preferred.and_then(|name| layout::by_name(name));
    let layout = preferred.or_else(|| opened.reader.layout().cloned());
    let model = counting(&opened)?.cloned();
    let model = model
        .as_deref()
        .map(|model| (model, opened.targets.as_slice()));
    let stats = Stats::of(
        &mut opened.reader,
        layout.as_deref(),
        &opened.counter,
        model,
        threads,
    )
    .map_err(|error| Failure::io("read", &path, &error))?;
    Ok(SourceStats::new(&opened, &stats))
}

/// The model that counts sequences, if one was named.
///
/// # Errors
/// A model without a tokenizer.
fn counting(opened: &Opened) -> Result<Option<&Arc<Model>>, Failure> {
    match &opened.model {
        Some(model) if model.encoder.is_none() => Err(no_tokenizer("counting sequences")),
        model => Ok(model.as_ref()),
    }
}

/// Writes the page, with the findings of `check`, which sees the same sources, below the pictures.
fn with_findings(document: &StatsDocument, check: CheckOptions) -> Result<Exit, Failure> {
    let above = html::page(document)?;
    let check = CheckOptions {
        format: Format::Html,
        ..check
    };
    let below = |_, style, out| Box::new(Html::new(style, out).below(above)) as _;
    // Whether the data is good enough is not what was asked.
    Ok(match check::run_into(check, below)? {
        Exit::Findings => Exit::Clean,
        exit => exit,
    })
}
