//! What Jinja knows and the engine does not, rewritten; and what the engine cannot do, refused.

mod seen;

use std::ops::Range;

use crate::python::methods::LISTED;
use crate::template::error::{TemplateError, TemplateErrorKind};
use crate::template::scan::{Tag, is_word, tags};

/// The function that a `{% generation %}` block becomes a call of.
pub const GENERATION: &str = "__generation";

/// The filter that a loop's list goes through.
pub const ITERABLE: &str = "__iterable";

/// A template that the engine can parse.
#[derive(Debug)]
pub struct Rewritten {
    /// Its source, with the same lines.
    pub text: String,
    /// Whether it has a `{% generation %}` block.
    pub marks: bool,
}

/// Rewrites a template:
/// - `{% generation %}` becomes a call block, which is what it is in transformers; signs that control
///   whitespace stay.
/// - `"…" % x` becomes the filter `format`.
/// - The list of a loop goes through a filter that refuses what Python cannot iterate over.
/// - A slice becomes a list at once: the engine's own is a view, and views of views take time that it
///   does not count.
/// - A macro or call block gets one more argument, which is never given and mentions every name that
///   its body does: the engine overlooks some of them, and hands a block only what it has seen.
///
/// # Errors
/// A loop that is left from inside a block that captures or scopes: Jinja can do it in some, the
/// engine in none.
pub fn rewrite(source: &str) -> Result<Rewritten, TemplateError> {
    let tags = tags(source);
    let mut edits = Edits::default();
    let mut open = Vec::new();
    let mut seen = seen::Seen::default();
    for tag in &tags {
        if tag.statement {
            nest(source, tag, &mut open)?;
            seen.enter(source, tag)?;
            edits.marks |= is_word(source, tag.tokens.first(), "generation");
        }
        let list = loop_list(source, tag);
        if let Some(list) = &list {
            edits.list.push((list.start..list.start, "(".to_owned()));
        }
        slices(source, tag, &mut edits);
        percent(source, tag, &mut edits);
        if let Some(list) = list {
            edits
                .list
                .push((list.end..list.end, format!(")|{ITERABLE}")));
        }
        seen.note(source, tag);
        edits.list.extend(seen.leave(source, tag));
    }
    let marks = edits.marks;
    Ok(Rewritten {
        text: edits.apply(source),
        marks,
    })
}

/// Replacements of ranges of the source, in order.
#[derive(Debug, Default)]
struct Edits {
    list: Vec<(Range<usize>, String)>,
    marks: bool,
}

impl Edits {
    /// The edited source. Edits at one place keep the order in which they were made.
    fn apply(mut self, source: &str) -> String {
        self.list.sort_by_key(|(range, _)| range.start);
        let mut text = String::with_capacity(source.len());
        let mut at = 0;
        for (range, replacement) in self.list {
            text.push_str(source.get(at..range.start).unwrap_or_default());
            text.push_str(&replacement);
            at = range.end;
        }
        text.push_str(source.get(at..).unwrap_or_default());
        text
    }
}

/// Blocks between a loop and its `break`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Loop,
    Branch,
    /// A block with a scope or an output: leaving it by a jump would skip its end.
    Scope,
}

/// Keeps the stack of open blocks, and refuses a jump out of one with a scope.
fn nest(source: &str, tag: &Tag, open: &mut Vec<Block>) -> Result<(), TemplateError> {
    let word = tag.tokens.first().and_then(|word| source.get(word.clone()));
    match word.unwrap_or_default() {
        "for" => open.push(Block::Loop),
        "if" => open.push(Block::Branch),
        "with" | "filter" | "call" | "macro" | "autoescape" | "block" | "generation" => {
            open.push(Block::Scope);
        }
        "set" if !assigns(source, tag) => open.push(Block::Scope),
        "break" | "continue" => {
            let around = open.iter().rev().find(|block| **block != Block::Branch);
            if around != Some(&Block::Loop) {
                let message = "`break` or `continue` is not directly inside a loop";
                let error = TemplateError::new(TemplateErrorKind::Unsupported, message);
                let start = tag.tokens.first().map_or(0, |word| word.start);
                let before = source.get(..start).unwrap_or_default();
                return Err(error.at_line(1 + before.matches('\n').count()));
            }
        }
        word if word.starts_with("end") => {
            open.pop();
        }
        _ => {}
    }
    Ok(())
}

