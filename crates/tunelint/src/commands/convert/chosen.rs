//! The layout and the container to write: as given, or those of the target.

use std::sync::Arc;

use tunelint_core::convert::Weights;
use tunelint_core::fit::{container_for, layout_for};
use tunelint_core::layout::{self, Layout};
use tunelint_core::printable::printable_path;
use tunelint_core::profile::{self, Profile};
use tunelint_core::reader::Reader;
use tunelint_core::rules::missing_column;
use tunelint_core::sink::Form;
use tunelint_core::source::Container;

use super::body;
use crate::cli::Convert;
use crate::exit::Failure;
use crate::names::{self, unknown};
use crate::reading;

/// The layout to write if neither a layout nor a target is named.
const DEFAULT: &str = "pairs";

/// What to write.
pub(super) struct Chosen {
    pub(super) layout: Arc<dyn Layout>,
    target: Option<Arc<Profile>>,
}

impl Chosen {
    /// The layout and target that `options` name. A name that is no layout is that of a target.
    pub(super) fn new(options: &Convert, readers: &[Reader]) -> Result<Self, Failure> {
        let target = target(options)?;
        let is_layout = |name: &&String| target.is_none() || layout::by_name(name).is_some();
        let to = options.to.as_ref().filter(is_layout);
        if let Some(name) = to {
            let layout = reading::named_layout(name)?;
            return Ok(Self { layout, target });
        }
        let mut chosen: Option<(Arc<dyn Layout>, &Reader)> = None;
        // A file without records, such as an empty one, has no say.
        let has_say = |reader: &&Reader| {
            reader.layout().is_some() || reader.mapping.problem.is_some() || readers.len() == 1
        };
        for reader in readers.iter().filter(has_say) {
            let layout = match (&target, reader.layout()) {
                (Some(target), _) => of_target(target, options, reader)?,
                (None, Some(_)) => reading::named_layout(DEFAULT)?,
                (None, None) => return Err(unknown_layout(reader)),
            };
            match &chosen {
                Some((other, first)) if other.name() != layout.name() => {
                    return Err(several_layouts([(other, *first), (&layout, reader)]));
                }
                Some(_) => {}
                None => chosen = Some((layout, reader)),
            }
        }
        match chosen {
            Some((layout, _)) => Ok(Self { layout, target }),
            None => Err(Failure::new("no records in the files")),
        }
    }

    /// What the target reads of the weights of messages.
    pub(super) fn weights(&self) -> Weights {
        let target = self.target.as_ref();
        target.map_or(Weights::Kept, |of| Weights::of(of, self.layout.name()))
    }

    /// The container: as given, or that of the target, or by the extension of the file.
    pub(super) fn form(&self, options: &Convert) -> Result<Form, Failure> {
        let name = match (&options.form, &self.target) {
            (Some(name), _) => name.as_str(),
            (None, Some(target)) => container_for(target, Container::from_path(&options.out)),
            (None, None) => by_extension(options)?,
        };
        if name != "rest" && body::is_asked(&options.rest) {
            let message = "a display name, base model or hyperparameter requires `--as rest`";
            return Err(Failure::new(message).help("add `--as rest`, or remove these options"));
        }
        match name {
            "jsonl" => Ok(Form::Jsonl),
            "parquet" => Ok(Form::Parquet),
            "json" => Ok(Form::Json),
            "csv" => self.table(b','),
            "tsv" => self.table(b'\t'),
            "rest" if !self.layout.fits_request() => {
                let message = "a request body needs the layout `pairs`";
                Err(Failure::new(message).help("add `--to pairs`"))
            }
            "rest" => {
                let body = body::build(&options.rest, self.target.as_ref())?;
                Ok(Form::Rest(Box::new(body)))
            }
            other => {
                let known = ["jsonl", "json", "csv", "tsv", "parquet", "rest"];
                Err(match Container::from_name(other) {
                    Some(_) => Failure::new(format!("{other} files are read, but not written"))
                        .help(format!("write one of: {}", known.join(", "))),
                    None => unknown("container", other, &known),
                })
            }
        }
    }

    fn table(&self, delimiter: u8) -> Result<Form, Failure> {
        if !self.layout.columns().is_empty() {
            return Ok(Form::Table { delimiter });
        }
        let message = format!("a table cannot hold the layout `{}`", self.layout.name());
        let help =
            "write jsonl or json, or a layout of one prompt and one response with `--to pairs`";
        Err(Failure::new(message).help(help))
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
    let to = layout_for(target, from.as_ref(), Container::from_path(&options.out));
    to.ok_or_else(|| {
        let (target, from) = (&target.name, from.name());
        Failure::new(format!("{target} trains on other data than `{from}` holds"))
            .help("choose another target, or name a layout with `--to`")
    })
}

/// Why the sources are not written to one file.
fn several_layouts(sources: [(&Arc<dyn Layout>, &Reader); 2]) -> Failure {
    let [one, other] = sources.map(|(layout, reader)| {
        let path = printable_path(&reader.input.name);
        format!("{path} as `{}`", layout.name())
    });
    Failure::new(format!("{one} and {other} do not fit in one file"))
        .help("name the layout to write with `--to`")
}

/// Why the layout to write is not known.
fn unknown_layout(reader: &Reader) -> Failure {
    let path = printable_path(&reader.input.name);
    match &reader.mapping.problem {
        Some(problem) => {
            let words = missing_column::words(problem, &reader.input.name);
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
        None => {
            let out = printable_path(&options.out);
            let message = format!("{out}: cannot tell the container from this extension");
            let help = "set the container with `--as` (jsonl, json, csv, tsv, parquet or rest)";
            Err(Failure::new(message).help(help))
        }
    }
}
