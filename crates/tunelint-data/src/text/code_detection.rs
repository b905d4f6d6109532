//! Detects code, in which rules about prose do not apply.

use crate::text::decoded::Text;
use crate::text::prefilter::Mark;

/// The number of lines examined.
const MAX_LINES: usize = 100;

/// How lines of common languages start.
const BEGINNINGS: [&str; 22] = [
    "def ",
    "class ",
    "import ",
    "from ",
    "return ",
    "function ",
    "const ",
    "let ",
    "var ",
    "public ",
    "private ",
    "static ",
    "#include",
    "#!/",
    "<?php",
    "<!DOCTYPE",
    "<!doctype",
    "SELECT ",
    "INSERT INTO",
    "package ",
    "using ",
    "$ ",
];

/// Whether `text` contains a fenced code block or lines that look like code.
///
/// ```
/// use tunelint_data::text::{Text, code_detection::is_code, position::Span};
/// let text = |text: &str| Text::composed(text.into(), Span::at(0));
/// assert!(is_code(&text("for (;;) {\n  wait();\n}")));
/// assert!(!is_code(&text("We import tea from Assam.\nIt is good.")));
/// ```
pub fn is_code(text: &Text<'_>) -> bool {
    if text.has(Mark::At) && text.as_str().contains("```") {
        return true;
    }
    let (mut lines, mut code) = (0, 0);
    for line in text.as_str().lines().take(MAX_LINES) {
        lines += 1;
        code += usize::from(is_code_line(line.trim()));
    }
    code >= 2 || (lines == 1 && code == 1)
}

fn is_code_line(line: &str) -> bool {
    let ends = ["{", "}", "};", "});", "):", "*/", "/>"];
    let ends = ends.iter().any(|end| line.ends_with(end));
    // HTML entities end with a semicolon too.
    let statement = line.ends_with(';') && !line.contains('&');
    let begins = BEGINNINGS.iter().any(|word| line.starts_with(word));
    let symbols = line.contains(['(', '=', '{', '*', '<', '.', ':']);
    ends || statement || (begins && symbols && !line.ends_with(['.', '?', '!']))
}
