//! Templates of inputs and outputs: parsed, or refused in words.

use tunelint_core::layout::Template;

use super::assembled;

/// A text that may be a template.
pub fn run(data: &[u8]) {
    let text = assembled::text(data);
    match Template::parse(&text) {
        Ok(template) => assert!(template.columns().count() <= text.matches('{').count()),
        Err(problem) => assert!(!problem.is_empty()),
    }
}
