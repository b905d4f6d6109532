//! Record batches as JSON Lines: the adapter from a row to a record.

use std::io::{self, Read};
use std::sync::{Arc, LazyLock};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float16Type, Float32Type, Float64Type};
use arrow_array::{Array, RecordBatch};
use arrow_json::writer::make_encoder;
use arrow_json::writer::{LineDelimited, NullableEncoder, WriterBuilder};
use arrow_json::{Encoder, EncoderFactory, EncoderOptions};
use arrow_schema::{ArrowError, DataType, FieldRef};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tunelint_data::source::{NonFinite, TableFault};

use crate::guarded::{guarded, io_fault};

/// Rows that are encoded at once: enough to share the cost of an encoder, few enough that long texts
/// do not add up.
const ROWS: usize = 64;

/// The rows of record batches as JSON Lines, one object per row with all of its columns.
///
/// Nulls are `null`, and so are numbers that JSON does not have, in the form of
/// [`NonFinite`]. Dates and times are in ISO 8601.
/// Bytes are text if they are UTF-8, and base64 otherwise.
pub struct JsonRows<B> {
    batches: B,
    batch: Option<RecordBatch>,
    lines: Vec<u8>,
    taken: usize,
}

impl<B> JsonRows<B>
where
    B: Iterator<Item = Result<RecordBatch, ArrowError>>,
{
    /// The rows of `batches`, which are read as needed.
    pub fn new(batches: B) -> Self {
        Self {
            batches,
            batch: None,
            lines: Vec::new(),
            taken: 0,
        }
    }

    /// Encodes the next rows. Returns whether there were any.
    fn refill(&mut self) -> io::Result<bool> {
        self.lines.clear();
        self.taken = 0;
        let batch = match self.batch.take() {
            Some(batch) => batch,
            None => match guarded(|| self.batches.next().transpose().map_err(fault))? {
                Some(batch) => batch,
                None => return Ok(false),
            },
        };
        let first = batch.num_rows().min(ROWS);
        guarded(|| encode(&batch.slice(0, first), &mut self.lines).map_err(fault))?;
        if first < batch.num_rows() {
            self.batch = Some(batch.slice(first, batch.num_rows() - first));
        }
        Ok(true)
    }
}

impl<B> Read for JsonRows<B>
where
    B: Iterator<Item = Result<RecordBatch, ArrowError>>,
{
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.lines.len() {
            if !self.refill()? {
                return Ok(0);
            }
        }
        let mut rest = self.lines.get(self.taken..).unwrap_or_default();
        let read = rest.read(buffer)?;
        self.taken += read;
        Ok(read)
    }
}

fn encode(rows: &RecordBatch, lines: &mut Vec<u8>) -> Result<(), ArrowError> {
    let builder = WriterBuilder::new()
        .with_explicit_nulls(true)
        .with_encoder_factory(Arc::new(Encoders));
    let mut writer = builder.build::<_, LineDelimited>(lines);
    writer.write(rows)?;
    writer.finish()
}

/// What an error of the parser says about the file. Its words are not passed on: they may quote data.
pub(crate) fn fault(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => io_fault(error),
        ArrowError::NotYetImplemented(_) | ArrowError::JsonError(_) => {
            TableFault::NotSupported.into()
        }
        _ => TableFault::Damaged.into(),
    }
}

/// Encodes columns of bytes, since many writers store text in them, and numbers that may not be finite.
#[derive(Debug)]
struct Encoders;

/// How finite numbers are written.
static PLAIN: LazyLock<EncoderOptions> = LazyLock::new(EncoderOptions::default);

impl EncoderFactory for Encoders {
    fn make_default_encoder<'a>(
        &self,
        field: &'a FieldRef,
        array: &'a dyn Array,
        _: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        let value: Box<dyn Fn(usize) -> &'a [u8] + 'a> = match array.data_type() {
            DataType::Binary => {
                let array = array.as_binary::<i32>();
                Box::new(|at| array.value(at))
            }
            DataType::LargeBinary => {
                let array = array.as_binary::<i64>();
                Box::new(|at| array.value(at))
            }
            DataType::BinaryView => {
                let array = array.as_binary_view();
                Box::new(|at| array.value(at))
            }
            DataType::FixedSizeBinary(_) => {
                let array = array.as_fixed_size_binary();
                Box::new(|at| array.value(at))
            }
            _ => return float(field, array),
        };
        let encoder = Box::new(BytesEncoder { value });
        Ok(Some(NullableEncoder::new(encoder, array.nulls().cloned())))
    }
}

