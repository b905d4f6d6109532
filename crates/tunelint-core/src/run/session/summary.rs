//! The summary of a run: whether it fails, notes on the targets, and the suggested next step.

use std::path::Path;

use tunelint_layouts::finding::totals::{SourceSummary, Summary};
use tunelint_layouts::finding::{Counts, Severity};
use tunelint_layouts::fit::{convert_command, fit, fits_unchanged};
use tunelint_layouts::layout;
use tunelint_layouts::provider::profile::{self, Delivery, Profile, Status};
use tunelint_layouts::provider::task::Task;
use tunelint_rules::rules::{
    conflicting_outputs, container_not_accepted, duplicate_example, layout_not_accepted,
    validation_leak,
};
use tunelint_rules::survey::inferred::Inferred;

use super::settings::DatasetSettings;

/// The rules that may look at a sample of the inputs.
const SAMPLED: [&str; 3] = [
    conflicting_outputs::META.name,
    duplicate_example::META.name,
    validation_leak::META.name,
];

/// A rule whose findings are within its tolerated rate, so that they do not fail the run.
pub(super) struct Tolerated {
    rule: &'static str,
    findings: u64,
    records: u64,
    rate: f64,
}

/// The rules whose findings are within their tolerated rate in a dataset of `records` records, where
/// the rules that compare inputs looked at one in `one_in`.
pub(super) fn tolerated(
    counts: &Counts,
    settings: &DatasetSettings,
    records: u64,
    one_in: u64,
) -> Vec<Tolerated> {
    let few = |(rule, rate): (&&'static str, &f64)| {
        let findings = match SAMPLED.contains(rule) {
            true => counts.of_rule(rule).saturating_mul(one_in),
            false => counts.of_rule(rule),
        };
        (findings > 0 && findings as f64 <= rate * records as f64).then_some(Tolerated {
            rule,
            findings,
            records,
            rate: *rate,
        })
    };
    settings.max_rates.iter().filter_map(few).collect()
}

/// Adds a note for each rule within its tolerated rate.
pub(super) fn note_tolerated(tolerated: &[Tolerated], summary: &mut Summary) {
    for of in tolerated {
        let share = of.findings as f64 * 100.0 / of.records as f64;
        let (rule, limit) = (of.rule, of.rate * 100.0);
        summary.notes.push(format!(
            "{rule}: {share:.2}% of records, within the tolerated {limit}%"
        ));
    }
}

/// Sets the inferred task on the sources for `targets` that have none, with a note about it.
pub(super) fn name_task(inferred: &Inferred, targets: &[String], summary: &mut Summary) {
    let Some(guess) = &inferred.task else { return };
    let unnamed = |source: &&mut SourceSummary| source.task.is_none() && source.targets == targets;
    let mut named = false;
    for source in summary.sources.iter_mut().filter(unnamed) {
        source.task = Some((guess.task.as_str().to_owned(), true));
        named = true;
    }
    // Generation is the fallback: nothing was inferred.
    if !named || guess.task == Task::Generation {
        return;
    }
    let note = format!(
        "task: {} (inferred: {}); set it with `--task`",
        guess.task.as_str(),
        guess.evidence
    );
    if !summary.notes.contains(&note) {
        summary.notes.push(note);
    }
}

/// Whether any rule outside `tolerated` has findings at or above `fail_on`.
pub(super) fn fails(counts: &Counts, fail_on: Option<Severity>, tolerated: &[Tolerated]) -> bool {
    let Some(level) = fail_on else {
        return false;
    };
    let matters = |rule: &str| !tolerated.iter().any(|of| of.rule == rule);
    counts
        .iter()
        .any(|(rule, severity, number)| severity >= level && number > 0 && matters(rule))
}

/// Adds a note if a target is discontinued or about to be. Each note is added once.
pub(super) fn note_status(profile: &Profile, summary: &mut Summary) {
    if profile.status == Status::Alive {
        return;
    }
    let note = profile.status_note.as_deref().unwrap_or("discontinued");
    let successor = profile.successor.as_deref().map_or(String::new(), |name| {
        format!(" (successor: `--target {name}`)")
    });
    let note = format!(
        "{}: {}{successor}",
        profile.name,
        note.trim_end_matches('.')
    );
    if !summary.notes.contains(&note) {
        summary.notes.push(note);
    }
}

