//! The run as a library: sources and settings in, findings and verdicts out.
//!
//! Every front end calls this: the program, and whoever has bytes in memory. A session is given
//! [`DatasetSettings`] and sources, and [`Session::run`] checks them: sources that are meant for the same
//! targets are one dataset, validation data is compared with training data, and the summary says
//! what each target would make of it all. Findings are streamed to an [`Observer`] in their order,
//! which may end the run at any batch.
//!
//! ```
//! use std::io;
//! use tunelint_core::finding::Finding;
//! use tunelint_core::run::session::{Role, Session, Settings};
//! use tunelint_core::source::Input;
//!
//! let mut session = Session::new(1);
//! let settings = session.settings(Settings::for_targets(&["together"]).unwrap());
//! let data = &b"{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}\n"[..];
//! session.add(Input::bytes("train.jsonl", data), settings, Role::Training);
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
mod settings;
mod state;
mod summary;
mod targets;

pub use super::lint::{Observer, SourceError};
pub use merge::MergeError;
pub use settings::{
    DatasetSettings, DeclaredSuppression, Opened, OwnRule, UnknownTarget, every_target,
};
pub use state::{Outcome, Session, SourceRole};
pub use targets::{fit, fits_unchanged};
