//! Conversion between layouts and containers: source → example → sink, with a report of everything
//! that does not fit.
//!
//! Nothing is dropped silently: data that the target layout cannot hold is a [`Loss`], a record that
//! cannot be converted is a [`Reject`], and `read = written + rejected` always holds.

mod fit;
mod options;
mod order;
mod weights;

use std::collections::HashSet;
use std::io::{self, Write};

use tunelint_data::record::row::cell_text;
use tunelint_data::record::{Body, Field, Located, Record};
use tunelint_data::source::Batch;
use tunelint_data::text::name_counts::NameCounts;
use tunelint_data::text::position::{Position, SourceId};
use tunelint_data::text::printable::{field_name, quoted};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Finding, Findings, Message, Policy, Severity};
use tunelint_layouts::layout::{Loss, Losses, ObjectWriter, TrainingObjective, WEIGHT};
use tunelint_layouts::provider::limit::listed;
use tunelint_layouts::reader::{DecodeOutcome, Reader, Scratch};
use tunelint_layouts::writer::sink::{Form, Sink, decoded, encode};
use tunelint_rules::contract::RuleContext;
use tunelint_rules::rules::RuleSet;

use super::gather::gather;
use super::lint::{check_record, check_source};
use fit::Notes;
use order::Writing;

pub use options::{Converter, TurnsPolicy};
pub use weights::Weights;

/// A rejected record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The file.
    pub source: SourceId,
    /// The bytes of the record.
    pub raw: Vec<u8>,
    /// The ordinal of the record, from 1.
    pub record: u64,
    /// The line where it starts.
    pub line: u64,
}

/// The counts and losses of a conversion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversion {
    /// The number of records read.
    pub read: u64,
    /// The number of records converted and written.
    pub written: u64,
    /// The number of rejected records.
    pub rejected: u64,
    /// The number of examples written. More than `written` if conversations were split.
    pub examples: u64,
    /// The losses by name, each with its first place.
    pub losses: NameCounts<RecordPlace>,
    /// The number of sources that could not be read as records at all.
    pub unreadable: u64,
    /// The number of weights of messages written under the key that the target reads.
    pub weights: u64,
    /// What was to be added and was already there, by name, each with its first place.
    pub kept: NameCounts<RecordPlace>,
}

/// A position in one of the sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordPlace {
    /// The file.
    pub source: SourceId,
    /// The position in it.
    pub position: Position,
    /// The number of the record, from 1.
    pub record: u64,
}

/// Receives findings and rejected records during a conversion, in the order of the source.
pub trait Recipient: Send {
    /// Receives a finding about a record or about the file.
    ///
    /// # Errors
    /// An error aborts the conversion.
    fn finding(&mut self, finding: Finding) -> io::Result<()>;
    /// Receives a rejected record, after its findings.
    ///
    /// # Errors
    /// An error aborts the conversion.
    fn reject(&mut self, reject: Reject) -> io::Result<()>;
    /// Whether [`lost`](Self::lost) is called. The counts and first places are in [`Conversion`].
    fn wants_losses(&self) -> bool {
        false
    }
    /// Receives something called `name` that was lost in a record that was written.
    fn lost(&mut self, _source: SourceId, _record: u64, _name: String) {}
}

/// Ignores them: for callers that need only the counts and what was written.
impl Recipient for () {
    fn finding(&mut self, _: Finding) -> io::Result<()> {
        Ok(())
    }

    fn reject(&mut self, _: Reject) -> io::Result<()> {
        Ok(())
    }
}

/// The rule name of findings about records that cannot be converted to the target layout.
pub const UNCONVERTIBLE: &str = "unconvertible";

/// A file with more fields than this has data in its keys.
const MAX_COLUMNS: usize = 1_000;

/// The result of one batch.
#[derive(Default)]
struct BatchOutcome {
    bytes: Vec<u8>,
    /// The end of each written example in `bytes`.
    ends: Vec<usize>,
    read: u64,
    written: u64,
    findings: Vec<Finding>,
    rejects: Vec<Reject>,
    losses: NameCounts<RecordPlace>,
    /// Record and name of each loss, if the recipient wants them.
    lost: Vec<(u64, String)>,
    kept: NameCounts<RecordPlace>,
    weights: u64,
}

