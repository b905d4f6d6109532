//! What is asked of a source: the command line first, then the settings, then what is usual; and
//! the session that is made of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tunelint_core::contract::RuleContext;
use tunelint_core::finding::{Keep, Severity};
use tunelint_core::session::{self, DeclaredSuppression, Session};
use tunelint_core::source::Input;

use super::sources::{Source, Sources};
use super::{options as asked, output};
use crate::cli::{CheckOptions, FailOn, Reading};
use crate::exit::Failure;
use crate::reading;
use crate::settings::{Dataset, Settings};

/// What was asked for, checked before anything is read.
pub(super) struct Plan {
    /// The options about reading, with what the settings add.
    pub(super) typed: Reading,
    /// What the library is told.
    pub(super) settings: session::DatasetSettings,
    /// The numbers of the suppressions that hold today, in the order of the policy's list.
    holding: Vec<usize>,
}

/// Which plan holds for a source: the number of its settings file, and of its dataset there.
type Key = (usize, Option<usize>);

/// A plan for each dataset of each settings file.
pub(super) struct Plans {
    list: BTreeMap<Key, Plan>,
    threads: usize,
    today: String,
}

impl Plans {
    /// The plans of a run whose reports need so many findings.
    pub(super) fn new(options: &CheckOptions, sources: &Sources) -> Result<Self, Failure> {
        Self::keeping(options, sources, output::keep(options)?)
    }

    /// The plans of a run that needs so many findings.
    pub(super) fn keeping(
        options: &CheckOptions,
        sources: &Sources,
        keep: Keep,
    ) -> Result<Self, Failure> {
        let today = today();
        let mut list = BTreeMap::new();
        let mut wanted: Vec<Key> = sources.list.iter().map(Source::plan).collect();
        // What the options say is checked even if there is nothing to check.
        wanted.extend((0..sources.settings.len()).map(|settings| (settings, None)));
        for key in wanted {
            let Some(settings) = sources
                .settings
                .get(key.0)
                .filter(|_| !list.contains_key(&key))
            else {
                continue;
            };
            let dataset = key.1.and_then(|index| settings.datasets.get(index));
            list.insert(key, Plan::new(options, settings, dataset, &today, keep)?);
        }
        Ok(Self {
            list,
            threads: reading::threads(options.threads),
            today,
        })
    }

    /// The same with an excerpt for every finding: which of them are told is not known yet.
    pub(super) fn with_all_excerpts(mut self) -> Self {
        self.list
            .values_mut()
            .for_each(|plan| plan.settings.policy.excerpts = usize::MAX);
        self
    }

    /// The strictest level of all.
    pub(super) fn fail_on(&self) -> Option<Severity> {
        let levels = self.list.values().filter_map(|plan| plan.settings.fail_on);
        levels.min()
    }

    /// The plan of a file: of the source with that number, or of what compares with it.
    pub(super) fn of(&self, sources: &Sources, index: usize, path: &Path) -> Option<&Plan> {
        match sources.list.get(index) {
            Some(source) => self.list.get(&source.plan()),
            None => {
                let is_it = |input: &Input| input.name == path;
                let mut plans = self.list.values();
                plans.find(|plan| plan.settings.validation.iter().any(is_it))
            }
        }
    }

    /// A session that checks the sources by these plans.
    pub(super) fn session(&self, sources: &Sources) -> Result<Session, Failure> {
        let mut session = Session::new(self.threads);
        let mut first = Vec::new();
        let mut number = 0;
        for settings in &sources.settings {
            first.push(number);
            number += settings.allows.len();
        }
        let mut numbers = BTreeMap::new();
        for (key, plan) in &self.list {
            let first = first.get(key.0).copied().unwrap_or_default();
            let mut settings = plan.settings.clone();
            settings.suppressions = plan.holding.iter().map(|index| first + index).collect();
            numbers.insert(*key, session.settings(settings));
        }
        for (index, settings) in sources.settings.iter().enumerate() {
            for allow in &settings.allows {
                let expired = allow.expires.clone();
                session.suppression(DeclaredSuppression {
                    rule: allow.entry.rule,
                    reason: allow.reason.clone(),
                    path: allow.path.clone(),
                    at: allow.at,
                    expired: expired.filter(|_| allow.has_expired(&self.today)),
                    is_covered: sources.complete.get(index).copied().unwrap_or(false),
                    settings: numbers.get(&(index, None)).copied().unwrap_or_default(),
                });
            }
        }
        for source in &sources.list {
            if let (Some(plan), Some(number)) =
                (self.list.get(&source.plan()), numbers.get(&source.plan()))
            {
                let input = reading::input(&source.named, &plan.typed)?;
                session.add(input, *number, source.role);
            }
        }
        Ok(session)
    }
}

/// Today in UTC, as `YYYY-MM-DD`.
pub(super) fn today() -> String {
    let date = time::OffsetDateTime::now_utc().date();
    let (year, month, day) = date.to_calendar_date();
    format!("{year:04}-{:02}-{day:02}", u8::from(month))
}

impl Plan {
    /// What `options` and the settings ask of the sources of `dataset`.
    pub(super) fn new(
        options: &CheckOptions,
        settings: &Settings,
        dataset: Option<&Dataset>,
        today: &str,
        keep: Keep,
    ) -> Result<Self, Failure> {
        let typed = asked::typed(options, settings, dataset);
        let task = asked::task(options, settings, dataset)?;
        let (targets, every_target) = asked::targets(options, settings, dataset)?;
        // What each of several targets would say is counted over all findings.
        let keep = if targets.len() > 1 { Keep::All } else { keep };
        let given = options
            .preamble
            .as_deref()
            .map(reading::text_or_file)
            .transpose()?;
        let files = |named: &Option<PathBuf>, listed: fn(&Dataset) -> Vec<PathBuf>| match named {
            Some(path) => vec![path.clone()],
            None => dataset.map(listed).unwrap_or_default(),
        };
        let validation = files(&options.validation, |dataset| dataset.validation.files());
        let production = files(&options.production, |dataset| dataset.production.files());
        let allows = settings.allows.iter().enumerate();
        let holding: Vec<usize> = allows
            .filter(|(_, allow)| !allow.has_expired(today))
            .map(|(index, _)| index)
            .collect();
        let fail_on = options.fail_on.or(settings.fail_on());
        let settings = session::DatasetSettings {
            reading: reading::options(&typed)?,
            policy: asked::policy(options, settings, &holding, keep)?,
            context: RuleContext {
                task,
                preamble: given.or_else(|| dataset.and_then(|dataset| dataset.preamble.clone())),
                options: settings.options.clone(),
                output_schema: dataset.and_then(Dataset::schema),
                custom: settings.custom.clone(),
                tokenizer: settings.tokenizer.clone(),
                ..RuleContext::default()
            },
            targets,
            every_target,
            fail_on: fail_on.unwrap_or(FailOn::Error).level(),
            max_rates: settings.max_rates.clone(),
            validation: asked::files_at(&validation),
            production: asked::files_at(&production),
            ..session::DatasetSettings::default()
        };
        Ok(Self {
            typed,
            settings,
            holding,
        })
    }
}
