//! A finding and its text.

use serde::{Deserialize, Serialize};
use tunelint_data::source::Occurrences;
use tunelint_data::text::excerpt::Excerpt;
use tunelint_data::text::position::{Location, SourceId};
use tunelint_data::text::redaction::Redaction;
use xxhash_rust::xxh3::Xxh3;

use super::impact::{Consequence, Impact, PartImpact};
use super::severity::Severity;

/// How safe a fix is to apply, safest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Applicability {
    /// Changes no decoded text.
    Safe,
    /// Changes text that is trained on.
    Unsafe,
    /// Removes a record.
    DropsRecord,
}

impl Applicability {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::DropsRecord => "drops-record",
        }
    }
}

/// A replacement of bytes in a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The first byte, counted from the start of the source.
    pub offset: u64,
    /// The number of bytes to replace.
    pub length: u64,
    /// The replacement.
    pub text: String,
}

impl Edit {
    /// One past the last replaced byte.
    pub fn end(&self) -> u64 {
        self.offset + self.length
    }
}

/// A fix that a program can apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// How safe it is to apply.
    pub applicability: Applicability,
    /// The replacements, in the order of the source; empty if they are computed when the fix is
    /// applied.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A fix of the file as a whole, specific to the finding's rule; the edits are computed when it
    /// is applied.
    pub fn of_file() -> Self {
        Self {
            applicability: Applicability::Safe,
            edits: Vec::new(),
        }
    }

    /// Drops the record.
    pub fn dropping() -> Self {
        Self {
            applicability: Applicability::DropsRecord,
            edits: Vec::new(),
        }
    }
}

/// A secondary location that explains a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// The label of the location.
    pub label: String,
    /// The location.
    pub location: Location,
}

/// One problem, reported by a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's name. It is not serialized, since the name lives as long as the program: who stores
    /// a finding stores the name with it.
    #[serde(skip)]
    pub rule: &'static str,
    /// The severity.
    pub severity: Severity,
    /// What the targets do with the data, the gravest if they differ; `None` without a target.
    pub consequence: Option<Consequence>,
    /// The problem, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The location.
    pub location: Location,
    /// The text at the location, if the record was available.
    pub excerpt: Option<Excerpt>,
    /// Secondary locations.
    pub related: Vec<Related>,
    /// A fix, if there is one.
    pub fix: Option<Fix>,
    /// The targets that it applies to; empty if it does not depend on the target.
    pub targets: Vec<String>,
    /// The impact on each of them, if they do different things; empty if they do the same.
    pub parts: Vec<PartImpact>,
    /// How many findings it stands for: more than one if it holds for nearly every record, or is
    /// about equal records.
    pub count: u64,
    /// The further records that it is about: what fixes it changes them as well.
    pub copies: Vec<u64>,
    /// Whether the record follows a place where the reader had to resynchronize.
    pub after_recovery: bool,
    /// A stable identity that survives moved lines: a digest of rule, pointer and record.
    pub fingerprint: u128,
}

impl Finding {
    /// Adds what further targets do with the data at the same place, in the words of `next`. The
    /// severity, the consequence and the help are those of the gravest impact.
    pub(super) fn join(&mut self, impact: Impact<'_>, next: Message) {
        let leads = impact.severity > self.severity;
        let (first, second) = match leads {
            true => (next.text.as_str(), self.message.as_str()),
            false => (self.message.as_str(), next.text.as_str()),
        };
        self.message = joined(first, second);
        if leads {
            self.help = next.help;
        }
        self.severity = self.severity.max(impact.severity);
        self.consequence = self.consequence.max(impact.consequence);
        self.targets.extend_from_slice(impact.targets);
        self.fix = self.fix.take().or(next.fix);
    }

    /// The one finding for `count` of the same cause, of which this is the first: with `words` about
    /// their number, and the next `places`. `pointer` is what their pointers have in common.
    #[must_use]
    pub fn folded(mut self, count: u64, words: &str, pointer: &str, places: Vec<Location>) -> Self {
        self.message = format!("{} ({words})", self.message);
        self.count = count;
        self.fingerprint = fingerprint(self.rule, pointer, b"");
        self.add_occurrences(places);
        self
    }

    /// Adds further places of the same problem.
    pub(super) fn add_occurrences(&mut self, places: Vec<Location>) {
        let related = places.into_iter().map(|location| Related {
            label: OCCURRENCE.to_owned(),
            location,
        });
        self.related.extend(related);
    }

