//! `render`.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tunelint::embed::{self, RenderedRecord};

use crate::arguments::Arguments;
use crate::errors::{UsageError, raised};
use crate::frame::framed;
use crate::run::interruptible;

/// Renders the first record of the sources as a model sees it.
#[pyfunction]
pub fn render(
    py: Python<'_>,
    sources: Vec<(String, PathBuf, Bound<'_, PyAny>)>,
    keywords: &Bound<'_, PyDict>,
) -> PyResult<RenderedPage> {
    let mut arguments = Arguments::new("render", sources, keywords)?;
    arguments.add("--record=1");
    let (words, host) = arguments.finish();
    let stop = host.stop.clone();
    let records = interruptible(py, &stop, move || embed::render(&words, host))?;
    let first = records.into_iter().next();
    let record = first.ok_or_else(|| UsageError::new_err("no record to render"))?;
    Ok(RenderedPage { record })
}

/// A record as a model sees it, in the formats of the program.
#[pyclass(frozen, module = "tunelint._tunelint")]
pub struct RenderedPage {
    record: RenderedRecord,
}

#[pymethods]
impl RenderedPage {
    fn json(&self) -> String {
        embed::rendered_json(&self.record)
    }

    /// The text of each token and whether it is trained on; `None` without a tokenizer.
    fn tokens(&self) -> Option<Vec<(String, bool)>> {
        self.record.pieces()
    }

    fn html(&self, py: Python<'_>) -> PyResult<String> {
        embed::rendered_html(&self.record).map_err(|failure| raised(py, &failure))
    }

    fn frame(&self, py: Python<'_>) -> PyResult<String> {
        Ok(framed(&self.html(py)?))
    }
}
