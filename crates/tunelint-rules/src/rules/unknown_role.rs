//! A role that the layout does not know, or the target does not accept.

use std::sync::Arc;

use crate::contract::{
    Check, ExampleRule, Level, RecordRule, RuleContext, RuleMeta, Scope, TargetFact,
};
use tunelint_data::record::json::Value;
use tunelint_data::record::roles::RoleMeaning;
use tunelint_data::record::{Field, Record};
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Consequence, Findings, Impact, Message, Severity};
use tunelint_layouts::layout::mismatch::MismatchKind;
use tunelint_layouts::layout::{self, RoleField};
use tunelint_layouts::provider::limit::{listed, target_sentence};
use tunelint_layouts::provider::profile::{Profile, Roles};
use tunelint_layouts::reader::Unreadable;

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new(
    "unknown-role",
    Level::Fixed(Severity::Error),
    Scope::Example,
)
.consequence(Consequence::Rejected);

/// Common names for roles, with the role in `messages` that each stands for.
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

/// Builds the rule. Roles that the layout itself does not know are reported while the record is
/// read.
pub fn build(context: &RuleContext) -> Option<Check> {
    let layout_roles = |layout: Arc<dyn layout::Layout>| {
        let role_field = layout.role_field()?;
        let name = layout.name();
        let accepts = |of: &&Arc<Profile>| of.layouts.iter().any(|layout| layout == name);
        let target = |of: &Arc<Profile>| (of.name.clone(), of.roles_of(name).cloned());
        let accepting = context.profiles.iter().filter(accepts);
        Some(LayoutRoles {
            layout: name,
            role_field,
            targets: accepting.map(target).collect(),
        })
    };
    let unknown = UnknownRole {
        layouts: layout::all().into_iter().filter_map(layout_roles).collect(),
        no_target: context.profiles.is_empty(),
    };
    let ignores_case = |roles: &&Roles| roles.ignores_case;
    let lenient = |profile: &Arc<Profile>| {
        let roles = profile.roles.iter().filter(ignores_case);
        (profile.name.clone(), roles.cloned().collect())
    };
    let unknown_to_layout = UnknownToLayout {
        targets: context.profiles.iter().map(lenient).collect(),
    };
    Some(Check::example(unknown).and_record(unknown_to_layout))
}

/// Checks the roles that a layout knows but some targets do not accept.
struct UnknownRole {
    layouts: Vec<LayoutRoles>,
    /// Whether there is no target, so that only the layout decides.
    no_target: bool,
}

/// The role names in a layout, and those that each target accepts.
struct LayoutRoles {
    layout: &'static str,
    role_field: RoleField,
    /// The targets that accept the layout, with the role names in their profile. For all other
    /// targets the record is converted, which replaces the names.
    targets: Vec<(String, Option<Roles>)>,
}

impl ExampleRule for UnknownRole {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let mut layouts = self.layouts.iter();
        let Some(roles) = layouts.find(|of| of.layout == example.layout) else {
            return;
        };
        let role_field = &roles.role_field;
        let Some(Field::Other(turns)) = example.record.body.field(role_field.list) else {
            return;
        };
        // Each name is reported once, at its first message.
        let mut reported: Vec<&str> = Vec::new();
        for role in turns
            .items()
            .filter_map(|turn| turn.get(role_field.speaker))
        {
            let name = role.as_str().unwrap_or_default();
            let is_nonstandard = role_field
                .nonstandard
                .iter()
                .any(|(nonstandard, _)| *nonstandard == name);
            if (!is_nonstandard && roles.is_accepted(name)) || reported.contains(&name) {
                continue;
            }
            reported.push(name);
            // A name that the user mapped with `--role` is fine for every target.
            if example.record.role_aliases.get(name).is_some() {
                continue;
            }
            match is_nonstandard {
                true if self.no_target => {
                    let place = example.record.at(role.span());
                    findings.report(place, Severity::Error, || {
                        unknown_to_layout(
                            &example.record,
                            role_field.speaker,
                            name,
                            role_field.names,
                        )
                    });
                }
                true => roles.report_nonstandard(&example.record, role, findings),
                false => roles.report_rejected(&example.record, role, findings),
            }
        }
    }
}

impl LayoutRoles {
    /// The targets whose profile lists roles, but not `name`.
    fn rejecting(&self, name: &str) -> impl Iterator<Item = (&str, &Roles)> {
        let targets = self.targets.iter();
        let named = targets.filter_map(|(target, roles)| Some((target.as_str(), roles.as_ref()?)));
        named.filter(move |(_, roles)| !accepts(roles, name))
    }

    fn is_accepted(&self, name: &str) -> bool {
        self.rejecting(name).next().is_none()
    }

