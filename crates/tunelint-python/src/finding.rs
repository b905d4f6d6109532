//! Findings, as Python objects.

use std::path::Path;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use tunelint_core::finding::{self, Consequence};
use tunelint_core::position::Location;
use tunelint_core::printable::{printable, printable_path};
use tunelint_core::redaction::has_secret;

/// A problem at a place in the data.
#[pyclass(frozen, get_all, module = "tunelint")]
pub struct Finding {
    pub rule: String,
    pub severity: String,
    pub message: String,
    pub help: Option<String>,
    pub consequence: Option<String>,
    pub path: Option<String>,
    pub row: Option<u64>,
    pub record: Option<u64>,
    pub line: Option<u64>,
    pub column: Option<u64>,
    pub end_line: Option<u64>,
    pub end_column: Option<u64>,
    pub offset: Option<u64>,
    pub length: Option<u64>,
    pub pointer: String,
    pub id: Option<String>,
    pub excerpt: Option<String>,
    pub related: Py<PyTuple>,
    pub fix: Option<Py<Fix>>,
    pub targets: Py<PyTuple>,
    pub count: u64,
    pub fingerprint: Option<String>,
}

/// Another place that explains a finding.
#[pyclass(frozen, get_all, module = "tunelint")]
pub struct Related {
    pub label: String,
    pub path: String,
    pub row: Option<u64>,
    pub record: Option<u64>,
    pub line: Option<u64>,
    pub column: Option<u64>,
    pub pointer: String,
}

/// Changes that remove a finding.
#[pyclass(frozen, get_all, module = "tunelint")]
pub struct Fix {
    pub applicability: String,
    pub edits: Py<PyTuple>,
}

/// Bytes of a source, and what replaces them.
#[pyclass(frozen, get_all, module = "tunelint")]
pub struct Edit {
    pub offset: u64,
    pub length: u64,
    pub text: String,
}

/// A source as its findings name it.
pub struct Named<'n> {
    pub path: &'n Path,
    /// Whether it has rows and no lines.
    pub is_rows: bool,
}

impl Finding {
    /// The finding as Python sees it. `name` looks up its sources.
    pub fn new<'n>(
        py: Python<'_>,
        found: &finding::Finding,
        name: &dyn Fn(&Location) -> Named<'n>,
    ) -> PyResult<Self> {
        let at = &found.location;
        let named = name(at);
        let with_lines = |number: u64| (!named.is_rows).then_some(number);
        let related = found.related.iter().map(|related| {
            let named = name(&related.location);
            Py::new(py, Related::new(related, &named))
        });
        let related = related.collect::<PyResult<Vec<_>>>()?;
        Ok(Self {
            rule: found.rule.to_owned(),
            severity: found.severity.as_str().to_owned(),
            message: printable(&found.message).into_owned(),
            help: found
                .help
                .as_deref()
                .map(|help| printable(help).into_owned()),
            consequence: found
                .consequence
                .map(|of| Consequence::as_str(of).to_owned()),
            path: Some(printable_path(named.path)),
            row: row_of(at),
            record: at.record,
            line: with_lines(at.start.line),
            column: with_lines(at.start.column),
            end_line: with_lines(at.end.line),
            end_column: with_lines(at.end.column),
            offset: with_lines(at.start.offset),
            length: with_lines(at.len()),
            pointer: at.pointer.clone(),
            id: at.id.clone(),
            excerpt: found.excerpt.as_ref().map(|excerpt| excerpt.text.clone()),
            related: PyTuple::new(py, related)?.unbind(),
            fix: found
                .fix
                .as_ref()
                .and_then(|fix| Fix::new(py, fix).transpose())
                .transpose()?,
            targets: PyTuple::new(py, &found.targets)?.unbind(),
            count: found.count,
            fingerprint: Some(format!("{:032x}", found.fingerprint)),
        })
    }
}

/// The row of a place, from 0.
fn row_of(at: &Location) -> Option<u64> {
    at.record.and_then(|record| record.checked_sub(1))
}

