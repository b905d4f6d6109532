//! The interface of a layout: decoding records as examples, and encoding examples as records.

use std::fmt::Debug;

use tunelint_data::record::{Body, Record};
use tunelint_data::text::position::Span;

use super::mismatch::Mismatches;
use super::object::ObjectWriter;
use super::role_field::RoleField;
use crate::example::Example;
use crate::example::capacity::Capacity;

/// A layout of fine-tuning data. To add one, implement this and list it in [`all`](super::all).
///
/// A source has one layout. It is detected with [`recognises`](Self::recognises) or
/// [`fits_header`](Self::fits_header) on its first records, or set by the user; every record is
/// then decoded in it.
pub trait Layout: Debug + Send + Sync {
    /// The name in options, settings, profiles and reports.
    fn name(&self) -> &'static str;

    /// The known top-level fields. Others are reported as unknown.
    fn fields(&self) -> &'static [&'static str];

    /// The keys of a message, if no others are allowed.
    fn turn_fields(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// Where messages have their role; `None` if the field names imply it.
    fn role_field(&self) -> Option<RoleField> {
        None
    }

    /// Whether a record is probably in this layout. Layouts are tried in the order of
    /// [`all`](super::all), and the first that returns true is used. Checks names only, so that a
    /// record with a wrong value is still recognized.
    fn recognises(&self, body: &Body<'_>) -> bool;

    /// Whether it can decode a record with these names, even if another layout is more likely. If
    /// not, a record in a source of this layout is reported as being in another one.
    fn reads(&self, body: &Body<'_>) -> bool {
        self.recognises(body)
    }

    /// Whether a record has all required fields, whatever other fields it has. A trainer that looks
    /// only for these fields may read the record in this layout.
    fn could_be(&self, body: &Body<'_>) -> bool {
        self.reads(body)
    }

    /// Decodes a record. Returns either an example, with `mismatches` untouched, or `None` after
    /// adding at least one mismatch.
    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>>;

    /// Writes the fields of an example into `object`, and adds to `losses` what the layout cannot
    /// hold. The caller must first make the example fit [`Layout::capacity`].
    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses);

    /// What an example in this layout can hold.
    fn capacity(&self) -> Capacity;

    /// The columns when written as a table; empty if it cannot be, because its values do not fit
    /// into cells.
    fn columns(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether a table is in this layout: `has` reports whether the header has a name, and `count`
    /// is the number of columns.
    fn fits_header(&self, _has: &dyn Fn(&str) -> bool, _count: usize) -> bool {
        false
    }

    /// Whether its input and output can be mapped to columns of any name.
    fn maps_columns(&self) -> bool {
        false
    }

    /// Whether a record is a list of messages rather than an object. Such a record has no fields.
    fn is_list(&self) -> bool {
        false
    }

    /// Whether its records can be embedded in the body of a `createTunedModel` request.
    fn fits_request(&self) -> bool {
        false
    }
}

/// Something that a layout cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Its name in the loss report: ``field `id` ``, `tool call`.
    pub what: String,
    /// Its position in the source record.
    pub span: Span,
}

/// Everything that was lost of one example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    /// The losses, in the order of occurrence.
    pub losses: Vec<Loss>,
}

impl Losses {
    /// Adds a loss. Secrets in `what` are redacted.
    pub fn add(&mut self, what: impl AsRef<str>, span: Span) {
        let what = tunelint_data::text::redaction::redact_secrets(what.as_ref()).into_owned();
        self.losses.push(Loss { what, span });
    }
}
