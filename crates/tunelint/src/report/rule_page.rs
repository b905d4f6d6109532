//! Rule pages for readers.
//!
//! The examples in a rule's page are executed by the tests, so their info strings carry test
//! attributes and their text has placeholders. [`readable`] replaces the attributes with a caption,
//! shortens the placeholders, and marks each flagged place. The attributes are documented where
//! they are executed, in `tests/pages.rs`.

use tunelint_core::printable::grouped;
use unicode_width::UnicodeWidthChar;

/// A filler (`{{x*5}}`) up to this length is written out.
const LONGEST_FILLER: usize = 12;
/// Characters of a longer filler that are shown at each end.
const FILLER_ENDS: usize = 3;

/// Converts the page of a rule, as the registry has it, to what a reader sees: plain Markdown.
pub fn readable(page: &str) -> String {
    let mut out = String::with_capacity(page.len() * 2);
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some((fence, info)) = opening_fence(line) else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        let body: Vec<&str> = lines
            .by_ref()
            .take_while(|line| line.trim_end() != fence)
            .collect();
        Block::new(fence, info, body).render(&mut out);
    }
    out
}

/// The backticks that open a code block, and the info string after them.
fn opening_fence(line: &str) -> Option<(&str, &str)> {
    let ticks = line.len() - line.trim_start_matches('`').len();
    line.split_at_checked(ticks).filter(|_| ticks >= 3)
}

/// A code block of a page.
struct Block<'p> {
    fence: &'p str,
    language: String,
    attributes: Vec<String>,
    body: Vec<&'p str>,
}

impl<'p> Block<'p> {
    fn new(fence: &'p str, info: &str, body: Vec<&'p str>) -> Self {
        let mut words = words(info).into_iter();
        Self {
            fence,
            language: words.next().unwrap_or_default(),
            attributes: words.collect(),
            body,
        }
    }

    fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|have| have == attribute)
    }

    fn value(&self, key: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes.find_map(|attribute| attribute.strip_prefix(key)?.strip_prefix('='))
    }

    fn number(&self, key: &str) -> Option<usize> {
        self.value(key)?.parse().ok()
    }

    fn render(&self, out: &mut String) {
        let caption = self.caption();
        if let Some(caption) = &caption {
            out.push_str(&format!("{caption}:\n\n"));
        }
        out.push_str(&format!("{}{}\n", self.fence, self.language));
        // A block without attributes is not a test, and has no placeholders.
        match caption {
            Some(_) => self.render_body(out),
            None => self.body.iter().for_each(|line| {
                out.push_str(line);
                out.push('\n');
            }),
        }
        out.push_str(&format!("{}\n", self.fence));
    }

    /// What the block is an example of; `None` for a block that is not a test.
    fn caption(&self) -> Option<String> {
        let mut caption = match self.value("profile") {
            Some(name) => format!("A profile made up for this page, `{name}`"),
            None if self.has("settings") => "With these settings".to_owned(),
            None if self.has("schema") => "With this JSON Schema".to_owned(),
            None if self.has("dataset-info") => "With this `dataset_info.json`".to_owned(),
            None if self.has("train") => "Training set".to_owned(),
            None if self.has("benchmark") => "Benchmark".to_owned(),
            None if self.has("fail") => format!("Flagged{}", self.options()),
            None if self.has("pass") => format!("Not flagged{}", self.options()),
            None => return None,
        };
        if self.has("escapes") && self.body.iter().any(|line| line.contains('\\')) {
            caption.push_str(" (an escape such as `\\u{200b}` or `\\xE9` stands for the character or byte itself)");
        }
        if self.has("no-final-newline") {
            caption.push_str(" (no line break at the end of the file)");
        }
        Some(caption)
    }

    /// The options under which the example is checked: ` with …`.
    fn options(&self) -> String {
        let role = ["validation", "production"]
            .into_iter()
            .filter(|role| self.has(role))
            .map(|role| format!("this file as `--{role}`"));
        let of_test = ["at", "repeat", "lines", "profile"];
        let options = self
            .attributes
            .iter()
            .filter_map(|attribute| attribute.split_once('='))
            .filter(|(key, _)| !of_test.contains(key))
            .map(|(key, value)| format!("`--{key} {}`", quoted(value)));
        let all: Vec<String> = role.chain(options).collect();
        match all.as_slice() {
            [] => String::new(),
            all => format!(" with {}", all.join(" and ")),
        }
    }

    /// The lines, each followed by a line of `^` under the flagged places. Lines that are repeated
    /// are shown once.
    fn render_body(&self, out: &mut String) {
        let repeat = self.number("repeat").unwrap_or(1);
        let block = match repeat {
            1 => 0,
            _ => self.number("lines").unwrap_or(1),
        };
        let escapes = self.has("escapes");
        let mut copied = self.body.iter().take(block);
        let numbered = copied.any(|line| line.contains("{{n}}"));
        let places = self.places();
        for (index, line) in self.body.iter().enumerate() {
            let line = match index < block {
                true => ShownLine::new(&line.replace("{{n}}", "1"), escapes),
                false => ShownLine::new(line, escapes),
            };
            out.push_str(&line.text);
            out.push('\n');
            let number = match index < block {
                true => index + 1,
                false => index + 1 + block * (repeat - 1),
            };
            let columns = places.iter().filter(|(at, _)| *at == number);
            out.push_str(&line.marker(columns.map(|(_, column)| *column)));
            if index + 1 == block {
                out.push_str(&repetition(block, repeat, numbered));
            }
        }
    }

    /// Lines and columns that the rule flags, from 1. None where an escape breaks a line: the
    /// lines of the file are then not those of the page.
    fn places(&self) -> Vec<(usize, usize)> {
        let breaks = |line: &&str| {
            let line = line.strip_suffix("\\r").unwrap_or(line);
            line.replace("\\\\", "").contains("\\n") || line.contains("\\r")
        };
        if self.has("escapes") && self.body.iter().any(breaks) {
            return Vec::new();
        }
        let places = self.attributes.iter().filter_map(|attribute| {
            let (line, column) = attribute.strip_prefix("at=")?.split_once(':')?;
            Some((line.parse().ok()?, column.parse().ok()?))
        });
        places.collect()
    }
}

