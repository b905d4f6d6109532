//! Every rule's page is true: its head agrees with the registry, and its blocks are executed.

use std::collections::BTreeMap;
use std::sync::Arc;

use tunelint_core::benchmark::Benchmarks;
use tunelint_core::contract::{FixKind, Level, RuleEntry, Scope};
use tunelint_core::declared::{DatasetInfo, Declarations, FILE_NAME};
use tunelint_core::finding::Severity;
use tunelint_core::layout::{self, Binding};
use tunelint_core::position::SourceId;
use tunelint_core::production_prompts::Prompts;
use tunelint_core::profile::Profile;
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::rules::{REGISTRY, by_name};
use tunelint_core::source::Input;
use tunelint_core::survey::Leaks;
use tunelint_core::task::Task;

use crate::running::{Check, builtin, root};

/// A fenced block: the words of its info string, and its text.
struct Block {
    line: usize,
    info: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in page.lines().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            open = !open;
            if open {
                blocks.push(Block {
                    line: index + 1,
                    info: info.to_owned(),
                    text: String::new(),
                });
            }
        } else if open {
            let block = blocks.last_mut().expect("an open block");
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    blocks
}

/// The words of an info string; a value in quotes may hold spaces.
fn words(info: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in info.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("a word").push(c),
        }
    }
    words
}

/// The bytes that a block stands for.
fn content(block: &Block, words: &[String]) -> Vec<u8> {
    let mut text = expand(&block.text);
    if let Some(times) = value_of(words, "repeat=") {
        let lines = value_of(words, "lines=").unwrap_or(1);
        let end = text
            .match_indices('\n')
            .nth(lines - 1)
            .expect("the lines")
            .0
            + 1;
        let (first, rest) = text.split_at(end);
        let repeated = (1..=times).map(|n| first.replace("{{n}}", &n.to_string()));
        text = repeated.collect::<String>() + rest;
    }
    let mut bytes = if words.iter().any(|word| word == "escapes") {
        unescape(&text)
    } else {
        text.into_bytes()
    };
    if words.iter().any(|word| word == "no-final-newline") {
        bytes.pop();
    }
    bytes
}

/// The number behind `key` in an info string.
fn value_of(words: &[String], key: &str) -> Option<usize> {
    let value = words.iter().find_map(|word| word.strip_prefix(key))?;
    Some(value.parse().expect("a number"))
}

/// `{{x*5}}` is `xxxxx`.
fn expand(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let inner = after
            .split_once("}}")
            .and_then(|(inner, after)| Some((inner.split_once('*')?, after)));
        match inner {
            Some(((unit, times), after))
                if unit.chars().count() == 1 && times.parse::<usize>().is_ok() =>
            {
                out.push_str(before);
                out.push_str(&unit.repeat(times.parse().expect("a number")));
                rest = after;
            }
            _ => {
                out.push_str(before);
                out.push_str("{{");
                rest = after;
            }
        }
    }
    out + rest
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.extend_from_slice(before.as_bytes());
        let kind = after.chars().next().expect("an escape");
        rest = &after[kind.len_utf8()..];
        match kind {
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            '0' => out.push(0),
            '\\' => out.push(b'\\'),
            'x' => {
                out.push(u8::from_str_radix(&rest[..2], 16).expect("two hex digits"));
                rest = &rest[2..];
            }
            'u' => {
                let (hex, after) = rest[1..].split_once('}').expect("a closing brace");
                let c = char::from_u32(u32::from_str_radix(hex, 16).expect("hex"))
                    .expect("a character");
                out.extend_from_slice(c.to_string().as_bytes());
                rest = after;
            }
            other => panic!("unknown escape {other}"),
        }
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

