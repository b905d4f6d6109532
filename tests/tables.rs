//! Binary tables as sources: every rule, report and conversion works on rows, and no file that is
//! damaged or hostile stops the program.

use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde_json::Value;
use tunelint_tables::write_parquet;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::running::{files_below, run_in as run, shared};

/// A Parquet file with the records in `lines`.
pub fn parquet(path: &Path, lines: &str) {
    let file = File::create(path).expect("a file");
    write_parquet(Cursor::new(lines.as_bytes()), file).expect("one schema");
}

/// A workbook with one sheet for each of `sheets`: its name and its cells, row by row.
pub fn workbook(path: &Path, sheets: &[(&str, &[&[&str]])]) {
    let mut zip = ZipWriter::new(File::create(path).expect("a file"));
    let mut part = |name: &str, text: &str| {
        zip.start_file(name, SimpleFileOptions::default())
            .expect("a part");
        zip.write_all(text.as_bytes()).expect("a part");
    };
    let ns = "http://schemas.openxmlformats.org";
    let (mut list, mut relations) = (String::new(), String::new());
    for (index, (name, rows)) in sheets.iter().enumerate() {
        let id = index + 1;
        list += &format!("<sheet name=\"{name}\" sheetId=\"{id}\" r:id=\"rId{id}\"/>");
        relations += &format!(
            "<Relationship Id=\"rId{id}\" Type=\"{ns}/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{id}.xml\"/>"
        );
        part(&format!("xl/worksheets/sheet{id}.xml"), &sheet(rows));
    }
    part(
        "xl/workbook.xml",
        &format!(
            "<workbook xmlns=\"{ns}/spreadsheetml/2006/main\" xmlns:r=\"{ns}/officeDocument/2006/relationships\"><sheets>{list}</sheets></workbook>"
        ),
    );
    part(
        "xl/_rels/workbook.xml.rels",
        &format!(
            "<Relationships xmlns=\"{ns}/package/2006/relationships\">{relations}</Relationships>"
        ),
    );
    part(
        "_rels/.rels",
        &format!(
            "<Relationships xmlns=\"{ns}/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{ns}/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    zip.finish().expect("an archive");
}

/// The part with the cells. A number is a number cell, anything else text; an empty cell is left out.
fn sheet(rows: &[&[&str]]) -> String {
    let mut text = String::new();
    for (row, cells) in rows.iter().enumerate() {
        text += &format!("<row r=\"{}\">", row + 1);
        for (column, cell) in cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.is_empty())
        {
            let name = format!("{}{}", char::from(b'A' + column as u8), row + 1);
            text += &match cell.parse::<f64>() {
                Ok(_) => format!("<c r=\"{name}\"><v>{cell}</v></c>"),
                Err(_) => format!("<c r=\"{name}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
            };
        }
        text += "</row>";
    }
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    format!("<worksheet xmlns=\"{main}\"><sheetData>{text}</sheetData></worksheet>")
}

/// Twenty conversations, of which the third has an empty answer.
fn conversations() -> String {
    let answer = |n: u32| {
        if n == 3 {
            String::new()
        } else {
            format!("It is \\\"{}\\\".", n * 2)
        }
    };
    let line = |n| {
        let answer = answer(n);
        format!(
            "{{\"messages\":[{{\"role\":\"user\",\"content\":\"What is {n} + {n}?\"}},{{\"role\":\"assistant\",\"content\":\"{answer}\"}}]}}\n"
        )
    };
    (1..=20).map(line).collect()
}

#[test]
fn a_row_has_a_number_and_a_pointer_and_no_line() {
    let folder = tempfile::tempdir().expect("a directory");
    parquet(&folder.path().join("train.parquet"), &conversations());
    let (code, report, _) = run(
        folder.path(),
        &["check", "train.parquet", "--format", "json"],
    );
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let findings = report["findings"].as_array().expect("a list");
    let empty = findings
        .iter()
        .find(|of| of["rule"] == "empty-output")
        .expect("the finding");
    let place = &empty["location"];
    for absent in [
        "line",
        "column",
        "end_line",
        "end_column",
        "offset",
        "length",
    ] {
        assert!(place[absent].is_null(), "{absent}");
    }
    assert_eq!(place["row"], 3);
    assert_eq!(place["record"], 3);
    assert_eq!(place["character"], 1);
    assert_eq!(place["pointer"], "/messages/1/content");
    assert!(
        empty["fix"].is_null(),
        "its bytes are not those of the file"
    );
    assert_eq!(
        (code, &report["sources"][0]["container"]),
        (1, &Value::from("parquet"))
    );
    let (_, text, _) = run(
        folder.path(),
        &["check", "train.parquet", "--format", "concise"],
    );
    assert!(
        text.contains(
            "train.parquet: row 3, /messages/1/content: error[empty-output] empty output"
        ),
        "{text}"
    );
    let (_, text, _) = run(folder.path(), &["check", "train.parquet"]);
    assert!(
        text.contains("[train.parquet: row 3, /messages/1/content]"),
        "{text}"
    );
}

#[test]
fn what_is_read_of_a_file_is_counted() {
    let folder = tempfile::tempdir().expect("a directory");
    let at = |name: &str| folder.path().join(name);
    let many = conversations().repeat(200);
    parquet(&at("a.parquet"), &many);
    let numbers: Vec<f64> = (0..4_000).map(f64::from).collect();
    arrow_scores(&at("a.arrow"), &numbers);
    let row: &[&str] = &["What is the price of this part?", "It is 5 euro."];
    workbook(&at("a.xlsx"), &[("Data", &[row; 2_000])]);
    for name in ["a.parquet", "a.arrow", "a.xlsx"] {
        let mut input = tunelint_tables::input(&at(name), None, None).expect("a table");
        let meter = Arc::new(AtomicU64::new(0));
        input.meter = Some(Arc::clone(&meter));
        std::io::copy(&mut input.open().expect("rows"), &mut std::io::sink()).expect("rows");
        let (read, size) = (
            meter.load(Relaxed),
            fs::metadata(at(name)).expect("a file").len(),
        );
        let most = size + size / 10 + 4_096;
        assert!(
            (size * 9 / 10..most).contains(&read),
            "{name}: {read} of {size}"
        );
        let (_, stats, _) = run(folder.path(), &["stats", name, "--format", "json"]);
        let stats: Value = serde_json::from_str(&stats).expect("JSON");
        assert_eq!(stats["sources"][0]["size"]["file_bytes"], size, "{name}");
    }
}

#[test]
fn a_number_that_json_lacks_is_a_finding() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("a.arrow");
    let row = |n: usize| if n == 3 { f64::NEG_INFINITY } else { n as f64 };
    arrow_scores(&path, &(0..20).map(row).collect::<Vec<_>>());
    let arguments = [
        "check",
        "a.arrow",
        "--format",
        "concise",
        "--fail-on",
        "never",
    ];
    let (_, text, _) = run(folder.path(), &arguments);
    let found = "a.arrow: row 4, /scores/1: warning[invalid-value] `-Infinity` is not a number in JSON: converted to null";
    assert!(text.contains(found), "{text}");
    assert_eq!(text.matches("invalid-value").count(), 1, "{text}");
    let convert = [
        "convert",
        "a.arrow",
        "-o",
        "a.jsonl",
        "--to",
        "pairs",
        "--keep-extra",
    ];
    let (code, ..) = run(folder.path(), &convert);
    assert_eq!(code, 0);
    let lines = fs::read_to_string(folder.path().join("a.jsonl")).expect("a file");
    let line: Value = serde_json::from_str(lines.lines().nth(3).expect("a line")).expect("JSON");
    assert_eq!(line["scores"], serde_json::json!([0.5, null]));
}

/// An Arrow file with pairs, each of which has a list of two numbers, 0.5 and one of `scores`.
fn arrow_scores(path: &Path, scores: &[f64]) {
    use arrow_array::builder::{Float64Builder, ListBuilder};
    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    let texts = |what: &str| -> ArrayRef {
        let texts = (0..scores.len()).map(|n| format!("{what} {n}"));
        Arc::new(StringArray::from_iter_values(texts))
    };
    let mut lists = ListBuilder::new(Float64Builder::new());
    for score in scores {
        lists.values().append_slice(&[0.5, *score]);
        lists.append(true);
    }
    let lists: ArrayRef = Arc::new(lists.finish());
    let columns = [
        ("prompt", texts("Question")),
        ("completion", texts("Answer")),
        ("scores", lists),
    ];
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let file = File::create(path).expect("a file");
    let mut writer =
        arrow_ipc::writer::FileWriter::try_new(file, &batch.schema()).expect("a writer");
    writer.write(&batch).expect("a file");
    writer.finish().expect("a file");
}

#[test]
fn a_table_has_rows_whatever_it_is_called() {
    let folder = tempfile::tempdir().expect("a directory");
    parquet(&folder.path().join("train.data"), &conversations());
    let arguments = ["train.data", "--container", "parquet"];
    let check = [&["check", "--format", "concise"], &arguments[..]].concat();
    let (_, text, _) = run(folder.path(), &check);
    let place = "train.data: row 3, /messages/1/content: error[empty-output]";
    assert!(text.contains(place), "{text}");
    let convert = [
        &["convert", "-o", "a.jsonl", "--to", "pairs", "--keep-extra"],
        &arguments[..],
    ];
    let (_, _, account) = run(folder.path(), &convert.concat());
    assert!(!account.contains("train.data:3:"), "{account}");
}

#[test]
fn a_character_is_counted_in_the_text_without_escapes() {
    let folder = tempfile::tempdir().expect("a directory");
    let line = "{\"text_input\":\"a \\\"é\\\" \\u0007 b\",\"output\":\"c\"}\n";
    parquet(&folder.path().join("a.parquet"), line);
    let select = [
        "check",
        "a.parquet",
        "--format",
        "json",
        "--select",
        "control-character",
    ];
    let (_, report, _) = run(folder.path(), &select);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(
        report["findings"][0]["location"]["character"], 7,
        "{report}"
    );
}

#[test]
fn a_table_gives_the_findings_of_its_lines() {
    let Some(data) = shared("real-data") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a directory");
    let mut compared = 0;
    for path in files_below(&data, Some("jsonl")) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        if text.len() > 2 << 20 {
            continue;
        }
        let table = folder.path().join("a.parquet");
        let written = write_parquet(
            Cursor::new(text.as_bytes()),
            File::create(&table).expect("a file"),
        );
        if written.is_err() {
            continue;
        }
        // What a table cannot say, such as an absent key, is not compared: the rows as lines are.
        let back = folder.path().join("a.jsonl");
        let (_, _, account) = run(
            folder.path(),
            &[
                "split",
                "a.parquet",
                "-o",
                "out",
                "--validation",
                "0",
                "--force",
            ],
        );
        assert!(
            folder.path().join("out/train.jsonl").exists() || !account.is_empty(),
            "{path:?}"
        );
        if !account.is_empty() {
            continue;
        }
        fs::rename(folder.path().join("out/train.jsonl"), &back).expect("a file");
        let of_table = found(folder.path(), "a.parquet");
        let of_lines = found(folder.path(), "a.jsonl");
        assert_eq!(of_table, of_lines, "{path:?}");
        compared += 1;
    }
    println!("{compared} files compared");
    assert!(compared > 20);
}