/// The encoder of a column of floating-point numbers; `None` for any other column.
fn float<'a>(
    field: &'a FieldRef,
    array: &'a dyn Array,
) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
    let value: Box<dyn Fn(usize) -> f64 + 'a> = match array.data_type() {
        DataType::Float16 => {
            let array = array.as_primitive::<Float16Type>();
            Box::new(|at| array.value(at).to_f64())
        }
        DataType::Float32 => {
            let array = array.as_primitive::<Float32Type>();
            Box::new(|at| f64::from(array.value(at)))
        }
        DataType::Float64 => {
            let array = array.as_primitive::<Float64Type>();
            Box::new(|at| array.value(at))
        }
        _ => return Ok(None),
    };
    let finite = make_encoder(field, array, &PLAIN)?;
    let encoder = Box::new(FloatEncoder { value, finite });
    Ok(Some(NullableEncoder::new(encoder, array.nulls().cloned())))
}

struct FloatEncoder<'a> {
    value: Box<dyn Fn(usize) -> f64 + 'a>,
    finite: NullableEncoder<'a>,
}

impl Encoder for FloatEncoder<'_> {
    fn encode(&mut self, at: usize, out: &mut Vec<u8>) {
        match NonFinite::of((self.value)(at)) {
            None => self.finite.encode(at, out),
            Some(number) => out.extend_from_slice(number.as_json().as_bytes()),
        }
    }
}

struct BytesEncoder<'a> {
    value: Box<dyn Fn(usize) -> &'a [u8] + 'a>,
}

impl Encoder for BytesEncoder<'_> {
    fn encode(&mut self, at: usize, out: &mut Vec<u8>) {
        let bytes = (self.value)(at);
        match std::str::from_utf8(bytes) {
            Ok(text) => write_string(text, out),
            Err(_) => write_string(&STANDARD.encode(bytes), out),
        }
    }
}

/// Writes `text` as a JSON string.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    // Writing a text to memory does not fail.
    let _ = serde_json::to_writer(out, text);
}

#[cfg(test)]
mod tests {
    use arrow_array::{BinaryArray, Float32Array, Float64Array, StringArray, StructArray};
    use arrow_schema::{Field, Schema};

    use super::*;

    fn lines(columns: Vec<(&str, Arc<dyn Array>)>) -> String {
        let fields = columns.iter();
        let fields = fields.map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatch::try_new(schema, arrays).expect("a batch");
        let mut text = String::new();
        let batches = [Ok(batch.clone()), Ok(batch)].into_iter();
        JsonRows::new(batches)
            .read_to_string(&mut text)
            .expect("rows");
        let half = text.len() / 2;
        assert_eq!(text.get(..half), text.get(half..), "a batch like the other");
        text.truncate(half);
        text
    }

    #[test]
    fn every_column_is_in_every_row() {
        let texts = StringArray::from(vec![Some("a\"\n\u{1}"), None]);
        let numbers = Float64Array::from(vec![None, Some(1.5)]);
        assert_eq!(
            lines(vec![("t", Arc::new(texts)), ("n", Arc::new(numbers))]),
            "{\"t\":\"a\\\"\\n\\u0001\",\"n\":null}\n{\"t\":null,\"n\":1.5}\n"
        );
    }

    #[test]
    fn a_number_that_json_lacks_is_a_null_after_spaces() {
        let infinity = f32::INFINITY;
        let numbers = Float32Array::from(vec![1e20, f32::NAN, infinity, -infinity]);
        let text = lines(vec![("n", Arc::new(numbers))]);
        let nulls = "{\"n\": null}\n{\"n\":  null}\n{\"n\":   null}\n";
        assert!(text.ends_with(nulls), "{text}");
        let before = |line: &str| NonFinite::before(line.split("null").next()?.as_bytes());
        let found: Vec<_> = text.lines().map(before).collect();
        use NonFinite::{Infinity, NaN, NegativeInfinity};
        let all = [NaN, Infinity, NegativeInfinity].map(Some);
        assert_eq!(found.split_first(), Some((&None, &all[..])));
    }

    #[test]
    fn bytes_are_text_if_they_can_be() {
        let bytes = BinaryArray::from(vec![Some("é".as_bytes()), Some(b"\xff\0"), None]);
        assert_eq!(
            lines(vec![("b", Arc::new(bytes))]),
            "{\"b\":\"é\"}\n{\"b\":\"/wA=\"}\n{\"b\":null}\n"
        );
    }

    #[test]
    fn nested_fields_keep_their_order() {
        let inner: Vec<(_, Arc<dyn Array>)> = vec![
            ("role", Arc::new(StringArray::from(vec!["user"]))),
            ("content", Arc::new(StringArray::from(vec![None::<&str>]))),
        ];
        let message = StructArray::try_from(inner).expect("a struct");
        assert_eq!(
            lines(vec![("m", Arc::new(message))]),
            "{\"m\":{\"role\":\"user\",\"content\":null}}\n"
        );
    }

    #[test]
    fn a_batch_of_many_rows_is_encoded_in_parts() {
        let many: Vec<String> = (0..ROWS * 3 + 1).map(|n| n.to_string()).collect();
        let text = lines(vec![("n", Arc::new(StringArray::from(many.clone())))]);
        let expected = many.iter().map(|n| format!("{{\"n\":\"{n}\"}}\n"));
        assert_eq!(text, expected.collect::<String>());
    }
}
