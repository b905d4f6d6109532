//! Looks up names from the command line: rules, profiles, tasks, layouts. Errors suggest the closest
//! known name.

use std::sync::Arc;

use tunelint_core::profile::{self, Profile};
use tunelint_core::rules;

use crate::exit::Failure;
use crate::spelling::nearest;

/// The error for an unknown name. It suggests the closest of the `known` names, or lists them.
pub fn unknown(kind: &str, name: &str, known: &[&str]) -> Failure {
    let failure = Failure::new(format!("unknown {kind} `{name}`"));
    match nearest(name, known) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        // Rules and profiles have a command that lists them. Other kinds have few names.
        None if matches!(kind, "rule" | "profile") => {
            failure.help(format!("list all with `tunelint {kind}`"))
        }
        None => failure.help(format!("choose one of: {}", known.join(", "))),
    }
}

/// The rule `name`, with the lifetime of the registry.
pub fn rule(name: &str) -> Result<&'static str, Failure> {
    match rules::by_name(name) {
        Some(entry) => Ok(entry.meta.name),
        None => {
            let known: Vec<&str> = rules::REGISTRY
                .iter()
                .map(|entry| entry.meta.name)
                .collect();
            Err(unknown("rule", name, &known))
        }
    }
}

/// The profile `name`.
pub fn profile(name: &str) -> Result<Arc<Profile>, Failure> {
    match profile::by_name(name) {
        Ok(Some(profile)) => Ok(Arc::new(profile)),
        Ok(None) => {
            let known: Vec<&str> = profile::FILES.iter().map(|(name, _)| *name).collect();
            Err(unknown("profile", name, &known))
        }
        Err(error) => Err(Failure::new(format!(
            "cannot read the profile `{name}`: {error}"
        ))),
    }
}

/// The files that were left out, in words; `None` if there are none.
pub fn skipped(names: &[String]) -> Option<String> {
    listed(names).map(|names| format!("skipped: {names}"))
}

/// The first of `names`, and how many there are besides; `None` if there are none.
pub fn listed(names: &[String]) -> Option<String> {
    /// More are only counted.
    const SHOWN: usize = 5;
    let first: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = names.len().saturating_sub(SHOWN);
    match (first.as_slice(), more) {
        ([], _) => None,
        (first, 0) => Some(first.join(", ")),
        (first, more) => Some(format!("{} and {more} more", first.join(", "))),
    }
}
