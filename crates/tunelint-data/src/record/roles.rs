//! Names of roles that the user gave, for data whose writers had names of their own.

use std::collections::BTreeMap;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The instruction that holds for the whole conversation.
    System,
    /// The person, or the application's prompt.
    User,
    /// The model: what it is taught to write.
    Model,
    /// The result of a tool that the model called.
    Tool,
}

/// What each name that the user gave stands for. A layout asks here before it looks among its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Speakers(BTreeMap<String, Speaker>);

/// What a name of a role stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// One of the roles.
    Role(Role),
    /// The model, where its turn is a tool call and no text; only `sharegpt` has such turns.
    Call,
}

/// Nobody gave any.
static NOBODY: Speakers = Speakers(BTreeMap::new());

impl Speakers {
    /// The words for what a name may stand for.
    pub const MEANINGS: [&str; 5] = ["system", "user", "model", "tool", "call"];

    /// No names but those of the layouts.
    pub fn nobody() -> &'static Self {
        &NOBODY
    }

    /// Lets `name` stand for `meaning`, one of [`Speakers::MEANINGS`]; `assistant` is the model.
    /// Whether there is such a meaning.
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

    /// What `name` stands for.
    pub fn get(&self, name: &str) -> Option<Speaker> {
        self.0.get(name).copied()
    }

    /// The role that `name` stands for, in a layout which itself takes it for `known`.
    pub fn role(&self, name: &str, known: Option<Role>) -> Option<Role> {
        match self.get(name) {
            Some(Speaker::Role(role)) => Some(role),
            Some(Speaker::Call) => None,
            None => known,
        }
    }
}
