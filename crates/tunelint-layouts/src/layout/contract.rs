//! What a layout is: a way to read records as examples, and to write examples as records.

use std::fmt::Debug;

use tunelint_data::record::{Body, Record};
use tunelint_data::text::position::Span;

use super::mismatch::Mismatches;
use super::naming::Naming;
use super::object::ObjectWriter;
use crate::example::Example;
use crate::example::capacity::Capacity;

/// A way to write examples as records.
pub trait Layout: Debug + Send + Sync {
    /// Its name in options and reports.
    fn name(&self) -> &'static str;

    /// The names it knows at the top level of a record.
    fn fields(&self) -> &'static [&'static str];

    /// The keys of a turn, where it can have no others.
    fn turn_fields(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// Where its turns name who speaks; `None` where the fields say it.
    fn naming(&self) -> Option<Naming> {
        None
    }

    /// Whether a record with these names is meant in this layout. It looks at names only, so
    /// that a record with a wrong value is still recognised.
    fn recognises(&self, body: &Body<'_>) -> bool;

    /// Whether it can read a record with these names, even where another layout is more likely.
    fn reads(&self, body: &Body<'_>) -> bool {
        self.recognises(body)
    }

    /// Whether a record has all the fields that it needs, whatever others there are: what reads by
    /// these fields alone may take the record for one of this layout.
    fn could_be(&self, body: &Body<'_>) -> bool {
        self.reads(body)
    }

    /// Reads an example. What stands in the way is reported, under `missing-field` or
    /// `wrong-type`, and `None` is returned.
    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>>;

    /// Writes the fields of an example into `object`, and notes in `losses` what it has no
    /// place for. An example that [`Layout::capacity`] excludes is made to fit before.
    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses);

    /// What fits into it.
    fn capacity(&self) -> Capacity;

    /// The columns of a table in this layout; none where a cell cannot hold it.
    fn columns(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether a table whose header `has` these names, and `count` in all, is in this layout.
    fn fits_header(&self, _has: &dyn Fn(&str) -> bool, _count: usize) -> bool {
        false
    }

    /// Whether its input and output may be columns of any name.
    fn maps_columns(&self) -> bool {
        false
    }

    /// Whether the request that creates a tuned model takes its records.
    fn fits_request(&self) -> bool {
        false
    }
}

/// Something that a layout has no place for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// What it is, as the loss report counts it: `field "id"`, `tool call`, `weight`.
    pub what: String,
    /// Where it stands in the record it came from.
    pub span: Span,
}

/// What was lost of one example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    /// In the order in which they were met.
    pub losses: Vec<Loss>,
}

impl Losses {
    /// Notes one.
    pub fn add(&mut self, what: impl AsRef<str>, span: Span) {
        let what = tunelint_data::text::redaction::masked(what.as_ref()).into_owned();
        self.losses.push(Loss { what, span });
    }
}
