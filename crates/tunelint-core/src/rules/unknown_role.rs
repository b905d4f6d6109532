//! A turn of somebody whom the layout, or the target, does not know.

use std::sync::Arc;

use crate::example::Example;
use crate::finding::{Findings, Message, Severity};
use crate::json::Value;
use crate::layout::{self, Naming, Speaker};
use crate::limit::listed;
use crate::printable::quoted;
use crate::profile::{Profile, Roles};
use crate::record::{Field, Record};
use crate::rule::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "unknown-role",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// What people write, and what it means in `messages`.
const ALIASES: [(&str, &str); 16] = [
    ("human", "user"),
    ("person", "user"),
    ("customer", "user"),
    ("prompter", "user"),
    ("input", "user"),
    ("gpt", "assistant"),
    ("model", "assistant"),
    ("bot", "assistant"),
    ("chatbot", "assistant"),
    ("ai", "assistant"),
    ("agent", "assistant"),
    ("output", "assistant"),
    ("observation", "tool"),
    ("ipython", "tool"),
    ("function", "tool"),
    ("developer", "system"),
];

/// Builds the rule. Roles that the layout itself does not know are reported while it is read.
pub fn build(context: &RuleContext) -> Option<Check> {
    let named = |layout: Arc<dyn layout::Layout>| {
        let naming = layout.naming()?;
        let names = |profile: &Arc<Profile>| profile.roles_of(layout.name()).is_some();
        let has_question = !naming.seldom.is_empty() || context.profiles.iter().any(names);
        has_question.then(|| (layout.name(), naming))
    };
    Some(Check::example(UnknownRole {
        layouts: layout::all().into_iter().filter_map(named).collect(),
        profiles: context.profiles.clone(),
    }))
}

/// Roles that a layout has and some targets do not take: who refuses them.
struct UnknownRole {
    /// The layouts in which that is a question.
    layouts: Vec<(&'static str, Naming)>,
    profiles: Vec<Arc<Profile>>,
}

impl ExampleRule for UnknownRole {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let found = self.layouts.iter().find(|(of, _)| *of == example.layout);
        let Some((layout, naming)) = found else {
            return;
        };
        let Some(Field::Other(turns)) = example.record.body.field(naming.list) else {
            return;
        };
        // A name is told of once, where it stands first.
        let mut told: Vec<&str> = Vec::new();
        for role in turns.items().filter_map(|turn| turn.get(naming.speaker)) {
            let name = role.as_str().unwrap_or_default();
            let is_seldom = naming.seldom.iter().any(|(seldom, _)| *seldom == name);
            let is_taken = || self.roles(layout).all(|(_, roles)| accepts(roles, name));
            if (!is_seldom && is_taken()) || told.contains(&name) {
                continue;
            }
            told.push(name);
            // Of a name that the user gave, targets are not asked.
            if example.record.speakers.get(name).is_some() {
                continue;
            }
            match is_seldom {
                true => self.tell_seldom(layout, naming, &example.record, role, findings),
                false => self.tell_refused(layout, &example.record, role, findings),
            }
        }
    }
}

impl UnknownRole {
    /// The targets that name the roles of `layout`.
    fn roles(&self, layout: &str) -> impl Iterator<Item = (&str, &Roles)> {
        let profiles = self.profiles.iter();
        profiles.filter_map(move |of| Some((of.name.as_str(), of.roles_of(layout)?)))
    }

    /// Speaks of a name that the layout has, for the targets that do not take it.
    fn tell_refused(
        &self,
        layout: &str,
        record: &Record<'_>,
        role: Value<'_>,
        findings: &mut Findings<'_>,
    ) {
        let name = role.as_str().unwrap_or_default();
        let refuse = || {
            self.roles(layout)
                .filter(|(_, roles)| !accepts(roles, name))
        };
        let facts =
            refuse().map(|(target, of)| (target, of.effect, of.unconfirmed, &[] as &[String]));
        for fact in TargetFact::gather(facts) {
            findings.report(record.at(role.span()), fact.severity(), || {
                let does = fact.does(&format!("the role {}", quoted(name, 20)));
                let first = refuse().find(|(target, _)| fact.targets.iter().any(|of| of == target));
                let known = first.map_or(&[] as &[String], |(_, roles)| &roles.accepts);
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let help = match meant(name, &known) {
                    Some(usual) => format!("it calls it `{usual}`"),
                    None => format!("its roles are {}", known.join(", ")),
                };
                Message::new(does).help(help).targets(&fact.targets)
            });
        }
    }

