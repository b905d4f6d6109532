//! The format of prompts: inferred from training data, and checked in single prompts.

use std::io;
use std::sync::Arc;

use tunelint_data::record::roles::RoleAliases;
use tunelint_data::record::{Body, Record};
use tunelint_data::text::Text;
use tunelint_data::text::decoded::Coding;
use tunelint_data::text::position::{Position, SourceId, Span};
use tunelint_layouts::example::{Example, Role, Turn};
use tunelint_layouts::finding::{Finding, Findings, Policy};
use tunelint_layouts::reader::{DecodeOutcome, Reader};
use tunelint_rules::contract::RuleContext;
use tunelint_rules::rules::{OF_PROMPTS, RuleSet};
pub use tunelint_rules::survey::prompt_format::{FormatError, PromptFormat};
use tunelint_rules::survey::{Needs, SampleCutoff, Survey};

use super::gather::gather;

/// The format of the prompts in `readers`, which are one dataset and are read to their end. `None`
/// with fewer than 20 distinct inputs.
///
/// # Errors
/// A source that cannot be read.
pub fn infer(readers: &mut [Reader], threads: usize) -> io::Result<Option<PromptFormat>> {
    let cutoff = SampleCutoff::default();
    let empty = || Survey::new(Needs::FORM);
    let mut all = empty();
    for reader in readers {
        gather(
            reader,
            threads,
            empty,
            |outcome, normalizer, survey| {
                if let DecodeOutcome::Example(example) = outcome {
                    survey.observe(example, normalizer, &cutoff);
                }
            },
            |survey| {
                all.merge(survey);
                all.advance(&cutoff);
            },
        )?;
    }
    all.complete();
    Ok(PromptFormat::of(&all))
}

/// Holds single prompts to a format: for an application, before it sends a prompt, and for the tests
/// of its template. Reads nothing; a prompt takes microseconds, and a checker can be shared by
/// threads.
///
/// ```
/// use tunelint_core::prompts::{PromptChecker, PromptFormat};
///
/// // The content of a file that `tunelint infer train.jsonl -o format.json` writes.
/// let format = r#"{
///     "version": 1, "inputs": 480, "system": null, "system_preamble": null,
///     "preamble": {"text": "Classify the review: ", "share": {"holders": 480, "of": 480}},
///     "suffix": null, "markers": [], "order": null,
///     "length": {"shortest": 40, "longest": 900}, "scripts": ["Latin"]
/// }"#;
/// let checker = PromptChecker::new(PromptFormat::from_json(format).unwrap());
///
/// assert!(checker.check(None, "Classify the review: The soup was cold.").is_empty());
/// let findings = checker.check(None, "classify the review: The soup was cold.");
/// assert_eq!(findings[0].rule, "missing-preamble");
/// assert!(findings[0].message.starts_with("the preamble differs in case"));
/// assert_eq!(findings[0].location.start.offset, 0);
/// ```
pub struct PromptChecker {
    rules: RuleSet,
    policy: Policy,
}

impl PromptChecker {
    /// A checker for prompts in `format`.
    pub fn new(format: PromptFormat) -> Self {
        let policy = Policy {
            enabled: OF_PROMPTS.into_iter().collect(),
            excerpts: 0,
            ..Policy::default()
        };
        let context = RuleContext {
            against: Some(Arc::new(format)),
            ..RuleContext::default()
        };
        Self {
            rules: RuleSet::build(&policy.enabled, &context),
            policy,
        }
    }

    /// The differences of `prompt`, and of the system prompt that is sent with it, from the format.
    /// Locations are those in the prompt; a difference of the system prompt is located at its start.
    pub fn check(&self, system: Option<&str>, prompt: &str) -> Vec<Finding> {
        let span = Span::new(0, prompt.len());
        let system = system.map(|text| {
            let text = Text::composed(text.to_owned(), Span::at(0));
            Turn::of_text(Role::System, text)
        });
        let prompt_turn = Turn::of_text(Role::User, Text::new(prompt, prompt, span, Coding::Plain));
        let record = Record {
            source: SourceId(0),
            raw: prompt.as_bytes(),
            start: Position::START,
            ordinal: 1,
            body: Body::Unread,
            role_aliases: RoleAliases::empty(),
            lone_cr: false,
            in_table: false,
            recovered: false,
        };
        let turns = system.into_iter().chain([prompt_turn]).collect();
        let example = Example::new(record, turns);
        let mut findings = Findings::new(&self.policy);
        self.rules.check_example(&example, &mut findings);
        let mut found = findings.into_parts().1;
        // Fixes are edits of records in files.
        found.iter_mut().for_each(|finding| finding.fix = None);
        found
    }
}
