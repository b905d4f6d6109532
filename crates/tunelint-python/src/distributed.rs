//! Checks in several places: parts, and what is made of them.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use tunelint::embed::{self, Failure, Host, Limits, PartOptions};

use crate::arguments::{Arguments, Given};
use crate::own_rule::{self, Raised};
use crate::report::Report;
use crate::run::interruptible;

/// Reads a partition, the only one of `sources`.
#[pyfunction]
#[pyo3(signature = (sources, keywords, rules, index, state, max_findings, max_digests))]
#[expect(clippy::too_many_arguments, reason = "the Python half names them")]
pub fn part<'py>(
    py: Python<'py>,
    sources: Vec<Given<'py>>,
    keywords: &Bound<'py, PyDict>,
    rules: Vec<own_rule::Given>,
    index: u32,
    state: Option<Vec<u8>>,
    max_findings: Option<u64>,
    max_digests: Option<u64>,
) -> PyResult<Bound<'py, PyBytes>> {
    let (words, mut host) = Arguments::new("check", sources, keywords)?.finish();
    let stop = host.stop.clone();
    let first = Raised::default();
    host.rules = own_rule::rules(rules, &first, &stop)?;
    let reading = PartOptions {
        index,
        state,
        limits: Limits {
            findings: max_findings,
            digests: max_digests,
        },
    };
    let made = interruptible(py, &stop, move || embed::part(&words, host, &reading));
    match first.take() {
        Some(error) => Err(error),
        None => Ok(PyBytes::new(py, &made?)),
    }
}

/// Combines parts of one round.
#[pyfunction]
pub fn combine<'py>(
    py: Python<'py>,
    parts: Vec<Vec<u8>>,
    state: Option<Vec<u8>>,
    compared: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyBytes>> {
    let combined = with_data(py, compared, move |host| {
        embed::combine(&parts, state.as_deref(), host)
    });
    Ok(PyBytes::new(py, &combined?))
}

/// What the next round needs.
#[pyfunction]
pub fn state<'py>(
    py: Python<'py>,
    parts: Vec<Vec<u8>>,
    compared: &Bound<'py, PyDict>,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let state = with_data(py, compared, move |host| embed::next_round(&parts, host))?;
    Ok(state.map(|state| PyBytes::new(py, &state)))
}

/// The report of the parts of all rounds.
#[pyfunction]
pub fn merge(
    py: Python<'_>,
    parts: Vec<Vec<u8>>,
    compared: &Bound<'_, PyDict>,
) -> PyResult<Report> {
    let (checked, own) = with_data(py, compared, move |host| embed::merge(&parts, host))?;
    Ok(Report::of_rows(checked, own))
}

/// The name of a partition.
#[pyfunction]
pub fn partition(index: u32) -> PathBuf {
    embed::partition(index)
}

/// Runs `work` with a host that has the data in `compared`, options by name.
fn with_data<T: Send + 'static>(
    py: Python<'_>,
    compared: &Bound<'_, PyDict>,
    work: impl FnOnce(Host) -> Result<T, Failure> + Send + 'static,
) -> PyResult<T> {
    let (_, host) = Arguments::new("check", Vec::new(), compared)?.finish();
    let stop = host.stop.clone();
    interruptible(py, &stop, move || work(host))
}