    /// Speaks of a name that few readers take: an error, save for the targets that do.
    fn tell_seldom(
        &self,
        layout: &str,
        naming: &Naming,
        record: &Record<'_>,
        role: Value<'_>,
        findings: &mut Findings<'_>,
    ) {
        let name = role.as_str().unwrap_or_default();
        let takes = |profile: &&Arc<Profile>| {
            let roles = profile.roles_of(layout);
            roles.is_some_and(|roles| accepts(roles, name))
        };
        let targets = |take: bool| -> Vec<String> {
            let profiles = self.profiles.iter().filter(|of| takes(of) == take);
            profiles.map(|profile| profile.name.clone()).collect()
        };
        let (taking, refusing) = (targets(true), targets(false));
        if taking.is_empty() {
            return report(record, naming.speaker, role, naming.names, findings);
        }
        if refusing.is_empty() {
            return;
        }
        findings.report(record.at(role.span()), Severity::Error, || {
            let shown = quoted(name, 30);
            let (take, who) = (
                if taking.len() == 1 { "takes" } else { "take" },
                listed(&taking),
            );
            Message::new(format!(
                "{} is {shown}, which is no role",
                quoted(naming.speaker, 20)
            ))
            .help(format!("of the targets, {who} {take} it"))
            .targets(&refusing)
        });
    }
}

fn accepts(roles: &Roles, name: &str) -> bool {
    roles.accepts.iter().any(|role| role == name)
}

/// Reports that `role`, which stands under `key`, is none of the layout's.
pub(crate) fn report(
    record: &Record<'_>,
    key: &str,
    role: Value<'_>,
    known: &[&str],
    findings: &mut Findings<'_>,
) {
    findings.report_as(META.name, record.at(role.span()), Severity::Error, || {
        let name = role.as_str().unwrap_or_default();
        let (key, shown) = (quoted(key, 20), quoted(name, 30));
        if record.speakers.get(name) == Some(Speaker::Call) {
            let why = "was said to be a tool call, and no turn is one here";
            return Message::new(format!("{key} is {shown}, which {why}"))
                .help("`call` is for `sharegpt`; the other layouts have calls beside the text of a turn: say `model`");
        }
        let message = Message::new(format!("{key} is {shown}, which is no role"));
        match meant(name, known) {
            Some(meant) => message.help(format!("did you mean `{meant}`?")),
            None => message.help(format!(
                "the roles are {}; `--role NAME=ROLE` says what another name stands for",
                known.join(", ")
            )),
        }
    });
}

/// The role that was most likely meant.
fn meant<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let lower = name.to_lowercase();
    let same = |role: &&&'k str| role.eq_ignore_ascii_case(name);
    let alias = || {
        let (_, usual) = ALIASES
            .iter()
            .find(|(alias, usual)| *alias == lower || *usual == lower)?;
        let turned = ALIASES.iter().filter(|(_, of)| of == usual);
        let mut names = std::iter::once(usual).chain(turned.map(|(alias, _)| alias));
        names.find_map(|wanted| known.iter().find(|role| role == &wanted))
    };
    let close = || {
        known
            .iter()
            .find(|role| strsim::damerau_levenshtein(role, &lower) <= 2.min(role.len() / 3))
    };
    known
        .iter()
        .find(same)
        .or_else(alias)
        .or_else(close)
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layouts_own_word_is_named() {
        let messages = ["system", "user", "assistant", "developer", "tool"];
        let sharegpt = ["system", "human", "gpt", "observation"];
        for (name, known, wanted) in [
            ("Chatbot", messages.as_slice(), Some("assistant")),
            ("User", &messages, Some("user")),
            ("asistant", &messages, Some("assistant")),
            ("bot", &sharegpt, Some("gpt")),
            ("assistant", &["user", "model"], Some("model")),
            ("narrator", &messages, None),
        ] {
            assert_eq!(meant(name, known), wanted, "{name}");
        }
    }
}
