//! Words to avoid in everything that users read: `tests/words.txt` lists them, and the exceptions.

use std::fs;
use std::path::PathBuf;

use crate::running::{files_below, root};

/// A piece of text for users, and the line on which it starts.
struct Piece {
    line: usize,
    text: String,
}

/// Finds the pieces of a kind of file.
type Extract = fn(&str) -> Vec<Piece>;

/// A phrase to avoid, or an exception from it.
struct Entry<'t> {
    phrase: &'t str,
    /// Where the phrase is accepted: a part of the path, or of the text around it.
    accepted: Option<&'t str>,
}

fn entries(list: &str) -> Vec<Entry<'_>> {
    let lines = list.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut cells = line.split(" | ");
            let phrase = cells.next().unwrap_or_default();
            let accepted = cells.next();
            let reason = cells.next().unwrap_or_default();
            let complete = accepted.is_none() || !reason.is_empty();
            assert!(complete, "`{line}` gives no reason");
            Entry { phrase, accepted }
        })
        .collect()
}

/// The prose of a Markdown page: no code blocks, no code in a line, no addresses.
fn markdown(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut is_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            let text = without_code(line);
            pieces.push(Piece {
                line: index + 1,
                text,
            });
        }
    }
    pieces
}

/// A line without what is in backticks, and without the targets of links.
fn without_code(line: &str) -> String {
    let outside: Vec<&str> = line.split('`').step_by(2).collect();
    let line = outside.join("`…`");
    let links = line.split("](").enumerate();
    let texts = links.map(|(index, part)| match part.split_once(')') {
        Some((_, after)) if index > 0 => format!("]{after}"),
        _ => part.to_owned(),
    });
    texts.collect()
}

/// A template without its statements.
fn template(text: &str) -> Vec<Piece> {
    let lines = text.lines().enumerate();
    let prose = |line: &str| {
        let parts = line.split("{%").enumerate();
        let outside = parts.map(|(index, part)| match part.split_once("%}") {
            Some((_, after)) if index > 0 => after,
            _ => part,
        });
        outside.collect::<String>()
    };
    lines
        .map(|(index, line)| Piece {
            line: index + 1,
            text: prose(line),
        })
        .collect()
}

/// The notes of a profile: what is not a quote, an address or a value.
fn profile(text: &str) -> Vec<Piece> {
    let keys = ["title", "note", "status-note", "field", "default-text"];
    let lines = text.lines().enumerate().filter_map(|(index, line)| {
        let (key, value) = line.split_once(" = ")?;
        let text = keys.contains(&key).then(|| value.to_owned())?;
        Some(Piece {
            line: index + 1,
            text,
        })
    });
    lines.collect()
}

