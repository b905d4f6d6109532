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

pub mod allow;
pub mod apply;
pub mod code;
pub mod convert;
pub mod custom;
mod engine;
pub mod escape;
pub mod example;
pub mod excerpt;
pub mod finding;
mod fix;
pub mod gather;
pub mod infer;
pub mod json;
pub mod layout;
pub mod limit;
pub mod linter;
pub mod loss;
pub mod marker;
pub mod marks;
pub mod media;
pub mod name_counts;
pub mod part;
pub mod personal;
pub mod position;
pub mod printable;
pub mod production;
pub mod profile;
pub mod reader;
pub mod record;
pub mod request;
pub mod row;
pub mod rule;
pub mod rules;
pub mod schema;
pub mod secret;
pub mod share;
pub mod similar;
pub mod sink;
pub mod source;
pub mod split;
pub mod stats;
pub mod summary;
pub mod survey;
pub mod task;
pub mod text;
pub mod tokens;
pub mod tools;