/// The rule, record, pointer and message of each finding, without the name of the file.
fn found(folder: &Path, name: &str) -> Vec<(String, Value, Value)> {
    let arguments = [
        "check",
        name,
        "--format",
        "json",
        "--ignore",
        "container-not-accepted",
        "--ignore",
        "unknown-field",
    ];
    let (_, report, _) = run(folder, &arguments);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let findings = report["findings"].as_array().expect("a list");
    let facts = findings.iter().map(|of| {
        let rule = of["rule"].as_str().unwrap_or_default().to_owned();
        (
            rule,
            of["location"]["record"].clone(),
            of["location"]["pointer"].clone(),
        )
    });
    facts.collect()
}

#[test]
fn parquet_is_written_and_read_back() {
    let folder = tempfile::tempdir().expect("a directory");
    let lines = conversations();
    fs::write(folder.path().join("a.jsonl"), &lines).expect("a file");
    let to = |from: &str, out: &str| {
        let arguments = ["convert", from, "-o", out, "--to", "messages", "--force"];
        let (code, _, account) = run(folder.path(), &arguments);
        assert_eq!(code, 0, "{account}");
        account
    };
    assert_eq!(
        to("a.jsonl", "b.parquet"),
        "read 20 = written 20 + rejected 0\n"
    );
    to("b.parquet", "c.jsonl");
    assert_eq!(
        fs::read_to_string(folder.path().join("c.jsonl")).expect("a file"),
        lines
    );
    let (code, ..) = run(
        folder.path(),
        &[
            "convert",
            "a.jsonl",
            "-o",
            "b.parquet",
            "--to",
            "messages",
            "--check",
        ],
    );
    assert_eq!(code, 0, "the same bytes are written again");
}

