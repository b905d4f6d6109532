//! A turn of somebody whom the layout, or the target, does not know.

use std::sync::Arc;

use crate::contract::{
    Check, ExampleRule, Level, RecordRule, RuleContext, RuleMeta, Scope, TargetFact,
};
use tunelint_data::record::json::Value;
use tunelint_data::record::roles::Speaker;
use tunelint_data::record::{Field, Record};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::layout::mismatch::MismatchKind;
use tunelint_layouts::layout::{self, Naming};
use tunelint_layouts::provider::limit::listed;
use tunelint_layouts::provider::profile::{Profile, Roles};
use tunelint_layouts::reader::Unreadable;

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
    let question = |layout: Arc<dyn layout::Layout>| {
        let naming = layout.naming()?;
        let name = layout.name();
        let takes = |of: &&Arc<Profile>| of.layouts.iter().any(|layout| layout == name);
        let target = |of: &Arc<Profile>| (of.name.clone(), of.roles_of(name).cloned());
        let takers = context.profiles.iter().filter(takes);
        Some(Question {
            layout: name,
            naming,
            targets: takers.map(target).collect(),
        })
    };
    Some(
        Check::example(UnknownRole {
            questions: layout::all().into_iter().filter_map(question).collect(),
            no_target: context.profiles.is_empty(),
        })
        .and_record(OfNoLayout),
    )
}

/// Roles that a layout has and some targets do not take: who refuses them.
struct UnknownRole {
    questions: Vec<Question>,
    /// Whether nobody is asked but the layout.
    no_target: bool,
}

/// Who takes which names in a layout.
struct Question {
    layout: &'static str,
    naming: Naming,
    /// The targets that take the layout, and the names that they say they take; for others the
    /// record is converted, and has the usual names then.
    targets: Vec<(String, Option<Roles>)>,
}

impl ExampleRule for UnknownRole {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let mut questions = self.questions.iter();
        let Some(question) = questions.find(|of| of.layout == example.layout) else {
            return;
        };
        let naming = &question.naming;
        let Some(Field::Other(turns)) = example.record.body.field(naming.list) else {
            return;
        };
        // A name is told of once, where it stands first.
        let mut told: Vec<&str> = Vec::new();
        for role in turns.items().filter_map(|turn| turn.get(naming.speaker)) {
            let name = role.as_str().unwrap_or_default();
            let is_seldom = naming.seldom.iter().any(|(seldom, _)| *seldom == name);
            if (!is_seldom && question.is_taken(name)) || told.contains(&name) {
                continue;
            }
            told.push(name);
            // Of a name that the user gave, targets are not asked.
            if example.record.speakers.get(name).is_some() {
                continue;
            }
            match is_seldom {
                true if self.no_target => {
                    let place = example.record.at(role.span());
                    findings.report(place, Severity::Error, || {
                        of_no_layout(&example.record, naming.speaker, name, naming.names)
                    });
                }
                true => question.tell_seldom(&example.record, role, findings),
                false => question.tell_refused(&example.record, role, findings),
            }
        }
    }
}

impl Question {
    /// The targets that name their roles and do not name `name`.
    fn refusing(&self, name: &str) -> impl Iterator<Item = (&str, &Roles)> {
        let targets = self.targets.iter();
        let named = targets.filter_map(|(target, roles)| Some((target.as_str(), roles.as_ref()?)));
        named.filter(move |(_, roles)| !accepts(roles, name))
    }

    fn is_taken(&self, name: &str) -> bool {
        self.refusing(name).next().is_none()
    }

    /// Speaks of a name that the layout has, for the targets that do not take it.
    fn tell_refused(&self, record: &Record<'_>, role: Value<'_>, findings: &mut Findings<'_>) {
        let name = role.as_str().unwrap_or_default();
        let everywhere: &[String] = &[];
        let facts = self
            .refusing(name)
            .map(|(target, of)| (target, of.effect, of.unconfirmed, everywhere));
        for fact in TargetFact::gather(facts) {
            findings.report(record.at(role.span()), fact.severity(), || {
                let does = fact.does(&format!("the role {}", quoted(name, 20)));
                let is_meant = |target: &str| fact.targets.iter().any(|of| of == target);
                let mut refusing = self.refusing(name);
                let known = refusing.find(|(target, _)| is_meant(target));
                let known = known.map_or(everywhere, |(_, roles)| &roles.accepts);
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let help = match meant(name, &known) {
                    Some(usual) => format!("it calls it `{usual}`"),
                    None => format!("its roles are {}", known.join(", ")),
                };
                Message::new(does).help(help).targets(&fact.targets)
            });
        }
    }

    /// Speaks of a name that few readers take: an error for the targets that do not say they do.
    fn tell_seldom(&self, record: &Record<'_>, role: Value<'_>, findings: &mut Findings<'_>) {
        let name = role.as_str().unwrap_or_default();
        let takes = |roles: &Option<Roles>| roles.as_ref().is_some_and(|of| accepts(of, name));
        let others = self.targets.iter().filter(|(_, roles)| !takes(roles));
        let others: Vec<String> = others.map(|(target, _)| target.clone()).collect();
        if others.is_empty() {
            return;
        }
        findings.report(record.at(role.span()), Severity::Error, || {
            no_role(self.naming.speaker, name, &others, self.naming.names).targets(&others)
        });
    }
}

fn accepts(roles: &Roles, name: &str) -> bool {
    roles.accepts.iter().any(|role| role == name)
}

/// Roles that the layout itself does not have.
struct OfNoLayout;

impl RecordRule for OfNoLayout {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::Mismatches(mismatches) = why else {
            return;
        };
        for mismatch in mismatches {
            if let MismatchKind::UnknownRole { key, name, roles } = &mismatch.kind {
                findings.report(record.at(mismatch.span), Severity::Error, || {
                    of_no_layout(record, key, name, roles)
                });
            }
        }
    }
}

fn of_no_layout(record: &Record<'_>, key: &str, name: &str, known: &[&str]) -> Message {
    if record.speakers.get(name) == Some(Speaker::Call) {
        let (key, shown) = (quoted(key, 20), quoted(name, 30));
        let why = "was said to be a tool call, and no turn is one here";
        return Message::new(format!("{key} is {shown}, which {why}"))
            .help("`call` is for `sharegpt`; the other layouts have calls beside the text of a turn: say `model`");
    }
    no_role(key, name, &[], known)
}

/// The message about a name under `key` that is none of the roles `known`, for some `targets` or
/// for everybody.
fn no_role(key: &str, name: &str, targets: &[String], known: &[&str]) -> Message {
    let (key, shown) = (quoted(key, 20), quoted(name, 30));
    let of = if targets.is_empty() { "" } else { " for " };
    let whom = listed(targets);
    let message = Message::new(format!("{key} is {shown}, which is no role{of}{whom}"));
    match meant(name, known) {
        Some(meant) => message.help(format!("did you mean `{meant}`?")),
        None => message.help(format!(
            "the roles are {}; `--role NAME=ROLE` says what another name stands for",
            known.join(", ")
        )),
    }
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
        names.find_map(|wanted| known.iter().find(|role| role.eq_ignore_ascii_case(wanted)))
    };
    let close = || {
        known.iter().find(|role| {
            let slips = strsim::damerau_levenshtein(&role.to_lowercase(), &lower);
            slips <= 2.min(role.len() / 3)
        })
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
            ("human", &["System", "User", "Chatbot"], Some("User")),
            ("Users", &["System", "User", "Chatbot"], Some("User")),
            ("narrator", &messages, None),
        ] {
            assert_eq!(meant(name, known), wanted, "{name}");
        }
    }
}
