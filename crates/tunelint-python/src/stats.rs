//! `stats`.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tunelint::embed::{self, Stats};

use crate::arguments::Arguments;
use crate::errors::raised;
use crate::frame::framed;
use crate::run::interruptible;

/// Summarizes sources.
#[pyfunction]
pub fn stats(
    py: Python<'_>,
    sources: Vec<(String, PathBuf, Bound<'_, PyAny>)>,
    keywords: &Bound<'_, PyDict>,
) -> PyResult<StatsPage> {
    let mut arguments = Arguments::new("stats", sources, keywords)?;
    let (words, host) = arguments.finish();
    let stop = host.stop.clone();
    let stats = interruptible(py, &stop, move || embed::stats(&words, host))?;
    Ok(StatsPage {
        stats: Arc::new(stats),
    })
}

/// A summary, in the formats of the program.
#[pyclass(frozen, module = "tunelint._tunelint")]
pub struct StatsPage {
    stats: Arc<Stats>,
}

#[pymethods]
impl StatsPage {
    fn json(&self) -> String {
        self.stats.document.json()
    }

    fn human(&self) -> String {
        self.stats.human()
    }

    fn markdown(&self) -> String {
        self.stats.markdown()
    }

    fn html(&self, py: Python<'_>) -> PyResult<String> {
        let page = py.detach(|| self.stats.html());
        let page = page.map_err(|failure| raised(py, &failure))?;
        Ok(String::from_utf8_lossy(&page).into_owned())
    }

    fn frame(&self, py: Python<'_>) -> PyResult<String> {
        Ok(framed(&self.html(py)?))
    }
}
