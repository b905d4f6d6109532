//! The rules and the targets.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tunelint::embed::{self, Failure};
use tunelint_core::contract::{FixKind, Level, RuleContext, RuleEntry, RuleStatus, Scope};
use tunelint_core::profile::{self, Profile};
use tunelint_core::rules::REGISTRY;

use crate::errors::raised;
use crate::rows::loaded;

/// All rules, each as a dict; with a target, without those whose limit it does not have.
#[pyfunction]
#[pyo3(signature = (target))]
pub fn rules<'py>(py: Python<'py>, target: Option<&str>) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let profile = target.map(embed::target).transpose();
    let profile = profile.map_err(|failure| raised(py, &failure))?;
    let context = RuleContext {
        profiles: profile.into_iter().collect(),
        ..RuleContext::default()
    };
    let applies = |entry: &&RuleEntry| {
        let is_limit = entry.meta.level == Level::Profile;
        target.is_none() || !is_limit || (entry.build)(&context).is_some()
    };
    REGISTRY
        .iter()
        .filter(applies)
        .map(|entry| described(py, entry))
        .collect()
}

/// The rule `name` as a dict.
#[pyfunction]
pub fn rule<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyDict>> {
    let entry = embed::rule(name).map_err(|failure| raised(py, &failure))?;
    described(py, entry)
}

fn described<'py>(py: Python<'py>, entry: &RuleEntry) -> PyResult<Bound<'py, PyDict>> {
    let meta = &entry.meta;
    let rule = PyDict::new(py);
    rule.set_item("name", meta.name)?;
    rule.set_item(
        "severity",
        match meta.level {
            Level::Fixed(severity) => severity.as_str(),
            Level::Profile => "profile",
        },
    )?;
    rule.set_item(
        "status",
        match meta.status {
            RuleStatus::Stable => "stable",
            RuleStatus::Preview => "preview",
            RuleStatus::Off => "off",
        },
    )?;
    rule.set_item(
        "scope",
        match meta.scope {
            Scope::Example => "example",
            Scope::Dataset => "dataset",
            Scope::Source => "source",
        },
    )?;
    rule.set_item(
        "fix",
        match meta.fix {
            FixKind::None => None,
            FixKind::Safe => Some("safe"),
            FixKind::Unsafe => Some("unsafe"),
            FixKind::DropsRecord => Some("drops-record"),
        },
    )?;
    rule.set_item("since", meta.since)?;
    let options = meta.options.iter().map(|of| (of.name, of.default));
    rule.set_item(
        "options",
        options.collect::<std::collections::BTreeMap<_, _>>(),
    )?;
    rule.set_item("summary", entry.summary())?;
    rule.set_item("page", embed::page(entry))?;
    Ok(rule)
}

/// The names of all targets.
#[pyfunction]
pub fn targets() -> Vec<&'static str> {
    profile::FILES.iter().map(|(name, _)| *name).collect()
}

/// The profile of a target as plain values, and the same as text with its sources.
#[pyfunction]
pub fn target<'py>(py: Python<'py>, name: &str) -> PyResult<(Bound<'py, PyAny>, String)> {
    let profile = embed::target(name).map_err(|failure| raised(py, &failure))?;
    let json = json(&profile).map_err(|failure| raised(py, &failure))?;
    Ok((loaded(py, &json)?, embed::limits(&profile)))
}

fn json(profile: &Profile) -> Result<String, Failure> {
    serde_json::to_string(profile).map_err(|error| Failure::new(error.to_string()))
}
