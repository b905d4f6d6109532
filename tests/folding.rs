//! What holds for nearly every record is one finding, in every format and for any number of threads.

use tunelint_core::finding::Finding;

use crate::running::{Check, Repository};

/// Records of which `bad` of each hundred have a number as the output.
fn records(number: usize, bad: usize) -> String {
    let output = |at: usize| match at % 100 < bad {
        true => at.to_string(),
        false => format!("\"{at}\""),
    };
    let line = |at| {
        format!(
            "{{\"text_input\":\"question {at}\",\"output\":{}}}\n",
            output(at)
        )
    };
    (0..number).map(line).collect()
}

fn found(text: &str, change: impl FnOnce(&mut Check)) -> Vec<Finding> {
    let mut check = Check::new();
    check.enabled = ["wrong-type"].into();
    change(&mut check);
    check.run("train.jsonl", text.as_bytes()).0
}

#[test]
fn one_cause_is_one_finding_with_its_number_and_first_places() {
    let told = found(&records(3_000, 95), |_| {});
    let [one] = told.as_slice() else {
        panic!("{} findings", told.len())
    };
    assert_eq!((one.count, one.location.record), (2_850, Some(1)));
    assert!(
        one.message.ends_with("(in 2,850 of 3,000 records)"),
        "{}",
        one.message
    );
    let places: Vec<_> = one.related.iter().map(|of| of.location.record).collect();
    assert_eq!(places, [Some(2), Some(3)]);
}

#[test]
fn fewer_are_listed_in_order() {
    for (number, bad) in [(3_000, 90), (19, 100), (500, 50)] {
        let told = found(&records(number, bad), |_| {});
        let places: Vec<_> = told.iter().map(|of| of.location.record).collect();
        assert!(told.iter().all(|of| of.count == 1), "{number} {bad}");
        assert_eq!(told.len(), (0..number).filter(|at| at % 100 < bad).count());
        assert!(places.is_sorted());
    }
}

#[test]
fn the_decision_does_not_depend_on_batches_or_threads() {
    // At the start nearly every record has it, later few have.
    let text = records(1_200, 100) + &records(20_000, 3);
    let once = found(&text, |_| {});
    assert_eq!(once.len(), 1);
    let again = found(&text, |check| {
        check.threads = 4;
        check.options.batch_bytes = 4_096;
    });
    assert_eq!(once, again);
}

#[test]
fn records_edited_elsewhere_keep_its_fingerprint() {
    let fingerprint = |text: &str| found(text, |_| {})[0].fingerprint;
    let text = records(100, 100);
    let changed = text.replacen("question 0", "another question", 1);
    assert_eq!(fingerprint(&text), fingerprint(&changed));
}

#[test]
fn each_is_fixed_and_each_is_accepted_alone() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("a.jsonl");
    let line =
        |at: usize, end: &str| format!("{{\"text_input\":\"q {at}\",\"output\":\"{end}\"}}\n");
    let all = |end: &str| (0..30).map(|at| line(at, end)).collect::<String>();
    std::fs::write(&path, all("<p>a</p>\u{feff}")).expect("written");
    let path = path.to_str().expect("UTF-8");
    crate::running::tunelint(&["check", path, "--unsafe-fixes", "--isolated"]);
    let left = std::fs::read_to_string(path).expect("read");
    assert!(!left.contains('\u{feff}'), "{left}");
}

/// `together` rejects such a weight, `fireworks` recommends against it: one cause at one place.
#[test]
fn what_several_targets_do_about_one_place_is_one_finding() {
    let record = |at: usize| {
        let weight = if at.is_multiple_of(3) {
            ",\"weight\":0.5"
        } else {
            ""
        };
        format!(
            "{{\"messages\":[{{\"role\":\"user\",\"content\":\"question {at}\"}},{{\"role\":\"assistant\",\"content\":\"answer {at}\"{weight}}}]}}\n"
        )
    };
    let text: String = (0..60).map(record).collect();
    let repository = Repository::new(&[("a.jsonl", &text)]);
    let targets = ["--target", "together", "--target", "fireworks"];
    let arguments = ["check", "a.jsonl", "--select", "invalid-value"];
    let report = |more: &[&str]| -> serde_json::Value {
        let all = [&arguments[..], &targets, &["--format", "json"], more].concat();
        serde_json::from_str(&repository.run(&all).1).expect("JSON")
    };
    let document = report(&[]);
    let findings = document["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 20);
    let first = &findings[0];
    assert_eq!(first["severity"], "error");
    assert_eq!(first["consequence"], "rejected");
    assert_eq!(
        first["targets"],
        serde_json::json!(["together", "fireworks"])
    );
    let message = first["message"].as_str().expect("a text");
    assert!(
        message.contains("together rejects") && message.contains("; fireworks recommends"),
        "{message}"
    );
    // Counted once, and for the verdict of each target.
    let summary = &document["summary"];
    assert_eq!(
        (&summary["errors"], &summary["advice"]),
        (&20.into(), &0.into())
    );
    let verdicts = summary["verdicts"].as_array().expect("a list");
    let of = |name: &str| {
        verdicts
            .iter()
            .find(|of| of["target"] == name)
            .expect("a verdict")
    };
    assert_eq!(
        (&of("together")["errors"], &of("together")["rejected"]),
        (&20.into(), &20.into())
    );
    assert_eq!(
        (&of("fireworks")["errors"], &of("fireworks")["advice"]),
        (&0.into(), &20.into())
    );
    // A baseline accepts all of it.
    let create = [
        &["baseline", "create", "a.jsonl", "--select", "invalid-value"],
        &targets[..],
    ]
    .concat();
    let (_, _, said) = repository.run(&create);
    let accepted = report(&["--baseline", "tunelint-baseline.txt"]);
    assert_eq!(accepted["findings"], serde_json::json!([]), "{said}");
    let summary = &accepted["summary"];
    assert_eq!(
        (&summary["errors"], &summary["suppressed"]),
        (&0.into(), &20.into())
    );
    assert_eq!(summary["verdicts"][0]["advice"], 0);
    assert_eq!(summary["verdicts"][1]["advice"], 0);
}
