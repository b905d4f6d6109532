//! Every report format against the schema of those who read it, with data and file names that
//! try to break out of it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::NamedTempFile;
use tunelint_tables::write_parquet;

use crate::running::{command, outcome, root, shared, tunelint};

/// Every value of `--format`.
pub const FORMATS: [&str; 10] = [
    "human", "concise", "json", "jsonl", "github", "gitlab", "sarif", "junit", "markdown", "html",
];

/// Files with something wrong in them, and the hostile ones where they are at hand.
pub fn bad_files() -> Vec<PathBuf> {
    let mut files = vec![
        root().join("tests/data/mistakes.jsonl"),
        root().join("tests/data/mistakes.csv"),
        root().join("tests/data/clean-pairs.jsonl"),
    ];
    if let Some(folder) = shared("corpora/own-hostile") {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        files.extend(entries.map(|entry| entry.path()));
    }
    let tables = files.clone();
    files.extend(tables.iter().filter_map(|path| as_table(path)));
    files.sort();
    files
}

/// The records of a file as a Parquet file; `None` for those that do not have one schema.
fn as_table(path: &Path) -> Option<PathBuf> {
    if path.extension()? != "jsonl" {
        return None;
    }
    let name = path.with_extension("parquet");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut table = NamedTempFile::new_in(folder).expect("a file");
    write_parquet(File::open(path).ok()?, &mut table).ok()?;
    let written = folder.join(name.file_name()?);
    // Whole at any time: tests run at once.
    table.persist(&written).expect("a file");
    Some(written)
}

/// What `check` says about `path` in `format`. Every value is shown somewhere: as an input without
/// its preamble, or as a field that nobody knows.
fn report(path: &std::path::Path, format: &str) -> String {
    let run = command(&["check", "--format", format, "--preamble", "x"])
        .arg(path)
        .output()
        .expect("it runs");
    outcome(&run).1
}

fn holds_to(schema: &str, document: &Value) {
    let text = fs::read_to_string(root().join("tests/schemas").join(schema)).expect("a schema");
    // One pattern of the public SARIF schema has a bracket too many for a strict reader.
    let text = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema");
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn every_format_is_listed() {
    let (_, _, said) = outcome(&tunelint(&["check", "--format", "?", "x"]));
    for format in FORMATS {
        assert!(said.contains(format), "{format}");
    }
}

#[test]
fn sarif_keeps_its_schema() {
    for path in bad_files() {
        let document = json(&report(&path, "sarif"));
        holds_to("sarif-2.1.0.json", &document);
        let run = &document["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        for result in run["results"].as_array().expect("results") {
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(
                rules[index]["help"]["markdown"]
                    .as_str()
                    .expect("a page")
                    .len()
                    > 200
            );
        }
    }
}

#[test]
fn every_format_names_what_could_not_be_read() {
    let folder = tempfile::tempdir().expect("a directory");
    let broken = folder.path().join("broken.jsonl.gz");
    fs::write(&broken, "not compressed").expect("written");
    for format in FORMATS {
        let run = command(&["check", "--format", format])
            .args([&root().join("tests/data/clean-pairs.jsonl"), &broken])
            .arg("nothing-here.jsonl")
            .output()
            .expect("it runs");
        let (code, out, _) = outcome(&run);
        assert_eq!(code, 2, "{format}");
        for name in ["broken", "nothing"] {
            assert!(out.contains(name), "{format}: {name}: {out}");
        }
        match format {
            "sarif" => {
                let document = json(&out);
                holds_to("sarif-2.1.0.json", &document);
                let invocation = &document["runs"][0]["invocations"][0];
                assert_eq!(invocation["executionSuccessful"], false);
            }
            "gitlab" => holds_to("gitlab-code-quality.json", &json(&out)),
            "json" => assert_eq!(json(&out)["summary"]["unread"][1]["path"], text(&broken)),
            "junit" => {
                let document = roxmltree::Document::parse(&out).expect("XML");
                let errors = document
                    .descendants()
                    .filter(|node| node.has_tag_name("error"));
                assert_eq!(errors.count(), 2);
            }
            _ => {}
        }
    }
}

fn text(path: &std::path::Path) -> &str {
    path.to_str().expect("a name")
}

#[test]
fn sarif_stays_within_the_upload_limits() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("many.jsonl");
    // Copies of many records: those of one are one finding.
    let pair = |at| format!("{{\"text_input\":\"{at}\",\"output\":\"b\",\"x\":1}}\n").repeat(2);
    let pairs: String = (0..25_000).map(pair).collect();
    let error = "{\"text_input\":\"a\",\"output\":\"\"}\n";
    fs::write(&path, pairs + error).expect("written");
    let run = command(&["check", "--format", "sarif"])
        .arg(&path)
        .output()
        .expect("it runs");
    let document = json(&outcome(&run).1);
    let run = &document["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 25_000);
    assert!(
        results
            .iter()
            .any(|result| result["ruleId"] == "empty-output")
    );
    let notes = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(
        notes.contains("omitted: code scanning accepts 25000 results per run"),
        "{notes}"
    );
}

#[test]
fn gitlab_keeps_its_schema_and_tells_findings_apart() {
    for path in bad_files() {
        let document = json(&report(&path, "gitlab"));
        holds_to("gitlab-code-quality.json", &document);
        let issues = document.as_array().expect("a list");
        let mut prints: Vec<&str> = issues
            .iter()
            .filter_map(|issue| issue["fingerprint"].as_str())
            .collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), issues.len());
    }
}

