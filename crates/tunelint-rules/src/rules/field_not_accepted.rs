//! Flags fields and values that the target does not accept in a layout that it takes.

use std::collections::HashSet;

use regex::Regex;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::record::Body;
use tunelint_data::record::json::{Kind, Value};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::provider::fact::is_about;
use tunelint_layouts::provider::limit::listed;
use tunelint_layouts::provider::profile::{FieldFact, ValueType};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new("field-not-accepted", Level::Profile, Scope::Example);

/// Builds the check; `None` if no target has requirements on fields.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut requirements: Vec<Requirement> = Vec::new();
    for profile in &context.profiles {
        for field in profile.fields.iter().flat_map(places) {
            let field = &field;
            // A conversion writes only fields that the target reads.
            let mut layouts = profile.layouts.clone();
            layouts.retain(|name| is_about(&field.layouts, name));
            let same = |known: &&mut Requirement| {
                known.field.is_same_requirement(field) && known.fact.layouts == layouts
            };
            match requirements.iter_mut().find(same) {
                Some(known) => known.fact.targets.push(profile.name.clone()),
                None => requirements.push(Requirement::new(field, layouts, &profile.name)),
            }
        }
    }
    (!requirements.is_empty()).then(|| Check::example(FieldNotAccepted { requirements }))
}

/// The requirement for each name that a key on the way has, so that messages name the one in use.
fn places(field: &FieldFact) -> Vec<FieldFact> {
    let mut all = vec![String::new()];
    for (index, step) in field.at.split('/').enumerate() {
        let slash = if index == 0 { "" } else { "/" };
        let extended = all.iter().flat_map(|way| {
            let names = step.split('|');
            names.map(move |name| format!("{way}{slash}{name}"))
        });
        all = extended.collect();
    }
    let at = |at| FieldFact {
        at,
        ..field.clone()
    };
    all.into_iter().map(at).collect()
}

struct FieldNotAccepted {
    requirements: Vec<Requirement>,
}

/// A requirement, and what the targets that have it do with a violation.
struct Requirement {
    field: FieldFact,
    pattern: Option<Regex>,
    fact: TargetFact,
}

/// A violation: where it is, what is there, what the targets do not accept, and what to do.
struct Violation {
    span: Span,
    what: String,
    rejected: String,
    help: &'static str,
}

impl ExampleRule for FieldNotAccepted {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // Conversion writes the columns of a table under the names of the layout.
        let Body::Json(json) = &example.record.body else {
            return;
        };
        if example.is_renamed {
            return;
        }
        let mut reported: HashSet<(Span, &str)> = HashSet::new();
        for requirement in &self.requirements {
            if !requirement.fact.is_of(example.layout) {
                continue;
            }
            let values = requirement.field.values_in(json.root());
            let other = requirement.other_type(&values).into_iter();
            let each = values
                .iter()
                .filter_map(|value| requirement.violation(*value));
            for violation in other.chain(each) {
                // One field can violate several requirements of a target, of which the first says
                // enough.
                let targets = requirement.fact.targets.iter();
                let new = targets.filter(|of| reported.insert((violation.span, of.as_str())));
                if new.count() == 0 {
                    continue;
                }
                let place = example.record.at(violation.span);
                findings.report(place, requirement.fact.impact(), || {
                    let does = requirement.fact.describe_effect(&violation.rejected);
                    Message::new(format!("{}: {does}", violation.what)).help(violation.help)
                });
            }
        }
    }
}

impl Requirement {
    fn new(field: &FieldFact, layouts: Vec<String>, target: &str) -> Self {
        // A test holds that every pattern of a profile is valid.
        let pattern = field.pattern.as_deref();
        Self {
            pattern: pattern.and_then(|pattern| Regex::new(pattern).ok()),
            field: field.clone(),
            fact: TargetFact {
                layouts,
                ..TargetFact::one(target, field.effect, field.unconfirmed)
            },
        }
    }

    /// How `value`, which is at the place of the requirement, violates it.
    fn violation(&self, value: Value<'_>) -> Option<Violation> {
        let types = &self.field.types;
        if !types.is_empty() && !types.contains(&ValueType::of(value)) {
            return Some(self.wrong_type(value));
        }
        match value.kind() {
            Kind::Object => self.wrong_key(value),
            Kind::String if self.field.not_empty && value.as_str() == Some("") => {
                Some(self.empty(value))
            }
            Kind::String => self.wrong_text(value),
            Kind::Array if self.field.not_empty && value.items().next().is_none() => {
                Some(self.empty(value))
            }
            _ => None,
        }
    }

