//! What is asked of a source: the command line first, then the settings, then what is usual.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use tunelint_core::allow::Allowances;
use tunelint_core::finding::{Keep, Policy, Severity};
use tunelint_core::linter::Linter;
use tunelint_core::profile::{self, Profile};
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::redaction::Veil;
use tunelint_core::rule::RuleContext;
use tunelint_core::rules::{LOOKUP, RuleSet, Selection};
use tunelint_core::task::Task;
use tunelint_core::tokens::Counter;

use super::super::{names, reading};
use crate::cli::{Check, FailOn, Reading};
use crate::exit::Failure;
use crate::settings::{Dataset, Settings};

/// What was asked for, checked before anything is read.
pub(super) struct Plan {
    /// The options about reading, with what the settings add.
    pub(super) typed: Reading,
    pub(super) reading: ReadOptions,
    pub(super) task: Option<Task>,
    /// The validation sets.
    pub(super) validation: Vec<PathBuf>,
    /// The files with prompts of the application.
    pub(super) production: Vec<PathBuf>,
    pub(super) fail_on: FailOn,
    /// The share of records for which a rule's findings are tolerated.
    pub(super) max_rates: BTreeMap<&'static str, f64>,
    /// The numbers of the allowances that hold today, in the order of the policy's list.
    pub(super) holding: Vec<usize>,
    pub(super) policy: Policy,
    targets: Vec<Arc<Profile>>,
    /// Whether every target there is was asked for.
    pub(super) every_target: bool,
    context: RuleContext,
    threads: usize,
}

impl Plan {
    /// What `options` and the settings ask of the sources of `dataset`.
    pub(super) fn new(
        options: &Check,
        settings: &Settings,
        dataset: Option<&Dataset>,
        today: &str,
        keep: Keep,
    ) -> Result<Self, Failure> {
        let typed = typed(options, settings, dataset);
        let task = task(options, settings, dataset)?;
        let (targets, every_target) = targets(options, settings, dataset)?;
        // What each of several targets would say is counted over all findings.
        let keep = if targets.len() > 1 { Keep::All } else { keep };
        let given = options
            .preamble
            .as_deref()
            .map(reading::text_or_file)
            .transpose()?;
        let files = |named: &Option<PathBuf>, listed: fn(&Dataset) -> Vec<PathBuf>| match named {
            Some(path) => vec![path.clone()],
            None => dataset.map(listed).unwrap_or_default(),
        };
        let validation = files(&options.validation, |dataset| dataset.validation.files());
        let production = files(&options.production, |dataset| dataset.production.files());
        let allows = settings.allows.iter().enumerate();
        let holding: Vec<usize> = allows
            .filter(|(_, allow)| !allow.has_expired(today))
            .map(|(index, _)| index)
            .collect();
        Ok(Self {
            reading: reading::options(&typed)?,
            typed,
            task,
            targets,
            every_target,
            validation: shown(&validation),
            production: shown(&production),
            fail_on: options
                .fail_on
                .or(settings.fail_on())
                .unwrap_or(FailOn::Error),
            max_rates: settings.max_rates.clone(),
            policy: policy(options, settings, &holding, keep)?,
            holding,
            context: RuleContext {
                task,
                preamble: given.or_else(|| dataset.and_then(|dataset| dataset.preamble.clone())),
                options: settings.options.clone(),
                output_schema: dataset.and_then(Dataset::schema),
                custom: settings.custom.clone(),
                tokenizer: settings.tokenizer.clone(),
                ..RuleContext::default()
            },
            threads: super::threads(options.threads),
        })
    }

    /// The profiles that a source is checked for.
    pub(super) fn targets_of(&self, reader: &Reader) -> Result<Vec<Arc<Profile>>, Failure> {
        if !self.targets.is_empty() {
            return Ok(self.targets.clone());
        }
        let layout = reader.layout().map(|layout| layout.name());
        let default = layout.and_then(profile::for_layout);
        default
            .map(|name| names::profile(name).map(|profile| vec![profile]))
            .unwrap_or(Ok(Vec::new()))
    }

    /// The way tokens are counted for a source with these targets: as the first of them does.
    pub(super) fn counter(&self, profiles: &[Arc<Profile>]) -> Counter {
        let first = profiles.first().map(AsRef::as_ref);
        Counter::new(self.context.tokenizer.as_ref(), first)
    }

    /// What rules are built from, for sources with these targets.
    pub(super) fn context(&self, profiles: &[Arc<Profile>]) -> RuleContext {
        RuleContext {
            profiles: profiles.to_vec(),
            ..self.context.clone()
        }
    }

    /// A linter with the rules that have something to say in `context`.
    pub(super) fn linter(&self, context: &RuleContext) -> Linter {
        let rules = RuleSet::build(&self.policy.enabled, context);
        Linter::new(rules, self.policy.clone(), self.threads)
    }
}

/// Paths as they are shown to people.
fn shown(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths
        .iter()
        .map(|path| crate::settings::shown(path))
        .collect()
}

/// The options about reading, with what the settings add.
fn typed(options: &Check, settings: &Settings, dataset: Option<&Dataset>) -> Reading {
    let typed = &options.reading;
    let mut reading = dataset.map_or_else(|| typed.clone(), |dataset| dataset.reading(typed));
    let largest = &mut reading.max_record_size;
    if largest.is_none() {
        largest.clone_from(&settings.file.max_record_size);
    }
    reading
}

/// What the model is tuned for, where somebody says so.
fn task(
    options: &Check,
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

/// The targets that somebody named, and whether that is every one.
fn targets(
    options: &Check,
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

/// The name that stands for every target.
const EVERY_TARGET: &str = "all";

fn policy(
    options: &Check,
    settings: &Settings,
    holding: &[usize],
    keep: Keep,
) -> Result<Policy, Failure> {
    let mut severities = settings.severities.clone();
    for text in &options.severity {
        let (rule, level) = severity(text)?;
        severities.insert(rule, level);
    }
    let holding = holding
        .iter()
        .filter_map(|index| settings.allows.get(*index));
    let allowances = Allowances {
        list: holding.map(|allow| allow.allowance.clone()).collect(),
        inline: settings.file.inline_allow.unwrap_or(false),
        lookup: LOOKUP,
    };
    let selection = selection(options, settings)?;
    let mut enabled = selection.enabled();
    let own = settings.custom.iter().map(|rule| rule.name);
    enabled.extend(own.filter(|_| selection.select.is_empty()));
    Ok(Policy {
        keep,
        severities,
        enabled,
        allowances: Arc::new(allowances),
        excerpts: super::output::excerpts(options)?,
        veil: match options.show_values {
            true => Veil::Secret,
            false => Veil::Personal,
        },
    })
}

/// Which rules speak. `--select` takes the place of the settings' word, other options add to it.
fn selection(options: &Check, settings: &Settings) -> Result<Selection, Failure> {
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

fn named_task(name: &str) -> Result<Task, Failure> {
    let known = Task::ALL.map(Task::as_str);
    Task::from_name(name).ok_or_else(|| names::unknown("task", name, &known))
}

fn severity(text: &str) -> Result<(&'static str, Severity), Failure> {
    let usage = || {
        Failure::new(format!("`{text}` does not give a rule a severity"))
            .help("write RULE=error, RULE=warning or RULE=advice")
    };
    let (rule, level) = text.split_once('=').ok_or_else(usage)?;
    Ok((
        names::rule(rule)?,
        Severity::from_name(level).ok_or_else(usage)?,
    ))
}