impl Converter {
    /// Converts all records of `readers`, one after the other, and writes them to `out`. Returns
    /// the counts and the writer. A shuffled output takes a temporary file of its size and 32 bytes
    /// of memory per example.
    ///
    /// # Errors
    /// If reading or writing fails, or if `recipient` returns an error.
    pub fn run<W: Write + Send>(
        &self,
        readers: Vec<Reader>,
        policy: &Policy,
        out: W,
        recipient: &mut dyn Recipient,
    ) -> io::Result<(Conversion, W)> {
        let columns = self.columns(&readers)?;
        let sink = Sink::new(out, self.form.clone(), &columns)?;
        let mut writing = Writing::new(sink, self.shuffle)?;
        let mut conversion = Conversion::default();
        for reader in readers {
            conversion.unreadable += u64::from(reader.shape.is_err());
            self.convert_source(reader, policy, &mut conversion, &mut writing, recipient)?;
        }
        Ok((conversion, writing.finish()?.finish()?))
    }

    /// The columns of a table: those of the layout, and with `keep_extra` every unknown field of
    /// the sources.
    fn columns(&self, readers: &[Reader]) -> io::Result<Vec<String>> {
        let mut columns: Vec<String> = Vec::new();
        if !matches!(self.form, Form::Table { .. }) {
            return Ok(columns);
        }
        columns.extend(self.layout.columns().iter().map(|name| (*name).to_owned()));
        if !self.keep_extra {
            return Ok(columns);
        }
        let mut known: HashSet<String> = columns.iter().cloned().collect();
        let is_own = |name: &str| self.layout.fields().contains(&name);
        for reader in readers {
            gather(
                &mut reader.reopen()?,
                self.threads,
                Vec::new,
                |read, _, names: &mut Vec<String>| {
                    if names.len() > MAX_COLUMNS {
                        return;
                    }
                    let DecodeOutcome::Example(example) = read else {
                        return;
                    };
                    // A weight is kept as an unknown field where the layout has none.
                    let weights = example.settings.iter().filter(|of| of.key == WEIGHT);
                    for extra in example.extras.iter().chain(weights) {
                        if !is_own(extra.key) && !names.iter().any(|name| name == extra.key) {
                            names.push(extra.key.to_owned());
                        }
                    }
                },
                |names| {
                    for name in names {
                        if known.insert(name.clone()) {
                            columns.push(name);
                        }
                    }
                },
            )?;
            if columns.len() > MAX_COLUMNS {
                let message = "more than 1,000 unknown fields, too many for a table: write jsonl";
                return Err(io::Error::other(message));
            }
        }
        Ok(columns)
    }

    /// Converts the records of one source.
    fn convert_source<W: Write + Send>(
        &self,
        mut reader: Reader,
        policy: &Policy,
        conversion: &mut Conversion,
        writing: &mut Writing<W>,
        recipient: &mut dyn Recipient,
    ) -> io::Result<()> {
        let rules = RuleSet::build(&policy.enabled, &RuleContext::default());
        let names: Vec<String> = writing.columns().to_vec();
        let (source, wants_losses) = (reader.source, recipient.wants_losses());
        let decoder = reader.decoder();
        let work = |batch: &Batch, scratch: &mut (Scratch, ObjectWriter)| {
            // Layouts differ in a few keys for each record.
            let room = batch.bytes.len() + batch.bytes.len() / 4;
            let mut outcome = BatchOutcome {
                bytes: Vec::with_capacity(room),
                ..BatchOutcome::default()
            };
            let mut findings = Findings::new(policy);
            let (buffers, object) = scratch;
            decoder.each(batch, buffers, &mut |read| {
                outcome.read += 1;
                match read {
                    DecodeOutcome::Example(example) => {
                        let lost = self.convert_example(
                            example,
                            &mut findings,
                            object,
                            &names,
                            &mut outcome,
                        );
                        if wants_losses {
                            let record = example.record.ordinal;
                            let lost = lost.losses.into_iter();
                            outcome.lost.extend(lost.map(|of| (record, of.what)));
                        }
                    }
                    DecodeOutcome::Unreadable(record, why) => {
                        check_record(&rules, record, why, &mut findings);
                        outcome.reject(record);
                    }
                }
            });
            outcome.findings = findings.into_parts().1;
            outcome
        };
        let mut drain = |mut outcome: BatchOutcome| {
            conversion.add(&mut outcome);
            outcome
                .findings
                .into_iter()
                .try_for_each(|finding| recipient.finding(finding))?;
            outcome
                .rejects
                .into_iter()
                .try_for_each(|reject| recipient.reject(reject))?;
            for (record, name) in outcome.lost {
                recipient.lost(source, record, name);
            }
            let mut from = 0;
            for end in outcome.ends {
                writing.write(outcome.bytes.get(from..end).unwrap_or_default())?;
                from = end;
            }
            Ok(())
        };
        let buffers = || (decoder.scratch(), ObjectWriter::new());
        reader.each_batch(self.threads, buffers, work, &mut drain)?;
        let mut findings = Findings::new(policy);
        check_source(&rules, &reader, &mut findings)?;
        findings
            .into_parts()
            .1
            .into_iter()
            .try_for_each(|finding| recipient.finding(finding))
    }

