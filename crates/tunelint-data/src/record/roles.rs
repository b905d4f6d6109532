//! Role names set by the user, for data with nonstandard ones.

use std::collections::BTreeMap;

/// The role of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The system prompt.
    System,
    /// The user, or the application's prompt.
    User,
    /// The model; its messages are trained on.
    Model,
    /// The result of a tool call.
    Tool,
}

/// Role names set by the user. A layout looks here before it looks among its own names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleAliases(BTreeMap<String, RoleMeaning>);

/// The meaning of a role name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleMeaning {
    /// One of the roles.
    Role(Role),
    /// A tool call by the model without text; only `sharegpt` has such messages.
    Call,
}

/// No role names.
static EMPTY: RoleAliases = RoleAliases(BTreeMap::new());

impl RoleAliases {
    /// The accepted meanings.
    pub const MEANINGS: [&str; 5] = ["system", "user", "model", "tool", "call"];

    /// No role names.
    pub fn empty() -> &'static Self {
        &EMPTY
    }

    /// Gives `name` the `meaning`, one of [`RoleAliases::MEANINGS`]; `assistant` is accepted for
    /// `model`. Returns whether the meaning is known.
    ///
    /// ```
    /// use tunelint_data::record::roles::RoleAliases;
    /// let mut roles = RoleAliases::default();
    /// assert!(roles.add("bot", "model"));
    /// assert!(!roles.add("bot", "robot"));
    /// ```
    pub fn add(&mut self, name: &str, meaning: &str) -> bool {
        let speaker = match meaning {
            "system" => RoleMeaning::Role(Role::System),
            "user" => RoleMeaning::Role(Role::User),
            "model" | "assistant" => RoleMeaning::Role(Role::Model),
            "tool" => RoleMeaning::Role(Role::Tool),
            "call" => RoleMeaning::Call,
            _ => return false,
        };
        self.0.insert(name.to_owned(), speaker);
        true
    }

    /// Adds the names of `others` that have no meaning yet.
    pub fn extend(&mut self, others: &Self) {
        for (name, meaning) in &others.0 {
            self.0.entry(name.clone()).or_insert(*meaning);
        }
    }

    /// The meaning of `name`.
    pub fn get(&self, name: &str) -> Option<RoleMeaning> {
        self.0.get(name).copied()
    }

    /// The role of `name`; `known` is its role in the layout, which applies if the user set none.
    pub fn role(&self, name: &str, known: Option<Role>) -> Option<Role> {
        match self.get(name) {
            Some(RoleMeaning::Role(role)) => Some(role),
            Some(RoleMeaning::Call) => None,
            None => known,
        }
    }
}
