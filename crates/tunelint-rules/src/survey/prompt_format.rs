//! What the prompts of a dataset share, as a document that is used without the dataset: to check
//! prompts in production, or the template in the code of an application.
//!
//! It has no data apart from texts that nearly all prompts have in common.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::inferred::markers::{Marker, Markers};
use super::inferred::script::dominant;
use super::inferred::{Common, Inferred, Majority};
use super::section_marker::{self, Separator};
use super::{Sketch, Survey};

/// The version of the document. Other versions are refused.
pub const VERSION: u32 = 1;
/// The fewest distinct inputs that a format is inferred from.
const FEWEST: usize = 20;
/// The minimum share of inputs in a script, in percent, for it to be expected.
const SCRIPT_PERCENT: usize = 1;
/// How far a length may be outside the range of the training inputs, as a factor: the longest of a
/// sample is not the longest there can be.
const LENGTH_FACTOR: u64 = 2;

/// The format of the prompts of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromptFormat {
    version: u32,
    /// The number of distinct inputs that it was inferred from.
    pub inputs: usize,
    /// The system prompt that nearly all examples share, or its first 2,048 characters.
    pub system: Option<SharedText>,
    /// The start of the system prompts, if these differ.
    pub system_preamble: Option<SharedText>,
    /// The text that every prompt starts with.
    pub preamble: Option<SharedText>,
    /// The text that every prompt ends with.
    pub suffix: Option<SharedText>,
    /// The section markers, in their order.
    pub markers: Vec<ExpectedMarker>,
    /// How many prompts have this order, if it is expected.
    pub order: Option<Share>,
    /// The lengths in characters.
    pub length: LengthRange,
    /// The scripts, by their names in Unicode.
    pub scripts: BTreeSet<String>,
}

/// How many of all have something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The number that have it.
    pub holders: usize,
    /// The number of all.
    pub of: usize,
}

/// A text that most examples share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedText {
    /// The text.
    pub text: String,
    /// How many examples have it.
    pub share: Share,
}

/// A section marker that is expected in every prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedMarker {
    /// The marker as it is usually written.
    pub form: String,
    /// How many prompts have it, in any form.
    pub share: Share,
    /// How many have this form, if it is expected.
    pub same_form: Option<Share>,
    /// What follows it, if one separator is expected.
    pub separator: Option<ExpectedSeparator>,
    /// Whether it is part of the preamble.
    pub in_preamble: bool,
}

/// What is expected after a section marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedSeparator {
    /// The separator.
    pub kind: SeparatorKind,
    /// How many prompts have it.
    pub share: Share,
}

/// A [`Separator`], as the document writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeparatorKind {
    /// See [`Separator::Nothing`].
    Nothing,
    /// See [`Separator::Space`].
    Space,
    /// See [`Separator::Newline`].
    Newline,
}

/// The range of lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LengthRange {
    /// The length of the shortest.
    pub shortest: u64,
    /// The length of the longest.
    pub longest: u64,
}

/// Why a text is not the document of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormatError {
    /// It is not such a document, for this reason.
    Invalid(String),
    /// It has another version.
    Version(u32),
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(why) => write!(f, "not a prompt format: {why}"),
            Self::Version(version) => {
                write!(f, "prompt format of version {version}, expected {VERSION}")
            }
        }
    }
}

impl std::error::Error for FormatError {}