/// The check that a block asks for.
fn check_of(words: &[String], profiles: &BTreeMap<String, Arc<Profile>>) -> Check {
    let mut check = Check::new();
    for word in words {
        let Some((key, value)) = word.split_once('=') else {
            continue;
        };
        match key {
            "target" => {
                check.default_target = false;
                let profile = profiles
                    .get(value)
                    .cloned()
                    .unwrap_or_else(|| builtin(value));
                check.context.profiles.push(profile);
            }
            "preamble" => check.context.preamble = Some(value.to_owned()),
            "task" => check.context.task = Task::from_name(value),
            "input" => check.options.input = Some(Binding::Name(value.to_owned())),
            "output" => check.options.output = Some(Binding::Name(value.to_owned())),
            "layout" => check.options.layout = layout::by_name(value),
            "delimiter" => check.options.overrides.delimiter = value.bytes().next(),
            "max-record-size" => check.options.max_record = value.parse().expect("a number"),
            "at" | "repeat" | "lines" | "profile" => {}
            other => panic!("unknown attribute {other}"),
        }
    }
    check
}

/// What a page says that is not true.
fn lies(entry: &RuleEntry, page: &str) -> Vec<String> {
    let rule = entry.meta.name;
    let mut lies = head(entry, page);
    let (mut failing, mut passing) = (0_usize, 0_usize);
    let mut profiles = BTreeMap::new();
    let mut train: Vec<u8> = Vec::new();
    let (mut settings, mut schema) = (None, None);
    let mut declared = Arc::default();
    let mut benchmarks = None;
    let mut model = None;
    for block in blocks(page) {
        let words = words(&block.info);
        let has = |word: &str| words.iter().any(|have| have == word);
        if has("settings") {
            settings = Some(block.text);
            continue;
        }
        if has("schema") {
            schema = Some(block.text);
            continue;
        }
        if has("dataset-info") {
            declared = declarations(&block.text);
            continue;
        }
        if words[0] == "jinja" {
            model = Some(Arc::new(crate::models::of_page(&block.text, &words)));
            continue;
        }
        if words[0] == "toml" {
            let profile: Profile = toml::from_str(&block.text).expect("an inline profile");
            profiles.insert(profile.name.clone(), Arc::new(profile));
            continue;
        }
        let bytes = content(&block, &words);
        if has("train") {
            train = bytes;
            continue;
        }
        if has("benchmark") {
            let mut read = Benchmarks::default();
            let input = Input::bytes("bench.jsonl", bytes);
            let unread = read.read(SourceId(1), input, &ReadOptions::default());
            assert_eq!(unread.expect("memory"), 0);
            benchmarks = Some(Arc::new(read));
            continue;
        }
        let name = format!("block.{}", words[0]);
        let mut check = check_of(&words, &profiles);
        check.options.declared = Arc::clone(&declared);
        check.context.benchmarks.clone_from(&benchmarks);
        check.context.model.clone_from(&model);
        let findings = if let Some(settings) = &settings {
            let found = under_settings(rule, settings, schema.as_deref(), (&name, &bytes));
            judge(
                &block,
                &words,
                found,
                &mut lies,
                (&mut failing, &mut passing),
            );
            continue;
        } else if has("production") {
            let input = Input::bytes(name.as_str(), bytes.as_slice());
            let prompts = Prompts::read(SourceId(1), input, &ReadOptions::default());
            check.context.production = Some(Arc::new(prompts.expect("memory")));
            check.run("train.jsonl", &train).0
        } else if has("validation") {
            let seen = seen(&name, &bytes);
            check.context.validation = Some(Arc::new(seen));
            check.run("train.jsonl", &train).0
        } else {
            check.run(&name, &bytes).0
        };
        let found: Vec<String> = findings
            .iter()
            .filter(|finding| finding.rule == rule)
            .map(|finding| {
                format!(
                    "{}:{}",
                    finding.location.start.line, finding.location.start.column
                )
            })
            .collect();
        judge(
            &block,
            &words,
            found,
            &mut lies,
            (&mut failing, &mut passing),
        );
    }
    if failing == 0 || passing == 0 {
        lies.push(format!(
            "{failing} failing and {passing} passing blocks: one of each is needed"
        ));
    }
    lies
}

