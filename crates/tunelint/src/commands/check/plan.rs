//! Combines the command line and the settings into a plan for each dataset, and the plans into a
//! session.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tunelint_core::contract::RuleContext;
use tunelint_core::finding::{Keep, Severity};
use tunelint_core::session::{self, DeclaredSuppression, Session};
use tunelint_core::source::Input;

use super::source::Source;
use super::sources::Sources;
use super::{options as asked, output, roles};
use crate::cli::{CheckOptions, FailOn, Reading};
use crate::dataset_info::declarations;
use crate::exit::Failure;
use crate::reading;
use crate::settings::{Dataset, JsonSchemas, Settings};
use crate::timings;
use crate::walk::Named;

/// The options of one dataset, validated before any data is read.
pub(super) struct Plan {
    /// The reading options of command line and settings.
    pub(super) reading: Reading,
    /// The same for the library, with everything else.
    pub(super) settings: session::DatasetSettings,
    /// The indexes in [`Settings::allows`] of the suppressions that have not expired, in the order
    /// of the policy's list.
    active: Vec<usize>,
}

/// The key of a plan: the index of a settings file, and of a dataset in it.
type Key = (usize, Option<usize>);

/// The plans of a run, one for each dataset of each settings file.
pub(super) struct Plans {
    list: BTreeMap<Key, Plan>,
    threads: usize,
    today: String,
}

impl Plans {
    /// The plans of a run that keeps as many findings as its reports need.
    pub(super) fn new(options: &CheckOptions, sources: &Sources) -> Result<Self, Failure> {
        Self::keeping(options, sources, output::keep(options)?)
    }

    /// The plans of a run that keeps `keep` findings.
    pub(super) fn keeping(
        options: &CheckOptions,
        sources: &Sources,
        keep: Keep,
    ) -> Result<Self, Failure> {
        let today = today();
        let mut list = BTreeMap::new();
        let mut wanted: Vec<Key> = sources.list.iter().map(Source::plan).collect();
        // Invalid options are an error even if no file is found.
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
            let evaluating = roles::evaluating(&sources.list, key.0);
            let plan = Plan::new(options, settings, dataset, &today, keep, evaluating)?;
            list.insert(key, plan);
        }
        let mut plans = Self {
            list,
            threads: reading::threads(options.threads),
            today,
        };
        if !options.settings.isolated {
            plans.declare(sources);
        }
        Ok(plans)
    }

    /// Reads the `dataset_info.json` files next to the sources and the files that they are compared
    /// with.
    fn declare(&mut self, sources: &Sources) {
        let sources = sources.list.iter().filter_map(|of| match &of.named {
            Named::Stdin => None,
            named => Some(named.path().to_owned()),
        });
        let plans = self.list.values();
        let compared = plans.flat_map(|plan| {
            let settings = &plan.settings;
            let compared = settings.validation.iter().chain(&settings.production);
            compared.chain(&settings.benchmark)
        });
        let compared = compared.map(|input| input.name.clone());
        let names: Vec<PathBuf> = sources.chain(compared).collect();
        let declared = declarations(names.iter().map(PathBuf::as_path));
        for plan in self.list.values_mut() {
            plan.settings.reading.declared = Arc::clone(&declared);
        }
    }

    /// The same with an excerpt for every finding, for runs in which a baseline decides later which
    /// findings are shown.
    pub(super) fn with_all_excerpts(mut self) -> Self {
        self.list
            .values_mut()
            .for_each(|plan| plan.settings.policy.excerpts = usize::MAX);
        self
    }

    /// The lowest severity that fails the run under any plan.
    pub(super) fn fail_on(&self) -> Option<Severity> {
        let levels = self.list.values().filter_map(|plan| plan.settings.fail_on);
        levels.min()
    }

    /// The plan of the source at `index`; or, if there is none, of the dataset with the validation
    /// file `path`.
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

    /// A session with the settings, suppressions and sources of this run. Its source ids are the
    /// indexes in `sources.list`.
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
            settings.suppressions = plan.active.iter().map(|index| first + index).collect();
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
                let input = reading::input(&source.named, &plan.reading)?;
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
    /// Combines `options` and the settings for the sources of `dataset`. `today` decides which
    /// suppressions have expired. `evaluating` are the validation files if neither names any.
    ///
    /// # Errors
    /// Invalid options.
    pub(super) fn new(
        options: &CheckOptions,
        settings: &Settings,
        dataset: Option<&Dataset>,
        today: &str,
        keep: Keep,
        evaluating: Vec<PathBuf>,
    ) -> Result<Self, Failure> {
        let reading_options = asked::reading(options, settings, dataset);
        let task = asked::task(options, settings, dataset)?;
        let (targets, every_target) = asked::targets(options, settings, dataset)?;
        let given = options
            .preamble
            .as_deref()
            .map(|text| reading::text_or_file("--preamble", text))
            .transpose()?;
        let allows = settings.allows.iter().enumerate();
        let active: Vec<usize> = allows
            .filter(|(_, allow)| !allow.has_expired(today))
            .map(|(index, _)| index)
            .collect();
        let fail_on = options.fail_on.or(settings.fail_on());
        let settings = session::DatasetSettings {
            reading: reading::options(&reading_options)?,
            policy: asked::policy(options, settings, &active, keep)?,
            context: RuleContext {
                task,
                preamble: given.or_else(|| dataset.and_then(|dataset| dataset.preamble.clone())),
                against: asked::against(options, dataset)?,
                options: settings.options.clone(),
                output_schema: dataset.and_then(Dataset::schema),
                schema_compiler: Some(Arc::new(JsonSchemas)),
                will_convert: options.will_convert || dataset.is_some_and(Dataset::converts),
                custom: settings.custom.clone(),
                tokenizer: settings.tokenizer.clone(),
                model: settings.model.clone(),
                timings: timings::of_run(options.timings),
                ..RuleContext::default()
            },
            targets,
            every_target,
            fail_on: fail_on.unwrap_or(FailOn::Error).level(),
            max_rates: settings.max_rates.clone(),
            validation: asked::validation(options, dataset, evaluating),
            production: asked::production(options, dataset),
            benchmark: asked::benchmark(options, dataset),
            own_rules: options.reading.host.rules.clone(),
            ..session::DatasetSettings::default()
        };
        Ok(Self {
            reading: reading_options,
            settings,
            active,
        })
    }
}