#[test]
fn records_without_one_schema_are_no_table() {
    let folder = tempfile::tempdir().expect("a directory");
    let lines = "{\"text_input\":\"a\",\"output\":\"b\",\"n\":1}\n{\"text_input\":\"c\",\"output\":\"d\",\"n\":[]}\n";
    fs::write(folder.path().join("a.jsonl"), lines).expect("a file");
    let arguments = ["convert", "a.jsonl", "-o", "b.parquet", "--keep-extra"];
    let (code, _, account) = run(folder.path(), &arguments);
    assert_eq!(code, 1);
    let why = "/n is a number in record 1 and a list in record 2: a column has one type";
    assert!(account.contains(why), "{account}");
    assert!(!folder.path().join("b.parquet").exists());
}

#[test]
fn fixes_are_refused_with_the_command_that_allows_them() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("train.parquet");
    parquet(&path, &conversations());
    let before = fs::read(&path).expect("a file");
    for fix in ["--fix", "--unsafe-fixes", "--drop-records"] {
        let mut arguments = vec!["check", "train.parquet", fix];
        if fix == "--drop-records" {
            arguments.extend(["--rejects", "rejects.jsonl"]);
        }
        let (code, _, said) = run(folder.path(), &arguments);
        let command =
            "tunelint convert train.parquet -o train-rewritten.jsonl --to messages --keep-extra";
        assert!(said.contains(command), "{said}");
        assert_eq!((code, &fs::read(&path).expect("a file")), (1, &before));
    }
}

