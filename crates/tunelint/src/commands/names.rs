//! Names that users type: rules, profiles, tasks, layouts; with the nearest one where one is wrong.

use std::sync::Arc;

use tunelint_core::profile::{self, Profile};
use tunelint_core::rules;

use crate::exit::Failure;
use crate::settings::nearest;

/// A wrong name, and the nearest of those that exist.
pub fn unknown(kind: &str, name: &str, known: &[&str]) -> Failure {
    let failure = Failure::new(format!("there is no {kind} called `{name}`"));
    match nearest(name, known) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        // These have a command that lists them; others are few.
        None if matches!(kind, "rule" | "profile") => {
            failure.help(format!("`tunelint {kind}` lists them"))
        }
        None => failure.help(format!("there are: {}", known.join(", "))),
    }
}

/// The rule called `name`.
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

/// The profile called `name`.
pub fn profile(name: &str) -> Result<Arc<Profile>, Failure> {
    match profile::by_name(name) {
        Ok(Some(profile)) => Ok(Arc::new(profile)),
        Ok(None) => {
            let known: Vec<&str> = profile::FILES.iter().map(|(name, _)| *name).collect();
            Err(unknown("profile", name, &known))
        }
        Err(error) => Err(Failure::new(format!(
            "the profile `{name}` cannot be read: {error}"
        ))),
    }
}
