//! What rules are built from: targets, task, settings, and the inferred format of the dataset.

use std::collections::BTreeMap;
use std::sync::Arc;

use tunelint_layouts::finding::RuleMeta;
use tunelint_layouts::provider::limit::{TargetFact, TargetLimit};
use tunelint_layouts::provider::profile::{Cited, Fact, Profile};
use tunelint_layouts::provider::task::Task;
use tunelint_layouts::provider::tokens::Tokenizer;

use super::custom::CustomRule;
use super::schema::Schema;
use crate::survey::Leaks;
use crate::survey::inferred::Inferred;
use crate::survey::production_prompts::Prompts;

/// The rule options of the settings, by rule and option.
pub type RuleOptions = BTreeMap<(&'static str, &'static str), f64>;

/// What a rule is built from.
#[derive(Debug, Clone, Default)]
pub struct RuleContext {
    /// The profiles of the targets.
    pub profiles: Vec<Arc<Profile>>,
    /// The task, if it was given. An inferred task is in `inferred`.
    pub task: Option<Task>,
    /// The preamble, if it was given.
    pub preamble: Option<String>,
    /// The validation set, if one was given.
    pub validation: Option<Arc<Leaks>>,
    /// The production prompts, if they were given.
    pub production: Option<Arc<Prompts>>,
    /// The inferred format of the dataset: `None` in the first pass, set when rules are built for
    /// the second.
    pub inferred: Option<Arc<Inferred>>,
    /// The options of single rules.
    pub options: RuleOptions,
    /// The schema that every output must match, if one was given.
    pub output_schema: Option<Arc<dyn Schema>>,
    /// The custom rules of the settings.
    pub custom: Vec<CustomRule>,
    /// The tokenizer that counts tokens exactly, if one was given.
    pub tokenizer: Option<Arc<dyn Tokenizer>>,
}

impl RuleContext {
    /// The value of a rule's option: as set, or its default.
    pub fn option(&self, meta: &RuleMeta, name: &str) -> f64 {
        let option = meta.options.iter().find(|option| option.name == name);
        option.map_or(0.0, |option| {
            let set = self.options.get(&(meta.name, option.name));
            set.copied().unwrap_or(option.default)
        })
    }

    /// The limits called `name` of all targets. Equal limits are merged, so that each is reported
    /// once.
    pub fn limits(&self, name: &str) -> Vec<TargetLimit> {
        let mut limits: Vec<TargetLimit> = Vec::new();
        for profile in &self.profiles {
            let Some(limit) = profile.limit(name) else {
                continue;
            };
            let same = |known: &&mut TargetLimit| {
                // Without a validation set, nothing is counted with it.
                let with = |of: &Cited<u64>| of.with_validation && self.validation.is_some();
                let key = |of: &Cited<u64>| (of.value, of.unit, of.effect, with(of));
                key(&known.limit) == key(limit) && known.limit.task == limit.task
            };
            match limits.iter_mut().find(same) {
                Some(known) => known.targets.push(profile.name.clone()),
                None => limits.push(TargetLimit {
                    limit: limit.clone(),
                    targets: vec![profile.name.clone()],
                }),
            }
        }
        limits
    }

    /// The targets' requirements on turns called `name`, merged by effect.
    pub fn turns(&self, name: &str) -> Vec<TargetFact> {
        TargetFact::of(self.facts(|profile| profile.turns.get(name)))
    }

    /// The targets' other requirements called `name`, merged by effect.
    pub fn requires(&self, name: &str) -> Vec<TargetFact> {
        TargetFact::of(self.facts(|profile| profile.requires.get(name)))
    }

    fn facts<'c>(
        &'c self,
        fact: impl Fn(&'c Profile) -> Option<&'c Fact>,
    ) -> impl Iterator<Item = (&'c str, &'c Fact)> {
        let with_name =
            move |profile: &'c Arc<Profile>| Some((profile.name.as_str(), fact(profile)?));
        self.profiles.iter().filter_map(with_name)
    }
}