#[test]
fn a_workbook_is_read_by_its_header() {
    let folder = tempfile::tempdir().expect("a directory");
    let data: &[&[&str]] = &[
        &["Tickets of May"],
        &[],
        &["Question", "Answer", "n"],
        &["What is 1 + 1?", "2", "1"],
        &["What is 2 + 2?", "", "2"],
    ];
    let path = folder.path().join("a.xlsx");
    workbook(
        &path,
        &[("Notes", &[]), ("Data", data), ("More", &[&["x"]])],
    );
    let (_, text, _) = run(folder.path(), &["check", "a.xlsx", "--format", "concise"]);
    assert!(
        text.contains("a.xlsx: row 5, /Answer: error[empty-output]"),
        "{text}"
    );
    for needless in ["unknown-field", "missing-column", "blank-line"] {
        assert!(!text.contains(needless), "{text}");
    }
    let (_, _, said) = run(folder.path(), &["check", "a.xlsx", "--sheet", "Mai"]);
    assert!(
        said.contains("choose one of: `Notes`, `Data`, `More`"),
        "{said}"
    );
    let (code, ..) = run(
        folder.path(),
        &[
            "convert",
            "a.xlsx",
            "-o",
            "b.jsonl",
            "--sheet",
            "2",
            "--rejects",
            "r",
        ],
    );
    let written = fs::read_to_string(folder.path().join("b.jsonl")).expect("a file");
    assert_eq!(
        written.lines().next(),
        Some("{\"text_input\":\"What is 1 + 1?\",\"output\":\"2\"}")
    );
    assert!(code <= 1);
}

