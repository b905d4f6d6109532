//! Limits and requirements grouped by target, and their wording.

use crate::finding::{Impact, Message, Severity};
use crate::provider::fact::is_about;
use crate::provider::profile::{Cited, Effect, Fact, Unit};
use tunelint_data::text::printable::{counted, grouped};

/// A limit and the targets that have it.
#[derive(Debug, Clone)]
pub struct TargetLimit {
    /// The limit.
    pub limit: Cited<u64>,
    /// The names of the profiles.
    pub targets: Vec<String>,
}

impl TargetLimit {
    /// What the targets do beyond the limit, in words: `gemini-api accepts at most 500 examples`.
    pub fn effect(&self) -> String {
        self.effect_on("example")
    }

    /// The same, where `what` exceeds the limit rather than the example as a whole.
    pub fn effect_on(&self, what: &str) -> String {
        let max = match self.limit.unit {
            Unit::Percent => format!("{}% of that", self.limit.value),
            unit => counted(self.limit.value, unit.noun()),
        };
        let words = match self.limit.effect {
            Effect::Rejects => ("accepts", "accept", format!("at most {max}")),
            Effect::Drops if what == "turn" => {
                ("skips", "skip", format!("messages of more than {max}"))
            }
            Effect::Drops => ("drops", "drop", format!("examples of more than {max}")),
            Effect::Cuts => ("truncates", "truncate", format!("it to {max}")),
            Effect::Ignores | Effect::Misreads => ("reads", "read", format!("at most {max}")),
            Effect::DocumentedMaximum => ("documents", "document", format!("a maximum of {max}")),
            Effect::Advises => ("recommends", "recommend", format!("at most {max}")),
        };
        target_sentence(&self.targets, words.0, words.1, &words.2)
    }

    /// The impact of exceeding the limit.
    pub fn impact(&self) -> Impact<'_> {
        self.impact_of(false)
    }

    /// The impact of falling below the limit, which is a minimum.
    pub fn impact_below(&self) -> Impact<'_> {
        self.impact_of(true)
    }

    fn impact_of(&self, minimum: bool) -> Impact<'_> {
        let (effect, unconfirmed) = (self.limit.effect, self.limit.unconfirmed);
        Impact {
            severity: self.limit.severity(minimum),
            ..effect.impact(unconfirmed, &self.targets)
        }
    }

    /// The message for a `what` of `size`, which must be above the limit.
    pub fn exceeded(&self, what: &str, size: u64) -> Message {
        let size_words = counted(size, self.limit.unit.noun());
        let over = grouped(size.saturating_sub(self.limit.value));
        let noun = if what == "turn" { "message" } else { what };
        Message::new(format!(
            "{noun} has {size_words}, {over} too many: {}",
            self.effect_on(what)
        ))
    }
}

/// A requirement and the targets that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFact {
    /// The consequence of violating it.
    pub effect: Effect,
    /// Whether it is not confirmed by any page.
    pub unconfirmed: bool,
    /// The fields that it is about; empty means all.
    pub fields: Vec<String>,
    /// The layouts that it applies to; empty means all.
    pub layouts: Vec<String>,
    /// The names of the profiles.
    pub targets: Vec<String>,
}

impl TargetFact {
    /// Groups the facts of several targets: facts that say the same become one.
    pub fn of<'f>(facts: impl Iterator<Item = (&'f str, &'f Fact)>) -> Vec<Self> {
        Self::gather(facts.map(|(target, of)| Self {
            fields: of.fields.clone(),
            layouts: of.layouts.clone(),
            ..Self::one(target, of.effect, of.unconfirmed)
        }))
    }

    /// A fact of one target, about every field and layout.
    pub fn one(target: &str, effect: Effect, unconfirmed: bool) -> Self {
        Self {
            effect,
            unconfirmed,
            fields: Vec::new(),
            layouts: Vec::new(),
            targets: vec![target.to_owned()],
        }
    }

    /// The same facts, those that say the same as one with all their targets.
    pub fn gather(facts: impl Iterator<Item = Self>) -> Vec<Self> {
        let mut gathered: Vec<Self> = Vec::new();
        for fact in facts {
            let key = |of: &Self| (of.effect, of.unconfirmed);
            let same = |known: &&mut Self| {
                key(known) == key(&fact)
                    && (&known.fields, &known.layouts) == (&fact.fields, &fact.layouts)
            };
            match gathered.iter_mut().find(same) {
                Some(known) => known.targets.extend(fact.targets),
                None => gathered.push(fact),
            }
        }
        gathered
    }

    /// Whether it applies to records in `layout`.
    pub fn is_of(&self, layout: &str) -> bool {
        is_about(&self.layouts, layout)
    }

    /// Whether it is about the field, or the values in the field, at `place`: names joined by `/`.
    pub fn is_about(&self, place: &str) -> bool {
        let first = place.split('/').next().unwrap_or_default();
        self.fields.is_empty()
            || self
                .fields
                .iter()
                .any(|name| name == first || name == place)
    }

    /// The severity of a violation.
    pub fn severity(&self) -> Severity {
        self.effect.severity(self.unconfirmed)
    }

    /// The impact of a violation.
    pub fn impact(&self) -> Impact<'_> {
        self.effect.impact(self.unconfirmed, &self.targets)
    }

    /// What the targets do with `what`, a noun phrase: `openai rejects such examples`.
    pub fn describe_effect(&self, what: &str) -> String {
        let (one, many) = match self.effect {
            Effect::Rejects => ("rejects", "reject"),
            Effect::Drops => ("drops", "drop"),
            Effect::Cuts => ("truncates", "truncate"),
            Effect::Ignores => ("ignores", "ignore"),
            Effect::Misreads => ("misreads", "misread"),
            Effect::DocumentedMaximum => ("disallows", "disallow"),
            Effect::Advises => ("recommends against", "recommend against"),
        };
        if self.unconfirmed && self.effect != Effect::Advises {
            let words = format!("{what} (unconfirmed)");
            return target_sentence(&self.targets, one, many, &words);
        }
        target_sentence(&self.targets, one, many, what)
    }
}

/// A sentence with the targets as its subject: `one` is the verb for a single target, `many` for
/// several.
pub fn target_sentence(targets: &[String], one: &str, many: &str, what: &str) -> String {
    let verb = if targets.len() == 1 { one } else { many };
    format!("{} {verb} {what}", listed(targets))
}

/// Joins names: `a, b and c`.
///
/// ```
/// let names = ["a", "b", "c"].map(String::from);
/// assert_eq!(tunelint_layouts::provider::limit::listed(&names), "a, b and c");
/// ```
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