    /// Converts one example, or rejects its record. Returns what was lost.
    fn convert_example(
        &self,
        example: &Example<'_>,
        findings: &mut Findings<'_>,
        object: &mut ObjectWriter,
        columns: &[String],
        outcome: &mut BatchOutcome,
    ) -> Losses {
        let mut notes = Notes::default();
        let before = (outcome.bytes.len(), outcome.ends.len());
        let encoded = self.fit(example, &mut notes).and_then(|fitted| {
            fitted.into_iter().try_for_each(|mut fitted| {
                self.encode_example(&mut fitted, object, columns, &mut notes.lost, outcome)
            })
        });
        if let Err(why) = encoded {
            let place = example.record.at(example.record.span());
            findings.report_as(UNCONVERTIBLE, place, Severity::Error, || *why);
            outcome.bytes.truncate(before.0);
            outcome.ends.truncate(before.1);
            outcome.reject(&example.record);
            return Losses::default();
        }
        outcome.written += 1;
        outcome.weights += notes.weights;
        add(&mut outcome.losses, &example.record, &notes.lost);
        add(&mut outcome.kept, &example.record, &notes.kept);
        notes.lost
    }

    /// Writes one example that fits the layout to memory. The error says why it cannot be written.
    fn encode_example(
        &self,
        example: &mut Example<'_>,
        object: &mut ObjectWriter,
        columns: &[String],
        losses: &mut Losses,
        outcome: &mut BatchOutcome,
    ) -> Result<(), Box<Message>> {
        self.move_weight_to_extras(example);
        object.clear();
        let earlier = losses.losses.len();
        self.layout.encode(example, object, losses);
        let own = losses.losses.get(earlier..).unwrap_or_default();
        self.check_not_worse(example, own)?;
        self.carry_extras(example, object, columns, losses);
        self.check_columns(example, object, columns, losses)?;
        self.check_characters(object)?;
        // Writing to memory does not fail.
        if encode(&self.form, columns, object, &mut outcome.bytes).is_ok() {
            outcome.ends.push(outcome.bytes.len());
        }
        Ok(())
    }

    /// With `keep_extra`, a weight becomes an unknown field if the layout has no field for it.
    fn move_weight_to_extras(&self, example: &mut Example<'_>) {
        if !self.keep_extra || self.layout.fields().contains(&WEIGHT) {
            return;
        }
        let settings = std::mem::take(&mut example.settings).into_iter();
        let (weights, others): (Vec<_>, Vec<_>) = settings.partition(|of| of.key == WEIGHT);
        example.settings = others;
        example.extras.extend(weights);
    }

