//! The native half of the Python package `tunelint`: a thin layer over [`tunelint::embed`].
//!
//! The Python half (`python/tunelint`) decides what kind of data it was given; this half turns it into
//! inputs, runs a command without holding the interpreter's lock, and hands out what it found. Types
//! and functions are documented for users in `python/tunelint/_tunelint.pyi`.

// From the bottom up: a module imports only from those before it.
mod errors;

mod run;

mod json;

mod rows;

mod arguments;

mod finding;

mod own_rule;

mod frame;

mod render;
mod report;

mod distributed;

mod convert;

mod stats;

mod fix;

mod prompts;

mod catalog;

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the program with these arguments, the first of which is its name, and returns its exit code.
#[pyfunction]
fn main(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| tunelint::main_with(arguments))
}

/// The native half of the package.
#[pymodule]
fn _tunelint(module: &Bound<'_, PyModule>) -> PyResult<()> {
    run::silence_panics();
    let py = module.py();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("UsageError", py.get_type::<errors::UsageError>())?;
    module.add("CheckFailed", py.get_type::<errors::CheckFailed>())?;
    module.add_class::<finding::Finding>()?;
    module.add_class::<finding::Fix>()?;
    module.add_class::<finding::Edit>()?;
    module.add_class::<finding::Related>()?;
    module.add_class::<own_rule::Example>()?;
    module.add_class::<own_rule::Message>()?;
    module.add_class::<report::Report>()?;
    module.add_class::<report::Verdict>()?;
    module.add_class::<report::Source>()?;
    module.add_class::<rows::RowsFile>()?;
    module.add_class::<convert::Conversion>()?;
    module.add_class::<convert::Loss>()?;
    module.add_class::<convert::Rejected>()?;
    module.add_class::<stats::StatsPage>()?;
    module.add_class::<render::RenderedPage>()?;
    module.add_class::<prompts::PromptFormat>()?;
    module.add_function(wrap_pyfunction!(main, module)?)?;
    module.add_function(wrap_pyfunction!(arguments::options, module)?)?;
    module.add_function(wrap_pyfunction!(report::check, module)?)?;
    module.add_function(wrap_pyfunction!(distributed::part, module)?)?;
    module.add_function(wrap_pyfunction!(distributed::combine, module)?)?;
    module.add_function(wrap_pyfunction!(distributed::state, module)?)?;
    module.add_function(wrap_pyfunction!(distributed::merge, module)?)?;
    module.add_function(wrap_pyfunction!(distributed::partition, module)?)?;
    module.add_function(wrap_pyfunction!(convert::convert, module)?)?;
    module.add_function(wrap_pyfunction!(convert::split, module)?)?;
    module.add_function(wrap_pyfunction!(stats::stats, module)?)?;
    module.add_function(wrap_pyfunction!(render::render, module)?)?;
    module.add_function(wrap_pyfunction!(fix::fix, module)?)?;
    module.add_function(wrap_pyfunction!(prompts::infer, module)?)?;
    module.add_function(wrap_pyfunction!(prompts::load, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::rules, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::rule, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::targets, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::target, module)?)?;
    module.add_function(wrap_pyfunction!(rows::spool, module)?)?;
    module.add_function(wrap_pyfunction!(rows::read, module)?)
}
