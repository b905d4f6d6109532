//! The word n-grams of benchmarks, for finding their texts in training data.
//!
//! As in the decontamination of GPT-3 (Brown et al. 2020, appendix C) and of datatrove: texts overlap
//! if they have 13 words in a row in common, apart from letter case and punctuation. Each n-gram of
//! the benchmarks takes about 32 bytes; training data is only read.

use std::collections::HashMap;
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use super::inferred::plateau::is_cjk;
use super::production_prompts::{each_line, has_lines};
use super::seen::CompactLocation;
use tunelint_data::record::{Field, Record};
use tunelint_data::source::Input;
use tunelint_data::text::position::{Location, SourceId, Span};
use tunelint_data::text::printable::printable_path;
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::reader::{DecodeOutcome, OpenError, ReadOptions, Reader};

/// The number of words of an n-gram.
pub const WORDS: usize = 13;
/// An n-gram in more records of the benchmarks than this is part of their template, not of a task.
const MAX_RECORDS: u32 = 10;
/// In small benchmarks, it is in more than this share of the records, one in so many, and in more
/// than two: the same record may be in two benchmarks.
const MAX_SHARE: u32 = 10;
const MIN_RECORDS: u32 = 2;
/// The base of the rolling hash of an n-gram.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// The n-grams of one or more benchmarks.
#[derive(Debug, Clone, Default)]
pub struct Benchmarks {
    files: Vec<String>,
    records: Vec<BenchmarkRecord>,
    grams: HashMap<u64, Gram>,
}

/// A record of a benchmark.
#[derive(Debug, Clone, Copy)]
struct BenchmarkRecord {
    file: usize,
    spot: CompactLocation,
}

/// An n-gram: the first record that has it, the last one, and the number of them.
#[derive(Debug, Clone, Copy)]
struct Gram {
    first: u32,
    last: u32,
    records: u32,
}

/// The longest run of words that a text has in common with a record of a benchmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// The number of the record among those of all benchmarks.
    pub record: usize,
    /// The bytes of the text.
    pub range: Range<usize>,
    /// The number of words.
    pub words: usize,
}

impl Benchmarks {
    /// Adds the records of a file: in any layout, with or without outputs; all texts of records in
    /// none; or one per line in a `.txt` file. Returns the number of those without a readable text.
    ///
    /// # Errors
    /// If the file cannot be opened or read.
    pub fn read(
        &mut self,
        source: SourceId,
        input: Input,
        options: &ReadOptions,
    ) -> Result<u64, OpenError> {
        self.files.push(printable_path(&input.name));
        if has_lines(&input) {
            return Ok(each_line(source, &input, &mut |example| {
                self.add_example(example)
            })?);
        }
        let mut unread = 0;
        Reader::open(source, input, options)?.each_record(&mut |outcome| match outcome {
            DecodeOutcome::Example(example) => self.add_example(example),
            DecodeOutcome::Unreadable(record, _) => {
                let texts = record.body.names();
                let texts = texts.iter().filter_map(|(name, _)| record.body.field(name));
                let texts: Vec<_> = texts
                    .filter_map(|field| match field {
                        Field::Text(text) => Some(text),
                        Field::Other(_) => None,
                    })
                    .collect();
                unread += u64::from(texts.is_empty());
                self.add(record, texts.iter().map(|text| text.as_str()));
            }
        })?;
        Ok(unread)
    }

    fn add_example(&mut self, example: &Example<'_>) {
        let turns = example
            .turns
            .iter()
            .filter(|turn| turn.role != Role::System);
        let texts: Vec<_> = turns.map(|turn| turn.joined()).collect();
        self.add(&example.record, texts.iter().map(AsRef::as_ref));
    }

    fn add<'t>(&mut self, record: &Record<'_>, texts: impl Iterator<Item = &'t str>) {
        let number = u32::try_from(self.records.len()).unwrap_or(u32::MAX);
        self.records.push(BenchmarkRecord {
            file: self.files.len().saturating_sub(1),
            spot: CompactLocation::new(record, Span::at(0)),
        });
        for (gram, _) in texts.flat_map(grams) {
            let gram = self.grams.entry(gram).or_insert(Gram {
                first: number,
                last: number,
                records: 1,
            });
            if gram.last != number {
                gram.last = number;
                gram.records += 1;
            }
        }
    }

    /// What `text` has in common with records of the benchmarks, in the order of the text. A passage
    /// that several records share is attributed to the first of them.
    pub fn overlaps(&self, text: &str) -> Vec<Overlap> {
        let few = (self.records.len() as u32 / MAX_SHARE).clamp(MIN_RECORDS, MAX_RECORDS);
        let mut found: Vec<Overlap> = Vec::new();
        let mut run: Option<Overlap> = None;
        for (gram, range) in grams(text) {
            let gram = self.grams.get(&gram).filter(|gram| gram.records <= few);
            let record = gram.map(|gram| gram.first as usize);
            match (&mut run, record) {
                (Some(run), Some(record)) if run.record == record => {
                    run.range.end = range.end;
                    run.words += 1;
                }
                (_, record) => {
                    let next = record.map(|record| Overlap {
                        record,
                        range,
                        words: WORDS,
                    });
                    keep_longest(&mut found, std::mem::replace(&mut run, next));
                }
            }
        }
        keep_longest(&mut found, run);
        found
    }

    /// The file of a record, printable, and its location.
    pub fn place(&self, record: usize) -> Option<(&str, Location)> {
        let BenchmarkRecord { file, spot } = self.records.get(record)?;
        Some((self.files.get(*file)?, spot.location()))
    }
}

