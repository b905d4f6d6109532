//! A provider's limit with the targets that it holds for, and how it is worded.

use crate::finding::{Message, Severity};
use crate::provider::profile::{Cited, Effect, Fact, Unit};
use tunelint_data::text::printable::{counted, grouped};

/// A limit with the targets that it holds for.
#[derive(Debug, Clone)]
pub struct TargetLimit {
    /// The limit.
    pub limit: Cited<u64>,
    /// The names of the profiles.
    pub targets: Vec<String>,
}

impl TargetLimit {
    /// What the provider does beyond it, as it words it.
    pub fn effect(&self) -> String {
        self.effect_on("example")
    }

    /// The same where what is too large is a part of an example.
    pub fn effect_on(&self, what: &str) -> String {
        let max = match self.limit.unit {
            Unit::Percent => format!("{} % of that", self.limit.value),
            unit => counted(self.limit.value, unit.noun()),
        };
        let words = match self.limit.effect {
            Effect::Rejects => ("rejects", "reject", format!("more than {max}")),
            Effect::Drops if what == "turn" => {
                ("drops", "drop", format!("a turn of more than {max}"))
            }
            Effect::Drops => ("drops", "drop", format!("an example of more than {max}")),
            Effect::Cuts => ("cuts", "cut", format!("it at {max}")),
            Effect::DocumentedMaximum => ("documents", "document", format!("a maximum of {max}")),
            Effect::Advises => ("advises", "advise", format!("at most {max}")),
        };
        say(&self.targets, words.0, words.1, &words.2)
    }

    /// The message for something that is larger.
    pub fn exceeded(&self, what: &str, size: u64) -> Message {
        let size_words = counted(size, self.limit.unit.noun());
        let over = grouped(size.saturating_sub(self.limit.value));
        Message::new(format!(
            "the {what} has {size_words}, {over} too many: {}",
            self.effect_on(what)
        ))
        .targets(&self.targets)
    }
}

/// Something that targets ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFact {
    /// What they do with data that is otherwise.
    pub effect: Effect,
    /// Whether no page confirms it.
    pub unconfirmed: bool,
    /// The layouts of which it is said; of all where there is none.
    pub layouts: Vec<String>,
    /// The names of the profiles.
    pub targets: Vec<String>,
}

impl TargetFact {
    /// What each of `facts` says of its target; those of one effect, for the same layouts, are one.
    pub fn of<'f>(facts: impl Iterator<Item = (&'f str, &'f Fact)>) -> Vec<Self> {
        let facts =
            facts.map(|(target, of)| (target, of.effect, of.unconfirmed, of.layouts.as_slice()));
        Self::gather(facts)
    }

    /// The same for statements of another kind: target, effect, whether no page confirms it, the
    /// layouts.
    pub fn gather<'f>(
        facts: impl Iterator<Item = (&'f str, Effect, bool, &'f [String])>,
    ) -> Vec<Self> {
        let mut gathered: Vec<Self> = Vec::new();
        for (target, effect, unconfirmed, layouts) in facts {
            let same = |known: &&mut Self| {
                (known.effect, known.unconfirmed) == (effect, unconfirmed)
                    && known.layouts == layouts
            };
            match gathered.iter_mut().find(same) {
                Some(known) => known.targets.push(target.to_owned()),
                None => gathered.push(Self {
                    effect,
                    unconfirmed,
                    layouts: layouts.to_vec(),
                    targets: vec![target.to_owned()],
                }),
            }
        }
        gathered
    }

    /// Whether it is said of records in `layout`.
    pub fn is_of(&self, layout: &str) -> bool {
        self.layouts.is_empty() || self.layouts.iter().any(|of| of == layout)
    }

    /// The severity of data that is otherwise.
    pub fn severity(&self) -> Severity {
        self.effect.severity(self.unconfirmed)
    }

    /// What the targets do with `what`: `openai rejects it`.
    pub fn does(&self, what: &str) -> String {
        let (one, many) = match self.effect {
            Effect::Rejects => ("rejects", "reject"),
            Effect::Drops => ("drops", "drop"),
            Effect::Cuts => ("cuts", "cut"),
            Effect::DocumentedMaximum => ("rules out", "rule out"),
            Effect::Advises => ("advises against", "advise against"),
        };
        if self.unconfirmed && self.effect != Effect::Advises {
            let words = format!("{what}, though no page confirms it");
            return say(&self.targets, one, many, &words);
        }
        say(&self.targets, one, many, what)
    }
}

/// A sentence with targets as its subject: `one` is what a single one does, `many` what several do.
pub fn say(targets: &[String], one: &str, many: &str, what: &str) -> String {
    let verb = if targets.len() == 1 { one } else { many };
    format!("{} {verb} {what}", listed(targets))
}

/// Names as people list them: `a, b and c`.
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