/// Whether a `set` tag has a value: an `=` that is no comparison, outside of brackets.
fn assigns(source: &str, tag: &Tag) -> bool {
    let mut depth = 0i32;
    tag.tokens.iter().any(|token| {
        match source.get(token.clone()) {
            Some("(" | "[" | "{") => depth += 1,
            Some(")" | "]" | "}") => depth -= 1,
            Some("=") => return depth == 0,
            _ => {}
        }
        false
    })
}

/// The bytes between the `in` of a `for` and its `if` or `recursive`, or its end.
fn loop_list(source: &str, tag: &Tag) -> Option<Range<usize>> {
    if !tag.statement || !is_word(source, tag.tokens.first(), "for") {
        return None;
    }
    let mut depth = 0i32;
    let mut list: Option<Range<usize>> = None;
    let mut after_in = false;
    for token in &tag.tokens {
        let text = source.get(token.clone())?;
        match text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            "in" if depth == 0 && !after_in => {
                after_in = true;
                continue;
            }
            "if" | "recursive" if depth == 0 && list.is_some() => break,
            _ => {}
        }
        if after_in {
            let start = list.map_or(token.start, |list| list.start);
            list = Some(start..token.end);
        }
    }
    list
}

/// `x[a:b]` → `x[a:b].__list()`
fn slices(source: &str, tag: &Tag, edits: &mut Edits) {
    let mut open = Vec::new();
    let mut before = "";
    for token in &tag.tokens {
        let text = source.get(token.clone()).unwrap_or_default();
        match text {
            "[" => open.push((is_operand_end(before), false)),
            "(" | "{" => open.push((false, false)),
            ":" => {
                if let Some((_, slice)) = open.last_mut() {
                    *slice = true;
                }
            }
            "]" | ")" | "}" => {
                if let Some((true, true)) = open.pop() {
                    let edit = (token.end..token.end, format!(".{LISTED}()"));
                    edits.list.push(edit);
                }
            }
            _ => {}
        }
        before = text;
    }
}

/// Whether a bracket after this token is a subscript.
fn is_operand_end(token: &str) -> bool {
    let keyword = matches!(
        token,
        "in" | "if" | "else" | "and" | "or" | "not" | "is" | "elif"
    );
    let name = token.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    (name && !keyword) || token.ends_with([')', ']', '}', '"', '\''])
}

/// `"…" % operand` → `"…" |format(operand)`.
fn percent(source: &str, tag: &Tag, edits: &mut Edits) {
    for (at, pair) in tag.tokens.windows(2).enumerate() {
        let [literal, operator] = pair else { continue };
        let quoted = source
            .get(literal.clone())
            .is_some_and(|t| t.starts_with(['"', '\'']));
        if !quoted || !is_word(source, Some(operator), "%") {
            continue;
        }
        let Some(operand) = tag.tokens.get(at + 2..) else {
            continue;
        };
        let Some(end) = operand_end(source, operand) else {
            continue;
        };
        edits.list.push((operator.clone(), "|format".to_owned()));
        if !is_word(source, operand.first(), "(") {
            let start = operand.first().map_or(end, |token| token.start);
            edits.list.push((start..start, "(".to_owned()));
            edits.list.push((end..end, ")".to_owned()));
        }
    }
}

