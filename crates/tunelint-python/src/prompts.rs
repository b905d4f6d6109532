//! `infer`, and the format of prompts.

use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tunelint::embed;
use tunelint_core::position::Location;
use tunelint_core::prompts::{self, PromptChecker};

use crate::arguments::Arguments;
use crate::errors::UsageError;
use crate::finding::{Finding, Named};
use crate::rows::loaded;
use crate::run::interruptible;

/// Infers what the prompts of sources look like.
#[pyfunction]
pub fn infer(
    py: Python<'_>,
    sources: Vec<(String, PathBuf, Bound<'_, PyAny>)>,
    keywords: &Bound<'_, PyDict>,
) -> PyResult<PromptFormat> {
    let mut arguments = Arguments::new("infer", sources, keywords)?;
    arguments.add("--out=-");
    let (words, host) = arguments.finish();
    let stop = host.stop.clone();
    let format = interruptible(py, &stop, move || embed::infer(&words, host))?;
    PromptFormat::new(format)
}

/// The format in the text of a file that `infer` wrote.
#[pyfunction]
pub fn load(text: &str) -> PyResult<PromptFormat> {
    let format = prompts::PromptFormat::from_json(text);
    PromptFormat::new(format.map_err(|error| UsageError::new_err(error.to_string()))?)
}

/// What training prompts look like.
#[pyclass(frozen, module = "tunelint._tunelint")]
pub struct PromptFormat {
    json: String,
    checker: PromptChecker,
}

impl PromptFormat {
    fn new(format: prompts::PromptFormat) -> PyResult<Self> {
        let json = format
            .to_json()
            .map_err(|error| UsageError::new_err(error.to_string()))?;
        Ok(Self {
            json,
            checker: PromptChecker::new(format),
        })
    }
}

#[pymethods]
impl PromptFormat {
    fn json(&self) -> &str {
        &self.json
    }

    fn document<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        loaded(py, &self.json)
    }

    fn check(&self, py: Python<'_>, prompt: &str, system: Option<&str>) -> PyResult<Vec<Finding>> {
        let found = py.detach(|| self.checker.check(system, prompt));
        let name = |_: &Location| Named {
            path: Path::new("<prompt>"),
            is_rows: false,
        };
        found
            .iter()
            .map(|found| Finding::new(py, found, &name))
            .collect()
    }
}
