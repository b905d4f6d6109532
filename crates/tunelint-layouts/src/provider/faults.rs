//! What providers do with faults in the data that no requirement in their profile is about.

use std::sync::Arc;

use super::limit::target_sentence;
use super::profile::{Effect, Fact, Profile};
use crate::finding::{Consequence, RuleMeta, Severity, UsualImpact, UsualImpacts};

/// If more targets than this do the same, only their number is named.
const MAX_NAMED: usize = 3;

/// The names of a source's layout and container; empty where they are not known.
#[derive(Debug, Clone, Copy, Default)]
pub struct SourceForm<'f> {
    /// The layout.
    pub layout: &'f str,
    /// The container.
    pub container: &'f str,
}

/// What the `faults` of `profile` say about findings of `rule` in a source of this form.
fn fault<'p>(rule: &str, profile: &'p Profile, form: SourceForm<'_>) -> Option<&'p Fact> {
    let applies = |only: &[String], name: &str| only.is_empty() || only.iter().any(|of| of == name);
    let fault = profile.faults.get(rule)?;
    let holds = applies(&fault.layouts, form.layout) && applies(&fault.containers, form.container);
    holds.then_some(fault)
}

/// What `profile` does with findings of a rule: what its `faults` say, or else what targets do in
/// general.
pub fn consequence(meta: &RuleMeta, profile: &Profile, form: SourceForm<'_>) -> Consequence {
    fault(meta.name, profile, form).map_or(meta.consequence, |fault| {
        fault.effect.consequence(fault.unconfirmed)
    })
}

/// What `profiles`, the targets of a source of this form, do with findings of `rules`.
pub fn usual_impacts(
    rules: impl Iterator<Item = RuleMeta>,
    profiles: &[Arc<Profile>],
    form: SourceForm<'_>,
) -> UsualImpacts {
    let targets = profiles.iter().map(|of| of.name.clone()).collect();
    let impact = |meta: RuleMeta| Some((meta.name, usual_impact(&meta, profiles, form)?));
    UsualImpacts {
        targets,
        by_rule: rules.filter_map(impact).collect(),
    }
}

/// `None` if findings of the rule are a matter of quality, whatever the target.
fn usual_impact(
    meta: &RuleMeta,
    profiles: &[Arc<Profile>],
    form: SourceForm<'_>,
) -> Option<UsualImpact> {
    let gravest = profiles
        .iter()
        .map(|of| consequence(meta, of, form))
        .max()?;
    let faults = || profiles.iter().map(|of| fault(meta.name, of, form));
    let severities = faults().flatten();
    let lowest = severities.map(|fault| fault.effect.severity(fault.unconfirmed));
    let lowest = lowest.max().unwrap_or(Severity::Advice);
    // What every target accepts is at most a warning.
    let is_accepted = faults().all(|fault| fault.is_some_and(|of| of.effect == Effect::Advises));
    let highest = match is_accepted {
        true => Severity::Warning,
        false => Severity::Error,
    };
    if (gravest, lowest, highest) == (Consequence::Quality, Severity::Advice, Severity::Error) {
        return None;
    }
    let doing = profiles
        .iter()
        .filter(|of| consequence(meta, of, form) == gravest);
    let names: Vec<String> = doing.map(|of| of.name.clone()).collect();
    Some(UsualImpact {
        lowest,
        highest,
        consequence: gravest,
        words: words(gravest, names),
    })
}

/// What the targets called `names` do, in words: `openai rejects the file`.
fn words(consequence: Consequence, names: Vec<String>) -> Option<String> {
    let (one, many, what) = match consequence {
        Consequence::Quality => return None,
        Consequence::Ignored => ("ignores", "ignore", "it"),
        Consequence::Misread => ("misreads", "misread", "the record"),
        Consequence::Truncated => ("truncates", "truncate", "the record"),
        Consequence::Skipped => ("skips", "skip", "the record"),
        Consequence::Rejected => ("rejects", "reject", "the file"),
    };
    if names.len() > MAX_NAMED {
        return Some(format!("{} targets {many} {what}", names.len()));
    }
    Some(target_sentence(&names, one, many, what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Level, Scope};

    fn profile(name: &str, fault: &str) -> Arc<Profile> {
        let toml = format!(
            "name = \"{name}\"\ntitle = \"\"\nstatus = \"alive\"\nread = \"\"\nlayouts = []\n\
             container = \"jsonl\"\n[sources]\n{fault}"
        );
        Arc::new(toml::from_str(&toml).expect("a profile"))
    }

    const ANY: SourceForm<'_> = SourceForm {
        layout: "messages",
        container: "jsonl",
    };

    fn fault(effect: &str) -> String {
        format!("[faults.broken]\neffect = \"{effect}\"\nsource = \"s\"\nquote = \"q\"\n")
    }

    fn rule(consequence: Consequence) -> RuleMeta {
        let level = Level::Fixed(Severity::Error);
        RuleMeta::new("broken", level, Scope::Example).consequence(consequence)
    }

    #[test]
    fn a_profile_has_the_last_word() {
        let rejected = rule(Consequence::Rejected);
        assert_eq!(
            consequence(&rejected, &profile("a", ""), ANY),
            Consequence::Rejected
        );
        let skipping = profile("a", &fault("drops"));
        assert_eq!(consequence(&rejected, &skipping, ANY), Consequence::Skipped);
    }

    #[test]
    fn the_gravest_consequence_is_named_with_its_targets() {
        let profiles = [
            profile("a", ""),
            profile("b", &fault("drops")),
            profile("c", ""),
        ];
        let usual = usual_impact(&rule(Consequence::Rejected), &profiles, ANY).expect("an impact");
        assert_eq!(usual.words.as_deref(), Some("a and c reject the file"));
        assert_eq!(usual.consequence, Consequence::Rejected);
    }

    #[test]
    fn what_every_target_accepts_is_at_most_a_warning() {
        let accepting = [profile("a", &fault("advises"))];
        let usual = usual_impact(&rule(Consequence::Rejected), &accepting, ANY).expect("an impact");
        assert_eq!(usual.highest, Severity::Warning);
        assert_eq!(usual.words, None);
        let both = [profile("a", &fault("advises")), profile("b", "")];
        let usual = usual_impact(&rule(Consequence::Rejected), &both, ANY).expect("an impact");
        assert_eq!(usual.highest, Severity::Error);
    }

    #[test]
    fn a_fault_can_be_one_of_some_layouts_and_containers() {
        let rejected = rule(Consequence::Rejected);
        let only = |key: &str, name: &str| {
            let fault = format!("{}{key} = [\"{name}\"]\n", fault("drops"));
            consequence(&rejected, &profile("a", &fault), ANY)
        };
        assert_eq!(only("layouts", "messages"), Consequence::Skipped);
        assert_eq!(only("layouts", "alpaca"), Consequence::Rejected);
        assert_eq!(only("containers", "jsonl"), Consequence::Skipped);
        assert_eq!(only("containers", "json"), Consequence::Rejected);
    }

    #[test]
    fn quality_needs_no_entry() {
        assert_eq!(
            usual_impact(&rule(Consequence::Quality), &[profile("a", "")], ANY),
            None
        );
    }
}
