//! The columns that an entry of a `dataset_info.json` reads and that no record of its source has.

use std::io;

use super::decoder::DecodeOutcome;
use crate::declared::ReadColumn;
use crate::reader::Reader;

/// The columns that the entry about the source of `reader` reads and that no record has. Opens the
/// source again and reads all of it if the first records lack one.
///
/// # Errors
/// I/O errors.
pub fn absent_columns(reader: &Reader) -> io::Result<Vec<ReadColumn>> {
    let entry = reader.declared.as_ref().and_then(|of| of.entry.as_ref());
    let names = &reader.mapping.names;
    let Some(entry) = entry.filter(|_| !names.is_empty()) else {
        return Ok(Vec::new());
    };
    let mut absent = entry.read_columns();
    absent.retain(|column| !names.contains(&column.name));
    let is_table = reader.container().is_some_and(|of| of.has_rows());
    if absent.is_empty() || is_table {
        return Ok(absent);
    }
    reader.reopen()?.each_record(&mut |outcome| {
        let record = match outcome {
            DecodeOutcome::Example(example) => &example.record,
            DecodeOutcome::Unreadable(record, _) => record,
        };
        absent.retain(|column| record.body.field(&column.name).is_none());
    })?;
    Ok(absent)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::declared::{DatasetInfo, Declarations};
    use crate::reader::ReadOptions;
    use tunelint_data::source::Input;
    use tunelint_data::text::position::SourceId;

    #[test]
    fn a_column_of_a_late_record_is_not_absent() {
        let text = r#"{"a":{"file_name":"a.jsonl","columns":{"prompt":"q","response":"a","system":"s","images":"i"}}}"#;
        let info = DatasetInfo::parse("i".into(), text.as_bytes(), &|_| true);
        let mut declared = Declarations::default();
        let name = Path::new("a.jsonl");
        declared.add(name, name, &info.expect("entries"));
        let options = ReadOptions {
            declared: Arc::new(declared),
            ..ReadOptions::default()
        };
        let data =
            "{\"q\":\"a\",\"a\":\"b\"}\n".repeat(100) + "{\"q\":\"a\",\"a\":\"b\",\"s\":\"c\"}\n";
        let input = Input::bytes(name, data.as_bytes());
        let reader = Reader::open(SourceId(0), input, &options).expect("memory");
        let absent = absent_columns(&reader).expect("memory");
        let keys: Vec<&str> = absent.iter().map(|column| column.key).collect();
        assert_eq!(keys, ["images"]);
    }
}
