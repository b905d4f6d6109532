//! Locations, as most formats write them.

use std::fmt;

use serde::Serialize;
use tunelint_core::position::Location;
use tunelint_core::printable::printable;

use super::names::Unit;
use super::style::Style;

/// A location in a source. The names of the fields and their order are a public contract.
///
/// A binary table has no lines and no offsets: a value has a row and, in it, a character.
#[derive(Debug, Serialize)]
pub(super) struct ReportPlace<'s> {
    path: &'s str,
    line: Option<u64>,
    column: Option<u64>,
    end_line: Option<u64>,
    end_column: Option<u64>,
    offset: Option<u64>,
    length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
    /// The row of a table or the record of an object, in words.
    #[serde(skip)]
    nth: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    character: Option<u64>,
    record: Option<u64>,
    pointer: &'s str,
    id: Option<&'s str>,
}

impl<'s> ReportPlace<'s> {
    /// The place at `location`.
    pub(super) fn of(style: &'s Style, location: &'s Location) -> Self {
        let name = style.name(location.source);
        let in_text = |number: u64| name.unit.is_line().then_some(number);
        let has_row = !name.unit.is_line() && location.record.is_some();
        let in_value = has_row && !location.pointer.is_empty();
        Self {
            path: &name.shown,
            line: in_text(location.start.line),
            column: in_text(location.start.column),
            end_line: in_text(location.end.line),
            end_column: in_text(location.end.column),
            offset: in_text(location.start.offset),
            length: in_text(location.len()),
            row: (has_row && name.unit == Unit::Row).then_some(location.start.line),
            nth: has_row.then(|| format!("{} {}", name.unit.as_str(), location.start.line)),
            character: in_value.then_some(location.start.column),
            record: location.record,
            pointer: &location.pointer,
            id: location.id.as_deref(),
        }
    }

    /// The line; `None` in a table.
    pub(super) fn line(&self) -> Option<u64> {
        self.line
    }

    /// The row, in words; `None` in a text, and for a table as a whole.
    pub(super) fn row(&self) -> Option<&str> {
        self.nth.as_deref()
    }

    /// The same without the path: `3:14`, or `row 3, /output` in a table; empty for a table as a
    /// whole.
    pub(super) fn within(&self) -> String {
        match (self.line.zip(self.column), &self.nth, self.pointer) {
            (Some((line, column)), ..) => format!("{line}:{column}"),
            (None, Some(row), "") => row.clone(),
            (None, Some(row), pointer) => format!("{row}, {}", printable(pointer)),
            (None, None, _) => String::new(),
        }
    }

    /// The words that put a message about a table in its place, where a format has only files and
    /// lines: `row 3, /output: `. Empty for text.
    pub(super) fn lead(&self) -> String {
        match self.nth {
            Some(_) => format!("{}: ", self.within()),
            None => String::new(),
        }
    }
}

impl fmt::Display for ReportPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = self.within();
        match (within.as_str(), self.line) {
            ("", _) => f.write_str(self.path),
            (within, Some(_)) => write!(f, "{}:{within}", self.path),
            (within, None) => write!(f, "{}: {within}", self.path),
        }
    }
}

/// The place of a record: `train.jsonl:3:1`, or `train.parquet: row 3` in a table.
pub fn of_record(path: &str, unit: Unit, line: u64, column: u64) -> String {
    match unit {
        Unit::Line => format!("{path}:{line}:{column}"),
        Unit::Row | Unit::Record => format!("{path}: {} {line}", unit.as_str()),
    }
}
