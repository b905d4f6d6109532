//! What reading reports about the file as a whole: each rule's own file says it.

use super::Reader;
use crate::finding::Findings;
use crate::rules::{
    blank_line, byte_order_mark, duplicate_column, missing_column, no_records, odd_line_endings,
    wrong_container, wrong_encoding,
};

/// Reports what was noticed, once the file has been read.
pub(super) fn report(reader: &Reader, findings: &mut Findings<'_>) {
    let source = reader.source;
    let shape = match &reader.shape {
        Ok(shape) => shape,
        Err(not_data) => return wrong_encoding::report(source, not_data, findings),
    };
    let facts = reader.batcher.facts();
    wrong_container::report(source, shape, findings);
    let marked = facts.byte_order_mark;
    byte_order_mark::report(source, marked, &reader.mark_wanted, findings);
    odd_line_endings::report(reader, facts, findings);
    blank_line::report(source, facts, findings);
    wrong_encoding::report_conflicts(source, facts, findings);
    if let Some(problem) = &reader.mapping.problem {
        missing_column::report(source, problem, findings);
    }
    if reader
        .mapping
        .problem
        .as_ref()
        .is_none_or(|problem| problem.rule != "missing-header")
    {
        duplicate_column::report(reader, findings);
    }
    if facts.records == 0 {
        no_records::report(reader, facts, findings);
    }
}
