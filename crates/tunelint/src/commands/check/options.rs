//! Single values of a plan. The command line takes precedence over the dataset's settings, these
//! over the settings file, and that over the default.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use tunelint_core::finding::{Keep, Policy, Severity};
use tunelint_core::profile::{self, Profile};
use tunelint_core::prompts::PromptFormat;
use tunelint_core::redaction::Redaction;
use tunelint_core::rules::{LOOKUP, Selection};
use tunelint_core::source::Input;
use tunelint_core::suppression::Suppressions;
use tunelint_core::task::Task;

use super::output;
use crate::cli::{CheckOptions, Reading};
use crate::exit::Failure;
use crate::names;
use crate::reading;
use crate::settings::{Dataset, Settings};

/// The files at `paths`, with their paths as shown in reports.
fn files_at(options: &CheckOptions, paths: &[PathBuf]) -> Vec<Input> {
    let shown = paths.iter().map(|path| crate::settings::shown(path));
    let of = |path: PathBuf| reading::compared(path, &options.reading.host);
    shown.map(of).collect()
}

/// The validation files: `evaluating` if neither options nor settings decide.
pub(super) fn validation(
    options: &CheckOptions,
    dataset: Option<&Dataset>,
    evaluating: Vec<PathBuf>,
) -> Vec<Input> {
    files_at(
        options,
        &match (options.validation.as_slice(), dataset) {
            ([], Some(dataset)) => dataset.validation.files(),
            ([], None) => evaluating,
            (named, _) => named.to_vec(),
        },
    )
}

/// The files with production prompts.
pub(super) fn production(options: &CheckOptions, dataset: Option<&Dataset>) -> Vec<Input> {
    files_at(
        options,
        &match &options.production {
            Some(path) => vec![path.clone()],
            None => dataset.map_or_else(Vec::new, |dataset| dataset.production.files()),
        },
    )
}

/// The benchmarks.
pub(super) fn benchmark(options: &CheckOptions, dataset: Option<&Dataset>) -> Vec<Input> {
    files_at(
        options,
        &match (options.benchmark.as_slice(), dataset) {
            ([], Some(dataset)) => dataset.benchmark.files(),
            (named, _) => named.to_vec(),
        },
    )
}

/// The format that the sources, which are prompts, are held to.
pub(super) fn against(
    options: &CheckOptions,
    dataset: Option<&Dataset>,
) -> Result<Option<Arc<PromptFormat>>, Failure> {
    match &options.against {
        Some(path) => Ok(Some(Arc::new(reading::prompt_format(path)?))),
        None => Ok(dataset.and_then(|dataset| dataset.against.clone())),
    }
}

/// The reading options.
pub(super) fn reading(
    options: &CheckOptions,
    settings: &Settings,
    dataset: Option<&Dataset>,
) -> Reading {
    let typed = &options.reading;
    let mut reading = dataset.map_or_else(|| typed.clone(), |dataset| dataset.reading(typed));
    let largest = &mut reading.max_record_size;
    if largest.is_none() {
        largest.clone_from(&settings.file.max_record_size);
    }
    reading
}

/// The task, if it is set; otherwise it is inferred.
pub(super) fn task(
    options: &CheckOptions,
    settings: &Settings,
    dataset: Option<&Dataset>,
) -> Result<Option<Task>, Failure> {
    let own = dataset.and_then(|dataset| dataset.file.task.as_ref());
    let task = options
        .task
        .as_ref()
        .or(own)
        .or(settings.file.task.as_ref());
    task.map(|name| named_task(name)).transpose()
}

/// The targets, if any are set, and whether that is `all`. Duplicates are dropped.
pub(super) fn targets(
    options: &CheckOptions,
    settings: &Settings,
    dataset: Option<&Dataset>,
) -> Result<(Vec<Arc<Profile>>, bool), Failure> {
    let all = &settings.file.target;
    let own = dataset.map_or(all, |dataset| &dataset.file.target);
    let mut named = [&options.target, own, all].into_iter();
    let first = named.find(|targets| !targets.is_empty()).into_iter();
    let mut names: Vec<&str> = first.flatten().map(String::as_str).collect();
    let every = names.contains(&EVERY_TARGET);
    if every {
        names = profile::FILES.iter().map(|(name, _)| *name).collect();
    }
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    let profiles = names.into_iter().map(names::profile);
    Ok((profiles.collect::<Result<_, _>>()?, every))
}

/// The name that selects every target.
const EVERY_TARGET: &str = "all";

/// The policy. `active` are the indexes of the suppressions that have not expired; the policy lists
/// them in this order.
pub(super) fn policy(
    options: &CheckOptions,
    settings: &Settings,
    active: &[usize],
    keep: Keep,
) -> Result<Policy, Failure> {
    let mut severities = settings.severities.clone();
    for text in &options.severity {
        let (rule, level) = severity(text)?;
        severities.insert(rule, level);
    }
    let active = active
        .iter()
        .filter_map(|index| settings.allows.get(*index));
    let suppressions = Suppressions {
        list: active.map(|allow| allow.entry.clone()).collect(),
        inline: settings.file.inline_allow.unwrap_or(false),
        lookup: LOOKUP,
    };
    let selection = selection(options, settings)?;
    let mut enabled = selection.enabled();
    let own = settings.custom.iter().map(|rule| rule.name);
    enabled.extend(own.filter(|_| selection.select.is_empty()));
    enabled.extend(options.reading.host.rules.iter().map(|rule| rule.name));
    Ok(Policy {
        keep,
        severities,
        enabled,
        suppressions: Arc::new(suppressions),
        excerpts: output::excerpts(options)?,
        redaction: match options.show_values {
            true => Redaction::Secret,
            false => Redaction::Personal,
        },
        ..Policy::default()
    })
}

/// The enabled rules. `--select` replaces the selection of the settings; the other options add to
/// it.
pub(super) fn selection(options: &CheckOptions, settings: &Settings) -> Result<Selection, Failure> {
    let rules = |list: &[String]| {
        list.iter()
            .map(|name| names::rule(name))
            .collect::<Result<Vec<_>, _>>()
    };
    let mut selection = Selection {
        select: rules(&options.select)?,
        extend_select: rules(&options.extend_select)?,
        ignore: rules(&options.ignore)?,
        preview: options.preview || settings.file.preview.unwrap_or(false),
    };
    if selection.select.is_empty() {
        selection.select = rules(&settings.file.select)?;
        selection
            .extend_select
            .extend(rules(&settings.file.extend_select)?);
        selection.extend_select.extend(&settings.on);
        let off = rules(&settings.file.ignore)?;
        let asked = options.extend_select.clone();
        let off = off.into_iter().chain(settings.off.iter().copied());
        selection
            .ignore
            .extend(off.filter(|rule| !asked.iter().any(|name| name == rule)));
    }
    Ok(selection)
}

/// The task called `name`.
pub(super) fn named_task(name: &str) -> Result<Task, Failure> {
    let known = Task::ALL.map(Task::as_str);
    Task::from_name(name).ok_or_else(|| names::unknown("task", name, &known))
}

/// Parses the value of `--severity`: `RULE=LEVEL`.
pub(super) fn severity(text: &str) -> Result<(&'static str, Severity), Failure> {
    let usage = || {
        Failure::new(format!("invalid severity setting `{text}`"))
            .help("write RULE=error, RULE=warning or RULE=advice")
    };
    let (rule, level) = text.split_once('=').ok_or_else(usage)?;
    Ok((
        names::rule(rule)?,
        Severity::from_name(level).ok_or_else(usage)?,
    ))
}
