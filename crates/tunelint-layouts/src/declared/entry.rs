//! One entry of a `dataset_info.json`.

use std::collections::BTreeMap;

use tunelint_data::text::position::Position;

/// How the records of a dataset are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Formatting {
    /// One field for each text; the default.
    #[default]
    Alpaca,
    /// A list of messages.
    ShareGpt,
    /// A list of messages with tool calls.
    OpenAi,
}

impl Formatting {
    /// The names, for messages.
    pub const NAMES: [&str; 3] = ["alpaca", "sharegpt", "openai"];

    /// The formatting called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "alpaca" => Self::Alpaca,
            "sharegpt" => Self::ShareGpt,
            "openai" => Self::OpenAi,
            _ => return None,
        })
    }
}

/// A name in the file, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Where it is.
    pub at: Position,
}

/// The names of `columns` or `tags`, by their keys.
pub type Names = BTreeMap<&'static str, Named>;

/// An entry: the name of a dataset, and how its files are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name of the dataset.
    pub name: String,
    /// Where the name is.
    pub at: Position,
    /// The file or folder; `None` if the data comes from elsewhere.
    pub file: Option<Named>,
    /// The formatting; `None` if it is unknown.
    pub formatting: Option<Formatting>,
    /// Whether the records have two responses to compare.
    pub ranking: bool,
    /// The columns; `None` leaves all of them to their defaults.
    pub columns: Option<Names>,
    /// The names of keys and roles in messages; `None` leaves all of them to their defaults.
    pub tags: Option<Names>,
}

/// A column that the trainer reads from every record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadColumn {
    /// Its key in `columns`.
    pub key: &'static str,
    /// Its name in the records.
    pub name: String,
    /// Where it is named; for a default, the entry.
    pub at: Position,
    /// Whether it is a default.
    pub is_default: bool,
}

/// The columns of an entry without `columns`.
const DEFAULT_COLUMNS: [(&str, &str); 4] = [
    ("prompt", "instruction"),
    ("query", "input"),
    ("response", "output"),
    ("messages", "conversations"),
];
/// The names of an entry without `tags`.
const DEFAULT_TAGS: [(&str, &str); 7] = [
    ("role_tag", "from"),
    ("content_tag", "value"),
    ("user_tag", "human"),
    ("assistant_tag", "gpt"),
    ("observation_tag", "observation"),
    ("function_tag", "function_call"),
    ("system_tag", "system"),
];
/// Columns that are read in every formatting.
const COMMON: [&str; 6] = ["system", "tools", "images", "videos", "audios", "kto_tag"];

impl Entry {
    /// The column called `key`. With `columns`, those that it does not name are not read.
    pub fn column(&self, key: &str) -> Option<&str> {
        named(self.columns.as_ref(), &DEFAULT_COLUMNS, key)
    }

    /// The name called `key` in messages. With `tags`, there are no others.
    pub fn tag(&self, key: &str) -> Option<&str> {
        named(self.tags.as_ref(), &DEFAULT_TAGS, key)
    }

    /// The columns that the trainer reads from every record, and without which it stops.
    pub fn read_columns(&self) -> Vec<ReadColumn> {
        let own: &[&'static str] = match (self.formatting, self.ranking) {
            (None, _) => return Vec::new(),
            (Some(Formatting::Alpaca), false) => &["prompt", "query", "response", "history"],
            (Some(Formatting::Alpaca), true) => {
                &["prompt", "query", "history", "chosen", "rejected"]
            }
            (Some(_), false) => &["messages"],
            (Some(_), true) => &["messages", "chosen", "rejected"],
        };
        // `openai` takes these if they are there.
        let is_optional = |key: &str| {
            self.formatting == Some(Formatting::OpenAi) && matches!(key, "system" | "tools")
        };
        let common = COMMON.iter().filter(|key| !is_optional(key));
        let keys = own.iter().chain(common);
        let columns = keys.filter_map(|key| self.read_column(key));
        columns.collect()
    }

    fn read_column(&self, key: &'static str) -> Option<ReadColumn> {
        let named = self.columns.as_ref().and_then(|columns| columns.get(key));
        Some(ReadColumn {
            key,
            name: self.column(key)?.to_owned(),
            at: named.map_or(self.at, |named| named.at),
            is_default: named.is_none(),
        })
    }

    /// Whether `other` says the same about the same file.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        let names = |names: &Option<Names>| {
            let names = names.as_ref();
            names.map(|names| {
                let pairs = names.iter().map(|(key, of)| (*key, of.name.clone()));
                pairs.collect::<Vec<_>>()
            })
        };
        (self.formatting, self.ranking) == (other.formatting, other.ranking)
            && names(&self.columns) == names(&other.columns)
            && names(&self.tags) == names(&other.tags)
    }
}

fn named<'n>(names: Option<&'n Names>, defaults: &[(&str, &'n str)], key: &str) -> Option<&'n str> {
    match names {
        Some(names) => names.get(key).map(|of| of.name.as_str()),
        None => {
            let mut defaults = defaults.iter();
            let found = defaults.find(|(known, _)| *known == key);
            found.map(|(_, name)| *name)
        }
    }
}
