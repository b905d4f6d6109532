//! What a provider accepts: data from `rules/profiles/*.toml`, every number with its source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunelint_data::record::row::normal_name;

use crate::provider::fact::is_about;
use crate::provider::task::Task;
use crate::provider::weights::WeightKey;

pub use super::fact::{
    Cited, Effect, Fact, GuideSentence, Hyperparameter, NameLimit, Recommendation, Reserved, Roles,
    TokenizerName, Unit, Where,
};
pub use super::field::{FieldFact, ValueType};
pub use super::training::{Cut, OverLength, TrainedPart, TrainsOn};

/// What a provider accepts.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Profile {
    /// The name on the command line and in the settings.
    pub name: String,
    /// A short description.
    pub title: String,
    /// Whether the service is available.
    pub status: Status,
    /// The status in a sentence, with its date.
    pub status_note: Option<String>,
    /// The profile that replaces it.
    pub successor: Option<String>,
    /// The date on which its pages were read.
    pub read: String,
    /// The accepted layouts; `convert` writes the first.
    pub layouts: Vec<String>,
    /// The layouts that only this provider uses: a file in one of them is checked against this
    /// profile if no target is set.
    #[serde(default, skip_serializing)]
    pub own_layouts: Vec<String>,
    /// Field names, one of which such a file must have, where others use the layout with other
    /// names; empty means none.
    #[serde(default, skip_serializing)]
    pub own_fields: Vec<String>,
    /// Whether its recommended numbers of examples are the advice for data without a target.
    #[serde(default, skip_serializing)]
    pub general_advice: bool,
    /// The form of the upload, as `convert` writes it.
    pub container: Delivery,
    /// The containers that the provider reads; `None` means only JSON Lines.
    pub reads: Option<Reads>,
    /// Groups of hyperparameters that exclude each other.
    #[serde(default)]
    pub exclusive: Vec<Vec<String>>,
    /// The source of `exclusive`.
    pub exclusive_source: Option<String>,
    /// The provider's text for `exclusive`, verbatim.
    pub exclusive_quote: Option<String>,
    /// The pages: URLs by the keys that every `source` uses.
    pub sources: BTreeMap<String, String>,
    /// Limits: `input`, `output`, `example`, `upload`, `min-examples`, `max-examples`, …
    #[serde(default)]
    pub limits: BTreeMap<String, Cited<u64>>,
    /// Requirements on the order of turns: `alternate`, `first-user`, `last-model`, …
    #[serde(default)]
    pub turns: BTreeMap<String, Fact>,
    /// The accepted role names, possibly different ones for each layout.
    #[serde(default)]
    pub roles: Vec<Roles>,
    /// Other requirements: `byte-order-mark`, `no-extra-fields`, `binary-weight`, …
    #[serde(default)]
    pub requires: BTreeMap<String, Fact>,
    /// Requirements on the fields of records that are read as they stand.
    #[serde(default)]
    pub fields: Vec<FieldFact>,
    /// What the provider does with findings of a rule that none of the other requirements is about,
    /// by rule, where it is not what most providers do.
    #[serde(default)]
    pub faults: BTreeMap<String, Fact>,
    /// The key of a message that weights its loss, where messages can have one.
    pub weights: Option<WeightKey>,
    /// What of a sequence is trained on, by layout; the first entry about a layout counts.
    #[serde(default)]
    pub trains_on: Vec<TrainsOn>,
    /// What happens to a sequence that is too long.
    pub over_length: Option<OverLength>,
    /// Words that must not occur in a text.
    #[serde(default)]
    pub reserved: Vec<Reserved>,
    /// The recommended number of examples, by task; `any` is for every other task.
    #[serde(default)]
    pub recommended: BTreeMap<String, Recommendation>,
    /// The tokenizer, if the provider documents it.
    pub tokenizer: Option<TokenizerName>,
    /// The hyperparameters of a tuning job.
    #[serde(default)]
    pub hyperparameters: BTreeMap<String, Hyperparameter>,
    /// Limits on names: `display-name`, `id`, …
    #[serde(default)]
    pub names: BTreeMap<String, NameLimit>,
    /// Advice that is shown where it applies: `fewer-epochs`, `small-dataset`, …
    #[serde(default)]
    pub guidance: BTreeMap<String, GuideSentence>,
}

/// The containers that a provider reads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Reads {
    /// Their names.
    pub containers: Vec<String>,
    /// The page, as a key of [`Profile::sources`].
    pub source: String,
    /// The provider's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
}

/// Whether a service is available.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Available.
    Alive,
    /// Its shutdown has been announced.
    WindingDown,
    /// Shut down.
    Closed,
}

/// The form of the upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// The body of one request that contains all examples.
    Rest,
    /// A file of JSON lines.
    Jsonl,
}

