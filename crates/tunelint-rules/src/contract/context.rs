//! What rules are built from: targets, task, settings, and what the dataset shows.

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

/// The options that were set, by rule and name.
pub type RuleOptions = BTreeMap<(&'static str, &'static str), f64>;

/// What a rule is built from.
#[derive(Debug, Clone, Default)]
pub struct RuleContext {
    /// The targets.
    pub profiles: Vec<Arc<Profile>>,
    /// The task, where somebody named it.
    pub task: Option<Task>,
    /// The preamble, where somebody named it.
    pub preamble: Option<String>,
    /// The validation set's examples, where one was named.
    pub validation: Option<Arc<Leaks>>,
    /// The prompts of the application, where they were named.
    pub production: Option<Arc<Prompts>>,
    /// The common form of the set, once it is known: the registry is asked again then.
    pub inferred: Option<Arc<Inferred>>,
    /// What was set for single rules.
    pub options: RuleOptions,
    /// What every output must satisfy, where a schema was named.
    pub output_schema: Option<Arc<dyn Schema>>,
    /// The user's own rules.
    pub custom: Vec<CustomRule>,
    /// What counts tokens exactly, where the user has it.
    pub tokenizer: Option<Arc<dyn Tokenizer>>,
}

impl RuleContext {
    /// The value of a rule's option: what was set, or its default.
    pub fn option(&self, meta: &RuleMeta, name: &str) -> f64 {
        let option = meta.options.iter().find(|option| option.name == name);
        option.map_or(0.0, |option| {
            let set = self.options.get(&(meta.name, option.name));
            set.copied().unwrap_or(option.default)
        })
    }

    /// The limits called `name` of all targets; equal ones are one, so that each is checked once.
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

    /// What the targets ask of turns under `name`; those of one effect are one.
    pub fn turns(&self, name: &str) -> Vec<TargetFact> {
        TargetFact::of(self.facts(|profile| profile.turns.get(name)))
    }

    /// What else they ask for under `name`.
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