impl Related {
    fn new(related: &finding::Related, named: &Named<'_>) -> Self {
        let at = &related.location;
        let with_lines = |number: u64| (!named.is_rows).then_some(number);
        Self {
            label: related.label.clone(),
            path: printable_path(named.path),
            row: row_of(at),
            record: at.record,
            line: with_lines(at.start.line),
            column: with_lines(at.start.column),
            pointer: at.pointer.clone(),
        }
    }
}

impl Fix {
    /// `None` for a fix that writes a secret, as in a report.
    fn new(py: Python<'_>, fix: &finding::Fix) -> PyResult<Option<Py<Self>>> {
        if fix.edits.iter().any(|edit| has_secret(&edit.text)) {
            return Ok(None);
        }
        let edits = fix.edits.iter().map(|edit| {
            Py::new(
                py,
                Edit {
                    offset: edit.offset,
                    length: edit.length,
                    text: edit.text.clone(),
                },
            )
        });
        let edits = edits.collect::<PyResult<Vec<_>>>()?;
        let fix = Self {
            applicability: fix.applicability.as_str().to_owned(),
            edits: PyTuple::new(py, edits)?.unbind(),
        };
        Py::new(py, fix).map(Some)
    }
}

#[pymethods]
impl Finding {
    /// A finding of one's own rule.
    #[new]
    #[pyo3(signature = (message, *, pointer="", help=None, severity=None))]
    fn of_own_rule(
        py: Python<'_>,
        message: String,
        pointer: &str,
        help: Option<String>,
        severity: Option<String>,
    ) -> Self {
        Self {
            rule: String::new(),
            severity: severity.unwrap_or_default(),
            message,
            help,
            consequence: None,
            path: None,
            row: None,
            record: None,
            line: None,
            column: None,
            end_line: None,
            end_column: None,
            offset: None,
            length: None,
            pointer: pointer.to_owned(),
            id: None,
            excerpt: None,
            related: PyTuple::empty(py).unbind(),
            fix: None,
            targets: PyTuple::empty(py).unbind(),
            count: 1,
            fingerprint: None,
        }
    }

    /// The attributes as a dict of plain values.
    pub fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("rule", &self.rule)?;
        dict.set_item("severity", &self.severity)?;
        dict.set_item("message", &self.message)?;
        dict.set_item("help", &self.help)?;
        dict.set_item("consequence", &self.consequence)?;
        dict.set_item("path", &self.path)?;
        dict.set_item("row", self.row)?;
        dict.set_item("record", self.record)?;
        dict.set_item("line", self.line)?;
        dict.set_item("column", self.column)?;
        dict.set_item("end_line", self.end_line)?;
        dict.set_item("end_column", self.end_column)?;
        dict.set_item("offset", self.offset)?;
        dict.set_item("length", self.length)?;
        dict.set_item("pointer", &self.pointer)?;
        dict.set_item("id", &self.id)?;
        dict.set_item("excerpt", &self.excerpt)?;
        dict.set_item("targets", self.targets.bind(py).to_list())?;
        dict.set_item("count", self.count)?;
        let fix = self.fix.as_ref().map(|fix| fix.get().applicability.clone());
        dict.set_item("fix", fix)?;
        dict.set_item("fingerprint", &self.fingerprint)?;
        Ok(dict)
    }

    fn __repr__(&self) -> String {
        let place = match (&self.path, self.line, self.row) {
            (Some(path), Some(line), _) => format!(" {path}:{line}"),
            (Some(path), None, Some(row)) => format!(" {path} row {row}"),
            (Some(path), None, None) => format!(" {path}"),
            (None, ..) => String::new(),
        };
        let Self {
            severity,
            rule,
            message,
            ..
        } = self;
        format!("<Finding {severity}[{rule}]{place}: {message}>")
    }
}

#[pymethods]
impl Related {
    fn __repr__(&self) -> String {
        let record = self
            .record
            .map_or_else(String::new, |record| format!(" record {record}"));
        format!("<Related {}: {}{record}>", self.label, self.path)
    }
}

#[pymethods]
impl Fix {
    fn __repr__(&self) -> String {
        format!("<Fix {}>", self.applicability)
    }
}

#[pymethods]
impl Edit {
    fn __repr__(&self) -> String {
        format!("<Edit of {} bytes at {}>", self.length, self.offset)
    }
}
