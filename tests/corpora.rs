//! Public and own test files: what a reader must accept, must refuse, and must survive.

use tunelint_core::json::Parser;

use crate::running::{Check, command, files_below, outcome, shared};

fn is_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Parser::new().parse(text).is_ok())
}

#[test]
fn json_is_read_strictly() {
    let Some(folder) = shared("corpora/jsontestsuite") else {
        return;
    };
    let (mut accepted, mut refused) = (0, 0);
    for path in files_below(&folder, None) {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        let bytes = std::fs::read(&path).expect("a file");
        match name.split('_').next() {
            // Our own rule: two equal keys are no record.
            Some("y") if name.contains("duplicated_key") => assert!(!is_json(&bytes), "{name}"),
            Some("y") => {
                assert!(is_json(&bytes), "{name} must be accepted");
                accepted += 1;
            }
            Some("n") => {
                assert!(!is_json(&bytes), "{name} must be refused");
                refused += 1;
            }
            _ => {}
        }
    }
    println!("JSONTestSuite: {accepted} accepted, {refused} refused");
    assert!(accepted > 80 && refused > 180);
}

#[test]
fn json5_is_refused() {
    let Some(folder) = shared("corpora/json5-tests") else {
        return;
    };
    for path in files_below(&folder, None) {
        let bytes = std::fs::read(&path).expect("a file");
        let name = path.display();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("json") if !name.to_string().contains("duplicate-keys") => {
                assert!(is_json(&bytes), "{name}")
            }
            Some("json5" | "es5" | "txt") => assert!(!is_json(&bytes), "{name}"),
            _ => {}
        }
    }
}

/// A place and rule that each own file must show, from its EXPECT.tsv, in our words.
const EXPECTED: &[(&str, &[&str])] = &[
    ("own-jsonl/bad_mid.jsonl", &["2:44 malformed-record"]),
    ("own-jsonl/bad_first.jsonl", &["1:44 malformed-record"]),
    (
        "own-jsonl/bad_last_truncated.jsonl",
        &["2:75 malformed-record"],
    ),
    (
        "own-jsonl/bad_two_per_line.jsonl",
        &["1:82 malformed-record", "2:83 malformed-record"],
    ),
    ("own-jsonl/bad_bom_mid.jsonl", &["2:1 malformed-record"]),
    (
        "own-jsonl/bad_pretty_printed.jsonl",
        &["1:1 wrong-container"],
    ),
    ("own-jsonl/bad_array.jsonl", &["1:1 wrong-container"]),
    (
        "own-jsonl/bad_trailing_comma.jsonl",
        &["1:1 wrong-container"],
    ),
    ("own-jsonl/bad_cr_only.jsonl", &["1:1 odd-line-endings"]),
    (
        "own-jsonl/bad_mixed_eol.jsonl",
        &["2:1 odd-line-endings", "3:83 malformed-record"],
    ),
    (
        "own-jsonl/bad_nan.jsonl",
        &[
            "1:6 malformed-record",
            "2:6 malformed-record",
            "3:6 malformed-record",
        ],
    ),
    (
        "own-jsonl/bad_dup_key.jsonl",
        &[
            "1:13 duplicate-key",
            "2:13 duplicate-key",
            "3:13 duplicate-key",
        ],
    ),
    (
        "own-jsonl/bad_lone_surrogate.jsonl",
        &[
            "1:8 lone-surrogate",
            "2:7 lone-surrogate",
            "3:3 lone-surrogate",
        ],
    ),
    (
        "own-jsonl/bad_raw_control.jsonl",
        &[
            "1:8 malformed-record",
            "2:8 malformed-record",
            "3:8 malformed-record",
        ],
    ),
    ("own-jsonl/bad_nul_padding.jsonl", &["2:1 malformed-record"]),
    (
        "own-jsonl/bad_utf8_split.jsonl",
        &["1:7 invalid-utf8", "2:1 invalid-utf8"],
    ),
    ("own-jsonl/bad_utf16le_bom.jsonl", &["1:1 wrong-encoding"]),
    ("own-jsonl/bad_utf16le_nobom.jsonl", &["1:1 wrong-encoding"]),
    ("own-jsonl/bad_utf16be_bom.jsonl", &["1:1 wrong-encoding"]),
    ("own-jsonl/bad_utf32le_bom.jsonl", &["1:1 wrong-encoding"]),
    ("own-jsonl/bad_gzip.jsonl", &["1:1 wrong-encoding"]),
    ("own-jsonl/bad_zip_xlsx.jsonl", &["1:1 wrong-encoding"]),
    ("own-jsonl/bad_lfs_pointer.jsonl", &["1:1 wrong-encoding"]),
    (
        "own-jsonl/bad_html_error_page.jsonl",
        &["1:1 wrong-encoding"],
    ),
    (
        "own-jsonl/bad_merge_conflict.jsonl",
        &["2:1 wrong-encoding"],
    ),
    ("own-jsonl/bad_depth_129.jsonl", &["1:641 nesting-too-deep"]),
    (
        "own-jsonl/bad_depth_20000_open.jsonl",
        &["1:129 nesting-too-deep"],
    ),
    ("own-jsonl/ok_blank_lines.jsonl", &["2:1 blank-line"]),
    ("own-jsonl/ok_u2028_in_string.jsonl", &[]),
    ("own-jsonl/ok_depth_127.jsonl", &[]),
    ("own-jsonl/bad_serde_private.jsonl", &[]),
    ("own-jsonl/warn_bom.jsonl", &["1:1 byte-order-mark"]),
    ("own-jsonl/empty.jsonl", &["1:1 no-records"]),
    ("own-jsonl/only_newlines.jsonl", &["1:1 no-records"]),
    (
        "own-jsonl/only_bom.jsonl",
        &["1:1 byte-order-mark", "1:1 no-records"],
    ),
    ("own-jsonl/only_spaces.jsonl", &["1:1 no-records"]),
    ("own-csv/ok_crlf.csv", &[]),
    ("own-csv/ok_quoted.csv", &["4:4 empty-output"]),
    ("own-csv/bad_unclosed_quote.csv", &["2:3 unclosed-quote"]),
    ("own-csv/bad_quote_in_unquoted.csv", &["2:4 stray-quote"]),
    ("own-csv/bad_text_after_quote.csv", &["2:6 stray-quote"]),
    (
        "own-csv/bad_short_long.csv",
        &["2:1 wrong-field-count", "4:1 wrong-field-count"],
    ),
    ("own-csv/bad_nul.csv", &["2:4 malformed-record"]),
    ("own-csv/bad_cr_only.csv", &["1:1 odd-line-endings"]),
    ("own-csv/bad_latin1.csv", &["2:4 invalid-utf8"]),
    ("own-csv/bad_utf16le_bom.csv", &["1:1 wrong-encoding"]),
    ("own-csv/bad_semicolon.csv", &["1:1 wrong-container"]),
    ("own-csv/bad_tab.csv", &["1:1 wrong-container"]),
    ("own-csv/warn_bom_quoted.csv", &["1:1 byte-order-mark"]),
    ("own-csv/warn_blank_lines.csv", &["2:1 blank-line"]),
    ("own-csv/warn_sep_line.csv", &["1:1 wrong-container"]),
    ("own-csv/header_only.csv", &["1:1 no-records"]),
    ("own-csv/empty.csv", &["1:1 no-records"]),
];

