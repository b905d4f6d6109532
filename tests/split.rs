//! Splits: every record in one part, nothing of one part in another, labels in their shares, and
//! the same whatever the order.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tunelint_core::position::SourceId;
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::source::Input;
use tunelint_core::split::{Copier, Shares, Size, Split, Subset};

use crate::running::{Repository, root, shared, tunelint};

const SHARES: Shares = Shares {
    validation: Size::Share(0.2),
    test: Size::Share(0.1),
};

/// The files of the parts, in the order of `Subset::ALL`.
fn split(name: &str, files: &[String], shares: &Shares, seed: u64) -> (Split, Vec<String>) {
    let options = ReadOptions {
        batch_bytes: 300,
        ..ReadOptions::default()
    };
    let files = files.iter().zip(0..);
    let readers: Vec<Reader> = files
        .map(|(text, id)| {
            let input = Input::bytes(name, text.as_bytes());
            Reader::open(SourceId(id), input, &options).expect("memory can be read")
        })
        .collect();
    let split = Split::of(&readers, shares, seed, 2).expect("memory can be read");
    let copier = |_| Copier::new(Vec::new(), &readers[0]).expect("memory can be written");
    let mut copiers: Vec<Copier<Vec<u8>>> = Subset::ALL.iter().map(copier).collect();
    let copied = split.copy(&readers, &Subset::ALL, &mut copiers, 2);
    copied.expect("memory can be written");
    let text = |copier: Copier<Vec<u8>>| {
        let (bytes, _) = copier.finish().expect("memory can be written");
        String::from_utf8(bytes).expect("UTF-8")
    };
    (split, copiers.into_iter().map(text).collect())
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

fn pair(input: &str, output: &str) -> String {
    serde_json::json!({ "text_input": input, "output": output }).to_string()
}

/// A sentence of its own for each number; `variant` changes a word of it.
fn sentence(number: u32, variant: u32) -> String {
    let word = |n: u32| format!("{:x}", (n + 1).wrapping_mul(2_654_435_761));
    let words: Vec<String> = (0..12).map(|at| word(number * 31 + at)).collect();
    format!(
        "{} {}",
        words.join(" "),
        ["now", "then", "soon"][variant as usize % 3]
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_record_is_in_one_part_and_no_family_in_two(
        drawn in prop::collection::vec((0_u32..40, 0_u32..3), 1..120),
        seed in any::<u64>(),
    ) {
        let lines: Vec<String> = drawn
            .iter()
            .map(|(number, variant)| pair(&sentence(*number, *variant), &format!("answer {number}")))
            .collect();
        let half = lines.len() / 2;
        let files = [&lines[..half], &lines[half..]].map(|lines| lines.join("\n"));
        let files: Vec<String> = files.into_iter().filter(|text| !text.is_empty()).collect();
        let (_, parts) = split("a.jsonl", &files, &SHARES, seed);
        let all = parts.concat();
        let wanted = lines.join("\n");
        prop_assert_eq!(sorted(&all), sorted(&wanted));
        let mut homes: BTreeMap<String, usize> = BTreeMap::new();
        for (at, part) in parts.iter().enumerate() {
            for line in part.lines() {
                let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
                let answer = record["output"].to_string();
                prop_assert_eq!(*homes.entry(answer).or_insert(at), at, "{}", line);
            }
        }
    }

    #[test]
    fn order_changes_nothing(
        lines in prop::collection::vec((0_u32..60, 0_u32..3), 30..100)
            .prop_map(|drawn| drawn.iter().map(|(number, variant)| {
                pair(&sentence(*number, *variant), ["good", "bad"][*number as usize % 2])
            }).collect::<Vec<String>>())
            .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
        seed in any::<u64>(),
    ) {
        let (lines, shuffled) = lines;
        let (_, parts) = split("a.jsonl", &[lines.join("\n")], &SHARES, seed);
        let (_, again) = split("a.jsonl", &[shuffled.join("\n")], &SHARES, seed);
        for (part, again) in parts.iter().zip(&again) {
            prop_assert_eq!(sorted(part), sorted(again));
        }
    }

    #[test]
    fn labels_keep_their_shares(sizes in prop::collection::vec(10_u32..60, 2..5), seed in any::<u64>()) {
        let mut lines = Vec::new();
        for (label, size) in sizes.iter().enumerate() {
            for at in 0..*size {
                let number = label as u32 * 100 + at;
                lines.push(pair(&sentence(number, 0), ["red", "green", "blue", "white"][label]));
            }
        }
        let (split, _) = split("a.jsonl", &[lines.join("\n")], &SHARES, seed);
        prop_assert_eq!(split.strata.len(), sizes.len());
        for stratum in &split.strata {
            let [train, validation, test] = stratum.counts.map(|count| count as f64);
            let size = train + validation + test;
            prop_assert!((validation - size * 0.2).abs() <= 1.0, "{:?}", stratum);
            prop_assert!((test - size * 0.1).abs() <= 1.0, "{:?}", stratum);
        }
    }
}

#[test]
fn other_seeds_draw_other_records() {
    let lines: Vec<String> = (0..60).map(|n| pair(&sentence(n, 0), "yes")).collect();
    let text = [lines.join("\n")];
    let (_, one) = split("a.jsonl", &text, &SHARES, 1);
    let (_, two) = split("a.jsonl", &text, &SHARES, 2);
    assert_ne!(one, two);
    assert_eq!(
        one.iter()
            .map(|part| part.lines().count())
            .collect::<Vec<_>>(),
        [42, 12, 6]
    );
}

#[test]
fn tables_and_documents_are_copied_as_they_stand() {
    let rows: String = (0..10)
        .map(|n| format!("\"line {n}\nof two\",{n}\n"))
        .collect();
    let (_, parts) = split("a.csv", &[format!("input,output\n{rows}")], &SHARES, 0);
    assert!(parts.iter().all(|part| part.starts_with("input,output\n")));
    assert_eq!(parts.concat().matches("of two\"").count(), 10);
    let list: Vec<String> = (0..10)
        .map(|n| format!("{{\"text_input\" : \"{n}\",\n \"output\":\"1.0\"}}"))
        .collect();
    let (_, parts) = split("a.json", &[format!("[{}]", list.join(",\n"))], &SHARES, 0);
    for part in &parts {
        let read: Vec<serde_json::Value> = serde_json::from_str(part).expect("JSON");
        assert!(!read.is_empty());
    }
    assert!(
        list.iter()
            .all(|record| parts.concat().contains(record.as_str()))
    );
}

#[test]
fn nothing_is_written_over_or_half() {
    let line = |n: u32| pair(&sentence(n, 0), "yes") + "\n";
    let good: String = (0..20).map(line).collect();
    let repository = Repository::new(&[
        ("a.jsonl", good.as_str()),
        ("bad.jsonl", &(good.clone() + "{\n")),
    ]);
    let run = |more: &[&str]| repository.run(&[&["split", "--validation", "5"], more].concat());
    let (code, _, said) = run(&["bad.jsonl", "-o", "parts"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("cannot read 1 record of bad.jsonl"), "{said}");
    assert!(!repository.path("parts").exists());
    let (code, said, _) = run(&["a.jsonl", "-o", "parts"]);
    let warned =
        said.contains("warning: train: 15 records, below the minimum of 20 for gemini-api");
    assert_eq!((code, warned), (0, true), "{said}");
    assert_eq!(repository.read("parts/validation.jsonl").lines().count(), 5);
    assert!(!repository.path("parts/test.jsonl").exists());
    let (code, _, said) = run(&["a.jsonl", "-o", "parts"]);
    assert_eq!((code, said.contains("--force")), (2, true), "{said}");
    let (code, ..) = run(&["parts/train.jsonl", "-o", "parts", "--force"]);
    assert_eq!(code, 2);
    let (code, _, said) = run(&["a.jsonl", "-o", "other", "--test", "15"]);
    assert_eq!(
        (code, said.contains("no records left for training")),
        (2, true),
        "{said}"
    );
}

/// Vertex takes a third as much validation as training, from a thousand examples on.
#[test]
fn parts_are_held_beside_the_limits_of_the_target() {
    let set: String = (0..3000)
        .map(|n| pair(&sentence(n, 0), "yes") + "\n")
        .collect();
    let repository = Repository::new(&[("a.jsonl", set.as_str())]);
    let run = |validation: &str, target: &str| {
        let options = ["--target", target, "-o", "parts", "--force"];
        let (code, said, _) = repository.run(
            &[
                &["split", "a.jsonl", "--validation", validation],
                &options[..],
            ]
            .concat(),
        );
        (code, said.lines().last().unwrap_or_default().to_owned())
    };
    let (code, said) = run("1200", "vertex-gemini");
    let over = "error: validation: 1,200 records, more than 30% of the 1,800 training records";
    assert_eq!((code, said.starts_with(over)), (1, true), "{said}");
    assert_eq!(run("600", "vertex-gemini").0, 0);
    let (code, said) = run("600", "bedrock-nova-2-lite");
    assert!(
        said.contains("does not accept a validation set"),
        "{code} {said}"
    );
}

/// Real intents: every label in its share, and nothing that `check` calls a leak.
#[test]
fn a_real_set_is_split_without_leaks() {
    let Some(set) = shared("real-data/banking_train.csv") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a directory");
    let out = folder.path().to_str().expect("a plain path");
    let set = set.to_str().expect("a plain path");
    let run = tunelint(&[
        "split",
        set,
        "--validation",
        "20%",
        "-o",
        out,
        "--input",
        "text",
        "--output",
        "category",
    ]);
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let file = |name: &str| {
        folder
            .path()
            .join(name)
            .to_str()
            .expect("a plain path")
            .to_owned()
    };
    let checked = tunelint(&[
        "check",
        &file("train.csv"),
        "--validation",
        &file("validation.csv"),
        "--input",
        "text",
        "--output",
        "category",
        "--select",
        "validation-leak",
        "--format",
        "concise",
    ]);
    assert_eq!(
        String::from_utf8_lossy(&checked.stdout),
        "",
        "{}",
        root().display()
    );
    assert!(checked.status.success());
}

/// What people are told, and what programs.
#[test]
fn it_is_told_what_went_where() {
    let set = std::fs::read_to_string(root().join("tests/data/sentiments.csv")).expect("a file");
    let repository = Repository::new(&[("sentiments.csv", set.as_str())]);
    let arguments = [
        "split",
        "sentiments.csv",
        "--validation",
        "20%",
        "--test",
        "10%",
        "-o",
        "parts",
    ];
    let (code, said, _) = repository.run(&arguments);
    assert_eq!(code, 0);
    let told = "\
train       42 records (70%), 1,764 bytes: parts/train.csv
validation  12 records (20%), 559 bytes: parts/validation.csv
test        6 records (10%), 270 bytes: parts/test.csv

     train  validation    test  label
        20           6       3  negative
        21           6       3  positive
         1           0       0  (no label)

2 records kept together as duplicates or near-duplicates:
  train       sentiments.csv:16, sentiments.csv:36

reproducible with --seed 0, in any order of the records
";
    assert_eq!(said, told);
    let (_, json, _) = repository.run(&[&arguments[..], &["--force", "--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["families"][0]["members"][1]["record"], 35);
    assert_eq!(json["parts"][2]["records"], 6);
}