/// The words of an info string. A value in quotes may hold spaces.
fn words(info: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut in_quotes = false;
    for c in info.chars() {
        match c {
            '"' => in_quotes = !in_quotes,
            ' ' if !in_quotes => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words
}

/// A value as a shell needs it.
fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    match value.chars().all(is_plain) {
        true => value.to_owned(),
        false => format!("\"{value}\""),
    }
}

/// The line that stands for the copies of the first `lines` lines.
fn repetition(lines: usize, times: usize, numbered: bool) -> String {
    let what = match lines {
        1 => "the line above".to_owned(),
        lines => format!("the {lines} lines above"),
    };
    let number = match numbered {
        true => format!(", numbered 1 to {times}"),
        false => String::new(),
    };
    format!("… ({what}, {times} times{number})\n")
}

/// A line as it is shown, and where its characters are.
#[derive(Default)]
struct ShownLine {
    text: String,
    /// Columns of a terminal that `text` takes.
    width: usize,
    /// The column at which each character of the real line starts.
    columns: Vec<usize>,
}

impl ShownLine {
    /// Shows a line of a page. With `escapes`, an escape stands for one character.
    fn new(source: &str, escapes: bool) -> Self {
        let mut line = Self::default();
        let mut rest = source;
        while let Some(c) = rest.chars().next() {
            if let Some((unit, times, after)) = filler(rest) {
                line.push_filler(unit, times);
                rest = after;
                continue;
            }
            let escape = if escapes { escape_length(rest) } else { None };
            let Some((piece, after)) = rest.split_at_checked(escape.unwrap_or(c.len_utf8())) else {
                break;
            };
            line.columns.push(line.width);
            line.push(piece);
            rest = after;
        }
        line
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        let widths = text.chars().map(|c| c.width().unwrap_or(0));
        self.width += widths.sum::<usize>();
    }

    /// `times` copies of a character: a long run is shown by its ends and its length.
    fn push_filler(&mut self, unit: char, times: usize) {
        let is_short = times <= LONGEST_FILLER;
        let ends = FILLER_ENDS..times.saturating_sub(FILLER_ENDS);
        for at in 0..times {
            if is_short || !ends.contains(&at) {
                self.columns.push(self.width);
                self.push(unit.encode_utf8(&mut [0; 4]));
                continue;
            }
            if at == ends.start {
                self.push(&format!("… {} times …", grouped(times as u64)));
            }
            self.columns.push(self.width);
        }
    }

    /// A line with `^` under these characters (from 1), or nothing without any.
    fn marker(&self, characters: impl Iterator<Item = usize>) -> String {
        let end = self.columns.len();
        let mut columns: Vec<usize> = characters
            .filter_map(|character| match character.checked_sub(1)? {
                at if at == end => Some(self.width),
                at => self.columns.get(at).copied(),
            })
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let mut marker = String::new();
        let mut width = 0;
        for column in columns {
            marker.push_str(&" ".repeat(column - width));
            marker.push('^');
            width = column + 1;
        }
        if !marker.is_empty() {
            marker.push('\n');
        }
        marker
    }
}

/// A filler at the start of a text, and what follows it: `{{x*5}}` stands for `xxxxx`.
fn filler(text: &str) -> Option<(char, usize, &str)> {
    let (inner, after) = text.strip_prefix("{{")?.split_once("}}")?;
    let (unit, times) = inner.split_once('*')?;
    let mut units = unit.chars();
    let unit = units.next().filter(|_| units.as_str().is_empty())?;
    Some((unit, times.parse().ok()?, after))
}

/// The length of an escape at the start of a text: `\n`, `\xE9` or `\u{200b}`.
fn escape_length(text: &str) -> Option<usize> {
    let kind = text.strip_prefix('\\')?.chars().next()?;
    match kind {
        'x' => Some(4),
        'u' => text.find('}').map(|end| end + 1),
        kind => Some(1 + kind.len_utf8()),
    }
}

#[cfg(test)]
mod tests {
    use tunelint_core::rules::REGISTRY;

    use super::*;

    #[test]
    fn attributes_become_a_caption_and_a_marker() {
        let page = "Empty:\n\n```jsonl fail at=1:5 at=2:1 target=together\n{\"a\":\"\"}\nb\n```\n";
        assert_eq!(
            readable(page),
            "Empty:\n\nFlagged with `--target together`:\n\n```jsonl\n{\"a\":\"\"}\n    ^\nb\n^\n```\n"
        );
        let page = "```csv pass delimiter=; preamble=\"Sort: \"\na;b\n```\n";
        assert_eq!(
            readable(page),
            "Not flagged with `--delimiter \";\"` and `--preamble \"Sort: \"`:\n\n```csv\na;b\n```\n"
        );
    }

    #[test]
    fn blocks_that_are_not_tests_stay() {
        let page = "Text {{x*50}}\n\n````python\nprint(\"{{x*50}}\")\n```\n````\n\n- end\n";
        assert_eq!(readable(page), page);
        let page = "```toml profile=tiny\nname = \"tiny\"\n```\n";
        assert_eq!(
            readable(page),
            "A profile made up for this page, `tiny`:\n\n```toml\nname = \"tiny\"\n```\n"
        );
    }

    #[test]
    fn repeated_lines_are_shown_once() {
        let page = "```jsonl fail lines=2 repeat=15 at=31:2\na {{n}}\nb\nodd\n```\n";
        assert_eq!(
            readable(page),
            "Flagged:\n\n```jsonl\na 1\nb\n… (the 2 lines above, 15 times, numbered 1 to 15)\nodd\n ^\n```\n"
        );
        let page = "```jsonl validation fail at=1:1 repeat=6\na\n```\n";
        assert_eq!(
            readable(page),
            "Flagged with this file as `--validation`:\n\n```jsonl\na\n^\n… (the line above, 6 times)\n```\n"
        );
    }

    #[test]
    fn fillers_are_shortened() {
        let page = "```jsonl fail at=1:203\n[{{x*200}}]!\n```\n";
        assert_eq!(
            readable(page),
            "Flagged:\n\n```jsonl\n[xxx… 200 times …xxx]!\n                     ^\n```\n"
        );
        let page = "```jsonl pass\n[{{x*5}}] {{ name }}\n```\n";
        assert_eq!(
            readable(page),
            "Not flagged:\n\n```jsonl\n[xxxxx] {{ name }}\n```\n"
        );
    }

    #[test]
    fn escapes_take_one_column() {
        let page = "```csv fail escapes at=1:3\na\\xE9,b\n```\n";
        let marked = "a\\xE9,b\n     ^\n```\n";
        assert!(readable(page).ends_with(marked), "{}", readable(page));
        // The second line of the file is in the first line of the page.
        let page = "```csv fail escapes at=2:1\na\\nb\nc\n```\n";
        assert!(readable(page).ends_with("a\\nb\nc\n```\n"));
    }

    #[test]
    fn no_page_shows_an_attribute() {
        for entry in REGISTRY {
            let page = readable(entry.page);
            let fences = page.lines().filter(|line| line.starts_with("```"));
            for fence in fences {
                assert!(!fence.contains(' '), "{}: {fence}", entry.meta.name);
            }
        }
    }
}
