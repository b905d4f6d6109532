//! `tunelint rule`: lists the rules, or prints one rule's page.

use tunelint_core::contract::{Level, RuleEntry, RuleStatus};
use tunelint_core::rules::{REGISTRY, by_name};

use crate::cli::Rule;
use crate::exit::{Exit, Failure};
use crate::names;
use crate::report::rule_page;
use crate::stdout::print;

/// Prints the list, or the page of the named rule.
pub fn run(options: &Rule) -> Result<Exit, Failure> {
    let text = match &options.name {
        Some(name) => {
            let name = names::rule(name)?;
            by_name(name)
                .map(|entry| rule_page::readable(entry.page))
                .unwrap_or_default()
        }
        None => list(),
    };
    print(&text)
}

fn list() -> String {
    let width = REGISTRY
        .iter()
        .map(|entry| entry.meta.name.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for entry in REGISTRY {
        text.push_str(&format!(
            "{:width$}  {:8}  {}\n",
            entry.meta.name,
            level(entry),
            entry.summary()
        ));
    }
    text.push_str("\n`tunelint rule NAME` prints a rule's page.\n");
    text
}

fn level(entry: &RuleEntry) -> &'static str {
    match (entry.meta.status, entry.meta.level) {
        (RuleStatus::Preview, _) => "preview",
        (RuleStatus::Off, _) => "off",
        (RuleStatus::Stable, Level::Profile) => "profile",
        (RuleStatus::Stable, Level::Fixed(severity)) => severity.as_str(),
    }
}
