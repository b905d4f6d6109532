//! Secrets are shown nowhere.

use crate::formats::FORMATS;
use crate::running::Repository;

const SECRET: &str = "gsk_aB3dE5fG7hJ9kL2mN4pQ6rS8tUwXyZ0123456789abCDefGHij";
const LOGIN: &str = "redis://:Zx7kQ-9w@cache";

#[test]
fn no_report_shows_a_secret() {
    let record = format!(
        "{{\"messages\":[{{\"role\":\"user\",\"content\":\"p\",\"{LOGIN}/x\":1}},{{\"role\":\"{SECRET}\",\"content\":\"c \"}}],\"{SECRET}\":1}}\n"
    );
    let labels: String = (0..60)
        .map(|number| {
            let label = ["yes", SECRET][number % 2];
            format!(
                "{{\"text_input\":\"key {LOGIN}: question {number}\",\"output\":\"{label}\"}}\n"
            )
        })
        .collect();
    let spaced = format!("{{\"text_input\":\"a\",\"output\":\" {SECRET}  \"}}\n");
    let repository = Repository::new(&[
        ("k.jsonl", &record),
        ("l.jsonl", &labels),
        ("s.jsonl", &spaced),
    ]);
    let held = |arguments: &[&str]| {
        let (_, out, said) = repository.run(arguments);
        let all = out + &said;
        for hidden in ["aB3dE5fG7hJ9", "Zx7kQ"] {
            assert!(!all.contains(hidden), "{arguments:?}: {all}");
        }
    };
    for format in FORMATS {
        let check = [
            "check",
            "k.jsonl",
            "l.jsonl",
            "s.jsonl",
            "--show-all",
            "--preview",
            "--format",
            format,
        ];
        held(&check);
        held(&[&check[..], &["--target", "openai", "--show-values"]].concat());
    }
    for format in ["human", "json", "markdown", "html"] {
        held(&["stats", "l.jsonl", "s.jsonl", "--format", format]);
    }
    held(&["split", "l.jsonl", "-o", "parts", "--validation", "20%"]);
    held(&["check", "s.jsonl", "--fix", "--unsafe-fixes", "--diff"]);
    held(&["convert", "k.jsonl", "-o", "out.csv"]);
    assert_eq!(
        repository
            .run(&["baseline", "create", "k.jsonl", "l.jsonl"])
            .0,
        0
    );
    assert!(
        !repository
            .read("tunelint-baseline.txt")
            .contains("aB3dE5fG7hJ9")
    );
}
