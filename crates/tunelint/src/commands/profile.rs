//! `tunelint profile`: lists the providers, or prints the limits of one, each with its source.

use std::fmt::Write;

use tunelint_core::describe::targets::range_words;
use tunelint_core::printable::{counted, grouped};
use tunelint_core::profile::{self, Cited, Effect, Fact, Profile, Reserved, Status, Unit, Where};

use crate::cli;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::stdout::print;

/// Prints the list of profiles, or the named one.
pub fn run(options: &cli::ProfileOptions) -> Result<Exit, Failure> {
    let mut text = String::new();
    match &options.name {
        Some(name) => text.push_str(&described(&*names::profile(name)?)),
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
            text.push_str(
                "\n`tunelint profile NAME` prints the limits of a provider with their sources.\n",
            );
        }
    }
    print(&text)
}

/// The limits of a provider with their sources.
pub fn described(profile: &Profile) -> String {
    let mut text = String::new();
    describe(profile, &mut text);
    text
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Alive => "active",
        Status::WindingDown => "winding down",
        Status::Closed => "closed",
    }
}

// Writing to a string cannot fail, so the results are ignored.
fn describe(profile: &Profile, text: &mut String) {
    head(profile, text);
    numbers(profile, text);
    requirements(profile, text);
    advice(profile, text);
    settings(profile, text);
    guidance(profile, text);
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
    let containers = match &profile.reads {
        Some(reads) => reads.containers.join(", "),
        None => "jsonl".to_owned(),
    };
    let _ = writeln!(
        text,
        "Layouts: {layouts}\nContainers: {containers}\nSources read: {}",
        profile.read
    );
}

fn numbers(profile: &Profile, text: &mut String) {
    let limits = profile.limits.iter();
    let lines = limits.map(|(name, of)| {
        let words = limit_words(of);
        (name.as_str(), words, &of.source, &of.quote, &of.note)
    });
    section(text, "Limits", lines);
}

/// Requirements that are not numbers.
fn requirements(profile: &Profile, text: &mut String) {
    section(text, "Message order", profile.turns.iter().map(fact_line));
    let accepts = profile.roles.iter().map(|of| {
        let effect = effect_words(of.effect, of.unconfirmed);
        let within = within(&of.layouts);
        let words = format!("{}{within} ({effect})", of.accepts.join(", "));
        ("roles", words, &of.source, &of.quote, &of.note)
    });
    let requires = profile.requires.iter().map(fact_line);
    section(text, "Requirements", accepts.chain(requires));
    let fields = profile.fields.iter().map(|of| {
        let effect = effect_words(of.effect, of.unconfirmed);
        let words = format!("{}{} ({effect})", of.describe(), within(&of.layouts));
        let at = if of.at.is_empty() { "record" } else { &of.at };
        (at, words, &of.source, &of.quote, &of.note)
    });
    section(text, "Fields", fields);
    section(text, "Other faults", profile.faults.iter().map(fact_line));
    let reads = profile.reads.iter().map(|of| {
        let words = of.containers.join(", ");
        ("reads", words, &of.source, &of.quote, &of.note)
    });
    section(text, "Containers", reads);
    let reserved = profile.reserved.iter().map(|of| {
        let words = reserved_words(of);
        ("forbidden in texts", words, &of.source, &of.quote, &of.note)
    });
    section(text, "Reserved words", reserved);
    let tokenizer = profile.tokenizer.iter();
    let tokenizer = tokenizer.map(|of| {
        let words = "used to estimate tokens".to_owned();
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
    section(text, "Recommended number of examples", lines);
}

/// Hyperparameters, and names of models and jobs.
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

/// Sentences of the guide that `stats` and `loss` show where they apply.
fn guidance(profile: &Profile, text: &mut String) {
    let lines = profile.guidance.iter().map(|(name, of)| {
        let shown = match name.as_str() {
            "small-dataset" | "json-outputs" => "shown by `stats`",
            _ => "shown by `loss`",
        };
        (
            name.as_str(),
            shown.to_owned(),
            &of.source,
            &of.quote,
            &of.note,
        )
    });
    section(text, "Guidance", lines);
}

type ProfileEntry<'p> = (&'p str, String, &'p String, &'p String, &'p Option<String>);

fn section<'p>(text: &mut String, title: &str, lines: impl Iterator<Item = ProfileEntry<'p>>) {
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

fn fact_line<'p>((name, of): (&'p String, &'p Fact)) -> ProfileEntry<'p> {
    let mut words = of.effect.describe().to_owned() + &within(&of.layouts);
    if of.unconfirmed {
        words.push_str(", unconfirmed");
    }
    (name.as_str(), words, &of.source, &of.quote, &of.note)
}

/// The layouts that a fact is limited to.
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
        Unit::Percent => format!("{}%", limit.value),
        unit => counted(limit.value, unit.noun()),
    };
    let effect = effect_words(limit.effect, limit.unconfirmed);
    format!("{value} ({effect})")
}

fn reserved_words(of: &Reserved) -> String {
    let words: Vec<String> = of.words.iter().map(|word| format!("`{word}`")).collect();
    let place = match (of.place, of.line_start) {
        (Where::Input, false) => "in system and user messages",
        (Where::Input, true) => "after a line break in system and user messages",
        (Where::Any, false) => "in any message",
        (Where::Any, true) => "after a line break in any message",
    };
    let case = if of.case_sensitive {
        ""
    } else {
        ", case-insensitive"
    };
    let effect = effect_words(of.effect, of.unconfirmed);
    format!("{} {place}{case} ({effect})", words.join(" "))
}
