//! String methods of Python on `&str`: whitespace, lines and splitting as Python defines them.

/// Whether `str.isspace` holds: Unicode's whitespace and the four separators of ASCII.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// Which ends are stripped.
#[derive(Debug, Clone, Copy)]
pub enum Ends {
    /// `strip`
    Both,
    /// `lstrip`
    Start,
    /// `rstrip`
    End,
}

/// `strip`, `lstrip`, `rstrip`: whitespace, or the characters in `chars`.
pub fn strip<'t>(text: &'t str, chars: Option<&str>, ends: Ends) -> &'t str {
    let strips = |c: char| match chars {
        Some(chars) => chars.contains(c),
        None => is_space(c),
    };
    match ends {
        Ends::Both => text.trim_matches(strips),
        Ends::Start => text.trim_start_matches(strips),
        Ends::End => text.trim_end_matches(strips),
    }
}

/// `split(separator, limit)`; without a separator at runs of whitespace.
pub fn split<'t>(text: &'t str, separator: Option<&str>, limit: Option<usize>) -> Vec<&'t str> {
    match (separator, limit) {
        (Some(separator), Some(limit)) => text.splitn(limit.saturating_add(1), separator).collect(),
        (Some(separator), None) => text.split(separator).collect(),
        (None, limit) => {
            let limit = limit.unwrap_or(usize::MAX);
            let mut parts = Vec::new();
            let mut rest = text.trim_start_matches(is_space);
            while !rest.is_empty() {
                if parts.len() >= limit {
                    parts.push(rest);
                    break;
                }
                let (part, after) = rest.split_once(is_space).unwrap_or((rest, ""));
                parts.push(part);
                rest = after.trim_start_matches(is_space);
            }
            parts
        }
    }
}

/// `rsplit(separator, limit)`: at most `limit` splits, from the end.
pub fn rsplit<'t>(text: &'t str, separator: Option<&str>, limit: Option<usize>) -> Vec<&'t str> {
    let Some(limit) = limit else {
        return split(text, separator, None);
    };
    let mut parts = Vec::new();
    match separator {
        Some(separator) => parts.extend(text.rsplitn(limit.saturating_add(1), separator)),
        None => {
            let mut rest = text.trim_end_matches(is_space);
            while !rest.is_empty() {
                if parts.len() >= limit {
                    parts.push(rest);
                    break;
                }
                let (before, part) = rest.rsplit_once(is_space).unwrap_or(("", rest));
                parts.push(part);
                rest = before.trim_end_matches(is_space);
            }
        }
    }
    parts.reverse();
    parts
}

/// `splitlines(keepends)`, at every line end that Python knows.
pub fn split_lines(text: &str, keep_ends: bool) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| {
            matches!(
                c,
                '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}'
            ) || matches!(c, '\u{2028}' | '\u{2029}')
        });
        let Some(end) = end else {
            lines.push(rest);
            break;
        };
        let (line, tail) = rest.split_at(end);
        let width = match tail.chars().next() {
            Some('\r') if tail.starts_with("\r\n") => 2,
            Some(c) => c.len_utf8(),
            None => 0,
        };
        let kept = if keep_ends { end + width } else { end };
        lines.push(rest.get(..kept).unwrap_or(line));
        rest = tail.get(width..).unwrap_or_default();
    }
    lines
}

/// `title`: a letter after anything else is upper case, a letter after a letter is lower case.
pub fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        inside = c.is_alphabetic();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitting_at_whitespace_ignores_the_ends() {
        assert_eq!(split("  a  b c ", None, None), ["a", "b", "c"]);
        assert_eq!(split("  a  b c ", None, Some(1)), ["a", "b c "]);
        assert_eq!(rsplit("  a  b c ", None, Some(1)), ["  a  b", "c"]);
        assert_eq!(split("", None, None), Vec::<&str>::new());
        assert_eq!(split("", Some(","), None), [""]);
        assert_eq!(rsplit("a,b,c", Some(","), Some(1)), ["a,b", "c"]);
    }

    #[test]
    fn lines_end_where_python_ends_them() {
        assert_eq!(split_lines("a\r\nb\u{2028}c\n", false), ["a", "b", "c"]);
        assert_eq!(split_lines("a\r\nb\n\n", true), ["a\r\n", "b\n", "\n"]);
    }

    #[test]
    fn titles_start_after_every_other_character() {
        assert_eq!(title("they're 3rd-CLASS"), "They'Re 3Rd-Class");
    }

    #[test]
    fn separators_of_ascii_are_whitespace() {
        assert_eq!(strip("\u{1c} a\u{1f}\n", None, Ends::Both), "a");
        assert_eq!(strip("xxaxx", Some("x"), Ends::End), "xxa");
    }
}
