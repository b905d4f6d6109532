//! `check`, and its report.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tunelint::embed::{self, Checked, Failure, StagedFile};
use tunelint_core::finding::Severity;
use tunelint_core::position::{Location, SourceId};
use tunelint_core::printable::printable_path;
use tunelint_core::rules::by_name;
use tunelint_core::totals;

use crate::arguments::Arguments;
use crate::errors::{CheckFailed, raised};
use crate::finding::{Finding, Named};
use crate::frame::framed;
use crate::own_rule::{self, Raised};
use crate::run::interruptible;

/// Runs a check. `rules` are one's own, each a name, a severity and a function.
#[pyfunction]
pub fn check(
    py: Python<'_>,
    sources: Vec<(String, PathBuf, Bound<'_, PyAny>)>,
    keywords: &Bound<'_, PyDict>,
    rules: Vec<own_rule::Given>,
) -> PyResult<Report> {
    let mut arguments = Arguments::new("check", sources, keywords)?;
    let (words, mut host) = arguments.finish();
    let stop = host.stop.clone();
    let first = Raised::default();
    let own: Vec<String> = rules.iter().map(|(name, ..)| name.clone()).collect();
    host.rules = own_rule::rules(rules, &first, &stop)?;
    let checked = interruptible(py, &stop, move || embed::check(&words, host));
    match first.take() {
        Some(error) => Err(error),
        None => Ok(Report {
            checked: Arc::new(checked?),
            rows: arguments.rows,
            has_path: arguments.has_path,
            own,
        }),
    }
}

/// The findings of a check.
#[pyclass(frozen, module = "tunelint")]
pub struct Report {
    checked: Arc<Checked>,
    /// The names of sources that have rows and no lines.
    rows: BTreeSet<PathBuf>,
    /// Whether any source is a file, which a command can convert.
    has_path: bool,
    /// The names of one's own rules.
    own: Vec<String>,
}

/// What a target does with the data.
#[pyclass(frozen, get_all, module = "tunelint")]
pub struct Verdict {
    target: String,
    accepted: bool,
    closed: bool,
    rejected: u64,
    skipped: u64,
    changed: u64,
    errors: u64,
    warnings: u64,
    advice: u64,
    convert: Option<String>,
    convert_to: Option<String>,
}

/// A source as it was read.
#[pyclass(frozen, get_all, module = "tunelint")]
pub struct Source {
    path: String,
    container: String,
    layout: String,
    bytes: u64,
    records: u64,
    examples: u64,
    task: Option<String>,
}

impl Report {
    /// The report of a check of rows that were read elsewhere, with rules called `own`.
    pub fn of_rows(checked: Checked, own: Vec<String>) -> Self {
        Self {
            rows: checked.names.iter().cloned().collect(),
            checked: Arc::new(checked),
            has_path: false,
            own,
        }
    }

    fn named<'n>(&'n self, at: &Location) -> Named<'n> {
        let path = self.checked.names.get(at.source.0 as usize);
        let path = path.map_or(Path::new(""), PathBuf::as_path);
        Named {
            path,
            is_rows: self.rows.contains(path),
        }
    }

    fn finding(&self, py: Python<'_>, index: usize) -> PyResult<Finding> {
        let found = self.checked.findings.get(index);
        let found = found.ok_or_else(|| PyIndexError::new_err("no finding at this index"))?;
        Finding::new(py, found, &|at| self.named(at))
    }

    fn of_severity(&self, severity: Severity) -> u64 {
        self.checked.summary.counts.of_severity(severity)
    }

    fn written(&self, format: &str) -> Result<Vec<u8>, Failure> {
        let mut page = Vec::new();
        self.checked.write(format, Box::new(&mut page))?;
        Ok(page)
    }

    /// The report as text, or written to a file, which is replaced when the report is complete.
    fn report(
        &self,
        py: Python<'_>,
        format: &str,
        path: Option<PathBuf>,
    ) -> PyResult<Option<String>> {
        let written = py.detach(|| {
            let page = self.written(format)?;
            let Some(path) = path else {
                return Ok(Some(String::from_utf8_lossy(&page).into_owned()));
            };
            let write = || -> io::Result<()> {
                let mut file = StagedFile::create(&path)?;
                io::Write::write_all(&mut file, &page)?;
                file.commit(true)
            };
            let failed = |error| Failure::io("write", &printable_path(&path), &error).about(&path);
            write().map_err(failed).map(|()| None)
        });
        written.map_err(|failure| raised(py, &failure))
    }

    /// The findings as a table, by a function of the Python half.
    fn table<'py>(&self, py: Python<'py>, by: &str) -> PyResult<Bound<'py, PyAny>> {
        let tables = py.import("tunelint._tables")?;
        tables.call_method1(by, (self.to_dicts(py)?,))
    }

    /// The rows of a rule by source, in any order and perhaps more than once.
    fn rows_of<'r>(&'r self, rule: &'r str) -> impl Iterator<Item = (SourceId, u64)> + 'r {
        let of_rule = self
            .checked
            .findings
            .iter()
            .filter(move |of| of.rule == rule);
        let found = of_rule.flat_map(|of| {
            let records = of
                .location
                .record
                .into_iter()
                .chain(of.copies.iter().copied());
            records.map(|record| (of.location.source, record))
        });
        let folded = self.checked.folded.get(rule).into_iter().flatten();
        let folded =
            folded.flat_map(|(source, records)| records.clone().map(|record| (*source, record)));
        found.chain(folded)
    }
}

