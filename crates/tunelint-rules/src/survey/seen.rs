//! Digests and locations of all examples, for finding duplicates, conflicting outputs and leaks into
//! the validation set.
//!
//! An example takes 32 bytes. Digests are appended and sorted once at the end: memory grows without
//! spikes, and the result is the same with any number of threads. Inputs are compared by a 64-bit
//! digest: among ten million examples, the chance that two different inputs collide is 1 in 370,000.

use std::collections::BTreeMap;
use std::io;

use rayon::slice::ParallelSliceMut;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::normal::Normalizer;
use tunelint_data::record::Record;
use tunelint_data::text::position::{Location, Position, SourceId, Span};
use tunelint_layouts::example::tools::DECLARING;
use tunelint_layouts::example::{Example, Extra, Role, Turn};
use tunelint_layouts::reader::Reader;

/// A location in 20 bytes, ordered by source, then by offset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CompactLocation {
    /// 24 bits: up to 16 million sources.
    source: [u8; 3],
    /// 40 bits: up to 1 TB per source.
    offset: [u8; 5],
    record: u32,
    line: u32,
    column: u32,
}

impl CompactLocation {
    /// The location of `span` in `record`. Numbers that exceed their field saturate.
    pub fn new(record: &Record<'_>, span: Span) -> Self {
        let before = record
            .raw
            .get(..span.start.min(record.raw.len()))
            .unwrap_or_default();
        let at = record.start.advance(before, record.lone_cr);
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let [_, source @ ..] = record.source.0.min(0xff_ffff).to_be_bytes();
        let [_, _, _, offset @ ..] = at.offset.min(0xff_ffff_ffff).to_be_bytes();
        Self {
            source,
            offset,
            record: narrow(record.ordinal),
            line: narrow(at.line),
            column: narrow(at.column),
        }
    }

    /// Adds `by` to the source id.
    pub fn renumber_sources(&mut self, by: u32) {
        let [a, b, c] = self.source;
        let source = u32::from_be_bytes([0, a, b, c]).saturating_add(by);
        let [_, shifted @ ..] = source.min(0xff_ffff).to_be_bytes();
        self.source = shifted;
    }

    /// The full location, as a point: the length is not kept.
    pub fn location(self) -> Location {
        let [a, b, c] = self.source;
        let [d, e, f, g, h] = self.offset;
        let offset = u64::from_be_bytes([0, 0, 0, d, e, f, g, h]);
        let start = Position {
            line: self.line.into(),
            column: self.column.into(),
            offset,
        };
        Location {
            source: SourceId(u32::from_be_bytes([0, a, b, c])),
            start,
            end: start,
            record: Some(self.record.into()),
            id: None,
            pointer: String::new(),
        }
    }

    /// The ordinal of the record in its source, from 1.
    pub fn record(self) -> u64 {
        self.record.into()
    }
}

/// The digests of an example, with its location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExampleDigest {
    /// The digest of everything before the last output, in normal form.
    input: u64,
    /// The location.
    spot: CompactLocation,
    /// 20 bits for the normal form of the output, 11 for the exact text of the whole example, and one
    /// for a response that is labeled undesirable. Only comparable among examples with equal inputs.
    output: u32,
}

const EXACT_BITS: u32 = 12;
/// The bit of a response that is labeled undesirable.
const UNDESIRABLE: u32 = 1;
/// The output digest of examples without a response.
const NO_RESPONSE: u64 = 0;
/// The input digest of examples without an input. They are in no group.
const BLANK: u64 = 0;

impl ExampleDigest {
    /// Computes the digests of an example.
    pub fn of(example: &Example<'_>, normalizer: &mut Normalizer) -> Self {
        let undesirable = example.desirable == Some(false);
        // The same response with another label is another output.
        let (mut input, mut output, mut exact) = (0_u64, u64::from(undesirable), 0_u64);
        if example.input().iter().all(Turn::is_blank) {
            // Without inputs, equal outputs mean nothing. `empty-input` reports these examples.
            return Self {
                input: BLANK,
                spot: CompactLocation::new(&example.record, Span::at(0)),
                output: 0,
            };
        }
        let output_index = example
            .turns
            .iter()
            .rposition(|turn| turn.role == Role::Model && !example.is_prompt_only());
        for (index, turn) in example.turns.iter().enumerate() {
            let text = turn.joined();
            let seed = if Some(index) == output_index {
                &mut output
            } else {
                &mut input
            };
            let normal = normalizer.normal(&text);
            *seed = xxh3_64_with_seed(normal, seed.rotate_left(7) ^ turn.role as u64);
            for part in &turn.parts {
                *seed = xxh3_64_with_seed(part.raw.as_bytes(), *seed);
            }
            exact = match exact {
                0 => turn.digest(),
                seed => xxh3_64_with_seed(text.as_bytes(), seed),
            };
        }
        let response = output_index.and_then(|at| example.turns.get(at));
        if response.is_none_or(Turn::is_blank) {
            output = NO_RESPONSE;
        }
        for raw in beside_turns(example) {
            input = xxh3_64_with_seed(raw.as_bytes(), input);
        }
        input ^= compared(example, output_index);
        let exact = exact as u32 & ((1 << EXACT_BITS) - 1) & !UNDESIRABLE;
        let label = if undesirable { UNDESIRABLE } else { 0 };
        let output = ((output as u32) << EXACT_BITS) | exact | label;
        Self {
            input,
            spot: CompactLocation::new(&example.record, Span::at(0)),
            output,
        }
    }

