//! Laws that hold for every input: pieces tile the file, places are right, verdicts agree with
//! other parsers, and neither threads nor batches change what is found.

use proptest::prelude::*;
use tunelint_core::json::Parser;
use tunelint_core::position::Position;
use tunelint_core::record::FaultKind;
use tunelint_core::row::{Header, RowParser};
use tunelint_core::rules::REGISTRY;
use tunelint_core::source::{Document, Lines, PieceKind, Root, Rows, Splitter};

use crate::fuzz::pieces::tile;
use crate::running::Check;

/// Lines in which something is wrong, or nearly.
const LINES: [&str; 22] = [
    r#"{"text_input":"Hund","output":"dog"}"#,
    r#"{"text_input":"hund ","output":"Dog."}"#,
    r#"{"text_input":"Hund","output":"cat"}"#,
    r#"{"text_input":"Katze\n\u00e9\ud83d\ude00","output":"cat","source":"a"}"#,
    r#"{"text_input":"","output":"nothing","note":1}"#,
    r#"{"text_input":"Kuh","output":" \u00a0"}"#,
    r#"{"text_input":"Kuh","output":7}"#,
    r#"{"text_inputs":"Kuh","output":"cow"}"#,
    r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#,
    r#"{"text_input":"a","output":"b","output":"c"}"#,
    r#"{"text_input":"a","output":"\ud83d"}"#,
    r#"{'text_input':'a','output':'b'}"#,
    r#"{"text_input":"a","output":"b",}"#,
    r#"{"text_input":"a","output":"b"#,
    r#"{"text_input":"a""#,
    "[1,2]",
    "",
    "   ",
    "\u{feff}{}",
    "<<<<<<< ours",
    "{}{}",
    "\"\"\"",
];

fn file() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        8 => prop::sample::select(&LINES[..]).prop_map(|line| line.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ];
    let end = prop::sample::select(&["\n", "\n", "\n", "\r\n", "\r"][..]);
    prop::collection::vec((line, end), 0..40).prop_map(|lines| {
        lines
            .into_iter()
            .flat_map(|(line, end)| [line, end.as_bytes().to_vec()].concat())
            .collect()
    })
}

/// A table with quotes and line ends in all places.
fn table() -> impl Strategy<Value = String> {
    let part = prop::sample::select(
        &[
            "a",
            "b,",
            "\"",
            "\"\"",
            "\n",
            "\r\n",
            "\r",
            " ",
            "é",
            "text",
            ",",
            "\"x,\ny\"",
        ][..],
    );
    prop::collection::vec(part, 0..40).prop_map(|parts| format!("input,output\n{}", parts.concat()))
}