/// The byte after the first operand: a name, literal or bracket with what follows it directly.
fn operand_end(source: &str, tokens: &[Range<usize>]) -> Option<usize> {
    let mut depth = 0usize;
    let mut end = None;
    let mut dot = true;
    for token in tokens {
        let text = source.get(token.clone())?;
        match text {
            "(" | "[" | "{" if depth > 0 || dot || text != "{" => depth += 1,
            ")" | "]" | "}" if depth == 0 => break,
            ")" | "]" | "}" => depth -= 1,
            _ if depth > 0 => {}
            "." => {
                dot = true;
                continue;
            }
            _ if !dot => break,
            _ => {}
        }
        if depth == 0 {
            end = Some(token.end);
            dot = false;
        } else {
            dot = false;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(source: &str) -> String {
        rewrite(source).expect("a template").text
    }

    #[test]
    fn generation_blocks_become_calls_and_keep_their_dashes() {
        let source = "{%- generation -%}\na{% endgeneration %}{# {% generation %} #}";
        let expected =
            "{%- call(__seen=[]) __generation() -%}\na{% endcall %}{# {% generation %} #}";
        assert_eq!(rewritten(source), expected);
        assert!(rewrite(source).unwrap().marks);
        assert!(!rewrite("{{ '{% generation %}' }}").unwrap().marks);
    }

    #[test]
    fn blocks_mention_what_they_use() {
        let source = "{% macro m(a) %}{% set ns.x = b.c|d %}{% call(e) f(g=1) %}{{ h }}\
                      {% endcall %}{% endmacro %}{% macro n() %}{% endmacro %}";
        let expected = "{% macro m(a, __seen=[a, b, d, e, f, g, h, m, ns]) %}{% set ns.x = b.c|d %}\
                        {% call(e, __seen=[e, f, g, h]) f(g=1) %}{{ h }}{% endcall %}{% endmacro %}\
                        {% macro n() %}{% endmacro %}";
        assert_eq!(rewritten(source), expected);
        let deep = "{% macro m() %}".repeat(101);
        assert!(rewrite(&deep).is_err());
    }

    #[test]
    fn percent_formatting_becomes_a_filter() {
        let cases = [
            ("{{ '%s' % x }}", "{{ '%s' |format (x) }}"),
            (
                "{{ '%s,%d' % (a, b) ~ c }}",
                "{{ '%s,%d' |format (a, b) ~ c }}",
            ),
            (
                "{{ '%s' % m.x['y'](1) + 'a' }}",
                "{{ '%s' |format (m.x['y'](1)) + 'a' }}",
            ),
            ("{% if a % 2 == 1 %}", "{% if a % 2 == 1 %}"),
        ];
        for (source, expected) in cases {
            assert_eq!(rewritten(source), expected);
        }
    }

    #[test]
    fn lists_of_loops_are_checked_and_slices_are_lists() {
        let cases = [
            (
                "{% for x in l[1:] if x in y %}",
                "{% for x in (l[1:].__list())|__iterable if x in y %}",
            ),
            (
                "{%- for k, v in d.items() -%}",
                "{%- for k, v in (d.items())|__iterable -%}",
            ),
            (
                "{% for x in l recursive %}",
                "{% for x in (l)|__iterable recursive %}",
            ),
        ];
        for (source, expected) in cases {
            assert_eq!(rewritten(source), expected);
        }
    }

    #[test]
    fn jumps_out_of_scopes_are_refused() {
        let refused = [
            "{% for x in l %}\n{% with %}{% break %}{% endwith %}{% endfor %}",
            "{% for x in l %}\n{% set y %}{% continue %}{% endset %}{% endfor %}",
            "{% for x in l %}\n{% filter trim %}{% if x %}{% break %}{% endif %}{% endfilter %}{% endfor %}",
        ];
        for source in refused {
            let error = rewrite(source).unwrap_err();
            assert_eq!(error.kind, TemplateErrorKind::Unsupported);
            assert_eq!(error.line, Some(2));
        }
        let taken = [
            "{% for x in l %}{% if x %}{% break %}{% endif %}{% endfor %}",
            "{% for x in l %}{% set y = x %}{% continue %}{% endfor %}",
            "{% with %}{% for x in l %}{% break %}{% endfor %}{% endwith %}",
        ];
        for source in taken {
            assert!(rewrite(source).is_ok(), "{source}");
        }
    }
}
