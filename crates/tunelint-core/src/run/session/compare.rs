//! Groups sources into datasets, and reads the files that a dataset is compared with.

use std::path::Path;
use std::sync::Arc;

use tunelint_layouts::finding::{Counts, Policy};
use tunelint_layouts::provider::faults::SourceForm;
use tunelint_layouts::provider::profile::Profile;
use tunelint_layouts::reader::Reader;
use tunelint_rules::contract::RuleContext;
use tunelint_rules::rules::usual_impacts;
use tunelint_rules::survey::Leaks;
use tunelint_rules::survey::benchmark::Benchmarks;
use tunelint_rules::survey::production_prompts::Prompts;

use super::role::SourceRole;
use super::settings::DatasetSettings;
use super::state::{CheckedDataset, Session, SessionSource};
use crate::run::lint::{Linter, Observer, SourceError};

impl Session {
    /// The index of the dataset that a source belongs to. The first source of a dataset creates it,
    /// and then the files that it is compared with are read.
    pub(super) fn dataset(
        &mut self,
        source: &SessionSource,
        settings: &DatasetSettings,
        profiles: &[Arc<Profile>],
        observer: &mut dyn Observer,
    ) -> Result<usize, SourceError> {
        let targets: Vec<String> = profiles.iter().map(|of| of.name.clone()).collect();
        let known = self
            .datasets
            .iter()
            .position(|of| of.is_of(source, &targets));
        if let Some(at) = known {
            return Ok(at);
        }
        let mut context = RuleContext {
            profiles: profiles.to_vec(),
            ..settings.context.clone()
        };
        // A check for every target compares what would have to be done for each.
        context.will_convert |= settings.every_target;
        context.is_evaluation = source.role == SourceRole::Validation;
        if source.role == SourceRole::Training {
            context.validation = self.validation(settings, observer)?.map(Arc::new);
            context.production = self.production(settings, observer)?.map(Arc::new);
            context.benchmarks = self.benchmarks(settings, observer)?.map(Arc::new);
        }
        let rules = settings.rules(&context);
        let policy = Policy {
            usual: Arc::new(usual_impacts(profiles, SourceForm::default())),
            ..settings.policy.clone()
        };
        self.datasets.push(CheckedDataset {
            settings: source.settings,
            role: source.role,
            targets,
            linter: Linter::new(rules, policy, self.threads),
            counts: Counts::default(),
            records: 0,
            one_in: 1,
        });
        Ok(self.datasets.len() - 1)
    }

    /// Digests of the examples in the validation files; `None` if there are no such files.
    fn validation(
        &mut self,
        settings: &DatasetSettings,
        observer: &mut dyn Observer,
    ) -> Result<Option<Leaks>, SourceError> {
        let mut leaks: Option<Leaks> = None;
        for input in &settings.validation {
            let name = input.name.clone();
            let reader = match Reader::open(self.id_of(&name), input.clone(), &settings.reading()) {
                Ok(reader) => reader,
                Err(_) if self.is_source(&name) => continue,
                Err(error) => return Err(SourceError::Open(name, error)),
            };
            match leaks.get_or_insert_default().read(reader) {
                Ok(unread) => self.note_unread(&name, unread, observer),
                Err(_) if self.is_source(&name) => {}
                Err(error) => return Err(SourceError::Read(name, error)),
            }
        }
        Ok(leaks)
    }

    /// A sketch of the production prompts; `None` if there are no such files.
    fn production(
        &mut self,
        settings: &DatasetSettings,
        observer: &mut dyn Observer,
    ) -> Result<Option<Prompts>, SourceError> {
        let mut all: Option<Prompts> = None;
        for input in &settings.production {
            let name = input.name.clone();
            let prompts = Prompts::read(self.id_of(&name), input.clone(), &settings.reading)
                .map_err(|error| SourceError::Read(name.clone(), error.into_io()))?;
            self.note_unread(&name, prompts.unread, observer);
            all.get_or_insert_default().merge(prompts);
        }
        Ok(all)
    }

    /// The n-grams of the benchmarks; `None` if there are no such files.
    fn benchmarks(
        &mut self,
        settings: &DatasetSettings,
        observer: &mut dyn Observer,
    ) -> Result<Option<Benchmarks>, SourceError> {
        let mut all: Option<Benchmarks> = None;
        for input in &settings.benchmark {
            let name = input.name.clone();
            let benchmarks = all.get_or_insert_default();
            let unread = benchmarks
                .read(self.id_of(&name), input.clone(), &settings.reading)
                .map_err(|error| SourceError::Read(name.clone(), error.into_io()))?;
            self.note_unread(&name, unread, observer);
        }
        Ok(all)
    }

    /// Whether the file is checked itself, so that what is wrong with it is reported anyway.
    fn is_source(&self, path: &Path) -> bool {
        self.sources.iter().any(|source| source.input.name == path)
    }

    /// Reports a file whose examples could not all be read, unless it is checked itself. The run is
    /// incomplete then.
    fn note_unread(&mut self, path: &Path, unread: u64, observer: &mut dyn Observer) {
        if unread > 0 && !self.is_source(path) {
            observer.unreadable(&SourceError::Unread(path.to_owned(), unread));
            self.complete = false;
        }
    }
}
