//! Templates of inputs and outputs: parsed or refused, and filled with whatever a table has.

use std::sync::Arc;

use tunelint_core::layout::Template;

use super::assembled;

/// A text that may be a template.
pub fn run(data: &[u8]) {
    let text = assembled::text(data);
    match Template::parse(&text) {
        Ok(template) => {
            let columns = template.columns().count();
            assert!(columns <= text.matches('{').count());
            drop(Arc::new(template));
        }
        Err(problem) => assert!(!problem.is_empty()),
    }
}
