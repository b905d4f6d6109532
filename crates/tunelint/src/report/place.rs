//! Locations, as most formats write them.

use std::fmt;

use serde::Serialize;
use tunelint_core::position::Location;

use super::style::Style;

/// A location in a source. The names of the fields and their order are a public contract.
#[derive(Debug, Serialize)]
pub(super) struct ReportPlace<'s> {
    path: &'s str,
    line: u64,
    column: u64,
    end_line: u64,
    end_column: u64,
    offset: u64,
    length: u64,
    record: Option<u64>,
    pointer: &'s str,
    id: Option<&'s str>,
}

impl<'s> ReportPlace<'s> {
    /// The place at `location`.
    pub(super) fn of(style: &'s Style, location: &'s Location) -> Self {
        Self {
            path: &style.name(location.source).shown,
            line: location.start.line,
            column: location.start.column,
            end_line: location.end.line,
            end_column: location.end.column,
            offset: location.start.offset,
            length: location.len(),
            record: location.record,
            pointer: &location.pointer,
            id: location.id.as_deref(),
        }
    }
}

impl fmt::Display for ReportPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}
