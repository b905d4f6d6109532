//! Every provider's file is whole: it parses, every number names a source that it lists, and
//! every limit is one that a rule enforces.

use std::collections::BTreeSet;

use tunelint_core::layout;
use tunelint_core::profile::{FILES, Profile};

use crate::running::root;

/// The limits that rules enforce.
const ENFORCED: [&str; 6] = [
    "input",
    "output",
    "example",
    "upload",
    "min-examples",
    "max-examples",
];
/// Limits that are on record and have no rule yet: each needs a reason here.
const ON_RECORD: [(&str, &str); 1] = [(
    "max-validation-examples",
    "the rule validation-too-large is not built yet",
)];

fn all() -> Vec<Profile> {
    FILES
        .iter()
        .map(|(name, toml)| Profile::parse(toml).unwrap_or_else(|error| panic!("{name}: {error}")))
        .collect()
}

#[test]
fn every_file_is_in_the_binary_under_its_name() {
    let entries = std::fs::read_dir(root().join("rules/profiles")).expect("a folder");
    let files: BTreeSet<String> = entries
        .filter_map(|entry| {
            Some(
                entry
                    .ok()?
                    .file_name()
                    .to_str()?
                    .strip_suffix(".toml")?
                    .to_owned(),
            )
        })
        .collect();
    let names: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(files, names);
    for (profile, (name, _)) in all().iter().zip(FILES) {
        assert_eq!(profile.name, *name);
    }
}

#[test]
fn every_number_is_cited() {
    for profile in all() {
        let limits = profile.limits.values().map(|of| (&of.source, &of.quote));
        let recommended = profile
            .recommended
            .values()
            .map(|of| (&of.source, &of.quote));
        let parameters = profile
            .hyperparameters
            .values()
            .map(|of| (&of.source, &of.quote));
        let names = profile.names.values().map(|of| (&of.source, &of.quote));
        for (source, quote) in limits.chain(recommended).chain(parameters).chain(names) {
            assert!(
                profile.sources.contains_key(source),
                "{}: no source {source}",
                profile.name
            );
            assert!(
                !quote.trim().is_empty(),
                "{}: a number of {source} has no quote",
                profile.name
            );
        }
        assert!(
            profile
                .sources
                .values()
                .all(|url| url.starts_with("https://")),
            "{}",
            profile.name
        );
    }
}

#[test]
fn every_limit_has_a_rule() {
    for profile in all() {
        for name in profile.limits.keys() {
            let known = ENFORCED.contains(&name.as_str())
                || ON_RECORD.iter().any(|(known, _)| known == name);
            assert!(known, "{}: no rule enforces {name}", profile.name);
        }
        for layout in &profile.layouts {
            assert!(
                layout::by_name(layout).is_some(),
                "{}: no layout {layout}",
                profile.name
            );
        }
        assert!(
            profile.status == tunelint_core::profile::Status::Alive
                || profile.status_note.is_some()
        );
    }
}

#[test]
fn an_uncited_number_is_refused() {
    let toml = FILES[0].1.replacen("quote = ", "qoute = ", 1);
    assert!(Profile::parse(&toml).is_err());
}
