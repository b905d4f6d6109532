//! A chat template: parsed, held within limits, run.

mod scan;

mod rewrite;

mod error;

mod stack;

mod sink;

mod environment;

use std::sync::Arc;

use minijinja::Environment;
use time::PrimitiveDateTime;

pub use error::{TemplateError, TemplateErrorKind};
pub use stack::with_deep_stack;

pub use environment::is_guarded;
pub(crate) use environment::run;

/// The largest template that is read, in bytes. The longest known ones have some 50 KB.
pub const MAX_TEMPLATE_BYTES: usize = 512 * 1024;

/// A parsed chat template. Cheap to clone; rendering takes `&self` from any thread.
#[derive(Debug, Clone)]
pub struct Template {
    env: Arc<Environment<'static>>,
    source: Arc<str>,
    marks: bool,
}

impl Template {
    /// Parses `source`. `now` is what `strftime_now` gives the template, in local time.
    ///
    /// # Errors
    /// The syntax error of the template, or that it is too large or does what this engine cannot do.
    pub fn parse(source: &str, now: PrimitiveDateTime) -> Result<Self, TemplateError> {
        if source.len() > MAX_TEMPLATE_BYTES {
            return Err(TemplateError::limit("the template is larger than 512 KiB"));
        }
        // As the lexer of Jinja: every line end is a line feed.
        let source = source.replace("\r\n", "\n").replace('\r', "\n");
        let rewritten = rewrite::rewrite(&source)?;
        let env = environment::parsed(rewritten.text, now)?;
        Ok(Self {
            env: Arc::new(env),
            source: source.into(),
            marks: rewritten.marks,
        })
    }

    /// The source, with normalized line ends.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it has a `{% generation %}` block, that is, whether it can mark what is trained on.
    pub fn marks_generation(&self) -> bool {
        self.marks
    }

    pub(crate) fn environment(&self) -> &Environment<'static> {
        &self.env
    }
}
