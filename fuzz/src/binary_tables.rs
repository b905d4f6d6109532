//! Binary tables: whatever the bytes, a file is read or refused, and none of its rows is cut off.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::sync::Once;

use tunelint_core::source::{Container, TableFault};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A text that a few bytes stand for may be repeated in every row, so reading ends here.
const MAX_READ: u64 = 8 << 20;

/// A file, as it is and as the sheet of a workbook: no change of an archive is likely to leave its
/// checksums right.
pub fn run(data: &[u8]) {
    accept_guarded_panics();
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("table");
    fs::write(&path, data).expect("a file");
    for container in [Container::Parquet, Container::Arrow, Container::Xlsx] {
        read(&path, container);
    }
    if data.starts_with(b"<") {
        fs::write(&path, workbook(data)).expect("a file");
        read(&path, Container::Xlsx);
    }
}

/// The fuzzer ends at a panic even if it is caught, as those of the parsers are.
fn accept_guarded_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !tunelint_tables::is_guarded() {
                hook(panic);
            }
        }));
    });
}

fn read(path: &Path, container: Container) {
    let input = tunelint_tables::input(path, Some(container), None).expect("a table");
    let mut lines = Vec::new();
    let read = input
        .open()
        .and_then(|rows| rows.take(MAX_READ).read_to_end(&mut lines));
    if let Err(error) = &read {
        assert!(TableFault::of(error).is_some(), "{container:?}: {error}");
    }
    let is_whole = read.is_ok() && lines.len() < MAX_READ as usize;
    let complete = lines.iter().rposition(|byte| *byte == b'\n');
    let end = if is_whole {
        Some(lines.len())
    } else {
        complete
    };
    let text = lines.get(..end.unwrap_or(0)).unwrap_or_default();
    let text = std::str::from_utf8(text).expect("UTF-8");
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Err(error) = serde_json::from_str::<serde_json::Map<_, _>>(line) {
            // Columns may have equal names, numbers any number of digits, and a damaged decimal has
            // none: such a row is reported. None is cut off.
            assert!(!error.is_eof(), "{error}: {line}");
        }
    }
}

/// A workbook with this XML as its sheet, or as its texts.
fn workbook(xml: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut part = |name: &str, text: &[u8]| {
        zip.start_file(name, stored).expect("a part");
        zip.write_all(text).expect("a part");
    };
    let ns = "http://schemas.openxmlformats.org";
    let relation = |id: &str, kind: &str, target: &str| {
        format!(
            "<Relationship Id=\"{id}\" Type=\"{ns}/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>"
        )
    };
    let relations = |list: &[String]| {
        let list = list.concat();
        format!("<Relationships xmlns=\"{ns}/package/2006/relationships\">{list}</Relationships>")
    };
    let book = relation("r", "officeDocument", "xl/workbook.xml");
    part("_rels/.rels", relations(&[book]).as_bytes());
    let parts = [
        relation("a", "worksheet", "sheet.xml"),
        relation("b", "sharedStrings", "sharedStrings.xml"),
        relation("c", "styles", "styles.xml"),
    ];
    part("xl/_rels/workbook.xml.rels", relations(&parts).as_bytes());
    let sheets = format!(
        "<workbook xmlns=\"{ns}/spreadsheetml/2006/main\" xmlns:r=\"{ns}/officeDocument/2006/relationships\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>"
    );
    part("xl/workbook.xml", sheets.as_bytes());
    for name in ["xl/sheet.xml", "xl/sharedStrings.xml", "xl/styles.xml"] {
        part(name, xml);
    }
    zip.finish().expect("an archive").into_inner()
}
