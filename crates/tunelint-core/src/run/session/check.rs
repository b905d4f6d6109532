//! Checks the sources one after the other.

use std::io;
use std::sync::Arc;

use tunelint_data::source::Container;
use tunelint_data::text::position::SourceId;
use tunelint_data::text::printable::printable_path;
use tunelint_layouts::finding::totals::SourceSummary;
use tunelint_layouts::provider::faults::SourceForm;
use tunelint_layouts::reader::Reader;
use tunelint_rules::rules::usual_impacts;
use tunelint_rules::survey::production_prompts::has_lines;

use super::counting::Counting;
use super::settings::DatasetSettings;
use super::state::{Outcome, Session, SessionSource};
use super::summary;
use crate::run::lint::{Observer, SourceError};
use crate::run::shard::ShardPart;

impl Session {
    /// Checks every source in the order in which they were added, then runs the checks that need
    /// all of them. A file that cannot be read does not end the run: it is passed to
    /// [`Observer::unreadable`].
    ///
    /// Files are read again if a rule compares each example with the inferred format.
    ///
    /// # Errors
    /// Errors from `observer`, and [`io::ErrorKind::Interrupted`] if [`Observer::progress`] breaks. A
    /// file that changes, or can no longer be read in the second pass, makes the outcome incomplete.
    pub fn run(mut self, observer: &mut dyn Observer) -> io::Result<Outcome> {
        self.check_each(observer)?;
        self.finish(observer)
    }

    /// Checks the sources of one shard. Findings about single examples are reported now; those
    /// about the dataset as a whole are left to [`Session::merge`], which needs the returned part.
    /// The caller must fill in `request` and `sources` of the part.
    ///
    /// Returns `None` if the sources do not form exactly one dataset; by then, findings have been
    /// reported.
    ///
    /// # Errors
    /// As for [`Session::run`].
    pub fn shard(
        mut self,
        observer: &mut dyn Observer,
    ) -> io::Result<Option<(ShardPart, Outcome)>> {
        self.check_each(observer)?;
        let mut datasets = std::mem::take(&mut self.datasets);
        let (Some(dataset), 0) = (datasets.pop(), datasets.len()) else {
            return Ok(None);
        };
        let failed = self.settings.get(dataset.settings).is_some_and(|of| {
            let tolerated =
                summary::tolerated(&dataset.counts, of, dataset.records, dataset.one_in);
            summary::fails(&dataset.counts, of.fail_on, &tolerated)
        });
        let failed = failed || self.is_partial();
        let part = dataset.linter.into_part().map_err(io::Error::other)?;
        self.summary.suppressed = self.summary.counts.suppressed().values().sum();
        let outcome = Outcome {
            summary: self.summary,
            failed,
            complete: self.complete,
        };
        Ok(Some((part, outcome)))
    }

    /// Checks every source. Those that cannot be read make the run incomplete.
    pub(super) fn check_each(&mut self, observer: &mut dyn Observer) -> io::Result<()> {
        for index in 0..self.sources.len() as u32 {
            if let Err(error) = self.check(SourceId(self.first + index), observer)? {
                observer.unreadable(&error);
                self.complete = false;
            }
        }
        Ok(())
    }

