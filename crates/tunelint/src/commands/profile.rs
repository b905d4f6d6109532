//! `tunelint profile`: the providers, or what one of them accepts, every number with its source.

use std::fmt::Write;

use tunelint_core::printable::{counted, grouped};
use tunelint_core::profile::{self, Cited, Effect, Profile, Status};

use super::{names, rule::print};
use crate::cli;
use crate::exit::{Exit, Failure};

/// Prints the list, or one profile.
pub fn run(options: &cli::Profile) -> Result<Exit, Failure> {
    let mut text = String::new();
    match &options.name {
        Some(name) => describe(&*names::profile(name)?, &mut text),
        None => {
            for (name, _) in profile::FILES {
                let profile = names::profile(name)?;
                let _ = writeln!(
                    text,
                    "{name:14}  {:12}  {}",
                    status(profile.status),
                    profile.title
                );
            }
            text.push_str("\n`tunelint profile NAME` prints its limits with their sources.\n");
        }
    }
    print(&text)
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Alive => "alive",
        Status::WindingDown => "winding down",
        Status::Closed => "closed",
    }
}

// Writing to a string does not fail; its results are let go.
fn describe(profile: &Profile, text: &mut String) {
    let _ = writeln!(
        text,
        "{}: {}\n{}",
        profile.name,
        profile.title,
        status(profile.status)
    );
    if let Some(note) = &profile.status_note {
        let _ = writeln!(text, "{note}");
    }
    if let Some(successor) = &profile.successor {
        let _ = writeln!(text, "Successor: {successor}");
    }
    let _ = writeln!(
        text,
        "Layouts: {}\nRead: {}",
        profile.layouts.join(", "),
        profile.read
    );
    section(
        text,
        "Limits",
        profile.limits.iter().map(|(name, limit)| {
            (
                name,
                limit_words(limit),
                &limit.source,
                &limit.quote,
                &limit.note,
            )
        }),
    );
    section(
        text,
        "Recommended numbers of examples",
        profile.recommended.iter().map(|(task, advised)| {
            let max = advised
                .max
                .map_or(" or more".to_owned(), |max| format!("–{}", grouped(max)));
            (
                task,
                format!("{}{max}", grouped(advised.min)),
                &advised.source,
                &advised.quote,
                &advised.note,
            )
        }),
    );
    section(
        text,
        "Hyperparameters",
        profile
            .hyperparameters
            .iter()
            .map(|(name, of)| (name, range_words(of), &of.source, &of.quote, &of.note)),
    );
    for group in &profile.exclusive {
        let _ = writeln!(text, "  only one of: {}", group.join(", "));
    }
    section(
        text,
        "Names",
        profile.names.iter().map(|(name, of)| {
            let pattern = of
                .pattern
                .as_deref()
                .map_or(String::new(), |pattern| format!(", {pattern}"));
            (
                name,
                format!("at most {}{pattern}", counted(of.max, of.unit.noun())),
                &of.source,
                &of.quote,
                &of.note,
            )
        }),
    );
    text.push_str("\nSources\n");
    for (key, url) in &profile.sources {
        let _ = writeln!(text, "  {key:4} {url}");
    }
}

type Line<'p> = (
    &'p String,
    String,
    &'p String,
    &'p String,
    &'p Option<String>,
);

fn section<'p>(text: &mut String, title: &str, lines: impl Iterator<Item = Line<'p>>) {
    for (index, (name, words, source, quote, note)) in lines.enumerate() {
        if index == 0 {
            let _ = writeln!(text, "\n{title}");
        }
        let _ = writeln!(text, "  {name}: {words}\n      [{source}] “{quote}”");
        if let Some(note) = note {
            let _ = writeln!(text, "      note: {note}");
        }
    }
}

fn limit_words(limit: &Cited<u64>) -> String {
    let value = counted(limit.value, limit.unit.noun());
    let effect = match limit.effect {
        Effect::Rejects => "rejects",
        Effect::Drops => "drops the example",
        Effect::Cuts => "cuts the example",
        Effect::DocumentedMaximum => "documented maximum",
        Effect::Advises => "advises",
    };
    let unsure = if limit.unconfirmed {
        ", unconfirmed"
    } else {
        ""
    };
    format!("{value} ({effect}{unsure})")
}

fn range_words(of: &profile::Hyperparameter) -> String {
    let mut words = format!("`{}`", of.field);
    if let Some(default) = of.default {
        let _ = write!(words, ", default {default}");
    }
    if let Some(min) = of.min {
        let _ = write!(
            words,
            ", {} {min}",
            if of.min_exclusive { "above" } else { "from" }
        );
    }
    if let Some(max) = of.max {
        let _ = write!(words, ", up to {max}");
    }
    if of.integer {
        words.push_str(", whole numbers");
    }
    words
}