#[test]
fn files_are_found_in_archives_directories_and_patterns() {
    let folder = tempfile::tempdir().expect("a directory");
    let here = folder.path();
    let mut zip = ZipWriter::new(File::create(here.join("data.zip")).expect("a file"));
    for (name, text) in [
        ("train.jsonl", conversations()),
        ("b/notes.txt", "x".to_owned()),
    ] {
        zip.start_file(name, SimpleFileOptions::default())
            .expect("a member");
        zip.write_all(text.as_bytes()).expect("a member");
    }
    zip.finish().expect("an archive");
    let sources = |paths: &[&str]| {
        let (_, report, said) = run(here, &[&["check", "--format", "json"], paths].concat());
        let report: Value = serde_json::from_str(&report).unwrap_or_else(|_| panic!("{said}"));
        let sources = report["sources"].as_array().expect("a list").iter();
        sources
            .map(|of| of["path"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(sources(&["data.zip"]), ["data.zip/train.jsonl"]);
    assert_eq!(sources(&["data.zip/train.jsonl"]), ["data.zip/train.jsonl"]);
    let (_, text, _) = run(here, &["check", "data.zip"]);
    assert!(text.contains("skipped: data.zip/b/notes.txt"), "{text}");
    let (code, _, said) = run(here, &["check", "data.zip/no.jsonl"]);
    assert!(
        code == 2 && said.contains("no data file no.jsonl in data.zip"),
        "{said}"
    );
    fs::remove_file(here.join("data.zip")).expect("a file");
    fs::create_dir_all(here.join("set/test")).expect("a directory");
    fs::write(
        here.join("set/state.json"),
        "{\"_data_files\":[{\"filename\":\"a\"}]}",
    )
    .expect("a file");
    fs::write(
        here.join("set/list.json"),
        "[{\"text_input\":\"a\",\"output\":\"b\"}]",
    )
    .expect("a file");
    parquet(&here.join("set/a-1.parquet"), &conversations());
    parquet(&here.join("set/a-2.parquet"), &conversations());
    parquet(
        &here.join("set/test/data-00000-of-00001.parquet"),
        &conversations(),
    );
    let all = ["set/a-1.parquet", "set/a-2.parquet", "set/list.json"];
    let mut found = sources(&["set"]);
    found.sort();
    assert_eq!(
        found
            .iter()
            .filter(|of| !of.contains("test/"))
            .collect::<Vec<_>>(),
        all.iter().collect::<Vec<_>>()
    );
    assert_eq!(sources(&["set/a-*.parquet"]), &all[..2]);
    let (code, _, said) = run(here, &["check", "set/b-*.parquet"]);
    assert!(code == 2 && said.contains("set/b-*.parquet"), "{said}");
}

/// The places that a run of the program must never show: its own.
const BUG: &str = "internal error";

#[test]
fn no_file_of_the_corpora_stops_the_program() {
    let mut read = 0;
    for folder in [
        "corpora/calamine",
        "corpora/parquet-bad/bad_data",
        "corpora/zip-malformed",
    ] {
        let Some(folder) = shared(folder) else {
            continue;
        };
        for path in files_below(&folder, None) {
            let (code, report, said) = run(&folder, &["check", &path.to_string_lossy()]);
            assert!((0..=2).contains(&code), "{path:?}: {code}");
            assert!(
                !said.contains(BUG) && !report.contains(BUG),
                "{path:?}: {said}"
            );
            let is_bad = path.extension().is_some_and(|of| of == "parquet");
            assert!(!is_bad || code > 0, "{path:?} must be refused");
            read += 1;
        }
    }
    println!("{read} files");
}

#[test]
fn a_damaged_byte_is_a_finding() {
    let folder = tempfile::tempdir().expect("a directory");
    let (table, book) = (
        folder.path().join("a.parquet"),
        folder.path().join("a.xlsx"),
    );
    parquet(&table, &conversations());
    let rows: Vec<&[&str]> = vec![&["text_input", "output"], &["a", "b"], &["c", "d"]];
    workbook(&book, &[("S", &rows)]);
    for path in [table, book] {
        let good = fs::read(&path).expect("a file");
        for step in 0..60 {
            let mut bad = good.clone();
            let at = step * bad.len() / 60;
            bad[at] ^= 0x55;
            if step % 3 == 0 {
                bad.truncate(at);
            }
            fs::write(&path, &bad).expect("a file");
            let (code, report, said) = run(
                folder.path(),
                &["check", &path.to_string_lossy(), "--format", "json"],
            );
            assert!(
                (0..=2).contains(&code) && !said.contains(BUG),
                "{step}: {code} {said}"
            );
            let report = serde_json::from_str::<Value>(&report);
            assert!(report.is_ok() || code == 2, "{step}: {said}");
        }
    }
}

#[test]
fn a_workbook_that_claims_or_unpacks_too_much_is_refused() {
    let folder = tempfile::tempdir().expect("a directory");
    let path: PathBuf = folder.path().join("far.xlsx");
    let far = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>text_input</t></is></c></row>\
               <row r=\"1048576\"><c r=\"XFD1048576\" t=\"inlineStr\"><is><t>x</t></is></c></row>";
    raw_sheet(&path, far);
    let (code, _, said) = run(folder.path(), &["check", "far.xlsx"]);
    assert!(code == 1 && !said.contains(BUG), "{said}");
    let path = folder.path().join("bomb.xlsx");
    raw_sheet(&path, &" ".repeat(32 << 20));
    assert!(fs::metadata(&path).expect("a file").len() < 1 << 18);
    let (code, text, said) = run(
        folder.path(),
        &["check", "bomb.xlsx", "--format", "concise"],
    );
    assert!(code == 1 && !said.contains(BUG), "{said}");
    assert!(
        text.contains("unpacks to more than a file of its size should"),
        "{text}"
    );
}

/// A workbook whose only sheet has these rows.
fn raw_sheet(path: &Path, rows: &str) {
    workbook(path, &[("S", &[])]);
    let old = fs::read(path).expect("a file");
    let mut archive = zip::ZipArchive::new(Cursor::new(old)).expect("an archive");
    let mut zip = ZipWriter::new(File::create(path).expect("a file"));
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).expect("a part");
        let name = part.name().expect("UTF-8").into_owned();
        if !name.contains("worksheets/") {
            zip.raw_copy_file(part).expect("a part");
        }
    }
    zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default())
        .expect("a part");
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let text = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    zip.write_all(text.as_bytes()).expect("a part");
    zip.finish().expect("an archive");
}

