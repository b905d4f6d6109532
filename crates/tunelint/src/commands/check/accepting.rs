//! Applies baselines: which findings of a run are accepted, and the baseline of the current
//! findings.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tunelint_core::finding::Finding;
use tunelint_core::printable::printable_path;
use tunelint_core::totals::{SourceSummary, Summary};

use super::sources::Sources;
use crate::baseline::Baseline;
use crate::cli::CheckOptions;
use crate::exit::Failure;
use crate::report::Report;

/// The baselines of a run, with the entries not matched so far.
#[derive(Default)]
pub(super) struct Accepted {
    baselines: Vec<Baseline>,
    /// For each source id, the index of its baseline and the name of the file in it.
    sources: Vec<(Option<usize>, String)>,
}

impl Accepted {
    /// Reads the baseline of the options, or else those of the settings files. `names` are the
    /// names of all files by source id.
    pub(super) fn read(
        options: &CheckOptions,
        sources: &Sources,
        names: &[PathBuf],
    ) -> Result<Self, Failure> {
        let mut baselines = Vec::new();
        let mut of_settings = Vec::new();
        match &options.baseline {
            Some(path) => {
                baselines.push(Baseline::read(path)?);
                of_settings.resize(sources.settings.len(), Some(0));
            }
            None => {
                for settings in &sources.settings {
                    of_settings.push(settings.baseline.as_ref().map(|_| baselines.len()));
                    if let Some(path) = &settings.baseline {
                        baselines.push(Baseline::read(&crate::settings::shown(path))?);
                    }
                }
            }
        }
        let first = of_settings.iter().copied().flatten().next();
        let of_source = |index: usize| match sources.list.get(index) {
            Some(source) => of_settings.get(source.settings).copied().flatten(),
            None => first,
        };
        let named = names.iter().enumerate();
        Ok(Self {
            baselines,
            sources: named
                .map(|(index, name)| (of_source(index), printable_path(name)))
                .collect(),
        })
    }

    /// Whether there is no baseline.
    pub(super) fn is_empty(&self) -> bool {
        self.baselines.is_empty()
    }

    /// How many of the findings that one stands for are accepted. A matched entry is used up, so
    /// that a second equal finding is new.
    pub(super) fn takes(&mut self, finding: &Finding) -> u64 {
        let source = finding.location.source;
        let Some((Some(baseline), name)) = self.sources.get(source.0 as usize) else {
            return 0;
        };
        let baseline = self.baselines.get_mut(*baseline);
        baseline.map_or(0, |baseline| baseline.take(finding, name))
    }
}

/// A report that collects findings into a baseline.
pub(super) struct BaselineCollector {
    names: Vec<String>,
    today: Arc<Mutex<Baseline>>,
}

impl BaselineCollector {
    /// The report and the baseline that it fills. `names` are the names of all files by source id.
    pub(super) fn new(names: &[PathBuf]) -> (Self, Arc<Mutex<Baseline>>) {
        let today = Arc::default();
        let collector = Self {
            names: names.iter().map(|name| printable_path(name)).collect(),
            today: Arc::clone(&today),
        };
        (collector, today)
    }
}

impl Report for BaselineCollector {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let name = self.names.get(finding.location.source.0 as usize);
        let mut today = self
            .today
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        today.add(finding, name.map_or("", String::as_str));
        Ok(())
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        Ok(())
    }
}