#[test]
fn junit_is_read_back() {
    for path in bad_files() {
        let text = report(&path, "junit");
        let document = roxmltree::Document::parse(&text).expect("XML");
        for suite in document
            .descendants()
            .filter(|node| node.has_tag_name("testsuite"))
        {
            let number = |name: &str| {
                suite
                    .attribute(name)
                    .expect("a number")
                    .parse::<usize>()
                    .expect("a number")
            };
            let with = |name: &str| {
                suite
                    .descendants()
                    .filter(|node| node.has_tag_name(name))
                    .count()
            };
            assert_eq!(number("tests"), with("testcase"));
            assert_eq!(number("failures"), with("failure"));
            assert_eq!(number("skipped"), with("skipped"));
        }
        assert!(
            document
                .descendants()
                .any(|node| node.has_tag_name("testcase"))
        );
    }
}

#[test]
fn jsonl_holds_the_objects_of_json() {
    for path in bad_files() {
        let document = json(&report(&path, "json"));
        let lines: Vec<Value> = report(&path, "jsonl").lines().map(json).collect();
        let of = |kind: &str| -> Vec<Value> {
            let lines = lines.iter().filter(|line| line["type"] == kind).cloned();
            lines
                .map(|mut line| {
                    line.as_object_mut().expect("an object").remove("type");
                    line
                })
                .collect()
        };
        assert_eq!(document["findings"], Value::from(of("finding")));
        assert_eq!(document["sources"], Value::from(of("source")));
        let summary = of("summary").pop().expect("a summary");
        assert_eq!(document["summary"]["by_rule"], summary["by_rule"]);
        assert_eq!(document["tool"], summary["tool"]);
        assert_eq!(document["targets"], summary["targets"]);
    }
}

#[test]
fn github_writes_commands_of_its_own_only() {
    for path in bad_files() {
        let text = report(&path, "github");
        let (commands, rest): (Vec<&str>, Vec<&str>) =
            text.lines().partition(|line| line.starts_with("::"));
        for line in &commands {
            let known = ["::error file=", "::warning file=", "::notice file="];
            assert!(known.iter().any(|start| line.starts_with(start)), "{line}");
            let (properties, _) = line[2..].split_once("::").expect("a message");
            let (_, properties) = properties.split_once(' ').expect("properties");
            for property in properties.split(',') {
                let (name, value) = property.split_once('=').expect("a property");
                assert!(
                    ["file", "line", "endLine", "col", "endColumn", "title"].contains(&name),
                    "{line}"
                );
                assert!(!value.contains(':'), "{line}");
            }
        }
        let [last] = rest.as_slice() else {
            panic!("{text}")
        };
        assert!(last.starts_with("tunelint: "), "{last}");
        let errors = commands
            .iter()
            .filter(|line| line.starts_with("::error"))
            .count();
        assert!(errors <= 10 && commands.len() <= 30, "{text}");
    }
}

