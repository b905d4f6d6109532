//! What a fix of a text changes: the text becomes what it was meant to be, and the rule that
//! offered the fix is silent. Every container has its own way of writing the same text.

use tunelint_core::finding::Finding;

use crate::running::Check;

/// A rule, an output that it flags, and the output that its fix makes of it.
const REPAIRED: [(&str, &str, &str); 17] = [
    (
        "control-character",
        "grep '\u{8}ssh' and don\u{19}t",
        "grep '\\bssh' and don’t",
    ),
    (
        "invisible-character",
        "pay\u{200b}ment in\u{ad}di\u{ad}vidual",
        "payment individual",
    ),
    (
        "bidi-control",
        "invoice\u{202e}fdp.exe\u{202c}",
        "invoicefdp.exe",
    ),
    ("mojibake", "cafÃ© donâ€™t", "café don’t"),
    (
        "mojibake",
        "â€œcafÃ© \"donÃ¢â‚¬â„¢t\"â€\u{9d}",
        "“café \"don’t\"”",
    ),
    (
        "literal-escapes",
        "First.\\nSecond, and\\n\\nthird",
        "First.\nSecond, and\n\nthird",
    ),
    ("literal-escapes", "\\nIt is.\\n", "\nIt is.\n"),
    ("literal-escapes", "caf\\u00e9 \\ud83d\\ude00!", "café 😀!"),
    (
        "chat-template-token",
        "<|im_start|>assistant\nYes.<|im_end|>",
        "Yes.",
    ),
    (
        "chat-template-token",
        "[INST] Now [/INST] Yes</s>",
        " Now  Yes",
    ),
    (
        "html-residue",
        "it&#39;s &quot;here&quot;<br />&amp;hellip;",
        "it's \"here\"\n…",
    ),
    ("html-residue", "&quot;", "\""),
    ("html-residue", "Tom &amp; Ann", "Tom & Ann"),
    ("boilerplate-opening", "Sure! here it is.", "Here it is."),
    ("boilerplate-opening", "Of course. It is 5.", "It is 5."),
    ("unnormalised-text", "cafe\u{301}", "café"),
    ("unnormalised-text", "e\u{301}, n\u{303}", "é, ñ"),
];

/// Makes the edits of all findings of `rule`.
fn fixed(rule: &str, findings: &[Finding], bytes: &[u8]) -> Vec<u8> {
    let mut fixed = bytes.to_vec();
    let fixes = findings
        .iter()
        .filter(|finding| finding.rule == rule)
        .filter_map(|finding| finding.fix.as_ref());
    let mut edits: Vec<_> = fixes.flat_map(|fix| &fix.edits).collect();
    assert!(
        edits.is_sorted_by_key(|edit| edit.offset),
        "edits are in order"
    );
    edits.reverse();
    for edit in edits {
        let (from, to) = (edit.offset as usize, (edit.offset + edit.length) as usize);
        fixed.splice(from..to, edit.text.bytes());
    }
    fixed
}

fn after_fix(rule: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut check = Check::new();
    check.enabled.retain(|enabled| *enabled == rule);
    let (findings, _) = check.run(name, bytes);
    assert_eq!(findings.len(), 1, "{rule} in {name}");
    let after = fixed(rule, &findings, bytes);
    let (left, _) = check.run(name, &after);
    assert!(left.is_empty(), "{rule} in {name}: {:?}", left[0].message);
    after
}

#[test]
fn fixes_restore_what_was_meant() {
    for (rule, dirty, clean) in REPAIRED {
        let line = serde_json::json!({"text_input": "Well?", "output": dirty}).to_string() + "\n";
        let after = after_fix(rule, "a.jsonl", line.as_bytes());
        let record: serde_json::Value = serde_json::from_slice(&after).expect("JSON");
        assert_eq!(record["output"], clean, "{rule}");

        let escaped = |text: &str| {
            text.chars()
                .map(|c| format!("\\u{:04x}", c as u32))
                .collect::<String>()
        };
        if dirty.chars().all(|c| (c as u32) < 0x10000) {
            let line = format!(
                "{{\"text_input\":\"Well?\",\"output\":\"{}\"}}\n",
                escaped(dirty)
            );
            let after = after_fix(rule, "a.jsonl", line.as_bytes());
            let record: serde_json::Value = serde_json::from_slice(&after).expect("JSON");
            assert_eq!(record["output"], clean, "{rule}");
        }

        let cell = format!("\"{}\"", dirty.replace('"', "\"\""));
        check_table(rule, &cell, clean);
        if !dirty.contains(['"', '\n', ',']) {
            check_table(rule, dirty, clean);
        }
    }
}

fn check_table(rule: &str, cell: &str, clean: &str) {
    let table = format!("text_input,output\nWell?,{cell}\nAnd?,yes\n");
    let after = after_fix(rule, "a.csv", table.as_bytes());
    let mut reader = csv::Reader::from_reader(after.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("a table");
    assert_eq!(
        (rows.len(), &rows[0][1], &rows[1][1]),
        (2, clean, "yes"),
        "{rule}: {cell}"
    );
}

/// A fix says what changes and nothing else: a secret beside it is not copied into a report.
#[test]
fn fixes_hold_no_more_than_their_change() {
    let table =
        "text_input,output\nWell?,First.\\nThe key is hf_abcdefghijABCDEFGHIJabcdefghijABCD\n";
    let (findings, _) = Check::new().run("a.csv", table.as_bytes());
    let edits = findings
        .iter()
        .filter_map(|finding| finding.fix.as_ref())
        .flat_map(|fix| &fix.edits);
    assert_eq!(
        edits
            .clone()
            .map(|edit| edit.text.as_str())
            .collect::<Vec<_>>(),
        ["\"", "\n", "\""]
    );
}
