//! The layout and the container to write: as given, or those of the target.

use std::sync::Arc;

use tunelint_core::fit::fit;
use tunelint_core::layout::{self, Layout};
use tunelint_core::printable::printable_path;
use tunelint_core::profile::{self, Delivery, Profile};
use tunelint_core::reader::Reader;
use tunelint_core::rules::missing_column;
use tunelint_core::sink::Form;
use tunelint_core::source::Container;

use super::body;
use crate::cli::Convert;
use crate::exit::Failure;
use crate::names::{self, unknown};
use crate::reading;

/// The containers that can be written.
const CONTAINERS: [&str; 5] = ["jsonl", "json", "csv", "tsv", "rest"];

/// What to write.
pub(super) struct Chosen {
    pub(super) layout: Arc<dyn Layout>,
    target: Option<Arc<Profile>>,
}

impl Chosen {
    /// The layout and target that `options` name. A name that is no layout is that of a target.
    pub(super) fn new(options: &Convert, reader: &Reader) -> Result<Self, Failure> {
        let target = target(options)?;
        let is_layout = |name: &&String| target.is_none() || layout::by_name(name).is_some();
        let layout = match (
            options.to.as_ref().filter(is_layout),
            &target,
            reader.layout(),
        ) {
            (Some(name), ..) => reading::named_layout(name)?,
            (None, Some(target), _) => of_target(target, options, reader)?,
            (None, None, Some(layout)) => Arc::clone(layout),
            (None, None, None) => return Err(unknown_layout(reader)),
        };
        Ok(Self { layout, target })
    }

    /// The container: as given, or that of the target, or by the extension of the file.
    pub(super) fn form(&self, options: &Convert) -> Result<Form, Failure> {
        let name = match (&options.form, &self.target) {
            (Some(name), _) => name.as_str(),
            (None, Some(target)) => self.container_for(target, options),
            (None, None) => by_extension(options)?,
        };
        if name != "rest" && body::is_asked(&options.rest) {
            let message = "a display name, base model or hyperparameter requires `--as rest`";
            return Err(Failure::new(message).help("add `--as rest`, or remove these options"));
        }
        match name {
            "jsonl" => Ok(Form::Jsonl),
            "json" => Ok(Form::Json),
            "csv" => self.table(b','),
            "tsv" => self.table(b'\t'),
            "rest" if !self.layout.fits_request() => {
                Err(Failure::new("a request body needs the layout `pairs`")
                    .help("add `--to pairs`"))
            }
            "rest" => Ok(Form::Rest(Box::new(body::build(
                &options.rest,
                self.target.as_ref(),
            )?))),
            other => Err(unknown("container", other, &CONTAINERS)),
        }
    }

    /// The container that the target takes, unless the extension of the file names another that it
    /// takes as well. A request body is JSON.
    fn container_for(&self, target: &Profile, options: &Convert) -> &'static str {
        let own = match target.container {
            Delivery::Rest => "rest",
            Delivery::Jsonl => "jsonl",
        };
        let named = Container::from_path(&options.out).map(Container::as_str);
        let another = named.filter(|name| target.reads(name) && (own, *name) != ("rest", "json"));
        another.unwrap_or(own)
    }

    fn table(&self, delimiter: u8) -> Result<Form, Failure> {
        if self.layout.columns().is_empty() {
            let message = format!("a table cannot hold the layout `{}`", self.layout.name());
            return Err(Failure::new(message).help(
                "write jsonl or json, or a layout of one prompt and one response with `--to pairs`",
            ));
        }
        Ok(Form::Table { delimiter })
    }
}

/// The target that `options` name, if any: with `--target`, or with a `--to` that is no layout.
pub(super) fn target(options: &Convert) -> Result<Option<Arc<Profile>>, Failure> {
    let is_target = |name: &&String| {
        layout::by_name(name).is_none() && profile::FILES.iter().any(|(known, _)| known == name)
    };
    let named = options.to.as_ref().filter(is_target);
    let name = options.target.as_ref().or(named);
    name.map(|name| names::profile(name)).transpose()
}

/// The layout of `target` that the source should be converted to.
fn of_target(
    target: &Profile,
    options: &Convert,
    reader: &Reader,
) -> Result<Arc<dyn Layout>, Failure> {
    let Some(from) = reader.layout() else {
        return Err(unknown_layout(reader));
    };
    let mut fitting = target.clone();
    let out = Container::from_path(&options.out);
    if out.is_some_and(|out| out.has_rows() && target.reads(out.as_str())) {
        let has_columns = |of: Arc<dyn Layout>| !of.columns().is_empty();
        fitting
            .layouts
            .retain(|name| layout::by_name(name).is_some_and(has_columns));
    }
    let name = match fitting.takes(from.name()) {
        true => Some(from.name().to_owned()),
        false => fit(&fitting, &[from.name()]),
    };
    let to = name.and_then(|name| layout::by_name(&name));
    to.ok_or_else(|| {
        let (target, from) = (&target.name, from.name());
        Failure::new(format!("{target} trains on other data than `{from}` holds"))
            .help("choose another target, or name a layout with `--to`")
    })
}

/// Why the layout to write is not known.
fn unknown_layout(reader: &Reader) -> Failure {
    let path = printable_path(&reader.input.name);
    match &reader.mapping.problem {
        Some(problem) => {
            let words = missing_column::words(problem);
            let failure = Failure::new(format!("{path}: {}", words.text()));
            failure.help(words.advice().unwrap_or_default())
        }
        None => Failure::new(format!("{path}: unknown layout"))
            .help("set the layout to read with `--layout`, and the one to write with `--to`"),
    }
}

/// The container that the extension of the file to write names.
fn by_extension(options: &Convert) -> Result<&'static str, Failure> {
    match Container::from_path(&options.out) {
        Some(container) => Ok(container.as_str()),
        None if options.out.as_os_str() == "-" => Ok("jsonl"),
        None => Err(Failure::new(format!(
            "{}: cannot tell the container from this extension",
            printable_path(&options.out)
        ))
        .help("set the container with `--as` (jsonl, json, csv, tsv or rest)")),
    }
}
