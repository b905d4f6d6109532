//! A check from start to end: sources and settings in, findings and verdicts out.
//!
//! This is the entry point of every front end, for files as well as for bytes in memory. Add
//! [`DatasetSettings`] first, then the sources that they apply to, and call [`Session::run`].
//! Training sources with the same settings and targets form one dataset; they are compared with its
//! validation and production data. Findings are streamed to an [`Observer`], source by source; the
//! [`Outcome`] has the totals and a verdict for each target. The observer can stop the run after
//! any batch.
//!
//! ```
//! use std::io;
//! use tunelint_core::finding::Finding;
//! use tunelint_core::run::session::{DatasetSettings, Session, SourceRole};
//! use tunelint_core::source::Input;
//!
//! let mut session = Session::new(1);
//! let settings = session.settings(DatasetSettings::for_targets(&["together"]).unwrap());
//! let data = &b"{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}\n"[..];
//! session.add(Input::bytes("train.jsonl", data), settings, SourceRole::Training);
//! let mut rules = Vec::new();
//! let outcome = session.run(&mut |finding: Finding| {
//!     rules.push(finding.rule);
//!     io::Result::Ok(())
//! });
//! assert!(outcome.unwrap().failed);
//! assert!(rules.contains(&"missing-assistant"));
//! ```

mod check;
mod compare;
mod conclude;
mod counting;
mod merge;
mod readings;
mod role;
mod rounds;
mod settings;
mod state;
mod summary;
mod targets;

pub use super::lint::{Observer, SourceError};
pub use merge::MergeError;
pub use role::{SourceRole, is_evaluation, roles_by_name};
pub use rounds::Rounds;
pub use settings::{
    DatasetSettings, DeclaredSuppression, Opened, OwnRule, UnknownTarget, every_target,
};
pub use state::{Outcome, Session};
