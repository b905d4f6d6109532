//! Every provider's file is whole: it parses, every number names a source that it lists, and
//! every limit is one that a rule enforces.

use std::collections::BTreeSet;

use tunelint_core::layout;
use tunelint_core::profile::{FILES, Profile};
use tunelint_core::rules;
use tunelint_core::tokens::Rates;

use crate::running::root;

/// The limits that rules enforce.
const LIMITS: [&str; 17] = [
    "input",
    "output",
    "prompt",
    "example",
    "turn",
    "upload",
    "min-examples",
    "min-examples-of-task",
    "max-examples",
    "images",
    "videos",
    "labels",
    "min-per-label",
    "min-validation-examples",
    "max-validation-examples",
    "validation-upload",
    "validation-share",
];
/// The orders of turns that rules enforce.
const TURNS: [&str; 14] = [
    "alternate",
    "answers-user",
    "first-user",
    "last-model",
    "no-system",
    "odd-even",
    "one-system",
    "one-system-text",
    "last-user",
    "same-prompt",
    "single-answer",
    "single-pair",
    "system-first",
    "two-turns",
];
/// What else rules enforce.
const REQUIRES: [&str; 38] = [
    "added-system-prompt",
    "arguments-object",
    "arguments-string",
    "bare-list",
    "binary-score",
    "binary-weight",
    "byte-order-mark",
    "commas",
    "dataset-info",
    "exact-columns",
    "finite-numbers",
    "loss-weight-0-to-1",
    "media-of-user",
    "named-fields",
    "no-content-with-calls",
    "no-extra-fields",
    "no-line-separators",
    "no-mixed-media",
    "no-null-cells",
    "no-tools",
    "no-validation",
    "no-weight",
    "no-weight-on-media",
    "one-layout",
    "one-type",
    "request-examples",
    "request-model",
    "result-after-call",
    "sample-weight-from-0",
    "same-fields",
    "same-message-fields",
    "sample-weight-in-all",
    "schema-version",
    "text-columns",
    "text-only",
    "unique-call-ids",
    "unique-tool-names",
    "weight-of-model",
];
/// The sentences of a guide that `stats` and `loss` show.
const GUIDANCE: [&str; 5] = [
    "canceled-job",
    "fewer-epochs",
    "json-outputs",
    "more-epochs",
    "small-dataset",
];
/// Statements that rules hold every target to: each with the rule.
const EVERYWHERE: [(&str, &str); 1] = [("utf8", "invalid-utf8")];
/// Statements that no rule looks up: each with the reason.
const ON_RECORD: [(&str, &str); 1] = [(
    "no-system",
    "advice of a closed service; converting puts the system text before the input",
)];

/// Whether a rule looks a statement up in the profile.
pub fn is_enforced(name: &str) -> bool {
    let named = EVERYWHERE.iter().chain(&ON_RECORD);
    !named.into_iter().any(|(known, _)| *known == name)
}

fn all() -> Vec<Profile> {
    FILES
        .iter()
        .map(|(name, json)| Profile::parse(json).unwrap_or_else(|error| panic!("{name}: {error}")))
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
        for (about, source, quote) in profile.citations() {
            assert!(
                profile.sources.contains_key(source),
                "{}: {about} has no source {source}",
                profile.name
            );
            assert!(
                !quote.trim().is_empty(),
                "{}: {about} has no quote",
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
fn every_statement_has_a_rule() {
    for (name, rule) in EVERYWHERE {
        assert!(rules::by_name(rule).is_some(), "{name}: no rule {rule}");
    }
    for profile in all() {
        let groups = [
            (profile.limits.keys().collect::<Vec<_>>(), LIMITS.as_slice()),
            (profile.turns.keys().collect(), &TURNS),
            (profile.requires.keys().collect(), &REQUIRES),
            (profile.guidance.keys().collect(), &GUIDANCE),
        ];
        for (names, enforced) in groups {
            for name in names {
                let known = enforced.contains(&name.as_str()) || !is_enforced(name);
                assert!(known, "{}: no rule enforces {name}", profile.name);
            }
        }
        for layout in &profile.layouts {
            assert!(
                layout::by_name(layout).is_some(),
                "{}: no layout {layout}",
                profile.name
            );
        }
    }
}

#[test]
fn every_tokenizer_was_measured() {
    for profile in all() {
        if let Some(tokenizer) = &profile.tokenizer {
            let measured = Rates::names().any(|name| name == tokenizer.name);
            assert!(measured, "{}: {}", profile.name, tokenizer.name);
        }
    }
}

#[test]
fn what_has_ended_says_when() {
    for profile in all() {
        assert!(
            profile.status == tunelint_core::profile::Status::Alive
                || profile.status_note.is_some(),
            "{}",
            profile.name
        );
        if let Some(successor) = &profile.successor {
            assert!(FILES.iter().any(|(name, _)| name == successor));
        }
    }
}

#[test]
fn an_uncited_number_is_refused() {
    let json = FILES[0].1.replacen("\"quote\":", "\"qoute\":", 1);
    assert!(json != FILES[0].1 && Profile::parse(&json).is_err());
}
