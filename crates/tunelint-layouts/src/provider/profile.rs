//! What one provider accepts: data from `rules/profiles/*.toml`, every number with its source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::provider::task::Task;

pub use super::fact::{
    Cited, Effect, Fact, Hyperparameter, NameLimit, Recommendation, Reserved, Roles, TokenizerName,
    Unit, Where,
};

/// What one provider accepts.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Profile {
    /// Its name in options.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// Whether the service can be used.
    pub status: Status,
    /// The status in a sentence, with its date.
    pub status_note: Option<String>,
    /// The profile to use instead.
    pub successor: Option<String>,
    /// When its pages were read.
    pub read: String,
    /// The layouts it takes; the first is what `convert` writes.
    pub layouts: Vec<String>,
    /// Those of them that are this provider's own: a file in one is checked for it where the user
    /// names no target.
    #[serde(default, skip_serializing)]
    pub own_layouts: Vec<String>,
    /// What it receives.
    pub container: Delivery,
    /// Hyperparameters of which at most one may be set.
    #[serde(default)]
    pub exclusive: Vec<Vec<String>>,
    /// Where that is said.
    pub exclusive_source: Option<String>,
    /// The provider's words for it.
    pub exclusive_quote: Option<String>,
    /// The pages, by the short names that `source` uses.
    pub sources: BTreeMap<String, String>,
    /// What it limits: `input`, `output`, `example`, `upload`, `min-examples`, `max-examples`, …
    #[serde(default)]
    pub limits: BTreeMap<String, Cited<u64>>,
    /// What it asks of the order of turns: `alternate`, `first-user`, `last-model`, …
    #[serde(default)]
    pub turns: BTreeMap<String, Fact>,
    /// The names of roles that it takes, perhaps others in each layout.
    #[serde(default)]
    pub roles: Vec<Roles>,
    /// What else it asks for: `byte-order-mark`, `no-extra-fields`, `binary-weight`, …
    #[serde(default)]
    pub requires: BTreeMap<String, Fact>,
    /// Words that no text may hold.
    #[serde(default)]
    pub reserved: Vec<Reserved>,
    /// How many examples it advises, by task; `any` for every other.
    #[serde(default)]
    pub recommended: BTreeMap<String, Recommendation>,
    /// What it counts tokens with, where it says so.
    pub tokenizer: Option<TokenizerName>,
    /// What may be set for training.
    #[serde(default)]
    pub hyperparameters: BTreeMap<String, Hyperparameter>,
    /// Names that it limits: `display-name`, `id`, …
    #[serde(default)]
    pub names: BTreeMap<String, NameLimit>,
}

/// Whether a service can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It can be used.
    Alive,
    /// Its end is announced.
    WindingDown,
    /// It has ended.
    Closed,
}

/// What a provider receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// The body of one request that holds all examples.
    Rest,
    /// A file of JSON lines.
    Jsonl,
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// What is wrong with it and where, as the TOML reader words it.
    pub fn parse(toml: &str) -> Result<Self, String> {
        toml::from_str(toml).map_err(|error| error.to_string())
    }

    /// How many examples are recommended for `task`, or for any.
    pub fn recommendation(&self, task: Option<Task>) -> Option<&Recommendation> {
        task.and_then(|task| self.recommended.get(task.as_str()))
            .or_else(|| self.recommended.get("any"))
    }

    /// Every statement that it cites: what it is about, its source and the provider's words.
    pub fn citations(&self) -> Vec<(String, &str, &str)> {
        let mut all: Vec<(String, &str, &str)> = Vec::new();
        let mut cite = |about: String, source, quote| all.push((about, source, quote));
        for (name, of) in &self.limits {
            cite(format!("limits.{name}"), &of.source, &of.quote);
        }
        for (name, of) in self.turns.iter().chain(&self.requires) {
            cite(name.clone(), &of.source, &of.quote);
        }
        for of in &self.roles {
            cite("roles".to_owned(), &of.source, &of.quote);
        }
        if let Some(of) = &self.tokenizer {
            cite("tokenizer".to_owned(), &of.source, &of.quote);
        }
        for of in &self.reserved {
            cite("reserved".to_owned(), &of.source, &of.quote);
        }
        for (name, of) in &self.recommended {
            cite(format!("recommended.{name}"), &of.source, &of.quote);
        }
        for (name, of) in &self.hyperparameters {
            cite(format!("hyperparameters.{name}"), &of.source, &of.quote);
        }
        for (name, of) in &self.names {
            cite(format!("names.{name}"), &of.source, &of.quote);
        }
        all
    }

    /// The names of roles that it takes in `layout`, where it takes that and names them.
    pub fn roles_of(&self, layout: &str) -> Option<&Roles> {
        let holds = |names: &[String]| names.iter().any(|name| name == layout);
        let named = |roles: &&Roles| roles.layouts.is_empty() || holds(&roles.layouts);
        let mut roles = self.roles.iter().filter(named);
        roles.next().filter(|_| holds(&self.layouts))
    }

    /// The limit called `name`.
    pub fn limit(&self, name: &str) -> Option<&Cited<u64>> {
        self.limits.get(name)
    }
}

/// The profiles in the binary, by name: each file of `rules/profiles`, listed by the build script.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// The profile called `name`, if there is one.
///
/// # Errors
/// Why it cannot be read; a test makes sure that this does not happen.
///
/// ```
/// let profile = tunelint_layouts::provider::profile::by_name("gemini-api").unwrap().unwrap();
/// assert_eq!(profile.limit("input").unwrap().value, 40_000);
/// ```
pub fn by_name(name: &str) -> Result<Option<Profile>, String> {
    let file = FILES.iter().find(|(known, _)| *known == name);
    file.map(|(_, toml)| Profile::parse(toml)).transpose()
}

/// The profile for a layout where the user named none: that of the provider whose own it is. Reads
/// the one line that says so, since parsing every profile would take longer than a small file does.
pub fn for_layout(layout: &str) -> Option<&'static str> {
    let name = format!("\"{layout}\"");
    let owns = |toml: &str| {
        let mut lines = toml.lines();
        let own = lines.find(|line| line.starts_with("own-layouts = "));
        own.is_some_and(|own| own.contains(&name))
    };
    let found = FILES.iter().find(|(_, toml)| owns(toml));
    found.map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_own_layouts_agrees_with_the_profile() {
        let mut owned = 0;
        for (name, toml) in FILES {
            for layout in Profile::parse(toml).unwrap().own_layouts {
                assert_eq!(for_layout(&layout), Some(*name));
                owned += 1;
            }
        }
        assert!(owned > 0);
        assert_eq!(for_layout("messages"), None);
    }
}
