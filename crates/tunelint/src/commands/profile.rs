//! `tunelint profile`: the providers, or what one of them accepts, every number with its source.

use std::fmt::Write;

use tunelint_core::printable::{counted, grouped};
use tunelint_core::profile::{self, Cited, Effect, Fact, Profile, Reserved, Status, Unit, Where};

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
                    "{name:24}  {:12}  {}",
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
    head(profile, text);
    numbers(profile, text);
    demands(profile, text);
    advice(profile, text);
    settings(profile, text);
    text.push_str("\nSources\n");
    for (key, url) in &profile.sources {
        let _ = writeln!(text, "  {key:4} {url}");
    }
}

fn head(profile: &Profile, text: &mut String) {
    let status = status(profile.status);
    let _ = writeln!(text, "{}: {}\n{status}", profile.name, profile.title);
    if let Some(note) = &profile.status_note {
        let _ = writeln!(text, "{note}");
    }
    if let Some(successor) = &profile.successor {
        let _ = writeln!(text, "Successor: {successor}");
    }
    let layouts = profile.layouts.join(", ");
    let _ = writeln!(text, "Layouts: {layouts}\nRead: {}", profile.read);
}

fn numbers(profile: &Profile, text: &mut String) {
    let limits = profile.limits.iter();
    let lines = limits.map(|(name, of)| {
        let words = limit_words(of);
        (name.as_str(), words, &of.source, &of.quote, &of.note)
    });
    section(text, "Limits", lines);
}

/// What it asks for besides numbers.
fn demands(profile: &Profile, text: &mut String) {
    section(text, "Order of turns", profile.turns.iter().map(fact_line));
    let accepts = profile.roles.iter().map(|of| {
        let effect = effect_words(of.effect, of.unconfirmed);
        let within = within(&of.layouts);
        let words = format!("{}{within} ({effect})", of.accepts.join(", "));
        ("roles", words, &of.source, &of.quote, &of.note)
    });
    let requires = profile.requires.iter().map(fact_line);
    section(text, "What it asks for", accepts.chain(requires));
    let reserved = profile.reserved.iter().map(|of| {
        let words = reserved_words(of);
        ("no text may hold", words, &of.source, &of.quote, &of.note)
    });
    section(text, "Reserved words", reserved);
    let tokenizer = profile.tokenizer.iter();
    let tokenizer = tokenizer.map(|of| {
        let words = "what tokens are estimated by".to_owned();
        (of.name.as_str(), words, &of.source, &of.quote, &of.note)
    });
    section(text, "Tokenizer", tokenizer);
}

fn advice(profile: &Profile, text: &mut String) {
    let lines = profile.recommended.iter().map(|(task, of)| {
        let max = of
            .max
            .map_or(" or more".to_owned(), |max| format!("–{}", grouped(max)));
        let words = format!("{}{max}", grouped(of.min));
        (task.as_str(), words, &of.source, &of.quote, &of.note)
    });
    section(text, "Recommended numbers of examples", lines);
}

/// What may be set for training, and the names that may be given.
fn settings(profile: &Profile, text: &mut String) {
    let lines = profile.hyperparameters.iter().map(|(name, of)| {
        let words = range_words(of);
        (name.as_str(), words, &of.source, &of.quote, &of.note)
    });
    section(text, "Hyperparameters", lines);
    for group in &profile.exclusive {
        let _ = writeln!(text, "  only one of: {}", group.join(", "));
    }
    let lines = profile.names.iter().map(|(name, of)| {
        let pattern = of.pattern.as_deref();
        let pattern = pattern.map_or(String::new(), |pattern| format!(", {pattern}"));
        let words = format!("at most {}{pattern}", counted(of.max, of.unit.noun()));
        (name.as_str(), words, &of.source, &of.quote, &of.note)
    });
    section(text, "Names", lines);
}

type Line<'p> = (&'p str, String, &'p String, &'p String, &'p Option<String>);

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

fn fact_line<'p>((name, of): (&'p String, &'p Fact)) -> Line<'p> {
    let words = effect_words(of.effect, of.unconfirmed) + &within(&of.layouts);
    (name.as_str(), words, &of.source, &of.quote, &of.note)
}

/// The layouts of which something is said, where it is not said of all.
fn within(layouts: &[String]) -> String {
    match layouts {
        [] => String::new(),
        layouts => format!(" in {}", layouts.join(", ")),
    }
}

fn effect_words(effect: Effect, unconfirmed: bool) -> String {
    let unsure = if unconfirmed { ", unconfirmed" } else { "" };
    format!("{}{unsure}", effect.describe())
}

fn limit_words(limit: &Cited<u64>) -> String {
    let value = match limit.unit {
        Unit::Percent => format!("{} %", limit.value),
        unit => counted(limit.value, unit.noun()),
    };
    let effect = effect_words(limit.effect, limit.unconfirmed);
    format!("{value} ({effect})")
}

fn reserved_words(of: &Reserved) -> String {
    let words: Vec<String> = of.words.iter().map(|word| format!("`{word}`")).collect();
    let place = match (of.place, of.line_start) {
        (Where::Input, false) => "in system and user texts",
        (Where::Input, true) => "behind a line break of system and user texts",
        (Where::Any, false) => "in any text",
        (Where::Any, true) => "behind a line break of any text",
    };
    let case = if of.case_sensitive {
        ""
    } else {
        ", in any case"
    };
    let effect = effect_words(of.effect, of.unconfirmed);
    format!("{} {place}{case} ({effect})", words.join(" "))
}

/// What a setting may be.
pub(super) fn range_words(of: &profile::Hyperparameter) -> String {
    let mut words = format!("`{}`", of.field);
    if let Some(default) = of.default {
        let _ = write!(words, ", default {default}");
    }
    if let Some(other) = of.default_otherwise {
        let _ = write!(words, " or {other} by the number of examples");
    }
    if let Some(default) = &of.default_text {
        let _ = write!(words, ", default {default}");
    }
    if !of.values.is_empty() {
        let values: Vec<String> = of.values.iter().map(value_words).collect();
        let _ = write!(words, ", one of {}", values.join(", "));
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

/// A value as it is written in a request.
fn value_words(value: &toml::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
