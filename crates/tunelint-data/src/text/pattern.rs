//! Regular expressions that are compiled when they are first needed.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

/// A pattern for bytes, with classes of ASCII alone. Compiling one takes longer than checking dozens
/// of records, and most files need few of them.
#[derive(Debug)]
pub(super) struct LazyPattern {
    text: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl LazyPattern {
    /// The pattern `text`; a test must make sure that it compiles.
    pub(super) const fn new(text: &'static str) -> Self {
        Self {
            text,
            compiled: OnceLock::new(),
        }
    }

    /// The compiled pattern; `None` if it is invalid.
    pub(super) fn get(&self) -> Option<&Regex> {
        let compile = || RegexBuilder::new(self.text).unicode(false).build().ok();
        self.compiled.get_or_init(compile).as_ref()
    }
}