#[test]
fn own_files_show_what_is_expected_of_them() {
    let Some(folder) = shared("corpora") else {
        return;
    };
    let about_content = [
        "missing-field",
        "missing-column",
        "too-few-examples",
        "fewer-than-recommended",
        "unknown-field",
        "mixed-layouts",
        "duplicate-example",
        "conflicting-outputs",
        "control-character",
    ];
    let mut check = Check::new();
    check.enabled.retain(|rule| !about_content.contains(rule));
    for (file, expected) in EXPECTED {
        let bytes = std::fs::read(folder.join(file)).expect("a file");
        let mut found = check.places(file, &bytes);
        found.sort();
        assert_eq!(found, *expected, "{file}");
    }
}

/// Every line of utf8tests.bin is `number:valid:bytes` or `number:invalid:bytes`.
#[test]
fn utf8_is_judged_as_the_test_file_says() {
    let Some(folder) = shared("corpora/utf8tests") else {
        return;
    };
    let bytes = std::fs::read(folder.join("utf8tests.bin")).expect("a file");
    let mut judged = 0;
    for line in bytes.split(|byte| *byte == b'\n') {
        let mut fields = line.splitn(3, |byte| *byte == b':');
        let (Some(_), Some(verdict), Some(text)) = (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let wanted = match verdict.trim_ascii() {
            b"valid" => false,
            b"invalid" => true,
            _ => continue,
        };
        let record = [
            b"{\"text_input\":\"a\",\"output\":\"b".as_slice(),
            text,
            b"\"}\n",
        ]
        .concat();
        let found = Check::new().places("a.jsonl", &record);
        assert_eq!(
            found.iter().any(|place| place.ends_with("invalid-utf8")),
            wanted,
            "{}",
            line.escape_ascii()
        );
        judged += 1;
    }
    assert!(judged > 50, "{judged}");
}

/// The program on every file there is: it ends, by itself, with 0 or 1.
#[test]
fn no_file_makes_it_stumble() {
    for folder in ["corpora", "real-data"] {
        let Some(folder) = shared(folder) else { return };
        for path in files_below(&folder, None) {
            let run = command(&["check", "--format", "concise"])
                .arg(&path)
                .output()
                .expect("it starts");
            let (code, _, errors) = outcome(&run);
            assert!(matches!(code, 0 | 1), "{}: {code} {errors}", path.display());
        }
    }
}
