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
pub struct Speakers(BTreeMap<String, Speaker>);

/// The meaning of a role name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// One of the roles.
    Role(Role),
    /// A tool call by the model without text; only `sharegpt` has such messages.
    Call,
}

/// No role names.
static EMPTY: Speakers = Speakers(BTreeMap::new());

impl Speakers {
    /// The accepted meanings.
    pub const MEANINGS: [&str; 5] = ["system", "user", "model", "tool", "call"];

    /// No role names.
    pub fn nobody() -> &'static Self {
        &EMPTY
    }

    /// Gives `name` the `meaning`, one of [`Speakers::MEANINGS`]; `assistant` is accepted for
    /// `model`. Returns whether the meaning is known.
    ///
    /// ```
    /// use tunelint_data::record::roles::Speakers;
    /// let mut speakers = Speakers::default();
    /// assert!(speakers.add("bot", "model"));
    /// assert!(!speakers.add("bot", "robot"));
    /// ```
    pub fn add(&mut self, name: &str, meaning: &str) -> bool {
        let speaker = match meaning {
            "system" => Speaker::Role(Role::System),
            "user" => Speaker::Role(Role::User),
            "model" | "assistant" => Speaker::Role(Role::Model),
            "tool" => Speaker::Role(Role::Tool),
            "call" => Speaker::Call,
            _ => return false,
        };
        self.0.insert(name.to_owned(), speaker);
        true
    }

    /// The meaning of `name`.
    pub fn get(&self, name: &str) -> Option<Speaker> {
        self.0.get(name).copied()
    }

    /// The role of `name`; `known` is its role in the layout, which applies if the user set none.
    pub fn role(&self, name: &str, known: Option<Role>) -> Option<Role> {
        match self.get(name) {
            Some(Speaker::Role(role)) => Some(role),
            Some(Speaker::Call) => None,
            None => known,
        }
    }
}
