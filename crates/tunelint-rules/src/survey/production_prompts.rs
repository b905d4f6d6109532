//! Prompts as the application sends them, to be compared with what a model was trained on.

use std::io::{self, Read};

use super::sketch::{Horizon, Sketch};
use tunelint_data::record::roles::Speakers;
use tunelint_data::record::{Body, Field, Record};
use tunelint_data::source::Input;
use tunelint_data::text::Text;
use tunelint_data::text::position::{Position, SourceId, Span};
use tunelint_layouts::example::{Example, Role, Turn};
use tunelint_layouts::reader::{DecodeOutcome, INPUT_NAMES, OpenError, ReadOptions, Reader};

/// The prompts, as a sample that is compared feature by feature.
#[derive(Debug, Clone, Default)]
pub struct Prompts {
    /// Distinct prompts.
    pub sketch: Sketch,
    /// Records and lines that no prompt could be read from.
    pub unread: u64,
}

/// The largest text file of prompts that is read: it is a sample, not a log.
const MOST_BYTES: u64 = 256 << 20;

impl Prompts {
    /// Reads a file of prompts: records in any layout, with or without an answer, or one prompt a
    /// line in a file that ends with `.txt`.
    ///
    /// # Errors
    /// What reading returns.
    pub fn read(source: SourceId, input: Input, options: &ReadOptions) -> Result<Self, OpenError> {
        let mut prompts = Self::default();
        if input.name.extension().is_some_and(|ending| ending == "txt") {
            prompts.read_lines(source, &input)?;
        } else {
            prompts.read_records(Reader::open(source, input, options)?)?;
        }
        prompts.sketch.settle();
        Ok(prompts)
    }

    fn read_lines(&mut self, source: SourceId, input: &Input) -> io::Result<()> {
        let mut bytes = Vec::new();
        input.open()?.take(MOST_BYTES).read_to_end(&mut bytes)?;
        let mut start = Position::START;
        for (line, ordinal) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1..) {
            let record = Record {
                source,
                raw: line,
                start,
                ordinal,
                body: Body::Unread,
                speakers: Speakers::nobody(),
                lone_cr: false,
                recovered: false,
            };
            match std::str::from_utf8(line).map(|line| line.trim_end_matches(['\n', '\r'])) {
                Ok("") => {}
                Ok(prompt) => {
                    let text = Text::composed(prompt.to_owned(), Span::new(0, prompt.len()));
                    self.observe(&Example::new(record, vec![Turn::of_text(Role::User, text)]));
                }
                Err(_) => self.unread += 1,
            }
            start = start.advance(line, false);
        }
        Ok(())
    }

    fn read_records(&mut self, mut reader: Reader) -> io::Result<()> {
        reader.each_record(&mut |outcome| match outcome {
            DecodeOutcome::Example(example) => self.observe(example),
            DecodeOutcome::Unreadable(record, _) => match prompt_alone(record) {
                Some(text) => {
                    let turn = Turn::of_text(Role::User, text);
                    self.observe(&Example::new(*record, vec![turn]));
                }
                None => self.unread += 1,
            },
        })
    }

    fn observe(&mut self, example: &Example<'_>) {
        self.sketch.observe(example, &Horizon::default());
    }
}

/// The prompt of a record that has no answer, by the names that inputs usually have.
fn prompt_alone<'a>(record: &Record<'a>) -> Option<Text<'a>> {
    INPUT_NAMES
        .iter()
        .find_map(|name| match record.body.field(name)? {
            Field::Text(text) => Some(text),
            Field::Other(_) => None,
        })
}