/// Adds a note if a source was checked without a target, with targets that take it.
pub(super) fn note_missing_target(summary: &mut Summary) {
    let missing = |source: &&SourceSummary| source.targets.is_empty() && source.examples > 0;
    if let Some(source) = summary.sources.iter().find(missing) {
        let choice = match taking(source).as_slice() {
            [] => "no target takes it as it is; add one to convert to with `--target`".to_owned(),
            some => format!(
                "add a target that takes it with `--target`: {}",
                some.join(", ")
            ),
        };
        let layout = &source.layout;
        let prompts = match layout::by_name(layout).is_some_and(|of| of.capacity().is_prompt_only())
        {
            true => " (prompts without responses, for reinforcement learning)",
            false => "",
        };
        let note = format!(
            "no target for the layout `{layout}`{prompts}: only its structure was checked; {choice} (`tunelint profile` lists all)",
        );
        summary.notes.push(note);
    }
}

/// A few targets that take a source as it is: the one that reads its `dataset_info.json` first,
/// alive ones before those that wind down.
fn taking(source: &SourceSummary) -> Vec<String> {
    let named = profile::with_layout(&source.layout);
    let profiles = named.filter_map(|name| profile::by_name(name).ok().flatten());
    let mut taking: Vec<Profile> = profiles
        .filter(|profile| profile.status != Status::Closed && profile.reads(&source.container))
        .collect();
    let reads_info =
        |profile: &Profile| source.is_declared && profile.requires.contains_key("dataset-info");
    taking.sort_by_key(|profile| (!reads_info(profile), profile.status != Status::Alive));
    let names = taking.iter().map(|profile| format!("`{}`", profile.name));
    names.take(MAX_SUGGESTED).collect()
}

/// The number of targets that are suggested for a source without one.
const MAX_SUGGESTED: usize = 4;

/// The conversion that the only target needs, if no other error is in the way.
fn conversion(summary: &Summary) -> Option<(String, String)> {
    let [verdict] = summary.verdicts.as_slice() else {
        return None;
    };
    let solved = [
        layout_not_accepted::META.name,
        container_not_accepted::META.name,
    ];
    let mut errors = summary
        .counts
        .iter()
        .filter(|(_, of, _)| *of == Severity::Error);
    if !errors.all(|(rule, ..)| solved.contains(&rule)) {
        return None;
    }
    let sentence = format!("Convert the file to what {} takes:", verdict.target);
    Some((sentence, verdict.convert.clone()?))
}

/// The suggested next step: a sentence and a command.
pub(super) fn next_step(summary: &Summary) -> Option<(String, String)> {
    let worst = |severity| {
        summary
            .counts
            .iter()
            .filter(move |(_, of, _)| *of == severity)
            .max_by_key(|(_, _, number)| *number)
    };
    if let Some(command) = conversion(summary) {
        return Some(command);
    }
    if let Some((rule, ..)) = worst(Severity::Error).or_else(|| worst(Severity::Warning)) {
        let sentence = "Fix these findings and run the check again. Details:".to_owned();
        return Some((sentence, format!("tunelint rule {rule}")));
    }
    // Suppressed findings and records that were not checked would still prevent a conversion.
    let [source] = summary.sources.as_slice() else {
        return None;
    };
    if summary.suppressed > 0 || source.unchecked > 0 {
        return None;
    }
    let [target] = source.targets.as_slice() else {
        return None;
    };
    let profile = profile::by_name(target).ok().flatten()?;
    let container = match profile.container {
        Delivery::Rest => "a request body",
        Delivery::Jsonl if fits_unchanged(&profile, &source.container, &source.layout) => {
            return None;
        }
        Delivery::Jsonl => "JSON Lines",
    };
    fit(&profile, &[&source.layout])?;
    let ready = format!("Ready for {target}. Convert the file to {container}:");
    let path = Path::new(&source.path);
    Some((ready, convert_command(&profile, path, &source.layout)))
}
