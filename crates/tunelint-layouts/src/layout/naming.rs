//! Where the turns of a layout name their role, and the names that layouts share.

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

/// Where the turns of a layout name who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Naming {
    /// The field with all turns.
    pub list: &'static str,
    /// The key of the speaker's name in each of them.
    pub speaker: &'static str,
    /// The usual names.
    pub names: &'static [&'static str],
    /// Names that are read though few readers of the layout take them: whether a target does, its
    /// profile says.
    pub seldom: &'static [(&'static str, Role)],
}

impl Naming {
    /// Where the turns of `list` have nothing but the usual `names` under `speaker`.
    pub(super) const fn of(
        list: &'static str,
        speaker: &'static str,
        names: &'static [&'static str],
    ) -> Self {
        Self {
            list,
            speaker,
            names,
            seldom: &[],
        }
    }
}

/// The role that `name` has among `names`.
pub(super) fn among(names: &[(&str, Role)], name: &str) -> Option<Role> {
    let found = names.iter().find(|(known, _)| *known == name);
    found.map(|(_, role)| *role)
}
