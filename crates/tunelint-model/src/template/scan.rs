//! The tags of a template, found without parsing it: text, comments, raw blocks and strings are
//! skipped as Jinja skips them.

use std::ops::Range;

/// A `{% … %}` or `{{ … }}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Whether it is a statement.
    pub statement: bool,
    /// Its tokens: byte ranges of the source, without whitespace.
    pub tokens: Vec<Range<usize>>,
}

/// All tags of `source` in order, without `raw` and `endraw`. A tag that is never closed ends the
/// list: the engine reports it.
pub fn tags(source: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(open) = next_open(source, at) {
        let inside = skip_dash(source, open + 2);
        match source.as_bytes().get(open + 1) {
            Some(b'#') => match find(source, inside, "#}") {
                Some(end) => at = end + 2,
                None => break,
            },
            kind => {
                let statement = kind == Some(&b'%');
                let Some((tokens, end)) = tokens(source, inside, statement) else {
                    break;
                };
                at = end;
                if statement && is_word(source, tokens.first(), "raw") {
                    match end_of_raw(source, end) {
                        Some(after) => at = after,
                        None => break,
                    }
                    continue;
                }
                tags.push(Tag { statement, tokens });
            }
        }
    }
    tags
}

/// Whether the token is this word.
pub fn is_word(source: &str, token: Option<&Range<usize>>, word: &str) -> bool {
    token.and_then(|range| source.get(range.clone())) == Some(word)
}

fn find(source: &str, from: usize, needle: &str) -> Option<usize> {
    Some(from + source.get(from..)?.find(needle)?)
}

/// Where the next `{{`, `{%` or `{#` starts.
fn next_open(source: &str, mut from: usize) -> Option<usize> {
    loop {
        let at = find(source, from, "{")?;
        match source.as_bytes().get(at + 1) {
            Some(b'{' | b'%' | b'#') => return Some(at),
            _ => from = at + 1,
        }
    }
}

/// After a sign that controls whitespace.
fn skip_dash(source: &str, at: usize) -> usize {
    match source.as_bytes().get(at) {
        Some(b'-' | b'+') => at + 1,
        _ => at,
    }
}

/// The byte after the `endraw` tag.
fn end_of_raw(source: &str, mut from: usize) -> Option<usize> {
    loop {
        let open = find(source, from, "{%")?;
        let inside = skip_dash(source, open + 2);
        match tokens(source, inside, true) {
            Some((tokens, end)) if is_word(source, tokens.first(), "endraw") => return Some(end),
            _ => from = open + 2,
        }
    }
}

/// The tokens from `at` to the end of the tag, and the byte after the tag.
fn tokens(source: &str, mut at: usize, statement: bool) -> Option<(Vec<Range<usize>>, usize)> {
    let close = if statement { "%}" } else { "}}" };
    let mut tokens = Vec::new();
    let mut depth = 0usize;
    loop {
        let rest = source.get(at..)?;
        let c = rest.chars().next()?;
        if depth == 0 {
            let signed = rest.strip_prefix(['-', '+']).unwrap_or(rest);
            if signed.starts_with(close) {
                let sign = rest.len() - signed.len();
                return Some((tokens, at + sign + close.len()));
            }
        }
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let length = match c {
            '\'' | '"' => string_length(rest, c)?,
            c if is_name(c) => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
            _ => c.len_utf8(),
        };
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        tokens.push(at..at + length);
        at += length;
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of the string literal that `rest` starts with.
fn string_length(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        let text = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default().to_owned();
        tags(source)
            .iter()
            .map(|tag| tag.tokens.iter().map(text).collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn tags_are_found_outside_of_text_comments_and_strings() {
        let source =
            "{ a {# {% if %} #}{%- if '%}' -%}{{ {'a': {}} }}{% raw %}{% x %}{% endraw %}{{b}}";
        assert_eq!(words(source), ["if '%}'", "{ 'a' : { } }", "b"]);
    }

    #[test]
    fn an_open_tag_ends_the_list() {
        for source in ["{{", "{% if 'a %}", "{#", "{% raw %}", "{{ ( }}", "{%"] {
            assert_eq!(words(source), Vec::<String>::new(), "{source}");
        }
    }
}