    /// For a table: notes fields without a column as lost. The error is for a record that lacks a
    /// required column.
    fn check_columns(
        &self,
        example: &Example<'_>,
        object: &ObjectWriter,
        columns: &[String],
        losses: &mut Losses,
    ) -> Result<(), Box<Message>> {
        if !matches!(self.form, Form::Table { .. }) {
            return Ok(());
        }
        let has_column = |name: &str| columns.iter().any(|column| column == name);
        let fields = object.fields().map(|(name, _)| name);
        let others: Vec<&str> = fields.filter(|name| !has_column(name)).collect();
        let is_present = |column: &&str| object.fields().any(|(name, _)| name == *column);
        let columns = self.layout.columns().iter().copied();
        let mut required = columns.filter(|column| *column != OPTIONAL_COLUMN);
        if !required.all(|column| is_present(&column)) {
            let names: Vec<String> = others.iter().map(|name| quoted(name, 40)).collect();
            return Err(Message::new(format!(
                "a table cannot hold {}",
                listed(&names)
            ))
            .help("use `--as jsonl` or `--as json`, or exclude the record with `--rejects FILE`")
            .into());
        }
        for name in others {
            let span = match example.record.body.field(name) {
                Some(Field::Text(text)) => text.span(),
                Some(Field::Other(value)) => value.span(),
                None => example.record.span(),
            };
            losses.add(field_name(name), span);
        }
        Ok(())
    }

    /// For a table: refuses U+0000, which readers of tables reject or end the text at.
    fn check_characters(&self, object: &ObjectWriter) -> Result<(), Box<Message>> {
        if !matches!(self.form, Form::Table { .. }) {
            return Ok(());
        }
        let has_zero =
            |(_, value): &(&str, &str)| value.contains("\\u0000") && decoded(value).contains('\0');
        match object.fields().find(has_zero) {
            None => Ok(()),
            Some((name, _)) => {
                let message = format!("a table cannot hold U+0000, which {} has", field_name(name));
                let help = "remove the character, or use `--as jsonl` or `--as json`";
                Err(Message::new(message).help(help).into())
            }
        }
    }

    /// Writes unknown fields to the output with `keep_extra`, or notes them as lost.
    fn carry_extras(
        &self,
        example: &Example<'_>,
        object: &mut ObjectWriter,
        columns: &[String],
        losses: &mut Losses,
    ) {
        let has_label = self.layout.capacity().objective == TrainingObjective::Judgement;
        for extra in &example.extras {
            if has_label && example.is_tag(extra) {
                continue;
            }
            // A field that the layout has itself would be a duplicate key.
            let is_unused = !self.layout.fields().contains(&extra.key);
            let has_room = match self.form {
                _ if self.layout.is_list() => false,
                Form::Jsonl | Form::Parquet | Form::Json => true,
                Form::Table { .. } => columns.iter().any(|column| column == extra.key),
                Form::Rest(_) => false,
            };
            if self.keep_extra && is_unused && has_room {
                object.key(extra.key);
                match example.record.body {
                    Body::Row(_) => object.string(&cell_text(extra.raw)),
                    _ => object.raw(extra.raw),
                }
            } else {
                losses.add(field_name(extra.key), extra.span);
            }
        }
    }
}

/// The only column that a record may lack.
const OPTIONAL_COLUMN: &str = "system";

impl BatchOutcome {
    fn reject(&mut self, record: &Record<'_>) {
        self.rejects.push(Reject {
            source: record.source,
            raw: record.raw.to_vec(),
            record: record.ordinal,
            line: record.start.line,
        });
    }
}

/// Adds what was noted of `record` to `counts`.
fn add(counts: &mut NameCounts<RecordPlace>, record: &Record<'_>, notes: &Losses) {
    let mut last = Located::new(record);
    for Loss { what, span } in &notes.losses {
        counts.add(what, 1, || RecordPlace {
            source: record.source,
            position: record.position_after(span.start, &mut last),
            record: record.ordinal,
        });
    }
}

impl Conversion {
    fn add(&mut self, outcome: &mut BatchOutcome) {
        self.read += outcome.read;
        self.written += outcome.written;
        self.rejected += outcome.rejects.len() as u64;
        self.examples += outcome.ends.len() as u64;
        self.weights += outcome.weights;
        self.losses.merge(std::mem::take(&mut outcome.losses));
        self.kept.merge(std::mem::take(&mut outcome.kept));
    }
}
