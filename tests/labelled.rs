//! How well the rules judge whose judgement is a matter of degree: labelled outputs in
//! `tests/data/labelled`, written for this purpose, each file a table of a label and a text.

use crate::running::{Check, root};

/// Of the outputs labelled `yes`, the share that `rule` finds; of those it finds, the share that
/// is labelled so.
fn recall_and_precision(rule: &str) -> (f64, f64) {
    let path = root().join(format!("tests/data/labelled/{rule}.csv"));
    let mut reader = csv::Reader::from_path(&path).expect("a table");
    let rows: Vec<(bool, String)> = reader
        .records()
        .map(|row| row.expect("a row"))
        .map(|row| (&row[0] == "yes", row[1].to_owned()))
        .collect();
    let lines: String = rows
        .iter()
        .map(|(_, output)| {
            serde_json::json!({"text_input": "Please help me.", "output": output}).to_string()
                + "\n"
        })
        .collect();
    let mut check = Check::new();
    check.enabled.retain(|enabled| *enabled == rule);
    let (findings, _) = check.run("labelled.jsonl", lines.as_bytes());
    let found: Vec<bool> = (1..=rows.len() as u64)
        .map(|record| {
            findings
                .iter()
                .any(|finding| finding.location.record == Some(record))
        })
        .collect();
    for (at, ((is, output), found)) in rows.iter().zip(&found).enumerate() {
        if is != found {
            println!(
                "{rule}, row {}: labelled {is}, found {found}: {output}",
                at + 2
            );
        }
    }
    let both = rows
        .iter()
        .zip(&found)
        .filter(|((is, _), found)| *is && **found)
        .count() as f64;
    let labelled = rows.iter().filter(|(is, _)| *is).count() as f64;
    (
        both / labelled,
        both / found.iter().filter(|found| **found).count() as f64,
    )
}

fn at_least(rule: &str, recall: f64, precision: f64) {
    let (is_recall, is_precision) = recall_and_precision(rule);
    println!("{rule}: recall {is_recall:.2}, precision {is_precision:.2}");
    assert!(
        is_recall >= recall && is_precision >= precision,
        "{rule}: {is_recall:.2}, {is_precision:.2}"
    );
}

#[test]
fn truncated_outputs_are_told_from_whole_ones() {
    at_least("truncated-output", 0.7, 1.0);
}

#[test]
fn refusals_are_told_from_apologies() {
    at_least("refusal-output", 0.85, 1.0);
}

#[test]
fn secrets_are_told_from_documentation() {
    at_least("secret", 1.0, 1.0);
}
