//! Where the messages of a layout have their role, and role names shared by layouts.

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

/// Where the messages of a layout have their role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleField {
    /// The field with all messages.
    pub list: &'static str,
    /// The key of the role in each message.
    pub speaker: &'static str,
    /// The standard role names.
    pub names: &'static [&'static str],
    /// Role names that are read although few trainers accept them; whether a target does is up to
    /// its profile.
    pub nonstandard: &'static [(&'static str, Role)],
}

impl RoleField {
    /// For messages in `list` with only the standard `names` under `speaker`.
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

/// The role that `name` has in `names`.
pub(super) fn among(names: &[(&str, Role)], name: &str) -> Option<Role> {
    let found = names.iter().find(|(known, _)| *known == name);
    found.map(|(_, role)| *role)
}