/// The failing blocks of a page that the program can be given as a file: name, bytes, options.
pub fn failing_blocks(entry: &RuleEntry) -> Vec<(String, Vec<u8>, Vec<String>)> {
    let blocks = blocks(entry.page).into_iter().map(|block| {
        let words = words(&block.info);
        (content(&block, &words), words)
    });
    // Without the benchmark or the model before them, nothing fails.
    let is_compared = |(_, words): &(Vec<u8>, Vec<String>)| {
        words.iter().any(|of| of == "benchmark" || of == "jinja")
    };
    let blocks = blocks.take_while(|block| !is_compared(block));
    let plain = blocks.filter(|(_, words)| {
        let has = |word: &str| words.iter().any(|have| have == word);
        has("fail")
            && !has("validation")
            && !has("production")
            && words.iter().all(|word| !word.starts_with("delimiter="))
    });
    plain
        .map(|(bytes, words)| {
            let mut options = vec!["--extend-select".to_owned(), entry.meta.name.to_owned()];
            for word in &words {
                if let Some((key, value)) = word.split_once('=')
                    && !["at", "lines", "repeat", "profile"].contains(&key)
                {
                    options.extend([format!("--{key}"), value.to_owned()]);
                }
            }
            (format!("block.{}", words[0]), bytes, options)
        })
        .collect()
}

/// Holds what was found beside what a block says.
fn judge(
    block: &Block,
    words: &[String],
    found: Vec<String>,
    lies: &mut Vec<String>,
    (failing, passing): (&mut usize, &mut usize),
) {
    let has = |word: &str| words.iter().any(|have| have == word);
    let wanted: Vec<&str> = words
        .iter()
        .filter_map(|word| word.strip_prefix("at="))
        .collect();
    let at = format!("line {}", block.line);
    match (has("fail"), has("pass")) {
        (true, false) if found.is_empty() => {
            lies.push(format!("{at}: `fail`, and nothing was found"))
        }
        (true, false) => {
            *failing += 1;
            if !wanted.is_empty() && found != wanted {
                lies.push(format!("{at}: says {wanted:?}, found {found:?}"));
            }
        }
        (false, true) if found.is_empty() => *passing += 1,
        (false, true) => lies.push(format!("{at}: `pass`, and found {found:?}")),
        _ => lies.push(format!("{at}: neither `fail` nor `pass`")),
    }
}

/// What the program finds by `rule` in a directory with these settings and this file.
fn under_settings(
    rule: &str,
    settings: &str,
    schema: Option<&str>,
    (name, bytes): (&str, &[u8]),
) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(folder.path().join(".git")).expect("a repository");
    std::fs::write(folder.path().join("tunelint.toml"), settings).expect("written");
    std::fs::write(folder.path().join(name), bytes).expect("written");
    if let Some(schema) = schema {
        std::fs::write(folder.path().join("answer.schema.json"), schema).expect("written");
    }
    let run = crate::running::command(&["check", "--format", "json"])
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    let (_, out, said) = crate::running::outcome(&run);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{said}"));
    let findings = report["findings"].as_array().expect("a list").iter();
    findings
        .filter(|finding| finding["rule"] == rule)
        .map(|finding| {
            let at = &finding["location"];
            format!("{}:{}", at["line"], at["column"])
        })
        .collect()
}

/// What a `dataset_info.json` says about the blocks after it.
fn declarations(text: &str) -> Arc<Declarations> {
    let info = DatasetInfo::parse(FILE_NAME.into(), text.as_bytes(), &|_| true);
    let mut declared = Declarations::default();
    for container in ["json", "jsonl"] {
        let name = format!("block.{container}");
        let name = std::path::Path::new(&name);
        declared.add(name, name, info.as_ref().expect("entries"));
    }
    Arc::new(declared)
}

/// What is known about the examples of a validation set.
fn seen(name: &str, bytes: &[u8]) -> Leaks {
    let input = Input::bytes(name, bytes);
    let reader = Reader::open(SourceId(1), input, &ReadOptions::default()).expect("memory");
    let mut leaks = Leaks::default();
    leaks.read(reader).expect("memory");
    leaks
}