/// The version alone, which is read first: another version may have other fields.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl PromptFormat {
    /// The format of the dataset of a completed survey that gathered the input for inferring it.
    /// `None` with fewer than 20 distinct inputs.
    pub fn of(survey: &Survey) -> Option<Self> {
        let (sketch, inferred) = (&survey.sketch, &survey.inferred);
        if sketch.len() < FEWEST {
            return None;
        }
        let usual = |common: &Option<Common>| {
            let usual = common.as_ref().filter(|common| common.is_usual());
            usual.map(SharedText::of)
        };
        let markers = inferred.markers.iter().flat_map(|of| &of.markers);
        let order = inferred.markers.as_ref().and_then(|of| of.ordered.as_ref());
        Some(Self {
            version: VERSION,
            inputs: sketch.len(),
            system: inferred.system.as_ref().map(SharedText::of),
            system_preamble: usual(&inferred.system_preamble),
            preamble: usual(&inferred.preamble),
            suffix: usual(&inferred.suffix),
            markers: markers.map(ExpectedMarker::of).collect(),
            order: order.map(Share::of),
            length: LengthRange::of(sketch)?,
            scripts: scripts(sketch),
        })
    }

    /// Reads the document.
    ///
    /// # Errors
    /// A text that is not such a document, or one of another version.
    pub fn from_json(text: &str) -> Result<Self, FormatError> {
        let invalid = |error: serde_json::Error| FormatError::Invalid(error.to_string());
        let Versioned { version } = serde_json::from_str(text).map_err(invalid)?;
        if version != VERSION {
            return Err(FormatError::Version(version));
        }
        serde_json::from_str(text).map_err(invalid)
    }

    /// Writes the document, with a line break at its end.
    ///
    /// # Errors
    /// If the serializer fails, which is a bug.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Whether prompts share no text: only their lengths and scripts can be compared.
    pub fn is_bare(&self) -> bool {
        let texts = [
            &self.system,
            &self.system_preamble,
            &self.preamble,
            &self.suffix,
        ];
        texts.into_iter().all(Option::is_none) && self.markers.is_empty()
    }

    /// The same as an inferred format, from which the rules take what they expect.
    pub fn inferred(&self) -> Inferred {
        let common = |text: &Option<SharedText>| text.as_ref().map(SharedText::common);
        let markers = self.markers.iter().map(ExpectedMarker::marker).collect();
        let order = self.order.map(|share| share.majority(()));
        Inferred {
            inputs: self.inputs,
            is_saved: true,
            system: common(&self.system),
            system_preamble: common(&self.system_preamble),
            preamble: common(&self.preamble),
            suffix: common(&self.suffix),
            markers: Markers::expected(markers, order, self.inputs),
            ..Inferred::default()
        }
    }

    /// Whether a prompt of `chars` characters is far outside the range of lengths.
    pub fn is_odd_length(&self, chars: u64) -> bool {
        let LengthRange { shortest, longest } = self.length;
        chars.saturating_mul(LENGTH_FACTOR) < shortest
            || chars > longest.saturating_mul(LENGTH_FACTOR)
    }

    /// The script of `prompt`, if no training input is in it.
    pub fn foreign_script(&self, prompt: &str) -> Option<&'static str> {
        let is_new = |script: &&str| !self.scripts.is_empty() && !self.scripts.contains(*script);
        dominant(prompt).filter(is_new)
    }
}

impl Share {
    fn of<T>(majority: &Majority<T>) -> Self {
        Self {
            holders: majority.holders,
            of: majority.of,
        }
    }

    fn majority<T>(self, value: T) -> Majority<T> {
        Majority {
            value,
            holders: self.holders,
            of: self.of,
        }
    }
}

impl SharedText {
    fn of(common: &Common) -> Self {
        Self {
            text: common.value.clone(),
            share: Share::of(common),
        }
    }

    fn common(&self) -> Common {
        self.share.majority(self.text.clone())
    }
}

impl ExpectedMarker {
    fn of(marker: &Marker) -> Self {
        let separator = marker.separator.as_ref().map(|usual| ExpectedSeparator {
            kind: usual.value.into(),
            share: Share::of(usual),
        });
        Self {
            form: marker.form.clone(),
            share: Share::of(&marker.key),
            same_form: marker.usual_form.as_ref().map(Share::of),
            separator,
            in_preamble: marker.in_preamble,
        }
    }

    fn marker(&self) -> Marker {
        let separator = self.separator.as_ref();
        Marker {
            key: self.share.majority(section_marker::key(&self.form)),
            form: self.form.clone(),
            usual_form: self.same_form.map(|of| of.majority(self.form.clone())),
            separator: separator.map(|of| of.share.majority(of.kind.into())),
            in_preamble: self.in_preamble,
            doubled: None,
        }
    }
}

impl From<Separator> for SeparatorKind {
    fn from(separator: Separator) -> Self {
        match separator {
            Separator::Nothing => Self::Nothing,
            Separator::Space => Self::Space,
            Separator::Newline => Self::Newline,
        }
    }
}

impl From<SeparatorKind> for Separator {
    fn from(kind: SeparatorKind) -> Self {
        match kind {
            SeparatorKind::Nothing => Self::Nothing,
            SeparatorKind::Space => Self::Space,
            SeparatorKind::Newline => Self::Newline,
        }
    }
}

impl LengthRange {
    fn of(sketch: &Sketch) -> Option<Self> {
        let lengths = || sketch.entries().map(|entry| entry.input.chars);
        Some(Self {
            shortest: lengths().min()?,
            longest: lengths().max()?,
        })
    }
}

/// The scripts of the inputs, without rare ones.
fn scripts(sketch: &Sketch) -> BTreeSet<String> {
    let scripts: Vec<&str> = sketch
        .entries()
        .filter_map(|entry| dominant(entry.input.head()))
        .collect();
    let number = |script: &str| scripts.iter().filter(|of| **of == script).count();
    let distinct: BTreeSet<&str> = scripts.iter().copied().collect();
    let common = distinct
        .into_iter()
        .filter(|script| number(script) * 100 >= scripts.len() * SCRIPT_PERCENT);
    common.map(str::to_owned).collect()
}
