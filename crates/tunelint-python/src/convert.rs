//! `convert` and `split`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use tunelint::embed::{self, Converted};
use tunelint_core::position::{Location, SourceId};

use crate::arguments::Arguments;
use crate::finding::{Finding, Named};
use crate::rows::{RowsFile, loaded, temporary};
use crate::run::interruptible;

/// Converts sources: to the file of the keyword `out`, or to a temporary file of JSON Lines.
#[pyfunction]
pub fn convert(
    py: Python<'_>,
    sources: Vec<(String, PathBuf, Bound<'_, PyAny>)>,
    keywords: &Bound<'_, PyDict>,
) -> PyResult<Conversion> {
    let mut arguments = Arguments::new("convert", sources, keywords)?;
    let out = match keywords.contains("out")? {
        true => None,
        false => Some(temporary()?),
    };
    if let Some(path) = &out {
        let mut word = std::ffi::OsString::from("--out=");
        word.push(path.as_os_str());
        arguments.add(word);
        arguments.add("--force");
        if !keywords.contains("as_")? {
            arguments.add("--as=jsonl");
        }
    }
    let (words, host) = arguments.finish();
    let stop = host.stop.clone();
    let converted = interruptible(py, &stop, move || embed::convert(&words, host))?;
    let file = out.map(|path| Py::new(py, RowsFile::new(path, converted.layout)));
    let names = converted.paths.iter().map(PathBuf::from).collect();
    let of = Described {
        names,
        rows: arguments.rows,
    };
    Ok(Conversion {
        read: converted.conversion.read,
        written: converted.conversion.written,
        examples: converted.conversion.examples,
        layout: converted.layout.to_owned(),
        losses: PyTuple::new(py, of.losses(py, &converted)?)?.unbind(),
        rejected: PyTuple::new(py, of.rejected(py, &converted)?)?.unbind(),
        remarks: converted.remarks,
        file: file.transpose()?,
    })
}

/// The result of a conversion.
#[pyclass(frozen, get_all, module = "tunelint._tunelint")]
pub struct Conversion {
    read: u64,
    written: u64,
    examples: u64,
    layout: String,
    losses: Py<PyTuple>,
    rejected: Py<PyTuple>,
    remarks: Vec<String>,
    file: Option<Py<RowsFile>>,
}

/// What the layout that was written cannot hold.
#[pyclass(frozen, get_all, module = "tunelint")]
pub struct Loss {
    name: String,
    count: u64,
    rows: Vec<u64>,
    path: String,
}

/// A record that could not be converted.
#[pyclass(frozen, get_all, module = "tunelint")]
pub struct Rejected {
    row: u64,
    record: u64,
    path: String,
    findings: Py<PyTuple>,
}

/// Names the sources of a conversion.
struct Described {
    names: Vec<PathBuf>,
    rows: std::collections::BTreeSet<PathBuf>,
}

impl Described {
    fn name(&self, source: SourceId) -> Named<'_> {
        let path = self.names.get(source.0 as usize);
        let path = path.map_or(std::path::Path::new(""), PathBuf::as_path);
        Named {
            path,
            is_rows: self.rows.contains(path),
        }
    }

    fn shown(&self, source: SourceId) -> String {
        self.name(source).path.display().to_string()
    }

    fn losses(&self, py: Python<'_>, converted: &Converted) -> PyResult<Vec<Py<Loss>>> {
        let losses = converted.losses.iter().map(|((source, name), records)| {
            let mut rows: Vec<u64> = records.iter().filter_map(|of| of.checked_sub(1)).collect();
            rows.dedup();
            let loss = Loss {
                name: name.clone(),
                count: records.len() as u64,
                rows,
                path: self.shown(*source),
            };
            Py::new(py, loss)
        });
        losses.collect()
    }

    fn rejected(&self, py: Python<'_>, converted: &Converted) -> PyResult<Vec<Py<Rejected>>> {
        let mut reasons: BTreeMap<(SourceId, u64), Vec<Py<Finding>>> = BTreeMap::new();
        for found in &converted.findings {
            let finding = Finding::new(py, found, &|at: &Location| self.name(at.source))?;
            let key = (found.location.source, found.location.record.unwrap_or(0));
            reasons.entry(key).or_default().push(Py::new(py, finding)?);
        }
        let rejected = converted.rejected.iter().map(|(source, record)| {
            let findings = reasons.remove(&(*source, *record)).unwrap_or_default();
            let rejected = Rejected {
                row: record.saturating_sub(1),
                record: *record,
                path: self.shown(*source),
                findings: PyTuple::new(py, findings)?.unbind(),
            };
            Py::new(py, rejected)
        });
        rejected.collect()
    }
}

#[pymethods]
impl Loss {
    fn __repr__(&self) -> String {
        format!("<Loss of {} in {} places>", self.name, self.count)
    }
}

#[pymethods]
impl Rejected {
    fn __repr__(&self, py: Python<'_>) -> String {
        let findings = self.findings.bind(py);
        let first = findings.get_item(0).ok();
        let first = first.and_then(|of| of.cast_into::<Finding>().ok());
        let why = first.map_or_else(String::new, |of| format!(": {}", of.get().message));
        format!("<Rejected row {}{why}>", self.row)
    }
}

/// Splits sources into files in the directory `out`; returns the report as plain values.
#[pyfunction]
pub fn split<'py>(
    py: Python<'py>,
    sources: Vec<(String, PathBuf, Bound<'py, PyAny>)>,
    keywords: &Bound<'py, PyDict>,
    out: PathBuf,
) -> PyResult<Bound<'py, PyAny>> {
    let mut arguments = Arguments::new("split", sources, keywords)?;
    let mut word = std::ffi::OsString::from("--out=");
    word.push(out);
    arguments.add(word);
    let (words, host) = arguments.finish();
    let stop = host.stop.clone();
    let report = interruptible(py, &stop, move || embed::split(&words, host))?;
    loaded(py, &report.json())
}
