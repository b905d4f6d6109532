//! `tunelint render`: shows records as a model sees them, with what is trained on.

mod production;
mod rendered;
mod worst;

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use tunelint_core::printable::printable_path;
use tunelint_core::profile::Profile;
use tunelint_core::reader::Reader;
use tunelint_core::session::Opened;
use tunelint_model::{Model, with_deep_stack};

use super::check::opening;
use crate::cli::{CheckOptions, RenderOptions};
use crate::exit::{Exit, Failure};
use crate::model;
use crate::report::render::{self as report, RenderFormat, RenderedRecord, View};
use crate::stdout::Stdout;
use production::Production;
use rendered::rendered;
use worst::Worst;

/// Renders the records that `options` name. The exit code is 1 if one of them cannot be rendered.
pub fn run(options: &RenderOptions) -> Result<Exit, Failure> {
    let opened = open(options)?;
    let Some(model) = opened.model.clone() else {
        return Err(model::no_template());
    };
    let production = options.production.as_deref();
    let production = production.map(|path| Production::read(path, &model));
    let rendering = Rendering {
        production: production.transpose()?,
        model,
        targets: options.target.is_some().then_some(opened.targets),
        wanted: Wanted::of(options),
    };
    let path = printable_path(&options.file);
    let out = BufWriter::new(Stdout::default());
    let reader = opened.reader;
    // One thread with a deep stack for all records.
    let outcome = with_deep_stack(|| rendering.records(reader, options, out));
    match outcome {
        None => Err(Failure::new("cannot start a thread")),
        Some(Err(error)) => Err(Failure::io("render", &path, &error)),
        Some(Ok(outcome)) => outcome.exit(&options.file, rendering.wanted),
    }
}

/// The file with its target and model.
fn open(options: &RenderOptions) -> Result<Opened, Failure> {
    let check = CheckOptions {
        paths: vec![options.file.clone()],
        reading: options.reading.clone(),
        target: options.target.iter().cloned().collect(),
        model: options.model.clone(),
        settings: options.settings.clone(),
        ..CheckOptions::default()
    };
    let mut opened = opening::open(&check)?.into_iter();
    let path = printable_path(&options.file);
    match (opened.next(), opened.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(Failure::new(format!("{path} has no file with records"))),
        (Some(_), Some(_)) => {
            let failure = Failure::new(format!("{path} has several files with records"));
            Err(failure.help("name one of them"))
        }
    }
}

/// Which records are shown.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    All,
    /// The one with this number.
    One(u64),
    /// At most this many, the worst first.
    Worst(usize),
}

impl Wanted {
    /// People see one record at a time.
    fn of(options: &RenderOptions) -> Self {
        match (options.record, options.worst, options.format) {
            (Some(record), ..) => Self::One(record),
            (None, Some(number), _) => Self::Worst(number),
            (None, None, RenderFormat::Human) => Self::One(1),
            (None, None, _) => Self::All,
        }
    }

    fn wants(self, record: u64) -> bool {
        match self {
            Self::All | Self::Worst(_) => true,
            Self::One(number) => number == record,
        }
    }
}

/// What became of the records.
#[derive(Debug, Default)]
struct Outcome {
    rendered: u64,
    failed: u64,
}

impl Outcome {
    fn exit(&self, path: &Path, wanted: Wanted) -> Result<Exit, Failure> {
        let path = printable_path(path);
        match (self.rendered + self.failed, wanted) {
            (0, Wanted::One(number)) => Err(Failure::new(format!("{path} has no record {number}"))),
            (0, _) => Err(Failure::new(format!("{path} has no records"))),
            _ if self.failed > 0 => Ok(Exit::Findings),
            _ => Ok(Exit::Clean),
        }
    }
}

/// How records are rendered, and which are shown.
struct Rendering {
    model: Arc<Model>,
    /// The target, if the user named one, so that it decides what is trained on.
    targets: Option<Vec<Arc<Profile>>>,
    production: Option<Production>,
    wanted: Wanted,
}

impl Rendering {
    /// Renders the wanted records of `reader`, in order.
    fn records(
        &self,
        mut reader: Reader,
        options: &RenderOptions,
        out: impl Write + Send + 'static,
    ) -> io::Result<Outcome> {
        let color = options.color.is_on();
        let mut view = report::open(options.format, color, Box::new(out));
        let mut worst = match self.wanted {
            Wanted::Worst(number) => Some(Worst::new(number)),
            Wanted::All | Wanted::One(_) => None,
        };
        let mut outcome = Outcome::default();
        self.each(&mut reader, &mut |record| {
            match record.error {
                None => outcome.rendered += 1,
                Some(_) => outcome.failed += 1,
            }
            match &mut worst {
                Some(worst) => worst.add(record),
                None => view.record(&record)?,
            }
            Ok(())
        })?;
        let worst = worst.map(Worst::into_records).unwrap_or_default();
        show(&worst, &mut *view)?;
        view.finish()?;
        Ok(outcome)
    }

    /// Passes every wanted record to `each`, until that fails.
    fn each(
        &self,
        reader: &mut Reader,
        each: &mut dyn FnMut(RenderedRecord) -> io::Result<()>,
    ) -> io::Result<()> {
        let decoder = reader.decoder();
        let mut scratch = decoder.scratch();
        let mut shown = Ok(());
        let mut is_done = false;
        while let (false, Some(batch)) = (is_done, reader.next_batch()?) {
            decoder.each(&batch, &mut scratch, &mut |decoded| {
                let number = rendered::number(&decoded);
                is_done |= matches!(self.wanted, Wanted::One(wanted) if wanted <= number);
                if shown.is_err() || !self.wanted.wants(number) {
                    return;
                }
                let mut record = rendered(&decoded, &self.model, self.targets.as_deref());
                if let Some(production) = &self.production {
                    record.compare(production.text());
                }
                shown = each(record);
            });
            reader.recycle(batch);
        }
        shown
    }
}

fn show(records: &[RenderedRecord], view: &mut dyn View) -> io::Result<()> {
    records.iter().try_for_each(|record| view.record(record))
}
