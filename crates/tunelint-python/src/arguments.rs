//! Turns the data and keywords of a call into the arguments of a command.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString};
use tunelint::embed::{self, CommandOption, Host};
use tunelint_core::source::Input;

use crate::errors::{UsageError, raised};
use crate::json;
use crate::rows::{bytes_of, of_arrow, of_items};

/// A source as the Python half passes it: `path`, `bytes`, `rows` or `arrow`; its name; and what it is made of.
pub type Given<'py> = (String, PathBuf, Bound<'py, PyAny>);

/// Looks for no settings file.
const ISOLATED: &str = "--isolated";

/// Options whose values are data.
const OF_DATA: [&str; 3] = ["validation", "production", "benchmark"];

/// Options that are about a terminal or about files that a call has no use for.
fn is_hidden(command: &str, option: &str) -> bool {
    const ALWAYS: [&str; 8] = [
        "stdin-filename",
        "format",
        "report",
        "color",
        "no-progress",
        "timings",
        "width",
        "contained",
    ];
    let own: &[&str] = match command {
        "check" => &[
            "part",
            "fix",
            "unsafe-fixes",
            "drop-records",
            "rejects",
            "diff",
        ],
        "convert" => &["rejects", "check"],
        "split" | "infer" => &["out", "force"],
        "render" => &["record", "worst", "production"],
        _ => &[],
    };
    ALWAYS.contains(&option) || own.contains(&option)
}

/// The keywords of a command: name, whether it is a flag, whether it takes several values, and help.
#[pyfunction]
pub fn options(command: &str) -> Vec<(String, bool, bool, String)> {
    let known = embed::options(command).into_iter();
    let known = known.filter(|option| !is_hidden(command, &option.name));
    known
        .map(|of| {
            (
                keyword(&of.name),
                !of.takes_value,
                of.is_repeatable,
                of.help,
            )
        })
        .collect()
}

/// The keyword for an option; `as` and `from` are words of Python.
fn keyword(option: &str) -> String {
    match option {
        "as" | "from" => format!("{option}_"),
        option => option.replace('-', "_"),
    }
}

/// The arguments of a command, and what they stand for.
pub struct Arguments {
    pub words: Vec<OsString>,
    pub paths: Vec<OsString>,
    objects: BTreeMap<PathBuf, Input>,
    /// The names of sources that have rows and no lines.
    pub rows: BTreeSet<PathBuf>,
    /// Whether any source is a file.
    pub has_path: bool,
}

impl Arguments {
    /// The arguments of `command` for these sources and keywords.
    ///
    /// # Errors
    /// [`UsageError`] for an unknown keyword or a wrong value, and errors of the data.
    pub fn new(
        command: &str,
        sources: Vec<Given<'_>>,
        keywords: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let mut arguments = Self {
            words: vec![command.into()],
            paths: Vec::new(),
            objects: BTreeMap::new(),
            rows: BTreeSet::new(),
            has_path: false,
        };
        let has_path = sources.iter().any(|(kind, ..)| kind == "path");
        arguments.has_path = has_path;
        for source in sources {
            let path = arguments.source(source)?;
            arguments.paths.push(path.into());
        }
        let known = embed::options(command);
        for (name, value) in keywords.iter() {
            let name: String = name.extract()?;
            match name.as_str() {
                "settings" if known.iter().any(|of| of.name == "config") => {
                    arguments.settings(&value, has_path)?;
                }
                _ => arguments.keyword(command, &known, &name, &value)?,
            }
        }
        Ok(arguments)
    }

    /// Adds an option that has no keyword.
    pub fn add(&mut self, word: impl Into<OsString>) {
        self.words.push(word.into());
    }

    /// Adds the option that no settings file is looked for, which may be given already.
    fn isolate(&mut self) {
        if !self.words.iter().any(|word| word == ISOLATED) {
            self.add(ISOLATED);
        }
    }

    /// All arguments, and the host with the objects that they name.
    pub fn finish(&mut self) -> (Vec<OsString>, Host) {
        let mut words = std::mem::take(&mut self.words);
        words.push("--".into());
        words.append(&mut self.paths);
        let objects = std::mem::take(&mut self.objects);
        (words, Host::new(objects))
    }

    /// Adds a source, and returns the path that names it.
    fn source(&mut self, (kind, name, data): Given<'_>) -> PyResult<PathBuf> {
        if kind == "path" {
            return Ok(name);
        }
        let name = self.unused(name);
        let input = match kind.as_str() {
            "bytes" => Input::bytes(name.clone(), bytes_of(&data)?),
            kind => {
                self.rows.insert(name.clone());
                let rows = if kind == "arrow" {
                    of_arrow(&data)
                } else {
                    of_items(&data)
                };
                rows?.input(name.clone())
            }
        };
        self.objects.insert(name.clone(), input);
        Ok(name)
    }