    /// Whether there is a response with visible text.
    pub fn has_response(&self) -> bool {
        u64::from(self.output_digest()) != NO_RESPONSE
    }

    /// Whether its response is labeled undesirable.
    pub fn is_undesirable(&self) -> bool {
        self.output & UNDESIRABLE != 0
    }

    /// Whether the inputs are equal in normal form.
    pub fn same_input(&self, other: &Self) -> bool {
        self.input == other.input
    }

    /// The location of the example.
    pub fn spot(&self) -> CompactLocation {
        self.spot
    }

    /// A digest of the content, independent of the location. Used in fingerprints.
    pub fn identity(&self) -> [u8; 16] {
        ((u128::from(self.input) << 32) | u128::from(self.output)).to_le_bytes()
    }

    /// Whether the outputs are equal in normal form. Only valid if the inputs are equal.
    pub fn same_output(&self, other: &Self) -> bool {
        self.output_digest() == other.output_digest()
    }

    /// The digest of the output's normal form. Only comparable if the inputs are equal.
    pub fn output_digest(&self) -> u32 {
        self.output >> EXACT_BITS
    }

    /// Whether input and output are exactly equal. Only valid if both are equal in normal form.
    pub fn same_text(&self, other: &Self) -> bool {
        self.output == other.output
    }
}

/// A digest of the two responses that a preference compares, letter by letter; 0 where none are
/// compared. It is the same in either order: one response against others is what such data is made
/// of, and only the opposite preference between the same two contradicts.
fn compared(example: &Example<'_>, preferred: Option<usize>) -> u64 {
    if example.rejected.is_empty() {
        return 0;
    }
    let digest = |turn: &Turn<'_>| xxh3_64_with_seed(turn.joined().as_bytes(), 1);
    let preferred = preferred.and_then(|at| example.turns.get(at));
    let rejected = example.rejected.iter().map(digest);
    let rejected = rejected.fold(0_u64, |all, one| all.rotate_left(1) ^ one);
    preferred.map_or(0, digest).wrapping_add(rejected)
}

/// The fields of files that go with the messages.
const MEDIA: [&str; 6] = ["images", "image", "videos", "video", "audios", "audio"];

/// Objects next to a prompt that only describe the record.
const DESCRIBING: [&str; 4] = ["extra_info", "metadata", "meta", "info"];

/// Fields that say which question is asked about a text, unless their value is a number of the
/// record.
const ASKING: [&str; 7] = [
    "task",
    "task_name",
    "task_type",
    "subtask",
    "instruction_id",
    "aspect",
    "relation",
];

/// What makes examples of the same messages different: the tools, the images, the name of the task,
/// and the objects that make another task of a prompt without a response. Other fields, such as an
/// id, do not reach the model.
fn beside_turns<'e>(example: &'e Example<'_>) -> impl Iterator<Item = &'e str> {
    let fields = example.settings.iter().chain(&example.extras);
    let is_task = |of: &Extra<'_>| {
        example.is_prompt_only() && of.raw.starts_with('{') && !DESCRIBING.contains(&of.key)
    };
    let is_named = |of: &Extra<'_>| {
        let is_asking = ASKING.contains(&of.key) && !is_numbered(of.raw);
        DECLARING.contains(&of.key) || MEDIA.contains(&of.key) || is_asking
    };
    fields
        .filter(move |of| is_named(of) || is_task(of))
        .map(|of| of.raw)
}

/// Whether a value is one of many: `task-0001`, a UUID.
fn is_numbered(raw: &str) -> bool {
    let value = raw.trim_matches('"');
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    digits >= 4 || value.ends_with(|c: char| c.is_ascii_digit())
}