fn found(check: &Check, name: &str, bytes: &[u8]) -> String {
    let (findings, counts) = check.run(name, bytes);
    format!("{findings:#?}\n{counts:#?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pieces_tile_the_file(bytes in file(), size in 1_usize..200) {
        let limit = 1 << 20;
        tile(Box::new(Lines::new(Position::START, limit)), &bytes, size, false);
        tile(Box::new(Rows::new(Position::START, b',', limit)), &bytes, size, true);
        for root in [Root::List, Root::Sequence] {
            tile(Box::new(Document::new(Position::START, root, limit)), &bytes, size, false);
        }
    }

    #[test]
    fn a_list_is_cut_into_its_elements(lines in prop::collection::vec(prop::sample::select(&LINES[..6]), 1..20), size in 1_usize..99) {
        let text = format!("{{\"data\": [{}]}}", lines.join(", "));
        tile(Box::new(Document::new(Position::START, Root::List, 1 << 20)), text.as_bytes(), size, false);
        let mut document = Document::new(Position::START, Root::List, 1 << 20);
        let mut pieces = Vec::new();
        document.split(text.as_bytes(), true, &mut pieces);
        let cut: Vec<&str> = pieces.iter().map(|piece| &text[piece.from..piece.to]).collect();
        prop_assert_eq!(cut, lines);
    }

    #[test]
    fn batches_and_threads_change_nothing(bytes in file(), size in 1_usize..300) {
        for name in ["a.jsonl", "a.csv", "a.json"] {
            let mut check = Check::new();
            let whole = found(&check, name, &bytes);
            check.options.batch_bytes = size;
            check.threads = 3;
            prop_assert_eq!(whole, found(&check, name, &bytes), "{}", name);
        }
    }

    #[test]
    fn valid_tables_are_read_as_the_csv_crate_reads_them(text in table()) {
        let mut rows = Rows::new(Position::START, b',', 1 << 20);
        let mut pieces = Vec::new();
        rows.split(text.as_bytes(), true, &mut pieces);
        let header = Header::default();
        let mut parser = RowParser::new(b',');
        let mut ours = Vec::new();
        for piece in &pieces {
            match (&piece.kind, parser.parse(&text[piece.from..piece.to], &header)) {
                (PieceKind::Record, Ok(row)) => ours.push(row.cells().map(|cell| cell.as_str().to_owned()).collect::<Vec<_>>()),
                // What we do not call valid, the crate reads in its own way.
                _ => return Ok(()),
            }
        }
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let theirs: Vec<Vec<String>> =
            reader.records().map(|row| row.expect("flexible").iter().map(str::to_owned).collect()).collect();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn json_verdicts_agree_with_serde_json(line in prop::sample::select(&LINES[..]), cut in 0_usize..80, put in prop::sample::select(&["", "\"", ",", "}", "{\"a\":", "1", "e", "\\", "\t", "null", "-", "0"][..])) {
        let at = line.char_indices().map(|(at, _)| at).chain([line.len()]).take(cut + 1).last().unwrap_or(0);
        let text = format!("{}{put}{}", &line[..at], &line[at..]);
        let mut parser = Parser::new();
        let ours = parser.parse(&text);
        let theirs = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        match &ours {
            // Ours alone refuses two equal keys.
            Err(fault) if fault.kind == FaultKind::DuplicateKey => prop_assert!(theirs),
            _ => prop_assert_eq!(ours.is_ok(), theirs, "{}", text),
        }
        if let Err(fault) = ours {
            prop_assert!(fault.span.end <= text.len());
        }
    }

    #[test]
    fn whatever_the_bytes_it_ends(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for name in ["a.jsonl", "a.csv", "a.json", "a.tsv", "a"] {
            Check::new().run(name, &bytes);
        }
    }
}

/// The second exception to agreeing with `serde_json`: a number is kept as it is written.
#[test]
fn numbers_beyond_doubles_are_records() {
    let text = r#"{"n":1E400,"m":-12345678901234567890123,"z":-0,"p":1.10}"#;
    assert!(Parser::new().parse(text).is_ok());
    assert!(serde_json::from_str::<serde_json::Value>(text).is_err());
}

/// Each rule by itself, on a file where every rule of the first lines speaks: the tallies merge in
/// any grouping.
#[test]
fn every_rule_merges() {
    let bytes = LINES.map(|line| format!("{line}\n")).concat().repeat(3);
    for entry in REGISTRY {
        let mut check = Check::new();
        check.enabled.retain(|name| *name == entry.meta.name);
        let whole = found(&check, "a.jsonl", bytes.as_bytes());
        for (size, threads) in [(400, 1), (401, 2), (900, 4), (2000, 3)] {
            check.options.batch_bytes = size;
            check.threads = threads;
            assert_eq!(
                whole,
                found(&check, "a.jsonl", bytes.as_bytes()),
                "{} at {size}",
                entry.meta.name
            );
        }
    }
}

/// Files of which most lines have a form, and some depart from it.
fn formed(seed: usize) -> Vec<u8> {
    let line = |n: usize| {
        let label = ["positive", "negative", "Positive", "I say negative"]
            [[0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 1, 3][n % 14]];
        let preamble = [
            "Say how the writer feels.",
            "Say how the writer feals.",
            "Tell me.",
        ][usize::from(n % 13 == 5) + usize::from(n % 17 == 7) * 2 % 3];
        let system = if n % 19 == 3 {
            ""
        } else {
            "{\"role\":\"system\",\"content\":\"You judge.\"},"
        };
        let sources = if n % 11 == 2 {
            ",\"source\":\"shop\""
        } else {
            ""
        };
        format!(
            "{{\"messages\":[{system}{{\"role\":\"user\",\"content\":\"{preamble} text: {n} cups, {} tins\"}},{{\"role\":\"assistant\",\"content\":\"{label}\"}}]{sources}}}\n",
            n * 7
        )
    };
    (seed..seed + 45).map(line).collect::<String>().into_bytes()
}

/// Each rule by itself: what shards leave, merged, says what one run over all of them says.
#[test]
fn merged_parts_say_what_one_run_says() {
    let files = [
        formed(0),
        formed(40),
        LINES.join("\n").into_bytes(),
        formed(200),
    ];
    let names = ["a.jsonl", "b.jsonl", "c.jsonl", "d.jsonl"];
    let sources: Vec<(&str, &[u8])> = names
        .into_iter()
        .zip(files.iter().map(Vec::as_slice))
        .collect();
    let mut speaking = 0;
    for entry in REGISTRY {
        let mut check = Check::new();
        check.default_target = false;
        check.context.profiles = vec![crate::running::builtin("openai")];
        check.enabled.retain(|name| *name == entry.meta.name);
        let (mut one, counts) = check.run_all(&sources);
        let (mut merged, merged_counts) = check.run_parts(&sources);
        // One run and many pass on the same findings in another order.
        for findings in [&mut one, &mut merged] {
            findings
                .iter_mut()
                .for_each(|finding| finding.excerpt = None);
            findings.sort_by_key(|finding| {
                (
                    finding.location.source,
                    finding.location.start.offset,
                    finding.message.clone(),
                )
            });
        }
        assert_eq!(one, merged, "{}", entry.meta.name);
        assert_eq!(counts, merged_counts, "{}", entry.meta.name);
        speaking += usize::from(!one.is_empty());
    }
    assert!(
        speaking >= 15,
        "{speaking} rules spoke: the files show too little"
    );
}

/// Cut off at every byte, a file still gives what its whole records give.
#[test]
fn truncation_hides_no_earlier_record() {
    let text = LINES[..6].join("\n");
    for end in 0..text.len() {
        let Some(part) = text.get(..end) else {
            continue;
        };
        Check::new().run("a.jsonl", part.as_bytes());
        Check::new().run(
            "a.json",
            format!("[{}", part.replace('\n', ",\n")).as_bytes(),
        );
    }
}
