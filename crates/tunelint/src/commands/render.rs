//! `tunelint render`: shows records as a model sees them, with what the template marks as trained on.

mod model;
mod tokens;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use tunelint_core::position::SourceId;
use tunelint_core::printable::printable_path;
use tunelint_core::reader::{DecodeOutcome, Reader};
use tunelint_core::record::{Body, Record};
use tunelint_model::{Conversation, RecordError, with_deep_stack};

use crate::cli::RenderOptions;
use crate::exit::{Exit, Failure};
use crate::reading;
use crate::report::render::{self as report, RenderFormat, RenderedRecord};
use crate::stdout::Stdout;
use crate::walk::Named;
use model::Model;

/// Renders the records that `options` name. The exit code is 1 if one of them cannot be rendered.
pub fn run(options: &RenderOptions) -> Result<Exit, Failure> {
    let model = Model::of(options)?;
    let named = match options.file.as_os_str() == "-" {
        true => Named::Stdin,
        false => Named::File(options.file.clone()),
    };
    let input = reading::input(&named, &options.reading)?;
    let reader = reading::open(SourceId(0), input, &reading::options(&options.reading)?)?;
    let path = printable_path(&options.file);
    let out = BufWriter::new(Stdout::default());
    let wanted = Wanted::of(options);
    // One thread with a deep stack for all records.
    let rendered = with_deep_stack(|| render(reader, &model, wanted, options, out));
    match rendered {
        None => Err(Failure::new("cannot start a thread")),
        Some(Err(error)) => Err(Failure::io("render", &path, &error)),
        Some(Ok(outcome)) => outcome.exit(&options.file, wanted),
    }
}

/// Which records are rendered.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    All,
    /// The one with this number.
    One(u64),
}

impl Wanted {
    /// People see one record at a time.
    fn of(options: &RenderOptions) -> Self {
        match (options.record, options.format) {
            (Some(record), _) => Self::One(record),
            (None, RenderFormat::Human) => Self::One(1),
            (None, _) => Self::All,
        }
    }

    fn wants(self, record: u64) -> bool {
        match self {
            Self::All => true,
            Self::One(number) => number == record,
        }
    }
}

/// What became of the records.
#[derive(Debug, Default)]
struct Outcome {
    rendered: u64,
    failed: u64,
}

impl Outcome {
    fn exit(&self, path: &Path, wanted: Wanted) -> Result<Exit, Failure> {
        let path = printable_path(path);
        match (self.rendered + self.failed, wanted) {
            (0, Wanted::One(number)) => Err(Failure::new(format!("{path} has no record {number}"))),
            (0, Wanted::All) => Err(Failure::new(format!("{path} has no records"))),
            _ if self.failed > 0 => Ok(Exit::Findings),
            _ => Ok(Exit::Clean),
        }
    }
}

/// Renders the wanted records of `reader`, in order.
fn render(
    mut reader: Reader,
    model: &Model,
    wanted: Wanted,
    options: &RenderOptions,
    out: impl Write + Send + 'static,
) -> io::Result<Outcome> {
    let color = options.color.is_on();
    let mut view = report::open(options.format, color, Box::new(out));
    let decoder = reader.decoder();
    let mut scratch = decoder.scratch();
    let mut outcome = Outcome::default();
    let mut written = Ok(());
    let mut is_done = false;
    while let (false, Some(batch)) = (is_done, reader.next_batch()?) {
        decoder.each(&batch, &mut scratch, &mut |decoded| {
            let record = match &decoded {
                DecodeOutcome::Example(example) => &example.record,
                DecodeOutcome::Unreadable(record, _) => *record,
            };
            is_done |= matches!(wanted, Wanted::One(number) if number <= record.ordinal);
            if written.is_err() || !wanted.wants(record.ordinal) {
                return;
            }
            let rendered = rendered(record, model, options.max_length);
            match rendered.error {
                None => outcome.rendered += 1,
                Some(_) => outcome.failed += 1,
            }
            written = view.record(&rendered);
        });
        reader.recycle(batch);
    }
    written?;
    view.finish()?;
    Ok(outcome)
}

/// A record as the model sees it, or why it does not.
fn rendered(record: &Record<'_>, model: &Model, max_length: Option<usize>) -> RenderedRecord {
    let number = record.ordinal;
    let text = std::str::from_utf8(record.raw).ok();
    let text = text.filter(|_| !matches!(record.body, Body::Row(_)));
    let conversation = match text.map(Conversation::from_record) {
        Some(Ok(conversation)) => conversation,
        Some(Err(why)) => return RenderedRecord::failed(number, unreadable(&why), None),
        None => return RenderedRecord::failed(number, NO_MESSAGES, None),
    };
    match model.render(&conversation) {
        Ok((rendered, starts)) => {
            let tokens = model.tokens(&rendered);
            RenderedRecord::new(number, rendered, &starts, tokens.as_deref(), max_length)
        }
        Err(error) => RenderedRecord::failed(number, &error.message, error.line),
    }
}

const NO_MESSAGES: &str =
    "the record has no list `messages`; convert it with `tunelint convert --to messages`";

fn unreadable(why: &RecordError) -> &'static str {
    match why {
        RecordError::Json(_) => "the record is not valid JSON",
        RecordError::NoMessages => NO_MESSAGES,
        RecordError::Tools => "`tools` is not a list",
    }
}
