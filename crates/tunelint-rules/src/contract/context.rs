//! The context that rules are built from: targets, task, settings, and the inferred format.

use std::collections::BTreeMap;
use std::sync::Arc;

use tunelint_layouts::finding::RuleMeta;
use tunelint_layouts::provider::limit::{TargetFact, TargetLimit};
use tunelint_layouts::provider::profile::{Cited, Fact, Profile};
use tunelint_layouts::provider::task::Task;
use tunelint_layouts::provider::tokens::Tokenizer;
use tunelint_model::Model;

use super::custom::CustomRule;
use super::schema::{Schema, SchemaCompiler};
use super::timings::Timings;
use crate::survey::Leaks;
use crate::survey::benchmark::Benchmarks;
use crate::survey::inferred::Inferred;
use crate::survey::production_prompts::Prompts;
use crate::survey::prompt_format::PromptFormat;

/// The rule options set by the user, by rule and option.
pub type RuleOptions = BTreeMap<(&'static str, &'static str), f64>;

/// The context that the rules of one dataset are built from. By default, no target and no settings.
#[derive(Debug, Clone, Default)]
pub struct RuleContext {
    /// The profiles of the targets.
    pub profiles: Vec<Arc<Profile>>,
    /// The task, if the user set it. An inferred task is in `inferred`.
    pub task: Option<Task>,
    /// The preamble that every input must start with, if the user set it.
    pub preamble: Option<String>,
    /// Whether the data will be converted to what the targets take, so that its own layout and
    /// container do not matter.
    pub will_convert: bool,
    /// Whether the data is a validation or test set. Numbers of examples are recommended and limited
    /// for training data.
    pub is_evaluation: bool,
    /// Digests of the validation examples, if there are any.
    pub validation: Option<Arc<Leaks>>,
    /// The production prompts, if there are any.
    pub production: Option<Arc<Prompts>>,
    /// The n-grams of benchmarks, if there are any.
    pub benchmarks: Option<Arc<Benchmarks>>,
    /// The format that prompts are held to. With it, the sources are prompts, not training data.
    pub against: Option<Arc<PromptFormat>>,
    /// The inferred format of the dataset: `None` when rules are built for the first pass, set when
    /// they are built for the second.
    pub inferred: Option<Arc<Inferred>>,
    /// The rule options that the user set; see [`Self::option`].
    pub options: RuleOptions,
    /// The schema that every output must match, if the user set one.
    pub output_schema: Option<Arc<dyn Schema>>,
    /// Compiles the schemas that records declare; without it, they are not checked.
    pub schema_compiler: Option<Arc<dyn SchemaCompiler>>,
    /// The custom rules of the settings. They are built in addition to those of the registry.
    pub custom: Vec<CustomRule>,
    /// The tokenizer, if the user set one; otherwise tokens are estimated.
    pub tokenizer: Option<Arc<dyn Tokenizer>>,
    /// The model that is trained, if the user named one.
    pub model: Option<Arc<Model>>,
    /// What measures the rules, if anything does.
    pub timings: Option<Timings>,
}

impl RuleContext {
    /// The value of a rule's option: the user's, or else the default; 0 if the rule has no such
    /// option.
    pub fn option(&self, meta: &RuleMeta, name: &str) -> f64 {
        let option = meta.options.iter().find(|option| option.name == name);
        option.map_or(0.0, |option| {
            let set = self.options.get(&(meta.name, option.name));
            set.copied().unwrap_or(option.default)
        })
    }

    /// The limits called `name` of all targets. Equal limits are merged and name all their targets,
    /// so that a violation is reported once.
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

    /// The targets' requirements called `name` on turns. Those with the same effect are merged.
    pub fn turns(&self, name: &str) -> Vec<TargetFact> {
        TargetFact::of(self.facts(|profile| profile.turns.get(name)))
    }

    /// The targets' other requirements called `name`. Those with the same effect are merged.
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
