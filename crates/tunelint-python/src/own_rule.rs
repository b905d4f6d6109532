//! Rules that are Python functions.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use tunelint::embed::Stop;
use tunelint_core::contract::{Check, ExampleRule};
use tunelint_core::example;
use tunelint_core::finding::{self, Findings, Severity};
use tunelint_core::record::Body;
use tunelint_core::session::OwnRule;

use crate::errors::UsageError;
use crate::finding::Finding;
use crate::rows::loaded;

/// A rule as the Python half passes it: its name, its usual severity, and the function.
pub type Given = (String, String, Py<PyAny>);

/// The first exception of any rule of a run. It ends the run.
#[derive(Clone, Default)]
pub struct Raised(Arc<Mutex<Option<PyErr>>>);

impl Raised {
    pub fn take(&self) -> Option<PyErr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, error: PyErr, stop: &Stop) {
        stop.set();
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(error);
    }
}

/// The rules for a run that `stop` ends.
///
/// # Errors
/// An unknown severity.
pub fn rules(given: Vec<Given>, raised: &Raised, stop: &Stop) -> PyResult<Vec<OwnRule>> {
    let rules = given.into_iter().map(|(name, severity, function)| {
        let severity = level(&severity)?;
        let function = Arc::new(function);
        let (raised, stop) = (raised.clone(), stop.clone());
        // Names of rules live as long as the program; a function has one name.
        let name: &'static str = name.leak();
        Ok(OwnRule::new(name, move |_| {
            Some(Check::example(PythonRule {
                function: Arc::clone(&function),
                severity,
                raised: raised.clone(),
                stop: stop.clone(),
            }))
        }))
    });
    rules.collect()
}

fn level(severity: &str) -> PyResult<Severity> {
    Severity::from_name(severity).ok_or_else(|| {
        let message =
            format!("unknown severity `{severity}`; choose one of: error, warning, advice");
        UsageError::new_err(message)
    })
}

struct PythonRule {
    function: Arc<Py<PyAny>>,
    severity: Severity,
    raised: Raised,
    stop: Stop,
}

impl ExampleRule for PythonRule {
    fn check(&self, example: &example::Example<'_>, findings: &mut Findings<'_>) {
        if self.stop.is_set() {
            return;
        }
        Python::attach(|py| {
            if let Err(error) = self.call(py, example, findings) {
                self.raised.set(error, &self.stop);
            }
        });
    }
}

impl PythonRule {
    fn call(
        &self,
        py: Python<'_>,
        example: &example::Example<'_>,
        findings: &mut Findings<'_>,
    ) -> PyResult<()> {
        let found = self
            .function
            .bind(py)
            .call1((Example::new(py, example)?,))?;
        if found.is_none() {
            return Ok(());
        }
        for finding in found.try_iter()? {
            let finding = finding?;
            let finding = finding.cast::<Finding>().map_err(|_| {
                UsageError::new_err(
                    "a rule returns findings: `tunelint.Finding(message, …)`, or None",
                )
            })?;
            self.report(finding.get(), example, findings)?;
        }
        Ok(())
    }

    fn report(
        &self,
        found: &Finding,
        example: &example::Example<'_>,
        findings: &mut Findings<'_>,
    ) -> PyResult<()> {
        let record = &example.record;
        let span = match found.pointer.as_str() {
            "" => record.span(),
            pointer => record.body.span_at(pointer).ok_or_else(|| {
                let message = format!("record {} has nothing at `{pointer}`", record.ordinal);
                UsageError::new_err(message)
            })?,
        };
        let severity = match found.severity.as_str() {
            "" => self.severity,
            own => level(own)?,
        };
        findings.report(record.at(span), severity, || {
            let message = finding::Message::new(found.message.clone());
            match &found.help {
                Some(help) => message.help(help.clone()),
                None => message,
            }
        });
        Ok(())
    }
}

/// An example, as a rule sees it.
#[pyclass(frozen, module = "tunelint")]
pub struct Example {
    #[pyo3(get)]
    row: u64,
    #[pyo3(get)]
    record: u64,
    #[pyo3(get)]
    layout: String,
    #[pyo3(get)]
    messages: Py<PyTuple>,
    raw: String,
    /// The cells of a table.
    cells: Option<Vec<(String, String)>>,
    input: String,
    output: Option<String>,
    system: Option<String>,
}

/// A message of an example.
#[pyclass(frozen, get_all, module = "tunelint")]
pub struct Message {
    role: String,
    text: String,
    pointer: String,
}

impl Example {
    fn new(py: Python<'_>, example: &example::Example<'_>) -> PyResult<Self> {
        let body = &example.record.body;
        let messages = example.turns.iter().map(|turn| {
            let message = Message {
                role: role(turn.speaker()).to_owned(),
                text: turn.joined().into_owned(),
                pointer: body.pointer(turn.text_span()),
            };
            Py::new(py, message)
        });
        let messages = messages.collect::<PyResult<Vec<_>>>()?;
        let cells = match body {
            Body::Row(row) => {
                let cells = row.header().names.iter().zip(row.cells());
                Some(
                    cells
                        .map(|(name, cell)| (name.clone(), cell.as_str().to_owned()))
                        .collect(),
                )
            }
            _ => None,
        };
        let text = |turn: &example::Turn<'_>| turn.joined().into_owned();
        let last_input = example.input().iter().rev();
        let mut last_input = last_input.filter(|turn| turn.speaker() == example::Role::User);
        Ok(Self {
            row: example.record.ordinal.saturating_sub(1),
            record: example.record.ordinal,
            layout: example.layout.to_owned(),
            messages: PyTuple::new(py, messages)?.unbind(),
            raw: String::from_utf8_lossy(example.record.raw).into_owned(),
            cells,
            input: last_input.next().map(text).unwrap_or_default(),
            output: example.output().map(text),
            system: example.system().map(text),
        })
    }
}

fn role(role: example::Role) -> &'static str {
    match role {
        example::Role::System => "system",
        example::Role::User => "user",
        example::Role::Model => "assistant",
        example::Role::Tool => "tool",
    }
}

#[pymethods]
impl Example {
    /// The record: a dict of its fields.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match &self.cells {
            None => loaded(py, &self.raw),
            Some(cells) => {
                let dict = pyo3::types::PyDict::new(py);
                cells
                    .iter()
                    .try_for_each(|(name, cell)| dict.set_item(name, cell))?;
                Ok(dict.into_any())
            }
        }
    }

    #[getter]
    fn input(&self) -> &str {
        &self.input
    }

    #[getter]
    fn output(&self) -> Option<&str> {
        self.output.as_deref()
    }

    #[getter]
    fn system(&self) -> Option<&str> {
        self.system.as_deref()
    }

    fn __repr__(&self) -> String {
        format!("<Example row {} of layout {}>", self.row, self.layout)
    }
}

#[pymethods]
impl Message {
    fn __repr__(&self) -> String {
        format!("<Message of {}: {:?}>", self.role, self.text)
    }
}
