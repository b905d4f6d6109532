//! What a run comes to: whether it fails, what to know about the targets, what to do next.

use tunelint_layouts::finding::totals::{SourceSummary, Summary};
use tunelint_layouts::finding::{Counts, Severity};
use tunelint_layouts::provider::profile::{self, Delivery, Profile, Status};
use tunelint_layouts::provider::task::Task;
use tunelint_rules::survey::inferred::Inferred;

use super::settings::DatasetSettings;
use super::targets;

/// A rule whose findings are few enough to be tolerated.
pub(super) struct Tolerated {
    rule: &'static str,
    findings: u64,
    records: u64,
    rate: f64,
}

/// The rules whose findings the settings tolerate in a dataset of so many records.
pub(super) fn tolerated(
    counts: &Counts,
    settings: &DatasetSettings,
    records: u64,
) -> Vec<Tolerated> {
    let few = |(rule, rate): (&&'static str, &f64)| {
        let findings = counts.of_rule(rule);
        (findings > 0 && findings as f64 <= rate * records as f64).then_some(Tolerated {
            rule,
            findings,
            records,
            rate: *rate,
        })
    };
    settings.max_rates.iter().filter_map(few).collect()
}

/// Says which findings do not count.
pub(super) fn note_tolerated(tolerated: &[Tolerated], summary: &mut Summary) {
    for of in tolerated {
        let share = of.findings as f64 * 100.0 / of.records as f64;
        let (rule, limit) = (of.rule, of.rate * 100.0);
        summary.notes.push(format!(
            "{rule} holds for {share:.2} % of the records; the settings tolerate {limit} %"
        ));
    }
}

/// Names the task that the sources for `targets` show, where nobody else did.
pub(super) fn name_task(inferred: &Inferred, targets: &[String], summary: &mut Summary) {
    let Some(guess) = &inferred.task else { return };
    let unnamed = |source: &&mut SourceSummary| source.task.is_none() && source.targets == targets;
    let mut named = false;
    for source in summary.sources.iter_mut().filter(unnamed) {
        source.task = Some((guess.task.as_str().to_owned(), true));
        named = true;
    }
    // Generation is what is left: nothing was recognised.
    if !named || guess.task == Task::Generation {
        return;
    }
    let note = format!(
        "the task looks like {} ({}); `--task` names it",
        guess.task.as_str(),
        guess.evidence
    );
    if !summary.notes.contains(&note) {
        summary.notes.push(note);
    }
}

/// Whether something was found at or above `fail_on`, apart from what is tolerated.
pub(super) fn fails(counts: &Counts, fail_on: Option<Severity>, tolerated: &[Tolerated]) -> bool {
    let Some(level) = fail_on else {
        return false;
    };
    let matters = |rule: &str| !tolerated.iter().any(|of| of.rule == rule);
    counts
        .iter()
        .any(|(rule, severity, number)| severity >= level && number > 0 && matters(rule))
}

/// Says once that a target has ended, or will.
pub(super) fn note_status(profile: &Profile, summary: &mut Summary) {
    if profile.status == Status::Alive {
        return;
    }
    let said = profile
        .status_note
        .as_deref()
        .unwrap_or("the service has ended");
    let successor = profile.successor.as_deref().map_or(String::new(), |name| {
        format!(" (`--target {name}` is its successor)")
    });
    let note = format!(
        "{}: {}{successor}",
        profile.name,
        said.trim_end_matches('.')
    );
    if !summary.notes.contains(&note) {
        summary.notes.push(note);
    }
}

/// Says once that no target was checked for.
pub(super) fn note_missing_target(summary: &mut Summary) {
    let missing = |source: &&SourceSummary| source.targets.is_empty() && source.examples > 0;
    if let Some(source) = summary.sources.iter().find(missing) {
        let note = format!(
            "no provider was named for the layout `{}`, so only its shape was checked: add `--target openai` or another (`tunelint profile` lists them)",
            source.layout
        );
        summary.notes.push(note);
    }
}

/// What to do next, in a sentence, and the command to type.
pub(super) fn next_step(summary: &Summary) -> Option<(String, String)> {
    let worst = |severity| {
        summary
            .counts
            .iter()
            .filter(move |(_, of, _)| *of == severity)
            .max_by_key(|(_, _, number)| *number)
    };
    if let Some((rule, ..)) = worst(Severity::Error).or_else(|| worst(Severity::Warning)) {
        let sentence =
            "Mend what is listed above and check again; every rule has a page that says how."
                .to_owned();
        return Some((sentence, format!("tunelint rule {rule}")));
    }
    // What is excused would still stand in the way of a conversion.
    let [source] = summary.sources.as_slice() else {
        return None;
    };
    if summary.suppressed > 0 {
        return None;
    }
    let [target] = source.targets.as_slice() else {
        return None;
    };
    let profile = profile::by_name(target).ok().flatten()?;
    let path = shell_quoted(&source.path);
    let (ready, command) = match profile.container {
        Delivery::Rest => (
            format!("The data is ready; {target} takes it as the body of a request."),
            format!("tunelint convert {path} -o request.json --as rest"),
        ),
        Delivery::Jsonl
            if source.container != "jsonl" || !profile.layouts.contains(&source.layout) =>
        {
            let from = (source.container.as_str(), source.layout.as_str());
            let to = targets::fit(&profile, &[from])?;
            (
                format!("The data is ready; {target} takes it as JSON lines."),
                format!("tunelint convert {path} -o train.jsonl --to {to}"),
            )
        }
        Delivery::Jsonl => return None,
    };
    Some((ready, command))
}

/// A path as a shell reads it as one word.
fn shell_quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./=+,@%".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}
