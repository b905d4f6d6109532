//! What is wrong in a `dataset_info.json`, as data. A rule turns it into messages.

use tunelint_data::record::fault::Fault;
use tunelint_data::record::json::Kind;
use tunelint_data::text::position::Position;

/// Something in a `dataset_info.json` that its reader cannot use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub at: Position,
    /// The entry that it is in; empty if it concerns the whole file.
    pub entry: String,
    /// What is wrong there.
    pub kind: ProblemKind,
}

/// What is wrong in a `dataset_info.json`. Names come from the file: quote them before showing
/// them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// It is not valid JSON.
    Malformed(Fault),
    /// It is not UTF-8.
    InvalidUtf8,
    /// The document or an entry is not an object.
    NotAnObject(Kind),
    /// The value of a key has another type.
    WrongType {
        /// The key.
        key: &'static str,
        /// The type that it has.
        found: Kind,
        /// The type that it should have.
        expected: Kind,
    },
    /// The formatting is none that exists.
    UnknownFormatting(String),
    /// A key that nothing reads.
    UnknownKey {
        /// Where the key is.
        site: Site,
        /// The key.
        name: String,
        /// The known key that it resembles.
        near: Option<&'static str>,
    },
    /// The file or folder does not exist.
    MissingFile(String),
    /// `ranking` is true, but these keys of `columns` are missing.
    RankingWithout(Vec<&'static str>),
    /// Another entry is about the same file, with other settings; the first of the two is used.
    SharedFile {
        /// The entry that is used.
        used: String,
    },
    /// Settings that have no counterpart in a layout.
    NotMapped(Vec<String>),
}

/// A place with a fixed set of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// The entry itself.
    Entry,
    /// Its `columns`.
    Columns,
    /// Its `tags`.
    Tags,
}

impl Site {
    /// The keys that it can have.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Entry => &[
                "file_name",
                "formatting",
                "columns",
                "tags",
                "ranking",
                "subset",
                "split",
                "folder",
                "num_samples",
                "hf_hub_url",
                "ms_hub_url",
                "om_hub_url",
                "script_url",
                "cloud_file_name",
                // Earlier versions required it.
                "file_sha1",
            ],
            Self::Columns => &[
                "prompt", "query", "response", "history", "messages", "system", "tools", "images",
                "videos", "audios", "chosen", "rejected", "kto_tag",
            ],
            Self::Tags => &[
                "role_tag",
                "content_tag",
                "user_tag",
                "assistant_tag",
                "observation_tag",
                "function_tag",
                "system_tag",
            ],
        }
    }

    /// The known key that `name` is.
    pub(super) fn key(self, name: &str) -> Option<&'static str> {
        self.keys().iter().find(|known| **known == name).copied()
    }

    /// The known key that `name` resembles.
    pub(super) fn nearest(self, name: &str) -> Option<&'static str> {
        let distance = |known: &&str| strsim::damerau_levenshtein(known, name);
        let near = self.keys().iter().min_by_key(|known| distance(known));
        near.filter(|known| distance(known) <= 2.max(known.len() / 4))
            .copied()
    }
}
