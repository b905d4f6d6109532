//! The trait of layouts: they read records as examples, and write examples as records.

use std::fmt::Debug;

use tunelint_data::record::{Body, Record};
use tunelint_data::text::position::Span;

use super::mismatch::Mismatches;
use super::object::ObjectWriter;
use super::role_field::RoleField;
use crate::example::Example;
use crate::example::capacity::Capacity;

/// A layout: reads records as examples and writes examples as records.
pub trait Layout: Debug + Send + Sync {
    /// The name in options and reports.
    fn name(&self) -> &'static str;

    /// The known top-level fields.
    fn fields(&self) -> &'static [&'static str];

    /// The keys of a message, if no others are allowed.
    fn turn_fields(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// Where its messages have their role; `None` if the field names imply it.
    fn role_field(&self) -> Option<RoleField> {
        None
    }

    /// Whether a record is probably in this layout. It checks names only, so that a record with a
    /// wrong value is still recognized.
    fn recognises(&self, body: &Body<'_>) -> bool;

    /// Whether it can read a record with these names, even if another layout is more likely.
    fn reads(&self, body: &Body<'_>) -> bool {
        self.recognises(body)
    }

    /// Whether a record has all required fields, whatever else it has: a program that looks for
    /// these fields alone may read the record in this layout.
    fn could_be(&self, body: &Body<'_>) -> bool {
        self.reads(body)
    }

    /// Reads an example. Whatever prevents that is added to `mismatches`, and `None` is returned.
    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>>;

    /// Writes the fields of an example into `object`, and notes in `losses` what the layout cannot
    /// hold. The caller must first make the example fit [`Layout::capacity`].
    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses);

    /// What the layout can hold.
    fn capacity(&self) -> Capacity;

    /// The columns of a table in this layout; empty if a cell cannot hold its values.
    fn columns(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether a table is in this layout: `has` reports whether the header has a name, and `count`
    /// is the number of columns.
    fn fits_header(&self, _has: &dyn Fn(&str) -> bool, _count: usize) -> bool {
        false
    }

    /// Whether its input and output may have any column name.
    fn maps_columns(&self) -> bool {
        false
    }

    /// Whether the request that creates a tuned model accepts its records.
    fn fits_request(&self) -> bool {
        false
    }
}

/// Something that a layout cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Its name in the loss report: ``field `id` ``, `tool call`.
    pub what: String,
    /// Its span in the source record.
    pub span: Span,
}

/// What was lost of one example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    /// In the order of occurrence.
    pub losses: Vec<Loss>,
}

impl Losses {
    /// Notes one.
    pub fn add(&mut self, what: impl AsRef<str>, span: Span) {
        let what = tunelint_data::text::redaction::redact_secrets(what.as_ref()).into_owned();
        self.losses.push(Loss { what, span });
    }
}