    /// Checks one source. The outer error ends the run, the inner one only this source.
    fn check(
        &mut self,
        id: SourceId,
        observer: &mut dyn Observer,
    ) -> io::Result<Result<(), SourceError>> {
        let Some((source, settings)) = self.source(id) else {
            return Ok(Ok(()));
        };
        let name = source.input.name.clone();
        if settings.context.against.is_some() && has_lines(&source.input) {
            return self.check_lines(id, &source, &settings, observer);
        }
        let reader = match self.open(id, &source, &settings) {
            Ok(reader) => reader,
            Err(error) => return Ok(Err(error)),
        };
        let profiles = settings.targets_of(&reader.mapping);
        let profiles = profiles.map_err(io::Error::other)?;
        let targets: Vec<String> = profiles.iter().map(|of| of.name.clone()).collect();
        let at = match self.dataset(&source, &settings, &profiles, observer) {
            Ok(at) => at,
            Err(error) => return Ok(Err(error)),
        };
        let Some(dataset) = self.datasets.get_mut(at) else {
            return Ok(Ok(()));
        };
        observer.source(&SourceSummary {
            path: printable_path(&name),
            targets: targets.clone(),
            ..SourceSummary::default()
        })?;
        let mut counting = Counting::new(observer, &self.meter);
        // What targets do may depend on the form of the source.
        let form = SourceForm {
            layout: reader.layout().map_or("", |layout| layout.name()),
            container: reader.container().map_or("", Container::as_str),
        };
        let usual = Arc::new(usual_impacts(&profiles, form));
        let general = dataset.linter.set_usual(usual);
        let checked = dataset.linter.check(reader, &mut counting);
        dataset.linter.set_usual(general);
        let summary = match checked {
            Ok(summary) => summary,
            Err(error) => match counting.failed {
                true => return Err(error),
                false => return Ok(Err(SourceError::Read(name, error))),
            },
        };
        let mut checked = SourceSummary {
            targets,
            will_convert: settings.converts(),
            task: settings
                .context
                .task
                .map(|task| (task.as_str().to_owned(), false)),
            ..summary
        };
        counting.withdraw(id, &mut checked.counts);
        self.add_totals(at, checked);
        for profile in profiles.iter().filter(|_| !settings.every_target) {
            summary::note_status(profile, &mut self.summary);
        }
        Ok(Ok(()))
    }

    /// Opens a source, and finds the source that declares it.
    pub(super) fn open(
        &self,
        id: SourceId,
        source: &SessionSource,
        settings: &DatasetSettings,
    ) -> Result<Reader, SourceError> {
        let opened = Reader::open(id, source.input.clone(), &settings.reading());
        let mut reader =
            opened.map_err(|error| SourceError::Open(source.input.name.clone(), error))?;
        if let Some(declared) = &reader.declared {
            reader.declared_in = self.id_of(&declared.path);
        }
        Ok(reader)
    }

    /// Checks a text file with one prompt per line.
    fn check_lines(
        &mut self,
        id: SourceId,
        source: &SessionSource,
        settings: &DatasetSettings,
        observer: &mut dyn Observer,
    ) -> io::Result<Result<(), SourceError>> {
        let name = source.input.name.clone();
        let at = match self.dataset(source, settings, &[], observer) {
            Ok(at) => at,
            Err(error) => return Ok(Err(error)),
        };
        let Some(dataset) = self.datasets.get_mut(at) else {
            return Ok(Ok(()));
        };
        observer.source(&SourceSummary {
            path: printable_path(&name),
            ..SourceSummary::default()
        })?;
        let mut counting = Counting::new(observer, &self.meter);
        let checked = dataset.linter.check_lines(id, &source.input, &mut counting);
        let mut checked = match checked {
            Ok(checked) => checked,
            Err(error) if counting.failed => return Err(error),
            Err(error) => return Ok(Err(SourceError::Read(name, error))),
        };
        counting.withdraw(id, &mut checked.counts);
        let unread = checked.records - checked.examples;
        self.add_totals(at, checked);
        match unread {
            0 => Ok(Ok(())),
            unread => Ok(Err(SourceError::Unread(name, unread))),
        }
    }

    /// Adds the totals of a checked source to those of its dataset and of the run.
    pub(super) fn add_totals(&mut self, dataset: usize, checked: SourceSummary) {
        if let Some(dataset) = self.datasets.get_mut(dataset) {
            dataset.counts.merge(&checked.counts);
            dataset.records += checked.records;
        }
        self.summary.counts.merge(&checked.counts);
        self.summary.sources.push(checked);
    }
}