/// The digests of all examples, in the order of their locations.
///
/// Stored in chunks, so that growing never copies them. [`limit`](Self::limit) keeps a sample of the
/// inputs: of each input either all examples or none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    #[serde(with = "packed")]
    chunks: Vec<Vec<ExampleDigest>>,
    /// One input in 2 to the power of this is kept.
    halvings: u32,
}

const CHUNK_BITS: u32 = 12;
const CHUNK: usize = 1 << CHUNK_BITS;

/// Examples with equal inputs, in the order of their locations.
pub type Group = Vec<ExampleDigest>;

impl Seen {
    /// Adds an example.
    pub fn push(&mut self, sighting: ExampleDigest) {
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => chunk.push(sighting),
            Some(_) => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(sighting);
                self.chunks.push(chunk);
            }
            None => self.chunks.push(vec![sighting]),
        }
    }

    /// Adds the digests of later examples. If one of both is a sample, so is the result.
    pub fn merge(&mut self, mut other: Self) {
        let halvings = self.halvings.max(other.halvings);
        self.halve(halvings);
        other.halve(halvings);
        if self.chunks.is_empty() {
            *self = other;
            return;
        }
        other
            .chunks
            .into_iter()
            .flatten()
            .for_each(|sighting| self.push(sighting));
    }

    /// Halves the sample of inputs until it has at most `most` examples. Which inputs are kept
    /// depends on their digests alone: samples of parts that are limited, merged and limited again
    /// are the sample of the whole, in whatever grouping.
    pub fn limit(&mut self, most: usize) {
        while self.len() > most && self.halvings < u64::BITS {
            self.halve(self.halvings + 1);
        }
    }

    /// One input in how many is kept: 1 unless it is a sample.
    pub fn one_in(&self) -> u64 {
        1_u64.checked_shl(self.halvings).unwrap_or(u64::MAX)
    }

    /// The number of examples that are kept.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(Vec::len).sum()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn halve(&mut self, halvings: u32) {
        if halvings <= self.halvings {
            return;
        }
        self.halvings = halvings;
        let kept =
            |seen: &ExampleDigest| seen.input != BLANK && seen.input.trailing_zeros() >= halvings;
        for seen in std::mem::take(&mut self.chunks).into_iter().flatten() {
            if kept(&seen) {
                self.push(seen);
            }
        }
    }

    /// Adds `by` to the source ids of all.
    pub fn renumber_sources(&mut self, by: u32) {
        let sightings = self.chunks.iter_mut().flatten();
        sightings.for_each(|sighting| sighting.spot.renumber_sources(by));
    }

    /// All examples.
    pub fn iter(&self) -> impl Iterator<Item = &ExampleDigest> {
        self.chunks.iter().flatten()
    }

    /// The groups of two or more, ordered by the location of the second member.
    pub fn groups(&self) -> Vec<Group> {
        // Sorting half digests with an index takes a quarter of the memory of a sorted copy.
        // Collisions of the half digests are resolved below.
        let half = |sighting: &ExampleDigest| (sighting.input >> 32) as u32;
        let mut order: Vec<(u32, u32)> = Vec::with_capacity(self.len());
        order.extend(
            self.iter()
                .zip(0_u32..)
                .map(|(sighting, index)| (half(sighting), index)),
        );
        order.par_sort_unstable();
        let mut groups = Vec::new();
        for run in order
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|run| run.len() > 1)
        {
            let mut members: Group = run
                .iter()
                .filter_map(|(_, index)| self.get(*index))
                .collect();
            members.retain(|sighting| sighting.input != BLANK);
            members.sort_unstable();
            let equal = members.chunk_by(|a, b| a.input == b.input);
            groups.extend(
                equal
                    .filter(|group| group.len() > 1)
                    .map(<[ExampleDigest]>::to_vec),
            );
        }
        groups.sort_by_key(|group| group.get(1).map(ExampleDigest::spot));
        groups
    }

    fn get(&self, index: u32) -> Option<ExampleDigest> {
        let (chunk, at) = (index as usize >> CHUNK_BITS, index as usize & (CHUNK - 1));
        self.chunks.get(chunk)?.get(at).copied()
    }
}

/// A validation set, for finding its examples in the training set.
#[derive(Debug, Clone, Default)]
pub struct Leaks {
    /// The digests, sorted by input.
    validation: Vec<ExampleDigest>,
    /// The messages, for finding near-duplicates; empty if the set is too large to keep.
    records: Vec<Kept>,
    bytes: usize,
    set: Option<ValidationSet>,
}

