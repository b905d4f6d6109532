//! `fix`: applies fixes to files.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tunelint::embed;
use tunelint_core::printable::printable_path;

use crate::arguments::Arguments;
use crate::run::interruptible;

/// The number of fixes by file and rule, and the changes that were not made.
type Done = (
    BTreeMap<String, BTreeMap<&'static str, u64>>,
    Option<String>,
);

/// Applies fixes to files. `rejects` is where records are written that are dropped; without it, none
/// are. With `diff`, nothing is changed.
#[pyfunction]
#[pyo3(signature = (sources, keywords, r#unsafe, rejects, diff))]
pub fn fix(
    py: Python<'_>,
    sources: Vec<(String, PathBuf, Bound<'_, PyAny>)>,
    keywords: &Bound<'_, PyDict>,
    r#unsafe: bool,
    rejects: Option<PathBuf>,
    diff: bool,
) -> PyResult<Done> {
    let mut arguments = Arguments::new("check", sources, keywords)?;
    arguments.add("--fix");
    if r#unsafe {
        arguments.add("--unsafe-fixes");
    }
    if let Some(rejects) = rejects {
        arguments.add("--drop-records");
        let mut word = OsString::from("--rejects=");
        word.push(rejects);
        arguments.add(word);
    }
    if diff {
        arguments.add("--diff");
    }
    let (words, host) = arguments.finish();
    let stop = host.stop.clone();
    let fixed = interruptible(py, &stop, move || embed::fix(&words, host))?;
    let done = fixed.done.into_iter();
    let done = done
        .map(|(path, rules)| (printable_path(&path), rules))
        .collect();
    Ok((done, fixed.diff))
}