/// Adds a run, unless a longer one of the same record is known.
fn keep_longest(found: &mut Vec<Overlap>, run: Option<Overlap>) {
    let Some(run) = run else { return };
    match found.iter_mut().find(|known| known.record == run.record) {
        Some(known) if run.words > known.words => *known = run,
        Some(_) => {}
        None => found.push(run),
    }
}

/// The hashes of the n-grams of a text, in order, each with its bytes.
fn grams(text: &str) -> impl Iterator<Item = (u64, Range<usize>)> {
    let leaving = (1..WORDS).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut window: std::collections::VecDeque<(u64, usize)> = Default::default();
    let mut hash = 0_u64;
    words(text).filter_map(move |(word, range)| {
        if window.len() == WORDS
            && let Some((first, _)) = window.pop_front()
        {
            hash = hash.wrapping_sub(first.wrapping_mul(leaving));
        }
        hash = hash.wrapping_mul(BASE).wrapping_add(word);
        window.push_back((word, range.start));
        let (_, start) = *window.front()?;
        (window.len() == WORDS).then_some((hash, start..range.end))
    })
}

/// The hashes of the words of a text in lower case, in order, each with its bytes. A word consists of
/// letters and digits; in scripts without spaces, each character is a word.
fn words(text: &str) -> impl Iterator<Item = (u64, Range<usize>)> + '_ {
    let mut rest = 0;
    let mut lower = String::new();
    std::iter::from_fn(move || {
        let from = rest + text.get(rest..)?.find(char::is_alphanumeric)?;
        let word = text.get(from..)?;
        let mut chars = word.char_indices();
        let (_, first) = chars.next()?;
        let end = match is_cjk(first) {
            true => first.len_utf8(),
            false => chars
                .find(|(_, c)| !c.is_alphanumeric() || is_cjk(*c))
                .map_or(word.len(), |(at, _)| at),
        };
        rest = from + end;
        lower.clear();
        let word = word.get(..end)?;
        lower.extend(word.chars().flat_map(char::to_lowercase));
        Some((xxh3_64(lower.as_bytes()), from..rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: &str = "A train leaves the station at noon and travels ninety miles in two hours, then stops. How fast?";

    fn benchmarks(lines: &[&str]) -> Benchmarks {
        let mut benchmarks = Benchmarks::default();
        let input = Input::bytes("b.txt", lines.join("\n").into_bytes());
        let read = benchmarks.read(SourceId(1), input, &ReadOptions::default());
        assert_eq!(read.unwrap(), 0);
        benchmarks
    }

    #[test]
    fn overlaps_are_found_whatever_the_case_and_punctuation() {
        let benchmarks = benchmarks(&["Something else, quite short.", TASK]);
        let text = format!(
            "Problem: {} Solve it.",
            TASK.to_uppercase().replace(',', " --")
        );
        let found = benchmarks.overlaps(&text);
        let [one] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((one.record, one.words), (1, 18));
        let shared = text.get(one.range.clone()).unwrap();
        assert!(shared.starts_with("A TRAIN") && shared.ends_with("HOW FAST"));
        let (name, place) = benchmarks.place(1).unwrap();
        assert_eq!((name, place.start.line), ("b.txt", 2));
    }

    #[test]
    fn thirteen_words_are_needed() {
        let benchmarks = benchmarks(&[TASK]);
        let words: Vec<&str> = TASK.split(' ').collect();
        assert!(benchmarks.overlaps(&words[..12].join(" ")).is_empty());
        assert_eq!(benchmarks.overlaps(&words[..13].join(" ")).len(), 1);
        let split = format!("{} and {}", words[..9].join(" "), words[9..].join(" "));
        assert!(benchmarks.overlaps(&split).is_empty());
    }

    #[test]
    fn templates_are_no_overlap() {
        let template =
            "Answer the following question with one word from the list below and nothing else";
        let lines: Vec<String> = (0..40)
            .map(|at| format!("{template}: number {at}?"))
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert!(benchmarks(&lines).overlaps(template).is_empty());
    }

    #[test]
    fn characters_of_chinese_are_words() {
        let benchmarks = benchmarks(&["一列火车中午从车站出发两小时行驶九十英里"]);
        assert_eq!(
            benchmarks
                .overlaps("题目：一列火车中午从车站出发两小时行驶九十英里。")
                .len(),
            1
        );
    }
}
