//! A finding and its words.

use serde::{Deserialize, Serialize};
use tunelint_data::source::Occurrences;
use tunelint_data::text::excerpt::Excerpt;
use tunelint_data::text::position::{Location, SourceId};
use tunelint_data::text::redaction::Veil;
use xxhash_rust::xxh3::Xxh3;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Worth knowing.
    Advice,
    /// Very likely a mistake.
    Warning,
    /// The target rejects it, or training on it is surely wrong.
    Error,
}

impl Severity {
    /// All of them, the gravest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Advice];

    /// Its name in options and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Advice => "advice",
        }
    }

    /// The severity called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.as_str() == name)
    }
}

/// How freely a fix may be applied, the freest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Applicability {
    /// It changes no decoded text.
    Safe,
    /// It changes text that is trained on.
    Unsafe,
    /// It removes a record.
    DropsRecord,
}

impl Applicability {
    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::DropsRecord => "drops-record",
        }
    }
}

/// Bytes of a source to be replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The first byte, counted from the start of the source.
    pub offset: u64,
    /// How many bytes go.
    pub length: u64,
    /// What comes in their place.
    pub text: String,
}

impl Edit {
    /// One past the last byte that goes.
    pub fn end(&self) -> u64 {
        self.offset + self.length
    }
}

/// A repair that a program can make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// How freely it may be applied.
    pub applicability: Applicability,
    /// What to replace, in the order of the source; empty where the applier works that out.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// The file as a whole is to be put right in the way of the finding's rule; which bytes that
    /// takes is worked out when it is done.
    pub fn of_file() -> Self {
        Self {
            applicability: Applicability::Safe,
            edits: Vec::new(),
        }
    }

    /// The record is to be left out.
    pub fn dropping() -> Self {
        Self {
            applicability: Applicability::DropsRecord,
            edits: Vec::new(),
        }
    }
}

/// A second place that explains a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// What stands there.
    pub label: String,
    /// Where.
    pub location: Location,
}

/// One thing that a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where.
    pub location: Location,
    /// The text there, if the record was at hand.
    pub excerpt: Option<Excerpt>,
    /// Other places.
    pub related: Vec<Related>,
    /// A repair.
    pub fix: Option<Fix>,
    /// The targets it holds for; empty where it does not depend on one.
    pub targets: Vec<String>,
    /// Whether it stands after a place where reading had to start anew.
    pub after_recovery: bool,
    /// Its identity, which survives moved lines: a digest of rule, pointer and record.
    pub fingerprint: u128,
}

/// The words of a finding; made only when the finding is kept.
#[derive(Debug, Clone, Default)]
pub struct Message {
    pub(super) text: String,
    pub(super) help: Option<String>,
    pub(super) related: Vec<Related>,
    pub(super) fix: Option<Fix>,
    pub(super) targets: Vec<String>,
    pub(super) identity: Option<Vec<u8>>,
    pub(super) hides: Option<Veil>,
}

impl Message {
    /// What is wrong, in a sentence without a full stop.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// What is wrong.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What to do about it, if that is known.
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Another place, and what stands there.
    #[must_use]
    pub fn related(mut self, label: impl Into<String>, location: Location) -> Self {
        self.related.push(Related {
            label: label.into(),
            location,
        });
        self
    }

    /// The other places of something that was noticed more than once in a file.
    #[must_use]
    pub fn elsewhere(self, source: SourceId, occurrences: &Occurrences) -> Self {
        let others = occurrences.places.iter().skip(1);
        others.fold(self, |message, &place| {
            message.related("another one", Location::point(source, place))
        })
    }

    /// A repair, where there is one.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fix = fix.into();
        self
    }

    /// What the finding is about, where its record is no longer at hand; without it, the message.
    #[must_use]
    pub fn identity(mut self, content: &[u8]) -> Self {
        self.identity = Some(content.to_vec());
        self
    }

    /// What stands at the place is not shown, in no format, to those for whom `veil` holds.
    #[must_use]
    pub fn hide(mut self, veil: Veil) -> Self {
        self.hides = Some(veil);
        self
    }

    /// The targets it holds for.
    #[must_use]
    pub fn targets(mut self, targets: &[String]) -> Self {
        self.targets = targets.to_vec();
        self
    }
}

impl Message {
    /// The identity of a finding whose record is no longer at hand: what was given as such, or
    /// its words but for numbers, which may change with every record that comes or goes.
    pub(super) fn fingerprint(&self, rule: &str, location: &Location) -> u128 {
        let is_number = |byte: &u8| byte.is_ascii_digit() || b".,".contains(byte);
        let words = || self.text.bytes().filter(|byte| !is_number(byte)).collect();
        let content = self.identity.clone().unwrap_or_else(words);
        fingerprint(rule, &location.pointer, &content)
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// The digest covers at most so many bytes of a record, so that its cost is bounded.
const FINGERPRINT_BYTES: usize = 64 * 1024;

pub(super) fn fingerprint(rule: &str, pointer: &str, content: &[u8]) -> u128 {
    let mut hash = Xxh3::new();
    for part in [rule.as_bytes(), pointer.as_bytes()] {
        hash.update(part);
        hash.update(&[0]);
    }
    hash.update(&content.len().to_le_bytes());
    hash.update(content.get(..FINGERPRINT_BYTES).unwrap_or(content));
    hash.digest128()
}