/// What the head of a page says that the registry does not.
fn head(entry: &RuleEntry, page: &str) -> Vec<String> {
    let meta = entry.meta;
    let mut lies = Vec::new();
    let mut paragraphs = page.split("\n\n");
    if paragraphs.next() != Some(&format!("# {}", meta.name)) {
        lies.push("the title is not the rule's name".to_owned());
    }
    let summary = paragraphs.next().unwrap_or_default();
    if summary.chars().count() > 110 || !summary.ends_with('.') {
        lies.push("the summary is no sentence of at most 110 characters".to_owned());
    }
    let severity = match meta.level {
        Level::Profile => "profile",
        Level::Fixed(severity) => severity.as_str(),
    };
    let scope = match meta.scope {
        Scope::Example => "example",
        Scope::Dataset => "dataset",
        Scope::Source => "source",
    };
    let fix = match meta.fix {
        FixKind::None => "none",
        FixKind::Safe => "safe",
        FixKind::Unsafe => "unsafe",
        FixKind::DropsRecord => "drops-record",
    };
    let row = format!("| {severity} | {scope} | {fix} | {} |", meta.since);
    if !page.contains(&row) {
        lies.push(format!("the table lacks the row {row}"));
    }
    let sections = ["## Why", "## What it flags", "## How to fix it"];
    let places: Vec<_> = sections.iter().map(|section| page.find(section)).collect();
    if places.iter().any(Option::is_none) || !places.is_sorted() {
        lies.push(format!("the sections are not {sections:?}"));
    }
    lies
}

#[test]
fn every_page_is_true() {
    let said: Vec<String> = REGISTRY
        .iter()
        .flat_map(|entry| {
            lies(entry, entry.page)
                .into_iter()
                .map(move |lie| format!("{}: {lie}", entry.meta.name))
        })
        .collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
}

#[test]
fn a_page_that_lies_is_found_out() {
    let entry = by_name("empty-output").expect("a rule");
    let lie = |from: &str, to: &str| {
        assert!(entry.page.contains(from), "{from}");
        lies(entry, &entry.page.replacen(from, to, 1))
    };
    assert!(lies(entry, entry.page).is_empty());
    assert_ne!(lie("jsonl fail", "jsonl pass"), [""; 0]);
    assert_ne!(lie("at=1:46", "at=1:47"), [""; 0]);
    assert_ne!(lie("| error |", "| advice |"), [""; 0]);
    assert_ne!(
        lie("\"output\":\"\"", "\"output\":\"It is on its way.\""),
        [""; 0]
    );
    assert_ne!(lie("## Why", "## Reasons"), [""; 0]);
}

#[test]
fn rules_pages_and_sources_agree() {
    let mut names: Vec<&str> = REGISTRY.iter().map(|entry| entry.meta.name).collect();
    assert!(names.is_sorted(), "the registry is in the order of names");
    names.dedup();
    assert_eq!(names.len(), REGISTRY.len());
    let stems = |folder: &str, ending: &str| {
        let entries = std::fs::read_dir(root().join(folder)).expect("a folder");
        let mut stems: Vec<String> = entries
            .filter_map(|entry| {
                Some(
                    entry
                        .ok()?
                        .file_name()
                        .to_str()?
                        .strip_suffix(ending)?
                        .replace('_', "-"),
                )
            })
            .collect();
        stems.sort();
        stems
    };
    assert_eq!(stems("rules", ".md"), names);
    assert_eq!(stems("crates/tunelint-rules/src/rules", ".rs"), names);
}

#[test]
fn the_public_vocabulary_is_unchanged() {
    let mut text = String::new();
    for entry in REGISTRY {
        let severity = match entry.meta.level {
            Level::Profile => "profile",
            Level::Fixed(Severity::Error) => "E",
            Level::Fixed(Severity::Warning) => "W",
            Level::Fixed(Severity::Advice) => "A",
        };
        text.push_str(&format!("{} {severity}\n", entry.meta.name));
    }
    let path = root().join("tests/cases/vocabulary.txt");
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    if std::env::var_os("TUNELINT_UPDATE").is_some() {
        std::fs::write(&path, &text).expect("the file is written");
        return;
    }
    assert_eq!(
        text, known,
        "a rule's name or severity changed: TUNELINT_UPDATE=1 accepts it"
    );
}