/// The size of a validation set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValidationSet {
    /// The first file.
    pub source: SourceId,
    /// The number of examples.
    pub examples: u64,
    /// The size of the records, in bytes.
    pub bytes: u64,
}

/// A validation example that is kept for finding near-duplicates.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The digests and location.
    pub seen: ExampleDigest,
    /// The role and text of each message.
    pub turns: Vec<(Role, String)>,
}

/// The maximum size of a validation set whose messages are kept, in bytes.
const MAX_KEPT_BYTES: usize = 64 << 20;

/// A validation example whose input is also in the training set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leak {
    /// The validation example.
    pub validation: ExampleDigest,
    /// The first of the most similar training examples: same text, else same output, else same
    /// input.
    pub training: ExampleDigest,
}

impl Leaks {
    /// Adds the examples of a validation file. Returns the number of records that gave none.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(&mut self, reader: Reader) -> io::Result<u64> {
        let mut normalizer = Normalizer::default();
        let set = self.set.get_or_insert(ValidationSet {
            source: reader.source,
            examples: 0,
            bytes: 0,
        });
        let unread = reader.each_example(&mut |example| {
            set.examples += 1;
            set.bytes += example.record.raw.len() as u64 + 1;
            let seen = ExampleDigest::of(example, &mut normalizer);
            if seen.input == BLANK {
                return;
            }
            self.validation.push(seen);
            self.bytes += example.record.raw.len();
            if self.bytes <= MAX_KEPT_BYTES {
                let turns = example.turns.iter();
                let turns = turns.map(|turn| (turn.role, turn.joined().into_owned()));
                self.records.push(Kept {
                    seen,
                    turns: turns.collect(),
                });
            }
        })?;
        if self.bytes > MAX_KEPT_BYTES {
            self.records.clear();
        }
        self.validation.sort_unstable();
        Ok(unread)
    }

    /// The size of the validation set; `None` before the first [`read`](Self::read).
    pub fn set(&self) -> Option<ValidationSet> {
        self.set
    }

    /// The examples, in the order of the files; empty if the set was too large to keep.
    pub fn records(&self) -> &[Kept] {
        &self.records
    }

    /// The validation examples whose input is also in `training`, in the order of their locations.
    pub fn find(&self, training: &Seen) -> Vec<Leak> {
        let mut same = Vec::new();
        for group in self.validation.chunk_by(|a, b| a.input == b.input) {
            same.push((group, Matches::default()));
        }
        for seen in training.iter() {
            let at = same.binary_search_by_key(&seen.input, |(group, _)| {
                group.first().map_or(BLANK, |first| first.input)
            });
            if let Some((_, matches)) = at.ok().and_then(|at| same.get_mut(at)) {
                matches.add(*seen);
            }
        }
        let found = same.iter().flat_map(|(group, matches)| {
            group.iter().filter_map(|&validation| {
                let training = matches.best(&validation)?;
                Some(Leak {
                    validation,
                    training,
                })
            })
        });
        let mut leaks: Vec<Leak> = found.collect();
        leaks.sort_by_key(|leak| leak.validation.spot);
        leaks
    }
}

/// Training examples with the same input: the first one per text, per output, and overall.
#[derive(Default)]
struct Matches {
    by_text: BTreeMap<u32, ExampleDigest>,
    by_output: BTreeMap<u32, ExampleDigest>,
    first: Option<ExampleDigest>,
}

impl Matches {
    fn add(&mut self, seen: ExampleDigest) {
        self.by_text.entry(seen.output).or_insert(seen);
        self.by_output.entry(seen.output_digest()).or_insert(seen);
        self.first.get_or_insert(seen);
    }

    /// The training example that is most similar to a validation example.
    fn best(&self, validation: &ExampleDigest) -> Option<ExampleDigest> {
        let text = self.by_text.get(&validation.output);
        let output = || self.by_output.get(&validation.output_digest());
        text.or_else(output).or(self.first.as_ref()).copied()
    }
}

/// Digests as bytes, 32 each: as numbers, they would take 45 in a part file.
mod packed {
    use std::fmt;

    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    use super::{CHUNK, CompactLocation, ExampleDigest};

    const SIZE: usize = 32;