    /// Reports a name that the layout knows, for the targets that do not accept it.
    fn report_rejected(&self, record: &Record<'_>, role: Value<'_>, findings: &mut Findings<'_>) {
        let name = role.as_str().unwrap_or_default();
        let facts = self
            .rejecting(name)
            .map(|(target, of)| TargetFact::one(target, of.effect, of.unconfirmed));
        for fact in TargetFact::gather(facts) {
            findings.report(record.at(role.span()), fact.impact(), || {
                let does = fact.describe_effect(&format!("role {}", quoted(name, 20)));
                let is_affected = |target: &str| fact.targets.iter().any(|of| of == target);
                let mut rejecting = self.rejecting(name);
                let known = rejecting.find(|(target, _)| is_affected(target));
                let known = known.map_or(&[][..], |(_, roles)| &roles.accepts);
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let help = match meant(name, &known) {
                    Some(usual) => format!("change it to `{usual}`"),
                    None => format!("use one of {}", known.join(", ")),
                };
                Message::new(does).help(help)
            });
        }
    }

    /// Reports a name that few readers accept: an error for each target whose profile does not list
    /// it.
    fn report_nonstandard(
        &self,
        record: &Record<'_>,
        role: Value<'_>,
        findings: &mut Findings<'_>,
    ) {
        let name = role.as_str().unwrap_or_default();
        let accepting = |roles: &Option<Roles>| roles.as_ref().is_some_and(|of| accepts(of, name));
        let others = self.targets.iter().filter(|(_, roles)| !accepting(roles));
        let others: Vec<String> = others.map(|(target, _)| target.clone()).collect();
        if others.is_empty() {
            return;
        }
        let impact = Impact::from(Severity::Error).of(&others);
        findings.report(record.at(role.span()), impact, || {
            unknown_role(name, &others, self.role_field.names)
        });
    }
}

fn accepts(roles: &Roles, name: &str) -> bool {
    roles.accepts.iter().any(|role| role == name)
}

/// Reports roles that the layout itself does not have.
struct UnknownToLayout {
    /// Each target, with the roles that it reads without regard to case and spaces.
    targets: Vec<(String, Vec<Roles>)>,
}

impl RecordRule for UnknownToLayout {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::Mismatches(mismatches) = why else {
            return;
        };
        for mismatch in mismatches {
            let MismatchKind::UnknownRole { key, name, roles } = &mismatch.kind else {
                continue;
            };
            let place = record.at(mismatch.span);
            let reads = |of: &&(String, Vec<Roles>)| reads_anyway(&of.1, name);
            let (reading, others): (Vec<_>, Vec<_>) = self.targets.iter().partition(reads);
            let names = |of: Vec<&(String, Vec<Roles>)>| -> Vec<String> {
                of.into_iter().map(|(name, _)| name.clone()).collect()
            };
            let (reading, others) = (names(reading), names(others));
            if !reading.is_empty() {
                let impact = Impact::from(Severity::Warning).consequence(Consequence::Quality);
                findings.report(place, impact.of(&reading), || {
                    let only = "only without regard to case and spaces";
                    let does = target_sentence(&reading, "accepts", "accept", only);
                    let message = Message::new(format!("role {}: {does}", quoted(name, 30)));
                    message.help(format!("change it to `{}`", name.trim().to_lowercase()))
                });
            }
            if reading.is_empty() || !others.is_empty() {
                let all: &[String] = if reading.is_empty() { &[] } else { &others };
                findings.report(place, Impact::from(Severity::Error).of(all), || {
                    unknown_to_layout(record, key, name, roles)
                });
            }
        }
    }
}

/// Whether one of `roles` has `name`, apart from case and surrounding spaces.
fn reads_anyway(roles: &[Roles], name: &str) -> bool {
    let name = name.trim().to_lowercase();
    roles.iter().any(|of| accepts(of, &name))
}

fn unknown_to_layout(record: &Record<'_>, key: &str, name: &str, known: &[&str]) -> Message {
    if record.role_aliases.get(name) == Some(RoleMeaning::Call) {
        let (key, shown) = (quoted(key, 20), quoted(name, 30));
        let why = "mapped to `call`, which only `sharegpt` supports";
        return Message::new(format!("{key} is {shown}, {why}")).help("map it to `model`");
    }
    unknown_role(name, &[], known)
}

/// The message about a name that is not one of the roles `known`, for `targets`, or, without any,
/// for all.
fn unknown_role(name: &str, targets: &[String], known: &[&str]) -> Message {
    let shown = quoted(name, 30);
    let preposition = if targets.is_empty() { "" } else { " for " };
    let targets = listed(targets);
    let message = Message::new(format!("unknown role {shown}{preposition}{targets}"));
    match meant(name, known) {
        Some(meant) => message.help(format!("change it to `{meant}`")),
        None => message.help(format!(
            "use one of {}, or map the name with `--role NAME=ROLE`",
            known.join(", ")
        )),
    }
}

/// The role in `known` that was most likely meant.
fn meant<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let lower = name.to_lowercase();
    let same = |role: &&&'k str| role.eq_ignore_ascii_case(name);
    let alias = || {
        let (_, usual) = ALIASES
            .iter()
            .find(|(alias, usual)| *alias == lower || *usual == lower)?;
        let aliases = ALIASES.iter().filter(|(_, of)| of == usual);
        let mut names = std::iter::once(usual).chain(aliases.map(|(alias, _)| alias));
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
    fn the_intended_role_is_found() {
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