#[test]
fn shards_of_tables_are_read_again_when_they_are_merged() {
    let folder = tempfile::tempdir().expect("a directory");
    let line = |n: u32| match n {
        31 => "{\"text_input\":\"How old is the 31st tree?\",\"output\":\"31 years\"}\n".to_owned(),
        n => format!(
            "{{\"text_input\":\"question: How old is tree {n}?\",\"output\":\"{n} years\"}}\n"
        ),
    };
    let halves: [String; 2] = [(1..=40).map(line).collect(), (41..=80).map(line).collect()];
    let mut merged = Vec::new();
    for ending in ["jsonl", "parquet"] {
        for (name, lines) in ["a", "b"].iter().zip(&halves) {
            let path = folder.path().join(format!("{name}.{ending}"));
            match ending {
                "jsonl" => fs::write(&path, lines).expect("a file"),
                _ => parquet(&path, lines),
            }
            let (file, part) = (format!("{name}.{ending}"), format!("{name}.part"));
            run(
                folder.path(),
                &["check", &file, "--part", &part, "--target", "trl"],
            );
        }
        let arguments = ["merge", "a.part", "b.part", "--format", "concise"];
        let (_, report, said) = run(folder.path(), &arguments);
        assert!(
            report.contains("[missing-marker]"),
            "{ending}: {report}{said}"
        );
        let rules = report.lines().filter_map(|line| line.split('[').nth(1));
        let mut rules: Vec<String> = rules
            .map(|rule| rule.split(']').next().unwrap_or_default().to_owned())
            .collect();
        rules.sort();
        merged.push(rules);
    }
    assert_eq!(merged[0], merged[1]);
}
