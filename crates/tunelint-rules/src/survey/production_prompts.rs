//! Production prompts, as the application sends them, for comparing them with the training inputs.

use std::io::{self, Read};

use super::lengths::Lengths;
use super::seen::CompactLocation;
use super::sketch::{SampleCutoff, Sketch};
use tunelint_data::record::roles::RoleAliases;
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::source::Input;
use tunelint_data::text::Text;
use tunelint_data::text::decoded::Coding;
use tunelint_data::text::position::{Position, SourceId, Span};
use tunelint_layouts::example::{Example, Role, Turn};
use tunelint_layouts::reader::{DecodeOutcome, INPUT_NAMES, OpenError, ReadOptions, Reader};

/// A sample of production prompts.
#[derive(Debug, Clone, Default)]
pub struct Prompts {
    /// The distinct prompts.
    pub sketch: Sketch,
    /// The lengths of all prompts in characters, with the locations of the longest.
    pub lengths: Lengths,
    /// The number of records or lines without a readable prompt.
    pub unread: u64,
}

/// The maximum number of bytes read from a text file: it is a sample, not a log.
const MAX_BYTES: u64 = 256 << 20;

impl Prompts {
    /// Reads a file of prompts: records in any layout, with or without an output, or one prompt per
    /// line in a `.txt` file.
    ///
    /// # Errors
    /// If the file cannot be opened or read.
    pub fn read(source: SourceId, input: Input, options: &ReadOptions) -> Result<Self, OpenError> {
        let mut prompts = Self::default();
        if has_lines(&input) {
            prompts.read_lines(source, &input)?;
        } else {
            prompts.read_records(Reader::open(source, input, options)?)?;
        }
        prompts.sketch.canonicalize();
        prompts.sketch.find_markers();
        Ok(prompts)
    }

    /// Adds the prompts of a later file.
    pub fn merge(&mut self, other: Self) {
        self.sketch.merge(other.sketch);
        self.lengths.merge(other.lengths);
        self.unread += other.unread;
    }

    fn read_lines(&mut self, source: SourceId, input: &Input) -> io::Result<()> {
        self.unread += each_line(source, input, &mut |example| self.observe(example))?;
        Ok(())
    }

    fn read_records(&mut self, mut reader: Reader) -> io::Result<()> {
        reader.each_record(&mut |outcome| match outcome {
            DecodeOutcome::Example(example) => self.observe(example),
            DecodeOutcome::Unreadable(record, _) => match prompt_without_output(record) {
                Some(example) => self.observe(&example),
                None => self.unread += 1,
            },
        })
    }

    fn observe(&mut self, example: &Example<'_>) {
        self.sketch.observe(example, &SampleCutoff::default());
        let turns = example.input();
        if let Some(longest) = turns.iter().max_by_key(|turn| turn.bytes()) {
            let chars = turns.iter().map(Turn::chars).sum();
            let spot = || CompactLocation::new(&example.record, longest.text_span());
            self.lengths.add(chars, spot);
        }
    }
}

/// Whether a file has one prompt per line, by its name.
pub fn has_lines(input: &Input) -> bool {
    let extension = input.name.extension();
    extension.is_some_and(|extension| extension == "txt")
}

/// Calls `observe` for each line of a text file, as an example without an output. Blank lines are
/// skipped. Returns the number of lines that are not UTF-8.
///
/// # Errors
/// If the file cannot be opened or read.
pub fn each_line(
    source: SourceId,
    input: &Input,
    observe: &mut dyn FnMut(&Example<'_>),
) -> io::Result<u64> {
    let mut bytes = Vec::new();
    let mut unread = 0;
    input.open()?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    let mut start = Position::START;
    for (line, ordinal) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1..) {
        let record = Record {
            source,
            raw: line,
            start,
            ordinal,
            body: Body::Unread,
            role_aliases: RoleAliases::empty(),
            lone_cr: false,
            in_table: false,
            recovered: false,
        };
        match std::str::from_utf8(line).map(|line| line.trim_end_matches(['\n', '\r'])) {
            Ok("") => {}
            Ok(prompt) => {
                let span = Span::new(0, prompt.len());
                let text = Text::new(prompt, prompt, span, Coding::Plain);
                observe(&Example::new(record, vec![Turn::of_text(Role::User, text)]));
            }
            Err(_) => unread += 1,
        }
        start = start.advance(line, false);
    }
    Ok(unread)
}

/// A record without an output as an example, by the usual names of input fields.
pub fn prompt_without_output<'a>(record: &Record<'a>) -> Option<Example<'a>> {
    let text = INPUT_NAMES
        .iter()
        .find_map(|name| match record.body.field(name)? {
            Field::Text(text) => Some(text),
            Field::Other(_) => None,
        })?;
    Some(Example::new(*record, vec![Turn::of_text(Role::User, text)]))
}