#[pymethods]
impl Report {
    #[getter]
    fn ok(&self) -> bool {
        self.checked.complete && !self.checked.failed
    }

    #[getter]
    fn errors(&self) -> u64 {
        self.of_severity(Severity::Error)
    }

    #[getter]
    fn warnings(&self) -> u64 {
        self.of_severity(Severity::Warning)
    }

    #[getter]
    fn advice(&self) -> u64 {
        self.of_severity(Severity::Advice)
    }

    #[getter]
    fn suppressed(&self) -> u64 {
        self.checked.summary.suppressed
    }

    #[getter]
    fn targets(&self) -> Vec<String> {
        self.checked.summary.targets.clone()
    }

    #[getter]
    fn notes(&self) -> Vec<String> {
        let unread = self.checked.summary.unread.iter();
        let unread = unread.map(|of| of.message.clone());
        self.checked
            .summary
            .notes
            .iter()
            .cloned()
            .chain(unread)
            .collect()
    }

    #[getter]
    fn sources(&self) -> Vec<Source> {
        self.checked
            .summary
            .sources
            .iter()
            .map(Source::new)
            .collect()
    }

    #[getter]
    fn verdicts(&self) -> BTreeMap<String, Verdict> {
        let verdicts = self.checked.summary.verdicts.iter();
        verdicts
            .map(|of| (of.target.clone(), Verdict::new(of, self.has_path)))
            .collect()
    }

