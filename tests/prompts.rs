//! The format of training prompts, saved, and prompts that are held to it.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;
use tunelint_core::prompts::{FormatError, PromptChecker, PromptFormat};

use crate::running::{Repository, root};

const DISHES: [&str; 6] = ["soup", "bread", "cake", "fish", "rice", "salad"];

fn prompt(at: usize) -> String {
    let dish = DISHES[at % DISHES.len()];
    format!(
        "Classify the review.\nPlace: table {at}\nDay: {at}\nReview: The {dish} was fine on day {at}\n\n###\n\n"
    )
}

fn line(input: &str) -> String {
    let input = Value::from(input);
    format!("{{\"text_input\":{input},\"output\":\"good\"}}\n")
}

/// A repository with `train.jsonl` and `format.json`, and the latter.
fn inferred() -> (Repository, PromptFormat) {
    let train: String = (0..40).map(|at| line(&prompt(at))).collect();
    let repository = Repository::new(&[("train.jsonl", &train)]);
    let (code, _, said) = repository.run(&["infer", "train.jsonl", "-o", "format.json"]);
    assert_eq!(code, 0, "{said}");
    let format = PromptFormat::from_json(&repository.read("format.json")).expect("a format");
    (repository, format)
}

/// Prompts that differ from the format, with the rules that find it.
fn differing() -> Vec<(String, &'static str)> {
    let usual = prompt(90);
    let long = usual.replace("was fine", &"was fine, fine, fine".repeat(20));
    let cyrillic = "суп был холодным, хлеб тоже, и рыба, и салат, ".repeat(2);
    vec![
        (usual.replace("Classify", "classify"), "missing-preamble"),
        (usual.trim_end().to_owned(), "missing-suffix"),
        (usual.replace("Day: 90\n", ""), "missing-marker"),
        (
            usual.replace("Review: ", "Review:\n"),
            "mixed-marker-separator",
        ),
        (usual.replace("Day:", "DAY:"), "mixed-marker-style"),
        (long, "production-mismatch"),
        (usual.replace("soup", &cyrillic), "production-mismatch"),
    ]
}

#[test]
fn the_document_matches_its_schema_and_has_only_what_is_shared() {
    let (repository, format) = inferred();
    let text = repository.read("format.json");
    assert_eq!(format.to_json().expect("JSON"), text);
    let schema = root().join("tests/schemas/prompt-format-1.json");
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(schema).expect("a schema")).expect("JSON");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    for private in ["soup", "fine", "good", "day"] {
        assert!(!text.contains(private), "{private}: {text}");
    }
    let forms: Vec<&str> = format.markers.iter().map(|of| of.form.as_str()).collect();
    assert_eq!(forms, ["Place:", "Day:", "Review:"]);
    assert_eq!(format.suffix.expect("a suffix").text.trim(), "###");
}

#[test]
fn other_versions_and_other_files_are_refused() {
    let (_, format) = inferred();
    let text = format.to_json().expect("JSON");
    let next = text.replace("\"version\": 1", "\"version\": 2, \"new\": 3");
    assert_eq!(PromptFormat::from_json(&next), Err(FormatError::Version(2)));
    let invalid =
        |text: &str| matches!(PromptFormat::from_json(text), Err(FormatError::Invalid(_)));
    assert!(
        invalid("{}") && invalid("{\"version\":1}") && invalid(&text.replace("inputs", "input"))
    );
}

#[test]
fn single_prompts_are_held_to_it() {
    let (_, format) = inferred();
    let checker = PromptChecker::new(format);
    for at in [0, 7, 90] {
        assert!(checker.check(None, &prompt(at)).is_empty(), "{at}");
    }
    for (prompt, rule) in differing() {
        let found: Vec<_> = checker
            .check(None, &prompt)
            .into_iter()
            .map(|of| of.rule)
            .collect();
        assert_eq!(found, [rule], "{prompt}");
    }
    let misspelt = prompt(3).replace("Review:", "Reveiw:");
    let found = checker.check(None, &misspelt);
    let place = found[0].location.start;
    assert_eq!((place.line, place.column), (4, 1), "{found:?}");
}