    /// `<data>`, or `<data 2>` if that is taken.
    fn unused(&self, name: PathBuf) -> PathBuf {
        let stem = name.to_string_lossy().trim_end_matches('>').to_owned();
        let numbered = (2..).map(|number| PathBuf::from(format!("{stem} {number}>")));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let free = names.find(|name| !self.objects.contains_key(name));
        free.unwrap_or(name)
    }

    fn settings(&mut self, value: &Bound<'_, PyAny>, has_path: bool) -> PyResult<()> {
        if !has_path {
            self.isolate();
        }
        if value.is_none() {
            return Ok(());
        }
        let Ok(settings) = value.cast::<PyDict>() else {
            let path: PathBuf = value
                .extract()
                .map_err(|_| UsageError::new_err("settings: expected a path, a dict or None"))?;
            let mut word = OsString::from("--config=");
            word.push(path);
            self.add(word);
            return Ok(());
        };
        self.isolate();
        for (key, value) in settings.iter() {
            let key: String = key.extract()?;
            let mut json = Vec::new();
            json::write(&value, &mut json)?;
            let value = serde_json::from_slice(&json).ok().and_then(as_toml);
            let value = value.ok_or_else(|| {
                UsageError::new_err(format!(
                    "settings: `{key}` has a value that no setting takes"
                ))
            })?;
            self.add(format!("--config={key}={value}"));
        }
        Ok(())
    }

    fn keyword(
        &mut self,
        command: &str,
        known: &[CommandOption],
        name: &str,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let option = name.strip_suffix('_').unwrap_or(name).replace('_', "-");
        let visible = known.iter().filter(|of| !is_hidden(command, &of.name));
        let Some(found) = visible.clone().find(|of| of.name == option) else {
            let mut names: Vec<String> = visible.map(|of| keyword(&of.name)).collect();
            if known.iter().any(|of| of.name == "config") {
                names.push("settings".to_owned());
            }
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return Err(raised(value.py(), &embed::unknown_option(name, &names)));
        };
        if value.is_none() {
            return Ok(());
        }
        if OF_DATA.contains(&option.as_str()) && found.takes_value && command != "split" {
            for source in value.extract::<Vec<Given<'_>>>()? {
                let path = self.source(source)?;
                self.valued(&option, path.into_os_string());
            }
            return Ok(());
        }
        match value.cast::<PyBool>() {
            Ok(flag) if !found.takes_value => {
                match (flag.is_true(), option.as_str()) {
                    (true, "isolated") => self.isolate(),
                    (true, option) => self.add(format!("--{option}")),
                    (false, _) => {}
                }
                Ok(())
            }
            _ if !found.takes_value => {
                Err(UsageError::new_err(format!("`{name}` takes True or False")))
            }
            Ok(_) => Err(UsageError::new_err(format!(
                "`{name}` takes a value, not a bool"
            ))),
            Err(_) => self.values(&option, found, value),
        }
    }

    /// The value of an option: one, several, or pairs such as `severity={"secret": "error"}`.
    fn values(
        &mut self,
        option: &str,
        found: &CommandOption,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        if let Ok(pairs) = value.cast::<PyDict>() {
            for (key, value) in pairs.iter() {
                let pair = format!("{}={}", key.str()?.to_cow()?, value.str()?.to_cow()?);
                self.valued(option, pair.into());
            }
            return Ok(());
        }
        let is_one = value.is_instance_of::<PyString>() || value.hasattr("__fspath__")?;
        if found.is_repeatable && !is_one && value.hasattr("__iter__")? {
            for item in value.try_iter()? {
                self.valued(option, text_of(&item?)?);
            }
            return Ok(());
        }
        self.valued(option, text_of(value)?);
        Ok(())
    }

    fn valued(&mut self, option: &str, value: OsString) {
        let mut word = OsString::from(format!("--{option}="));
        word.push(value);
        self.add(word);
    }
}

/// A value as the command line has it.
fn text_of(value: &Bound<'_, PyAny>) -> PyResult<OsString> {
    if value.is_instance_of::<PyString>() || value.hasattr("__fspath__")? {
        return Ok(value.extract::<PathBuf>()?.into_os_string());
    }
    Ok(value.str()?.to_cow()?.into_owned().into())
}

/// A JSON value as TOML on one line; `None` for one that TOML cannot hold.
fn as_toml(value: serde_json::Value) -> Option<String> {
    Some(toml::Value::try_from(value).ok()?.to_string())
}
