//! Flags files in a layout that a target does not take.

use std::sync::Arc;

use tunelint_data::text::position::Location;
use tunelint_layouts::finding::{Findings, Impact, Message, Severity};
use tunelint_layouts::fit::{convert_command, fit};
use tunelint_layouts::provider::limit::listed;
use tunelint_layouts::provider::profile::Profile;

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "layout-not-accepted",
    Level::Fixed(Severity::Error),
    Scope::Source,
);

/// Builds the check, unless the data will be converted.
pub fn build(context: &RuleContext) -> Option<Check> {
    let profiles = context.profiles.clone();
    let applies = !context.will_convert && !profiles.is_empty();
    applies.then(|| Check::source(LayoutNotAccepted { profiles }))
}

struct LayoutNotAccepted {
    profiles: Vec<Arc<Profile>>,
}

impl SourceRule for LayoutNotAccepted {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        let Some(layout) = reader.layout() else {
            return;
        };
        for profile in self.profiles.iter().filter(|of| !of.takes(layout.name())) {
            let impact = Impact::rejected_by(std::slice::from_ref(&profile.name));
            findings.report_at(Location::whole(reader.source), impact, || {
                Message::new(words(layout.name(), profile)).help(help(
                    layout.name(),
                    profile,
                    &reader.input.name,
                ))
            });
        }
    }
}

fn words(layout: &str, profile: &Profile) -> String {
    let accepted: Vec<String> = profile.layouts.iter().map(|of| format!("`{of}`")).collect();
    let (name, accepted) = (&profile.name, listed(&accepted));
    format!("layout `{layout}`: {name} accepts {accepted}")
}

fn help(layout: &str, profile: &Profile, path: &std::path::Path) -> String {
    if fit(profile, &[layout]).is_none() {
        return "no conversion gives it the answers to train on; choose another target (`tunelint profile` lists all)".to_owned();
    }
    let command = convert_command(profile, path, layout);
    format!("convert it: `{command}`; or check what the conversion would give: `--will-convert`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunelint_layouts::provider::profile::by_name;

    fn profile(name: &str) -> Profile {
        by_name(name).expect("it parses").expect("it exists")
    }

    #[test]
    fn the_command_is_complete() {
        assert_eq!(
            help("alpaca", &profile("openai"), "alpaca.json".as_ref()),
            "convert it: `tunelint convert alpaca.json -o alpaca-openai.jsonl --target openai`; or check what the conversion would give: `--will-convert`"
        );
    }

    #[test]
    fn no_command_where_nothing_would_be_trained_on() {
        let help = help("messages", &profile("openai-dpo"), "chat.jsonl".as_ref());
        assert!(help.starts_with("no conversion"), "{help}");
    }

    #[test]
    fn nothing_to_check_where_the_data_will_be_converted() {
        let mut context = RuleContext {
            profiles: vec![Arc::new(profile("openai"))],
            ..RuleContext::default()
        };
        assert!(build(&context).is_some());
        context.will_convert = true;
        assert!(build(&context).is_none());
    }
}
