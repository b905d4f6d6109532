//! Whatever the bytes and the name of a file, it is opened and checked to its end, or refused, and
//! nothing in the findings is a raw control character.

use tunelint_core::finding::Finding;
use tunelint_core::printable::is_hidden;
use tunelint_core::session::{DatasetSettings, Outcome, Session, SourceRole};
use tunelint_core::source::Input;

use super::assembled;

/// Names that decide on the container, and one that does not.
pub const NAMES: [&str; 7] = ["a.jsonl", "a.csv", "a.json", "a.tsv", "a.gz", "a.xlsx", "a"];

/// A file with any name.
pub fn run(data: &[u8]) {
    let (choice, rest) = assembled::choice(data);
    let name = NAMES[choice % NAMES.len()];
    let (findings, _) = check(name, &assembled::bytes(rest));
    for finding in findings {
        let texts = [Some(&finding.message), finding.help.as_ref()];
        let excerpt = finding.excerpt.as_ref().map(|excerpt| &excerpt.text);
        assert!(
            !excerpt.is_some_and(|text| text.chars().any(is_hidden)),
            "{excerpt:?}"
        );
        assert!(texts.iter().flatten().all(|text| !text.is_empty()));
    }
}

/// What a check of `bytes` finds.
pub fn check(name: &str, bytes: &[u8]) -> (Vec<Finding>, Option<Outcome>) {
    let mut session = Session::new(1);
    let settings = session.settings(DatasetSettings::default());
    session.add(Input::bytes(name, bytes), settings, SourceRole::Training);
    let mut findings = Vec::new();
    let outcome = session.run(&mut |finding| {
        findings.push(finding);
        Ok(())
    });
    (findings, outcome.ok())
}
