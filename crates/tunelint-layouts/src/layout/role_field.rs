//! Where messages have their role, and role names shared by layouts.

use crate::example::Role;

/// The roles of `sharegpt`.
pub(super) const SHAREGPT_ROLES: [&str; 7] = [
    "system",
    "human",
    "user",
    "gpt",
    "assistant",
    "function_call",
    "observation",
];

/// Where the messages of a layout have their role, and which names it can have there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleField {
    /// The field with the list of messages.
    pub list: &'static str,
    /// The key of the role in a message.
    pub speaker: &'static str,
    /// The standard role names.
    pub names: &'static [&'static str],
    /// Role names that the layout decodes although few trainers accept them. `unknown-role` reports
    /// them for targets whose profile does not accept them.
    pub nonstandard: &'static [(&'static str, Role)],
}

impl RoleField {
    /// Messages in `list` with their role in `speaker`, without nonstandard names.
    pub(super) const fn of(
        list: &'static str,
        speaker: &'static str,
        names: &'static [&'static str],
    ) -> Self {
        Self {
            list,
            speaker,
            names,
            nonstandard: &[],
        }
    }
}

/// The role that `names` maps `name` to.
pub(super) fn among(names: &[(&str, Role)], name: &str) -> Option<Role> {
    let found = names.iter().find(|(known, _)| *known == name);
    found.map(|(_, role)| *role)
}