#[test]
fn a_system_prompt_belongs_to_the_format() {
    let message = |at: usize| {
        format!(
            "{{\"messages\":[{{\"role\":\"system\",\"content\":\"Be brief.\"}},{{\"role\":\"user\",\"content\":\"question {at} about {}\"}},{{\"role\":\"assistant\",\"content\":\"a {at}\"}}]}}\n",
            DISHES[at % 6]
        )
    };
    let train: String = (0..40).map(message).collect();
    let repository = Repository::new(&[("train.jsonl", &train)]);
    repository.run(&["infer", "train.jsonl", "-o", "format.json"]);
    let format = PromptFormat::from_json(&repository.read("format.json")).expect("a format");
    let checker = PromptChecker::new(format);
    let rules = |system| -> Vec<&str> {
        let found = checker.check(system, "question 50 about soup");
        found.into_iter().map(|of| of.rule).collect()
    };
    assert!(rules(Some("Be brief.")).is_empty());
    assert_eq!(rules(Some("Be long.")), ["mixed-system-prompts"]);
    assert_eq!(rules(None), ["mixed-system-prompts"]);
    // A request as the application sends it has no response.
    let sent = "{\"messages\":[{\"role\":\"user\",\"content\":\"question 9 about rice\"}]}\n";
    repository.write("sent.jsonl", sent);
    let found = repository.found(&["sent.jsonl", "--against", "format.json"]);
    assert_eq!(found.lines().count(), 1, "{found}");
    assert!(found.contains("no system prompt"), "{found}");
}

#[test]
fn files_of_prompts_are_held_to_it_in_any_form() {
    let (repository, _) = inferred();
    let mut pairs = String::new();
    let mut only_prompts = String::new();
    for (prompt, _) in differing() {
        pairs += &line(&prompt);
        writeln!(only_prompts, "{{\"prompt\":{}}}", Value::from(prompt)).expect("memory");
    }
    repository.write("pairs.jsonl", &pairs);
    repository.write("prompts.jsonl", &only_prompts);
    let rules = |path: &str| -> Vec<String> {
        let found = repository.found(&[path, "--against", "format.json"]);
        let rules = found.lines().map(|line| {
            let rule = line
                .split_once('[')
                .and_then(|(_, rest)| rest.split_once(']'));
            rule.expect("a rule").0.to_owned()
        });
        rules.collect()
    };
    let expected: Vec<&str> = differing().into_iter().map(|(_, rule)| rule).collect();
    assert_eq!(rules("pairs.jsonl"), expected);
    assert_eq!(rules("prompts.jsonl"), expected);
    // Lines of a text file are prompts; these have neither preamble, marker nor suffix.
    repository.write("prompts.txt", "The soup was cold.\n\nThe bread was fine.\n");
    let found = repository.found(&["prompts.txt", "--against", "format.json"]);
    assert!(
        found.contains("prompts.txt:1:1: warning[missing-preamble]"),
        "{found}"
    );
    assert!(found.contains("prompts.txt:3:"), "{found}");
    let lines = repository.read("prompts.txt");
    repository.run(&[
        "check",
        "prompts.txt",
        "--against",
        "format.json",
        "--unsafe-fixes",
    ]);
    assert_eq!(repository.read("prompts.txt"), lines);
    let (code, _, _) = repository.run(&[
        "check",
        "prompts.txt",
        "--against",
        "format.json",
        "--fail-on",
        "warning",
    ]);
    assert_eq!(code, 1);
}

#[test]
fn settings_name_the_format() {
    let (repository, _) = inferred();
    repository.write("sent.jsonl", &line("The soup was cold."));
    let settings = "[[dataset]]\nfiles = [\"sent.jsonl\"]\nagainst = \"format.json\"\n";
    repository.write("tunelint.toml", settings);
    let found = repository.found(&["sent.jsonl"]);
    assert!(
        found.contains("missing-preamble") && !found.contains("examples"),
        "{found}"
    );
    repository.write("format.json", "{}");
    let (code, _, said) = repository.run(&["check", "sent.jsonl"]);
    assert_eq!(
        (code, said.contains("not a prompt format")),
        (2, true),
        "{said}"
    );
}
