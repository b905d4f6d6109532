//! What providers do with faults in the data that no requirement in their profile is about.

use std::sync::Arc;

use super::limit::target_sentence;
use super::profile::{Effect, Profile};
use crate::finding::{Consequence, RuleMeta, Severity, UsualImpact, UsualImpacts};

/// If more targets than this do the same, only their number is named.
const MAX_NAMED: usize = 3;

/// What `profile` does with findings of a rule: what its `faults` say, or else what targets do in
/// general.
pub fn consequence(meta: &RuleMeta, profile: &Profile) -> Consequence {
    let fault = profile.faults.get(meta.name);
    fault.map_or(meta.consequence, |fault| {
        fault.effect.consequence(fault.unconfirmed)
    })
}

/// What `profiles`, the targets of a source, do with findings of `rules`.
pub fn usual_impacts(
    rules: impl Iterator<Item = RuleMeta>,
    profiles: &[Arc<Profile>],
) -> UsualImpacts {
    let targets = profiles.iter().map(|of| of.name.clone()).collect();
    let impact = |meta: RuleMeta| Some((meta.name, usual_impact(&meta, profiles)?));
    UsualImpacts {
        targets,
        by_rule: rules.filter_map(impact).collect(),
    }
}

/// `None` if findings of the rule are a matter of quality, whatever the target.
fn usual_impact(meta: &RuleMeta, profiles: &[Arc<Profile>]) -> Option<UsualImpact> {
    let gravest = profiles.iter().map(|of| consequence(meta, of)).max()?;
    let faults = || profiles.iter().map(|of| of.faults.get(meta.name));
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
        .filter(|of| consequence(meta, of) == gravest);
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
        Arc::new(Profile::parse(&toml).expect("a profile"))
    }

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
            consequence(&rejected, &profile("a", "")),
            Consequence::Rejected
        );
        let skipping = profile("a", &fault("drops"));
        assert_eq!(consequence(&rejected, &skipping), Consequence::Skipped);
    }

    #[test]
    fn the_gravest_consequence_is_named_with_its_targets() {
        let profiles = [
            profile("a", ""),
            profile("b", &fault("drops")),
            profile("c", ""),
        ];
        let usual = usual_impact(&rule(Consequence::Rejected), &profiles).expect("an impact");
        assert_eq!(usual.words.as_deref(), Some("a and c reject the file"));
        assert_eq!(usual.consequence, Consequence::Rejected);
    }

    #[test]
    fn what_every_target_accepts_is_at_most_a_warning() {
        let accepting = [profile("a", &fault("advises"))];
        let usual = usual_impact(&rule(Consequence::Rejected), &accepting).expect("an impact");
        assert_eq!(usual.highest, Severity::Warning);
        assert_eq!(usual.words, None);
        let both = [profile("a", &fault("advises")), profile("b", "")];
        let usual = usual_impact(&rule(Consequence::Rejected), &both).expect("an impact");
        assert_eq!(usual.highest, Severity::Error);
    }

    #[test]
    fn quality_needs_no_entry() {
        assert_eq!(
            usual_impact(&rule(Consequence::Quality), &[profile("a", "")]),
            None
        );
    }
}
