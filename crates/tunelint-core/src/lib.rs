//! Reads, checks and converts the files that language models are fine-tuned on.
//!
//! Three nouns carry it. A [`Reader`](reader::Reader) opens a source, finds out what it is, and
//! hands out examples with exact places. A [`Linter`](linter::Linter) shows each example to the
//! rules of a [`RuleSet`](rules::RuleSet), and passes findings on in the order of the file. A
//! [`Converter`](convert::Converter) writes the examples in another layout and container, and
//! accounts for every record.
//!
//! ```
//! use tunelint_core::finding::Policy;
//! use tunelint_core::linter::Linter;
//! use tunelint_core::position::SourceId;
//! use tunelint_core::reader::{OpenError, ReadOptions, Reader};
//! use tunelint_core::rule::RuleContext;
//! use tunelint_core::rules::{RuleSet, Selection};
//! use tunelint_core::source::Input;
//!
//! # fn main() -> Result<(), OpenError> {
//! let data = b"{\"text_input\":\"2 + 2\",\"output\":\"4\"}\n{\"text_input\":\"1 + 1\",\"output\":\"\"}\n";
//! let input = Input::bytes("sums.jsonl", &data[..]);
//! let reader = Reader::open(SourceId(0), input, &ReadOptions::default())?;
//! assert_eq!(reader.layout().map(|layout| layout.name()), Some("pairs"));
//!
//! let enabled = Selection::default().enabled();
//! let rules = RuleSet::build(&enabled, &RuleContext::default());
//! let policy = Policy { enabled, ..Policy::default() };
//! let mut linter = Linter::new(rules, policy, 1);
//! let mut said = Vec::new();
//! let summary = linter.check(reader, &mut |finding| {
//!     let at = finding.location.start;
//!     said.push(format!("{}:{} {}", at.line, at.column, finding.rule));
//!     Ok(())
//! })?;
//! assert_eq!((summary.records, summary.examples), (2, 2));
//! assert_eq!(said, ["2:32 empty-output"]);
//! # Ok(())
//! # }
//! ```
//!
//! The library prints nothing, and reads no environment, clock or network. Bad data is never an
//! `Err`: it is a finding.

pub mod run;

pub use run::{
    convert, fix as apply, gather, lint as linter, loss, session, shard as part, split, stats,
};
pub use tunelint_data::record::{self, json, roles, row};
pub use tunelint_data::source;
pub use tunelint_data::text::{
    self, code_detection, escape, excerpt, name_counts, personal_data, position, prefilter,
    printable, redaction, secret,
};
pub use tunelint_layouts::example::{self, media, tools};
pub use tunelint_layouts::finding::{self, suppression as allow, totals as summary};
pub use tunelint_layouts::layout;
pub use tunelint_layouts::provider::{limit, profile, task, tokens};
pub use tunelint_layouts::reader::{self, request};
pub use tunelint_layouts::writer::sink;
pub use tunelint_rules::contract::{self as rule, custom, schema};
pub use tunelint_rules::rules;
pub use tunelint_rules::survey::{
    self, inferred as infer, production_prompts as production, section_marker as marker, share,
    similarity as similar,
};