    pub(super) fn serialize<S: Serializer>(
        chunks: &[Vec<ExampleDigest>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(chunks.iter().map(Vec::len).sum::<usize>() * SIZE);
        for ExampleDigest {
            input,
            spot,
            output,
        } in chunks.iter().flatten()
        {
            bytes.extend_from_slice(&input.to_le_bytes());
            bytes.extend_from_slice(&spot.source);
            bytes.extend_from_slice(&spot.offset);
            for number in [spot.record, spot.line, spot.column, *output] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
        serializer.serialize_bytes(&bytes)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(
        deserializer: D,
    ) -> Result<Vec<Vec<ExampleDigest>>, D::Error> {
        struct Digests;

        impl Visitor<'_> for Digests {
            type Value = Vec<Vec<ExampleDigest>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("digests")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                let (digests, []) = bytes.as_chunks::<SIZE>() else {
                    return Err(E::invalid_length(bytes.len(), &self));
                };
                let chunks = digests.chunks(CHUNK);
                Ok(chunks.map(|of| of.iter().map(digest).collect()).collect())
            }
        }

        deserializer.deserialize_bytes(Digests)
    }

    fn digest(bytes: &[u8; SIZE]) -> ExampleDigest {
        let [a, b, c, d, e, f, g, h, rest @ ..] = *bytes;
        let [i, j, k, l, m, n, o, p, numbers @ ..] = rest;
        let (numbers, _) = numbers.as_chunks::<4>();
        let mut numbers = numbers.iter().map(|of| u32::from_le_bytes(*of));
        let mut next = || numbers.next().unwrap_or_default();
        ExampleDigest {
            input: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            spot: CompactLocation {
                source: [i, j, k],
                offset: [l, m, n, o, p],
                record: next(),
                line: next(),
                column: next(),
            },
            output: next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sighting_takes_32_bytes() {
        assert_eq!(size_of::<ExampleDigest>(), 32);
    }

    fn digests(inputs: std::ops::Range<u64>) -> Seen {
        let mut seen = Seen::default();
        for input in inputs {
            seen.push(ExampleDigest {
                input: xxh3_64_with_seed(&(input / 2).to_le_bytes(), 0),
                spot: CompactLocation::default(),
                output: input as u32,
            });
        }
        seen
    }

    #[test]
    fn a_sample_does_not_depend_on_the_grouping() {
        let mut whole = digests(0..4_000);
        assert_eq!((whole.len(), whole.one_in()), (4_000, 1));
        whole.limit(300);
        assert!(whole.len() <= 300 && whole.len() > 100, "{}", whole.len());
        assert_eq!(whole.one_in(), 16);
        // Both examples of an input are kept, or none.
        assert_eq!(whole.groups().len() * 2, whole.len());
        for cuts in [[1_000, 2_000, 3_000], [10, 20, 3_990], [1, 3_000, 3_001]] {
            let mut merged = Seen::default();
            let (mut right, mut from) = (Seen::default(), 0);
            for (at, to) in cuts.into_iter().chain([4_000]).enumerate() {
                let mut part = digests(from..to);
                part.limit(300);
                from = to;
                if at < 2 { &mut merged } else { &mut right }.merge(part);
            }
            right.limit(300);
            merged.merge(right);
            merged.limit(300);
            assert_eq!(merged, whole);
        }
    }

    #[test]
    fn digests_take_32_bytes_in_a_part() {
        let mut seen = digests(0..5_000);
        seen.renumber_sources(70_000);
        for digest in seen.chunks.iter_mut().flatten() {
            digest.spot.offset = [1, 2, 3, 4, 5];
            (digest.spot.record, digest.spot.line, digest.spot.column) = (7, 8, 9);
        }
        let bytes = rmp_serde::to_vec(&seen).expect("bytes");
        assert!(bytes.len() < 5_000 * 32 + 16, "{}", bytes.len());
        assert_eq!(
            rmp_serde::from_slice::<Seen>(&bytes).expect("digests"),
            seen
        );
        // A list of two: 33 bytes, and a number.
        let cut = [&[0x92, 0xc4, 33][..], &[0; 34]].concat();
        assert!(rmp_serde::from_slice::<Seen>(&cut).is_err());
        let whole = [&[0x92, 0xc4, 32][..], &[0; 33]].concat();
        assert!(rmp_serde::from_slice::<Seen>(&whole).is_ok());
    }

    #[test]
    fn large_offsets_survive() {
        let record = Record {
            source: SourceId(3),
            raw: b"{}",
            start: Position {
                line: 7,
                column: 2,
                offset: 0x56_789a_bcde,
            },
            ordinal: 6,
            body: tunelint_data::record::Body::Unread,
            role_aliases: tunelint_data::record::roles::RoleAliases::empty(),
            lone_cr: false,
            in_table: false,
            recovered: false,
        };
        let location = CompactLocation::new(&record, Span::at(1)).location();
        assert_eq!(
            location.start,
            Position {
                line: 7,
                column: 3,
                offset: 0x56_789a_bcdf
            }
        );
    }
}
