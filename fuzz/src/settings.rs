//! Settings: whatever the text, it is understood, or its problems are named without control characters.

use tunelint_core::printable::is_hidden;

use super::assembled;

/// A text that may be a settings file.
pub fn run(data: &[u8]) {
    let text = assembled::text(data);
    if let Some(problems) = tunelint::fuzzing::problems_of_settings(&text) {
        let hidden = problems.chars().find(|c| is_hidden(*c) && *c != '\n');
        assert_eq!(hidden, None, "{problems:?}");
    }
}