    /// The first value whose type differs from that of the first.
    fn other_type(&self, values: &[Value<'_>]) -> Option<Violation> {
        let mut typed = values.iter().filter(|value| value.kind() != Kind::Null);
        let first = typed.next().filter(|_| self.field.same_type)?;
        let other = typed.find(|value| ValueType::of(**value) != ValueType::of(*first))?;
        let (one, two) = (ValueType::of(*first), ValueType::of(*other));
        Some(Violation {
            span: other.span(),
            what: format!(
                "{} is {} after {}",
                self.noun(),
                two.describe(),
                one.describe()
            ),
            rejected: "records with both".to_owned(),
            help: "write all of them in the same form",
        })
    }

    fn wrong_type(&self, value: Value<'_>) -> Violation {
        let types = self.field.types.iter().map(|of| of.describe().to_owned());
        let types: Vec<String> = types.collect();
        Violation {
            span: value.span(),
            what: format!("{} is {}", self.noun(), ValueType::of(value).describe()),
            rejected: format!("anything but {}", types.join(" or ")),
            help: "write the value in the type that the target reads",
        }
    }

    fn empty(&self, value: Value<'_>) -> Violation {
        Violation {
            span: value.span(),
            what: format!("{} is empty", self.noun()),
            rejected: "records in which it is".to_owned(),
            help: "fill it, or remove the field",
        }
    }

    fn wrong_key(&self, value: Value<'_>) -> Option<Violation> {
        let FieldFact {
            allows,
            forbids,
            requires,
            ..
        } = &self.field;
        let is_wrong = |key: &str| {
            let is_in = |names: &[String]| names.iter().any(|name| name == key);
            is_in(forbids) || !allows.is_empty() && !is_in(allows)
        };
        let of = self.noun();
        if let Some(entry) = value.entries().find(|entry| is_wrong(entry.key)) {
            let key = quoted(entry.key, 40);
            let is_forbidden = forbids.iter().any(|name| name == entry.key);
            let rejected = match is_forbidden {
                true => format!("this field{}", self.condition()),
                false => format!("fields other than {}{}", names(allows), self.condition()),
            };
            return Some(Violation {
                span: entry.key_span,
                what: format!("field {key} in {of}"),
                rejected,
                help: "remove the field",
            });
        }
        let missing = requires.iter().find(|key| value.get(key).is_none())?;
        let start = value.span().start;
        Some(Violation {
            span: Span::new(start, start + 1),
            what: format!("no field {} in {of}", quoted(missing, 40)),
            rejected: format!("records without it{}", self.condition()),
            help: "add the field",
        })
    }

    fn wrong_text(&self, value: Value<'_>) -> Option<Violation> {
        let text = value.as_str()?;
        let allowed = &self.field.values;
        let is_listed = allowed.is_empty() || allowed.iter().any(|one| one == text);
        let is_matching = self.pattern.as_ref().is_none_or(|of| of.is_match(text));
        if is_listed && is_matching {
            return None;
        }
        let rejected = match (&self.field.pattern, &self.field.expects, is_listed) {
            (Some(_), Some(words), true) => format!("anything but {words}"),
            (Some(pattern), None, true) => format!("values that do not match `{pattern}`"),
            _ => format!("values other than {}", names(allowed)),
        };
        Some(Violation {
            span: value.span(),
            what: format!("{} is {}", self.noun(), quoted(text, 40)),
            rejected,
            help: "write a value that the target accepts",
        })
    }

    /// What the value is, in words.
    fn noun(&self) -> String {
        let mut steps = self.field.at.rsplit('/');
        match (steps.next(), steps.next()) {
            (Some(""), _) | (None, _) => "the record".to_owned(),
            (Some("*"), Some("messages" | "interactions" | "conversations" | "contents")) => {
                "a message".to_owned()
            }
            (Some("*"), Some(list)) => format!("an item of `{list}`"),
            (Some(key), _) => format!("`{key}`"),
        }
    }

    /// The objects that the requirement is about, if not all.
    fn condition(&self) -> String {
        let FieldFact { when, having, .. } = &self.field;
        let when = when.values().flatten();
        let all: Vec<String> = when.chain(having).map(|name| quoted(name, 40)).collect();
        match all.as_slice() {
            [] => String::new(),
            all => format!(" with {}", listed(all)),
        }
    }
}

/// Names in words.
fn names(names: &[String]) -> String {
    /// More names than this would hide what the message is about.
    const MAX_NAMES: usize = 6;
    match names.get(..MAX_NAMES) {
        Some(first) if names.len() > MAX_NAMES => {
            let first: Vec<String> = first.iter().map(|name| quoted(name, 40)).collect();
            format!("{} and {} more", first.join(", "), names.len() - MAX_NAMES)
        }
        _ => {
            let all: Vec<String> = names.iter().map(|name| quoted(name, 40)).collect();
            listed(&all)
        }
    }
}