    fn by_rule(&self) -> BTreeMap<&'static str, u64> {
        let mut by_rule = BTreeMap::new();
        for (rule, _, number) in self.checked.summary.counts.iter() {
            *by_rule.entry(rule).or_default() += number;
        }
        by_rule
    }

    #[pyo3(signature = (rule, path=None))]
    fn rows(&self, py: Python<'_>, rule: &str, path: Option<String>) -> PyResult<Vec<u64>> {
        let is_known = self.own.iter().any(|own| own == rule)
            || by_name(rule).is_some()
            || self.checked.findings.iter().any(|of| of.rule == rule);
        if !is_known {
            embed::rule(rule).map_err(|failure| raised(py, &failure))?;
        }
        let is_wanted = |source: SourceId| match &path {
            Some(path) => {
                let name = self.checked.names.get(source.0 as usize);
                name.is_some_and(|name| printable_path(name) == *path)
            }
            None => true,
        };
        let rows = self.rows_of(rule).filter(|(source, _)| is_wanted(*source));
        let rows: BTreeSet<u64> = rows
            .filter_map(|(_, record)| record.checked_sub(1))
            .collect();
        Ok(rows.into_iter().collect())
    }

    fn raise_for_errors(slf: Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let report = slf.get();
        if report.ok() {
            return Ok(());
        }
        let concise = report.report(py, "concise", None)?.unwrap_or_default();
        let error = CheckFailed::new_err(concise.trim_end().to_owned());
        error.value(py).setattr("report", &slf)?;
        Err(error)
    }

    fn to_dicts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let findings = 0..self.checked.findings.len();
        findings
            .map(|index| self.finding(py, index)?.to_dict(py))
            .collect()
    }

    fn to_pandas<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.table(py, "pandas_of")
    }

    fn to_polars<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.table(py, "polars_of")
    }

    fn to_arrow<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.table(py, "arrow_of")
    }

    #[pyo3(signature = (path=None))]
    fn to_json(&self, py: Python<'_>, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.report(py, "json", path)
    }

    #[pyo3(signature = (path=None))]
    fn to_jsonl(&self, py: Python<'_>, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.report(py, "jsonl", path)
    }

    #[pyo3(signature = (path=None))]
    fn to_sarif(&self, py: Python<'_>, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.report(py, "sarif", path)
    }

    #[pyo3(signature = (path=None))]
    fn to_html(&self, py: Python<'_>, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.report(py, "html", path)
    }

    #[pyo3(signature = (path=None))]
    fn to_markdown(&self, py: Python<'_>, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.report(py, "markdown", path)
    }

    #[pyo3(signature = (path=None))]
    fn to_junit(&self, py: Python<'_>, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.report(py, "junit", path)
    }

    #[pyo3(signature = (format, path=None))]
    fn to(&self, py: Python<'_>, format: &str, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.report(py, format, path)
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let page = self.report(py, "html", None)?.unwrap_or_default();
        Ok(framed(&page))
    }

    fn __str__(&self, py: Python<'_>) -> PyResult<String> {
        let human = self.report(py, "human", None)?;
        Ok(human.unwrap_or_default())
    }

    fn __repr__(&self) -> String {
        let (errors, warnings, advice) = (self.errors(), self.warnings(), self.advice());
        format!("<Report: {errors} errors, {warnings} warnings, {advice} advice>")
    }

    fn __len__(&self) -> usize {
        self.checked.findings.len()
    }

    fn __getitem__(&self, py: Python<'_>, index: isize) -> PyResult<Finding> {
        let number = self.checked.findings.len();
        let from_end = || number.checked_sub(index.unsigned_abs());
        let index = usize::try_from(index).ok().or_else(from_end);
        self.finding(py, index.unwrap_or(number))
    }

    fn __iter__(slf: Bound<'_, Self>) -> Findings {
        Findings {
            report: slf.unbind(),
            next: 0,
        }
    }

    fn __bool__(&self) -> bool {
        true
    }
}

/// Goes through the findings of a report.
#[pyclass(module = "tunelint._tunelint")]
pub struct Findings {
    report: Py<Report>,
    next: usize,
}

#[pymethods]
impl Findings {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&mut self, py: Python<'_>) -> PyResult<Option<Finding>> {
        let report = self.report.get();
        if self.next >= report.checked.findings.len() {
            return Ok(None);
        }
        let finding = report.finding(py, self.next)?;
        self.next += 1;
        Ok(Some(finding))
    }
}

impl Verdict {
    /// `has_path` decides whether data is converted with a command or with a call.
    fn new(verdict: &totals::Verdict, has_path: bool) -> Self {
        let call = || format!("tunelint.convert(data, target={:?})", verdict.target);
        let convert = match has_path {
            true => verdict.convert.clone(),
            false => verdict.convert.as_ref().map(|_| call()),
        };
        Self {
            target: verdict.target.clone(),
            accepted: verdict.accepted(),
            closed: verdict.is_closed,
            rejected: verdict.rejected,
            skipped: verdict.skipped,
            changed: verdict.changed,
            errors: verdict.errors,
            warnings: verdict.warnings,
            advice: verdict.advice,
            convert,
            convert_to: verdict.convert_to.clone(),
        }
    }
}

#[pymethods]
impl Verdict {
    fn __repr__(&self) -> String {
        let accepted = if self.accepted { "True" } else { "False" };
        match &self.convert {
            Some(convert) => format!("Verdict(accepted={accepted}, convert={convert:?})"),
            None => format!("Verdict(accepted={accepted}, convert=None)"),
        }
    }
}

impl Source {
    fn new(source: &totals::SourceSummary) -> Self {
        Self {
            path: source.path.clone(),
            container: source.container.clone(),
            layout: source.layout.clone(),
            bytes: source.bytes,
            records: source.records,
            examples: source.examples,
            task: source.task.as_ref().map(|(name, _)| name.clone()),
        }
    }
}

#[pymethods]
impl Source {
    fn __repr__(&self) -> String {
        let Self {
            path,
            layout,
            records,
            ..
        } = self;
        format!("<Source {path}: {records} records of layout {layout}>")
    }
}