/// The string literals and doc comments of Rust code, up to its unit tests.
fn rust(text: &str) -> Vec<Piece> {
    let code = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = code;
    let mut line = 1;
    // A comment that goes on in the next line is one piece, so that phrases are found in both.
    let mut comment_ends = 0;
    let mut is_example = false;
    while let Some(start) = rest.find(['"', '/', '\'', 'r']) {
        line += rest[..start].matches('\n').count();
        let after_word = rest[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        rest = &rest[start..];
        let (length, text) = if let Some(raw) = rest.strip_prefix('r').filter(|_| !after_word) {
            raw_string(raw).map_or((1, None), |(length, text)| (length + 1, Some(text)))
        } else if let Some(inner) = rest.strip_prefix('"') {
            let length = string_end(inner);
            (length + 2, Some(unescaped(&inner[..length])))
        } else if rest.starts_with("//") {
            let length = rest.find('\n').unwrap_or(rest.len());
            let doc = ["///", "//!"]
                .iter()
                .find_map(|mark| rest[..length].strip_prefix(mark));
            if let Some(doc) = doc {
                is_example ^= doc.trim_start().starts_with("```");
                let doc = if is_example {
                    String::new()
                } else {
                    without_code(doc.trim())
                };
                match pieces.last_mut().filter(|_| comment_ends + 1 == line) {
                    Some(piece) => piece.text += &format!("\n{doc}"),
                    None => pieces.push(Piece { line, text: doc }),
                }
                comment_ends = line;
            }
            (length, None)
        } else if let Some(inner) = rest.strip_prefix('\'') {
            (character_end(inner) + 1, None)
        } else {
            (1, None)
        };
        pieces.extend(text.map(|text| Piece { line, text }));
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    pieces
}

/// Length and content of a raw string after its `r`.
fn raw_string(text: &str) -> Option<(usize, String)> {
    let hashes = text.len() - text.trim_start_matches('#').len();
    let inner = text[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inner.find(&end)?;
    Some((hashes + 1 + length + end.len(), inner[..length].to_owned()))
}

/// Where a string literal ends, counted from its opening quote.
fn string_end(inner: &str) -> usize {
    let mut escaped = false;
    let end = inner.char_indices().find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(inner.len(), |(at, _)| at)
}

/// What follows a `'`: the length of the rest of a character, or 0 for a lifetime.
fn character_end(inner: &str) -> usize {
    let mut characters = inner.char_indices();
    match characters.next() {
        Some((_, '\\')) => inner[2..].find('\'').map_or(0, |at| at + 3),
        Some(_) => characters
            .next()
            .filter(|(_, c)| *c == '\'')
            .map_or(0, |(at, _)| at + 1),
        None => 0,
    }
}

/// A string literal without line continuations.
fn unescaped(literal: &str) -> String {
    let mut text = String::new();
    let mut rest = literal;
    while let Some((before, after)) = rest.split_once("\\\n") {
        text += before;
        rest = after.trim_start();
    }
    (text + rest).replace("\\n", "\n").replace("\\\"", "\"")
}

/// The places of `phrase` in `text` as a whole word, whatever its case and spacing.
fn occurrences(text: &str, phrase: &str) -> Vec<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let found = text.match_indices(phrase).filter(|(at, _)| {
        let (before, after) = (&text[..*at], &text[at + phrase.len()..]);
        let is_whole = !phrase.starts_with(char::is_alphabetic) || !before.ends_with(is_word);
        is_whole && !(phrase.ends_with(char::is_alphabetic) && after.starts_with(is_word))
    });
    found.map(|(at, _)| at).collect()
}

/// The phrases in `pieces`, as `path:line: phrase: text`.
fn violations(shown: &str, pieces: &[Piece], entries: &[Entry<'_>]) -> Vec<String> {
    let mut found = Vec::new();
    for piece in pieces {
        // Line breaks stay one character, so that lines can be counted.
        let text = piece.text.to_lowercase().replace('\n', " ");
        for entry in entries.iter().filter(|entry| entry.accepted.is_none()) {
            for at in occurrences(&text, entry.phrase) {
                let line = piece.text.chars().take(text[..at].chars().count());
                let line = piece.line + line.filter(|c| *c == '\n').count();
                let start = text[..at]
                    .char_indices()
                    .rev()
                    .nth(50)
                    .map_or(0, |(at, _)| at);
                let around: String = text[start..].chars().take(110).collect();
                let is_accepted = entries.iter().any(|other| {
                    other.phrase == entry.phrase
                        && other.accepted.is_some_and(|accepted| {
                            shown.contains(accepted) || text.contains(accepted)
                        })
                });
                if !is_accepted {
                    found.push(format!("{shown}:{line}: {}: {around}", entry.phrase));
                }
            }
        }
    }
    found
}

#[test]
fn no_words_to_avoid() {
    let list = fs::read_to_string(root().join("tests/words.txt")).expect("the list");
    let entries = entries(&list);
    let mut texts: Vec<(PathBuf, Extract)> = Vec::new();
    for name in [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "ARCHITECTURE.md",
    ] {
        texts.push((root().join(name), markdown));
    }
    for (folder, extension, pieces) in [
        ("rules", "md", markdown as Extract),
        ("docs", "md", markdown),
        ("rules/profiles", "toml", profile),
        ("crates", "rs", rust),
        ("crates/tunelint/templates", "html", template),
        ("crates/tunelint/templates", "js", rust),
    ] {
        let files = files_below(&root().join(folder), Some(extension));
        assert!(!files.is_empty(), "{folder}");
        texts.extend(files.into_iter().map(|path| (path, pieces)));
    }
    let mut found = Vec::new();
    for (path, pieces) in texts {
        let text = fs::read_to_string(&path).expect("a text");
        let shown = path
            .strip_prefix(root())
            .expect("inside")
            .display()
            .to_string();
        found.extend(violations(&shown, &pieces(&text), &entries));
    }
    assert!(found.is_empty(), "{}\n{}", found.len(), found.join("\n"));
}

#[test]
fn texts_are_found() {
    let code = "//! One phrase\n//! more `code`.\nfn f<'a>(x: &'a str) {\n    // not a doc\n    let c = '\"';\n    let s = \"in \\\n        two \\\"lines\\\"\";\n    let r = r#\"raw \"text\"\"#;\n}\n#[cfg(test)]\nmod tests {\n    const T: &str = \"phrase\";\n}\n";
    let pieces = rust(code);
    let texts: Vec<(usize, &str)> = pieces
        .iter()
        .map(|of| (of.line, of.text.as_str()))
        .collect();
    assert_eq!(
        texts,
        [
            (1, "One phrase\nmore `…`."),
            (6, "in two \"lines\""),
            (8, "raw \"text\"")
        ]
    );
    let list = entries("phrase more\ntwo\ntwo | crates/b | a reason\n");
    let found = |shown| violations(shown, &pieces, &list);
    let phrase = |shown| format!("{shown}:1: phrase more: one phrase more `…`.");
    let two = "crates/a.rs:6: two: in two \"lines\"".to_owned();
    assert_eq!(found("crates/a.rs"), [phrase("crates/a.rs"), two]);
    assert_eq!(found("crates/b.rs"), [phrase("crates/b.rs")]);
    let page = markdown("One `two`\n```\ntwo\n```\nand two\n");
    assert_eq!(violations("a.md", &page, &list), ["a.md:5: two: and two"]);
}
