//! Parses `dataset_info.json`.

use std::path::{Component, Path, PathBuf};

use tunelint_data::record::json::{self, Kind, Parser, Value};
use tunelint_data::text::position::{Position, Span};

use super::entry::{Entry, Formatting, Named, Names};
use super::problem::{Problem, ProblemKind, Site};

/// The name of the file.
pub const FILE_NAME: &str = "dataset_info.json";
/// The size limit of the file. LLaMA-Factory's own has a hundred entries in 20 KB.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// Keys that say where data is. The library `datasets` writes files of the same name, which have
/// none of them.
const ORIGINS: [&str; 6] = [
    "file_name",
    "hf_hub_url",
    "ms_hub_url",
    "om_hub_url",
    "script_url",
    "cloud_file_name",
];

/// A parsed `dataset_info.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetInfo {
    /// Its path, as shown in reports.
    pub path: PathBuf,
    /// The entries that could be read, in order.
    pub entries: Vec<Entry>,
    /// What is wrong with it, in order.
    pub problems: Vec<Problem>,
}

impl DatasetInfo {
    /// Parses `bytes`, which are at `path`. `exists` tells whether a file that an entry names
    /// exists. `None` for a file of the same name from the library `datasets`.
    pub fn parse(path: PathBuf, bytes: &[u8], exists: &dyn Fn(&str) -> bool) -> Option<Self> {
        let mut info = Self {
            path,
            entries: Vec::new(),
            problems: Vec::new(),
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                info.note(bytes, error.valid_up_to(), "", ProblemKind::InvalidUtf8);
                return Some(info);
            }
        };
        let mut parser = Parser::new();
        let root = match parser.parse(text) {
            Ok(json) => json.root(),
            Err(fault) => {
                let at = fault.span.start;
                info.note(bytes, at, "", ProblemKind::Malformed(fault));
                return Some(info);
            }
        };
        if root.kind() != Kind::Object {
            info.note(bytes, 0, "", ProblemKind::NotAnObject(root.kind()));
            return Some(info);
        }
        if !root.entries().any(|entry| has_origin(entry.value)) {
            return None;
        }
        for entry in root.entries() {
            info.entry(bytes, entry, exists);
        }
        Some(info)
    }

    /// The entries about the file at `relative` from the folder of this file, or about its folder.
    pub(super) fn about(&self, relative: &Path) -> impl Iterator<Item = &Entry> {
        let is_named = move |named: &Named| {
            // Comparing by components ignores `./` and a final slash.
            let steps = Path::new(&named.name).components();
            let steps = steps.filter(|step| !matches!(step, Component::CurDir));
            let named: PathBuf = steps.collect();
            named == relative || relative.parent().is_some_and(|folder| folder == named)
        };
        let entries = self.entries.iter();
        entries.filter(move |entry| entry.file.as_ref().is_some_and(is_named))
    }

    /// Whether an entry is about the file at `relative` from the folder of this file.
    pub fn is_about(&self, relative: &Path) -> bool {
        self.about(relative).next().is_some()
    }

    fn note(&mut self, bytes: &[u8], offset: usize, entry: &str, kind: ProblemKind) {
        self.problems.push(Problem {
            at: position(bytes, Span::at(offset)),
            entry: entry.to_owned(),
            kind,
        });
    }

    fn entry(&mut self, bytes: &[u8], of: json::Entry<'_>, exists: &dyn Fn(&str) -> bool) {
        let (name, value) = (of.key, of.value);
        if value.kind() != Kind::Object {
            let kind = ProblemKind::NotAnObject(value.kind());
            return self.note(bytes, value.span().start, name, kind);
        }
        self.note_unknown(bytes, name, value, Site::Entry);
        let is_local = ORIGINS
            .iter()
            .all(|key| *key == "file_name" || value.get(key).is_none());
        let file = is_local.then(|| self.text(bytes, name, value, "file_name"));
        let entry = Entry {
            name: name.to_owned(),
            at: position(bytes, of.key_span),
            file: file.flatten(),
            formatting: self.formatting(bytes, name, value),
            ranking: value
                .get("ranking")
                .is_some_and(|flag| flag.raw() == "true"),
            columns: self.names(bytes, name, value, ("columns", Site::Columns)),
            tags: self.names(bytes, name, value, ("tags", Site::Tags)),
        };
        if let Some(file) = entry.file.as_ref().filter(|file| !exists(&file.name)) {
            self.problems.push(Problem {
                at: file.at,
                entry: name.to_owned(),
                kind: ProblemKind::MissingFile(file.name.clone()),
            });
        }
        let sides = ["chosen", "rejected"].into_iter();
        let absent: Vec<_> = sides.filter(|key| entry.column(key).is_none()).collect();
        if let Some(flag) = value
            .get("ranking")
            .filter(|_| entry.ranking && !absent.is_empty())
        {
            let at = flag.span().start;
            self.note(bytes, at, name, ProblemKind::RankingWithout(absent));
        }
        self.entries.push(entry);
    }

    /// `None` if the formatting is unknown, which is noted.
    fn formatting(&mut self, bytes: &[u8], entry: &str, of: Value<'_>) -> Option<Formatting> {
        let Some(named) = self.text(bytes, entry, of, "formatting") else {
            return Some(Formatting::default());
        };
        let known = Formatting::from_name(&named.name);
        if known.is_none() {
            self.problems.push(Problem {
                at: named.at,
                entry: entry.to_owned(),
                kind: ProblemKind::UnknownFormatting(named.name),
            });
        }
        known
    }

    /// The names in `columns` or `tags`; `None` without that key.
    fn names(
        &mut self,
        bytes: &[u8],
        entry: &str,
        of: Value<'_>,
        (key, site): (&'static str, Site),
    ) -> Option<Names> {
        let object = of.get(key)?;
        if object.kind() != Kind::Object {
            self.note_type(bytes, entry, object, (key, Kind::Object));
            return None;
        }
        self.note_unknown(bytes, entry, object, site);
        let known = site.keys().iter();
        let named = known.filter_map(|key| Some((*key, self.text(bytes, entry, object, key)?)));
        Some(named.collect())
    }

    /// The string in `key`; `None` if it is missing or null, or of another type, which is noted.
    fn text(
        &mut self,
        bytes: &[u8],
        entry: &str,
        object: Value<'_>,
        key: &'static str,
    ) -> Option<Named> {
        let value = object.get(key).filter(|value| value.kind() != Kind::Null)?;
        let Some(name) = value.as_str() else {
            self.note_type(bytes, entry, value, (key, Kind::String));
            return None;
        };
        Some(Named {
            name: name.to_owned(),
            at: position(bytes, value.span()),
        })
    }

    fn note_type(
        &mut self,
        bytes: &[u8],
        entry: &str,
        value: Value<'_>,
        (key, expected): (&'static str, Kind),
    ) {
        let kind = ProblemKind::WrongType {
            key,
            found: value.kind(),
            expected,
        };
        self.note(bytes, value.span().start, entry, kind);
    }

    fn note_unknown(&mut self, bytes: &[u8], entry: &str, object: Value<'_>, site: Site) {
        for inner in object.entries().filter(|of| site.key(of.key).is_none()) {
            let kind = ProblemKind::UnknownKey {
                site,
                name: inner.key.to_owned(),
                near: site.nearest(inner.key),
            };
            self.note(bytes, inner.key_span.start, entry, kind);
        }
    }
}

fn has_origin(entry: Value<'_>) -> bool {
    ORIGINS.iter().any(|key| entry.get(key).is_some())
}

fn position(bytes: &[u8], span: Span) -> Position {
    let before = bytes.get(..span.start).unwrap_or_default();
    Position::START.advance(before, false)
}
