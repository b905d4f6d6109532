//! Reads, checks and converts the files that language models are fine-tuned on.
//!
//! Four nouns carry it. A [`Reader`](reader::Reader) opens a source, finds out what it is, and
//! hands out examples with exact places. A [`RuleSet`](rules::RuleSet) turns examples into
//! findings. A [`Session`](session::Session) checks datasets: sources and settings in, findings and
//! a verdict for each target out; it is what every front end calls. A
//! [`Converter`](convert::Converter) writes the examples in another layout and container, and
//! accounts for every record.
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
//! let mut places = Vec::new();
//! let outcome = session.run(&mut |finding: Finding| {
//!     let at = finding.location.start;
//!     places.push(format!("{}:{} {}", at.line, at.column, finding.rule));
//!     io::Result::Ok(())
//! });
//! let summary = outcome.unwrap().summary;
//! assert_eq!(summary.sources[0].layout, "pairs");
//! assert_eq!(summary.sources[0].records, 2);
//! assert!(places.contains(&"2:32 empty-output".to_owned()));
//! ```
//!
//! The library prints nothing, and reads no environment, clock or network. Bad data is never an
//! `Err`: it is a finding.
//!
//! The crates below it follow the data: `tunelint-data` makes records of bytes, `tunelint-layouts`
//! examples of records, `tunelint-rules` findings of examples. What callers need of them is
//! re-exported here.

pub mod run;

pub use run::{convert, describe, fix, gather, lint, loss, session, shard, split, stats};
pub use tunelint_data::record::{self, fault, json, roles, row};
pub use tunelint_data::source;
pub use tunelint_data::text::{
    self, code_detection, escape, excerpt, name_counts, personal_data, position, prefilter,
    printable, redaction, secret,
};
pub use tunelint_layouts::example::{self, media, tools};
pub use tunelint_layouts::finding::{self, suppression, totals};
pub use tunelint_layouts::layout;
pub use tunelint_layouts::provider::{limit, profile, task, tokens};
pub use tunelint_layouts::reader::{self, request};
pub use tunelint_layouts::writer::sink;
pub use tunelint_rules::contract::{self, custom, schema};
pub use tunelint_rules::rules;
pub use tunelint_rules::survey::{
    self, inferred, production_prompts, section_marker, share, similarity,
};