#[test]
fn github_shows_the_worst_and_counts_the_rest() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("many.jsonl");
    let advice = "{\"text_input\":\"a\",\"output\":\"b\",\"x\":1}\n".repeat(20);
    let errors = "{\"text_input\":\"c\",\"output\":\"\"}\n".repeat(15);
    fs::write(&path, advice + &errors).expect("written");
    let run = command(&[
        "check",
        "--format",
        "github",
        "--select",
        "unknown-field,empty-output",
    ])
    .arg(&path)
    .output()
    .expect("it runs");
    let (_, text, _) = outcome(&run);
    let kinds: Vec<&str> = text
        .lines()
        .map(|line| line.split(' ').next().expect("a word"))
        .collect();
    assert_eq!(kinds[..10], ["::error"; 10]);
    assert_eq!(kinds[10..], ["::notice", "tunelint:"]);
    let last = "; 5 findings without annotation, list all with `--report concise=PATH`\n";
    assert!(text.ends_with(last), "{text}");
}

#[test]
fn markdown_has_no_markup_of_the_data() {
    for path in bad_files() {
        let text = report(&path, "markdown");
        for row in text.lines().filter(|line| line.starts_with('|')) {
            let cells = row.matches('|').count() - 1;
            assert!((3..=5).contains(&cells), "{row}");
            let data = row.replace("<!-- -->", "");
            assert!(
                !data.contains(['<', '>', '`', '[', ']', '@', '*', '!', '\\']),
                "{row}"
            );
        }
    }
}

#[test]
fn several_reports_come_from_one_run() {
    let folder = tempfile::tempdir().expect("a directory");
    let mut arguments = vec![
        "check".to_owned(),
        "tests/data/mistakes.csv".to_owned(),
        "--quiet".to_owned(),
    ];
    for format in FORMATS {
        arguments.push("--report".to_owned());
        arguments.push(format!("{format}={}", folder.path().join(format).display()));
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(outcome(&tunelint(&arguments)).0, 1);
    for format in FORMATS {
        let alone = report_plain(format);
        let written = fs::read_to_string(folder.path().join(format)).expect("a report");
        if !["human", "concise"].contains(&format) {
            assert_eq!(written, alone, "{format}");
        }
    }
}

fn report_plain(format: &str) -> String {
    outcome(&tunelint(&[
        "check",
        "tests/data/mistakes.csv",
        "--format",
        format,
    ]))
    .1
}

#[test]
fn hostile_names_stay_names() {
    let Some(list) = shared("corpora/own-hostile/file_names.json") else {
        return;
    };
    let names: Vec<String> =
        serde_json::from_str(&fs::read_to_string(list).expect("a list")).expect("names");
    let folder = tempfile::tempdir().expect("a directory");
    for name in names
        .iter()
        .filter(|name| !name.contains(['/', '\0']) && name.as_str() != "." && name.len() < 200)
    {
        fs::write(
            folder.path().join(format!("{name}.jsonl")),
            "{\"text_input\":\"a\",\"output\":\"\"}\n",
        )
        .expect("written");
    }
    for format in FORMATS {
        let run = command(&["check", ".", "--format", format])
            .current_dir(folder.path())
            .output()
            .expect("it runs");
        let (_, text, _) = outcome(&run);
        let hidden = text
            .chars()
            .find(|c| tunelint_core::printable::is_hidden(*c) && *c != '\n');
        assert_eq!(hidden, None, "{format}");
        match format {
            "sarif" => holds_to("sarif-2.1.0.json", &json(&text)),
            "gitlab" => holds_to("gitlab-code-quality.json", &json(&text)),
            "junit" => drop(roxmltree::Document::parse(&text).expect("XML")),
            "github" => assert!(
                text.lines().all(|line| line.starts_with("::error file=")
                    || line.starts_with("::warning file=")
                    || line.starts_with("::notice file=")
                    || line.starts_with("tunelint: ")),
                "{text}"
            ),
            _ => {}
        }
    }
}