    /// The finding for the rest, if `accepted` of those that it stands for were accepted before.
    #[must_use]
    pub fn without_accepted(mut self, accepted: u64) -> Option<Self> {
        if accepted >= self.count {
            return None;
        }
        if accepted > 0 {
            let next = match self.skip_copies(accepted) {
                Some(record) => format!("; the next is record {record}"),
                None => String::new(),
            };
            let words = format!(" ({accepted} of {} accepted before{next})", self.count);
            self.message.push_str(&words);
            self.count -= accepted;
        }
        Some(self)
    }

    /// Moves the finding to the first copy that was not accepted: those accepted are the first. Returns
    /// the number of its record if its place is not known.
    fn skip_copies(&mut self, accepted: u64) -> Option<u64> {
        let last = usize::try_from(accepted).ok()?.checked_sub(1)?;
        let next = *self.copies.get(last)?;
        self.copies.drain(..=last);
        let related = std::mem::take(&mut self.related);
        let (copies, others): (Vec<Related>, Vec<Related>) =
            related.into_iter().partition(|of| of.label == OCCURRENCE);
        self.related = others;
        let mut copies = copies.into_iter().skip(last);
        let place = copies.next();
        self.related.extend(copies);
        match place {
            Some(place) => {
                self.location = place.location;
                None
            }
            None => Some(next),
        }
    }
}

/// The label of a further copy of the record that a finding is about.
const OCCURRENCE: &str = "another occurrence";

/// Two messages about one place as one: what both start with is not repeated. What it is about and
/// what targets do are separated by a colon.
fn joined(first: &str, second: &str) -> String {
    let pairs = first.char_indices().zip(second.chars());
    let differing = pairs.take_while(|((_, one), next)| one == next).last();
    let shared = differing.map_or(0, |((at, c), _)| at + c.len_utf8());
    let same = first.get(..shared).unwrap_or_default();
    let rest = same.rfind(": ").and_then(|at| second.get(at + 2..));
    format!("{first}; {}", rest.unwrap_or(second))
}

/// The text of a finding; built only if the finding is kept.
#[derive(Debug, Clone, Default)]
pub struct Message {
    pub(super) text: String,
    pub(super) help: Option<String>,
    pub(super) related: Vec<Related>,
    pub(super) fix: Option<Fix>,
    pub(super) identity: Option<Vec<u8>>,
    pub(super) hides: Option<Redaction>,
}

impl Message {
    /// A message with `text`, one sentence without a final period.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The help, if there is any.
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Adds the help: what to do about the problem.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a secondary location with a label.
    #[must_use]
    pub fn related(mut self, label: impl Into<String>, location: Location) -> Self {
        self.related.push(Related {
            label: label.into(),
            location,
        });
        self
    }

    /// Adds the other places of a problem that occurs several times in a file.
    #[must_use]
    pub fn related_occurrences(self, source: SourceId, occurrences: &Occurrences) -> Self {
        let others = occurrences.places.iter().skip(1);
        others.fold(self, |message, &place| {
            message.related("another occurrence", Location::point(source, place))
        })
    }

    /// Adds a fix, if there is one.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fix = fix.into();
        self
    }

    /// Sets the content that identifies the finding if its record is no longer available; without
    /// it, the message text is used.
    #[must_use]
    pub fn identity(mut self, content: &[u8]) -> Self {
        self.identity = Some(content.to_vec());
        self
    }

    /// Hides the text at the location, in every format, if `redaction` is the redaction in force.
    #[must_use]
    pub fn hide(mut self, redaction: Redaction) -> Self {
        self.hides = Some(redaction);
        self
    }
}

impl Message {
    /// The fingerprint of a finding whose record is no longer available: from the given identity,
    /// or from the message without its numbers, which change whenever records are added or removed.
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

/// The digest covers at most this many bytes of a record, to bound its cost.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_messages_name_their_subject_once() {
        assert_eq!(
            joined(
                "no user: `a`: x and y reject it",
                "no user: `a`: z ignores it"
            ),
            "no user: `a`: x and y reject it; z ignores it"
        );
        assert_eq!(
            joined("9 tokens: x", "8 tokens: y"),
            "9 tokens: x; 8 tokens: y"
        );
    }
}