impl Profile {
    /// Parses a profile of [`FILES`].
    ///
    /// # Errors
    /// The message of the parser, with the position.
    pub fn parse(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    /// The recommended number of examples for `task`, or for any task.
    pub fn recommendation(&self, task: Option<Task>) -> Option<&Recommendation> {
        task.and_then(|task| self.recommended.get(task.as_str()))
            .or_else(|| self.recommended.get("any"))
    }

    /// Every citation: the key that it belongs to, the source and the verbatim text.
    pub fn citations(&self) -> Vec<(String, &str, &str)> {
        let mut all: Vec<(String, &str, &str)> = Vec::new();
        let mut cite = |about: String, source, quote| all.push((about, source, quote));
        for (name, of) in &self.limits {
            cite(format!("limits.{name}"), &of.source, &of.quote);
        }
        for (name, of) in self.turns.iter().chain(&self.requires).chain(&self.faults) {
            cite(name.clone(), &of.source, &of.quote);
        }
        for of in &self.fields {
            cite(format!("fields {}", of.at), &of.source, &of.quote);
        }
        for of in &self.roles {
            cite("roles".to_owned(), &of.source, &of.quote);
        }
        if let Some(of) = &self.weights {
            cite("weights".to_owned(), &of.source, &of.quote);
        }
        for of in &self.trains_on {
            cite("trains-on".to_owned(), &of.source, &of.quote);
        }
        if let Some(of) = &self.over_length {
            cite("over-length".to_owned(), &of.source, &of.quote);
        }
        if let Some(of) = &self.reads {
            cite("reads".to_owned(), &of.source, &of.quote);
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
        for (name, of) in &self.guidance {
            cite(format!("guidance.{name}"), &of.source, &of.quote);
        }
        all
    }

    /// The role names accepted in `layout`, if the profile has a list for it.
    pub fn roles_of(&self, layout: &str) -> Option<&Roles> {
        let mut roles = self.roles.iter();
        let named = roles.find(|roles| is_about(&roles.layouts, layout));
        named.filter(|_| self.takes(layout))
    }

    /// What is trained on of a sequence in `layout`, if the profile has an entry about it.
    pub fn trains_on(&self, layout: &str) -> Option<&TrainsOn> {
        let mut entries = self.trains_on.iter();
        entries.find(|of| is_about(&of.layouts, layout))
    }

    /// Whether the provider reads files in `container`.
    pub fn reads(&self, container: &str) -> bool {
        match &self.reads {
            Some(reads) => reads.containers.iter().any(|name| name == container),
            None => container == "jsonl",
        }
    }

    /// Whether the provider takes records in `layout`.
    pub fn takes(&self, layout: &str) -> bool {
        self.layouts.iter().any(|name| name == layout)
    }

    /// The limit called `name`.
    pub fn limit(&self, name: &str) -> Option<&Cited<u64>> {
        self.limits.get(name)
    }
}

/// The profiles in the binary, by name: every file of `rules/profiles`, which the build script turns
/// into JSON without spaces, because that is read several times as fast as TOML.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// The profile called `name`, if there is one.
///
/// # Errors
/// The parse error; a test makes sure that every profile parses.
///
/// ```
/// let profile = tunelint_layouts::provider::profile::by_name("gemini-api").unwrap().unwrap();
/// assert_eq!(profile.limit("input").unwrap().value, 40_000);
/// ```
pub fn by_name(name: &str) -> Result<Option<Profile>, String> {
    let file = FILES.iter().find(|(known, _)| *known == name);
    file.map(|(_, json)| Profile::parse(json)).transpose()
}

/// The profile whose recommended numbers of examples are given where there is no target.
///
/// # Errors
/// As for [`by_name`].
pub fn of_general_advice() -> Result<Option<Profile>, String> {
    let advises = |json: &str| json.contains("\"general-advice\":true");
    let file = FILES.iter().find(|(_, json)| advises(json));
    file.map(|(_, json)| Profile::parse(json)).transpose()
}

/// The name of the profile whose provider alone uses `layout` with these field `names`, for a run
/// without a target.
pub fn for_layout(layout: &str, names: &[String]) -> Option<&'static str> {
    let (profile, json) = listing("own-layouts", layout).next()?;
    let own = list(json, "own-fields");
    let is_listed = |name: &str| own.is_none_or(|own| has_item(own, name));
    let is_own = |name: &String| is_listed(name) || is_listed(&normal_name(name));
    names.iter().any(is_own).then_some(profile)
}

/// The names of the profiles that take `layout`.
pub fn with_layout(layout: &str) -> impl Iterator<Item = &'static str> {
    listing("layouts", layout).map(|(name, _)| name)
}

/// The profiles whose list `key` has `layout`. Reads only this list of each file, because parsing
/// every profile takes longer than checking a small file.
fn listing(key: &'static str, layout: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let has = move |json: &str| list(json, key).is_some_and(|list| has_item(list, layout));
    let files = FILES.iter().filter(move |(_, json)| has(json));
    files.copied()
}

/// The items of the list `key`, as written.
fn list<'j>(json: &'j str, key: &str) -> Option<&'j str> {
    let start = format!("\"{key}\":[");
    let at = memchr::memmem::find(json.as_bytes(), start.as_bytes())?;
    let (items, _) = json.get(at + start.len()..)?.split_once(']')?;
    Some(items)
}

/// Whether a list of strings, as written, has `item`.
fn has_item(items: &str, item: &str) -> bool {
    let mut items = items.split(',').map(|item| item.trim_matches('"'));
    items.any(|known| known == item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_layouts_line_agrees_with_the_profile() {
        let mut owned = 0;
        for (name, json) in FILES {
            for layout in Profile::parse(json).unwrap().own_layouts {
                let names = ["text_input".to_owned(), "output".to_owned()];
                assert_eq!(for_layout(&layout, &names), Some(*name));
                owned += 1;
            }
        }
        assert!(owned > 0);
        for (name, json) in FILES {
            for layout in Profile::parse(json).unwrap().layouts {
                assert!(with_layout(&layout).any(|of| of == *name));
            }
        }
        let names = ["input".to_owned(), "output".to_owned()];
        assert_eq!(for_layout("messages", &names), None);
        assert_eq!(for_layout("pairs", &names), None);
    }
}
