//! A turn of somebody whom the layout, or the target, does not know.

use crate::example::{Example, PartKind};
use crate::finding::{Findings, Message, Severity};
use crate::json::Value;
use crate::layout::Speaker;
use crate::printable::quoted;
use crate::profile::{Profile, Roles};
use crate::record::Record;
use crate::rule::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "unknown-role",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// What people write, and what it means in `messages`.
const ALIASES: [(&str, &str); 12] = [
    ("human", "user"),
    ("person", "user"),
    ("customer", "user"),
    ("prompter", "user"),
    ("gpt", "assistant"),
    ("model", "assistant"),
    ("bot", "assistant"),
    ("chatbot", "assistant"),
    ("ai", "assistant"),
    ("agent", "assistant"),
    ("observation", "tool"),
    ("ipython", "tool"),
];

/// Builds the rule. Roles that the layout itself does not know are reported while it is read.
pub fn build(context: &RuleContext) -> Option<Check> {
    let named: Vec<_> = context
        .profiles
        .iter()
        .filter_map(|profile| Some((profile, of_messages(profile)?)))
        .collect();
    let lists = ["developer", "function"].map(|name| {
        let refuse = named
            .iter()
            .filter(|(_, roles)| !roles.accepts.iter().any(|role| role == name));
        TargetFact::gather(
            refuse.map(|(profile, roles)| (profile.name.as_str(), roles.effect, roles.unconfirmed)),
        )
    });
    let [developer, function] = lists;
    Some(Check::example(UnknownRole {
        developer,
        function,
    }))
}

/// The roles of a profile that names those of `messages`; some name those of another layout only.
fn of_messages(profile: &Profile) -> Option<&Roles> {
    let roles = profile.roles.as_ref()?;
    let holds = |name: &str| roles.accepts.iter().any(|role| role == name);
    let takes = profile.layouts.iter().any(|layout| layout == "messages");
    (takes && holds("user") && holds("assistant")).then_some(roles)
}

/// Roles that `messages` has and some targets do not take: who refuses them.
struct UnknownRole {
    developer: Vec<TargetFact>,
    function: Vec<TargetFact>,
}

impl ExampleRule for UnknownRole {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let parts = example.turns.iter().flat_map(|turn| &turn.parts);
        // A turn keeps the name of its role only where that is not the usual one.
        for part in parts.filter(|part| part.kind == PartKind::Note && part.key == "role") {
            let (facts, usual) = match part.raw.trim_matches('"') {
                "developer" => (&self.developer, "system"),
                "function" => (&self.function, "tool"),
                _ => continue,
            };
            for fact in facts {
                findings.report(example.record.at(part.span), fact.severity(), || {
                    let role = quoted(part.raw.trim_matches('"'), 20);
                    Message::new(fact.does(&format!("the role {role}")))
                        .help(format!("it calls it `{usual}`"))
                        .targets(&fact.targets)
                });
            }
        }
    }
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
