//! Reads, checks and converts the files that language models are fine-tuned on.
//!
//! To check data, use a [`Session`](session::Session): add settings and sources, run it, and
//! receive findings and a verdict for each target. To convert data, use a
//! [`Converter`](convert::Converter), which writes the examples in another layout or container and
//! accounts for every record. Both are built on a [`Reader`](reader::Reader), which opens a source,
//! detects its container and layout, and yields examples with exact positions, and on a
//! [`RuleSet`](rules::RuleSet), the rules that turn examples into findings.
//!
//! ```
//! use std::io;
//! use tunelint_core::finding::Finding;
//! use tunelint_core::session::{DatasetSettings, Session, SourceRole};
//! use tunelint_core::source::Input;
//!
//! let data = b"{\"text_input\":\"2 + 2\",\"output\":\"4\"}\n{\"text_input\":\"1 + 1\",\"output\":\"\"}\n";
//! let mut session = Session::new(1);
//! let settings = session.settings(DatasetSettings::default());
//! session.add(Input::bytes("sums.jsonl", &data[..]), settings, SourceRole::Training);
//! let mut positions = Vec::new();
//! let outcome = session.run(&mut |finding: Finding| {
//!     let at = finding.location.start;
//!     positions.push(format!("{}:{} {}", at.line, at.column, finding.rule));
//!     io::Result::Ok(())
//! });
//! let summary = outcome.unwrap().summary;
//! assert_eq!(summary.sources[0].layout, "pairs");
//! assert_eq!(summary.sources[0].records, 2);
//! assert!(positions.contains(&"2:32 empty-output".to_owned()));
//! ```
//!
//! The library prints nothing and does not access the environment, the clock or the network. Bad
//! data is always a finding, never an `Err`; an `Err` means that the run could not continue.
//!
//! The data flows through the crates below this one: `tunelint-data` splits bytes into records,
//! `tunelint-layouts` decodes records as examples, and `tunelint-rules` checks examples. Everything
//! that callers need from them is re-exported here.

pub mod run;

pub use run::{
    convert, describe, fix, gather, guidance, lint, loss, prompts, rounds, session, shard, split,
    stats,
};
pub use tunelint_data::record::{self, fault, json, roles, row};
pub use tunelint_data::source;
pub use tunelint_data::text::{
    self, code_detection, escape, excerpt, name_counts, personal_data, position, prefilter,
    printable, redaction, secret,
};
pub use tunelint_layouts::declared;
pub use tunelint_layouts::example::{self, media, tools};
pub use tunelint_layouts::finding::{self, suppression, totals};
pub use tunelint_layouts::fit;
pub use tunelint_layouts::layout;
pub use tunelint_layouts::provider::{faults, limit, profile, task, tokens, weights};
pub use tunelint_layouts::reader::{self, request};
pub use tunelint_layouts::writer::sink;
pub use tunelint_rules::contract::{self, custom, schema};
pub use tunelint_rules::rules;
pub use tunelint_rules::survey::{
    self, benchmark, inferred, production_prompts, section_marker, share, similarity,
};
