//! The `createTunedModel` request body that a file can wrap its examples in.
//!
//! The splitter reads only the examples of such a file. Its names and hyperparameters are read
//! here, in a second pass over the whole document.

use std::io::{self, Read};

use crate::reader::Reader;
use tunelint_data::record::json::{Entry, Kind, Parser, Value};
use tunelint_data::record::roles::RoleAliases;
use tunelint_data::record::{Body, Record};
use tunelint_data::source::Container;
use tunelint_data::text::position::Position;

/// A request body.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The whole body as one record, so that findings can point into it.
    pub record: Record<'a>,
    root: Value<'a>,
}

/// The key of the tuning task, in both spellings.
const TASKS: [&str; 2] = ["tuning_task", "tuningTask"];
/// A document is a request only if the key occurs in this many bytes at its start.
const HEAD: usize = 4096;
/// The maximum size of a body, far above what any provider accepts. The rest is not read.
const MAX_BYTES: u64 = 64 << 20;

impl<'a> Request<'a> {
    /// The value of `field`, at the top level or among the hyperparameters. `field` is in snake
    /// case; the body may use camel case.
    pub fn setting(&self, field: &str) -> Option<Value<'a>> {
        let names = [field.to_owned(), camel_case(field)];
        std::iter::once(self.root)
            .chain(self.parameters())
            .find_map(|object| names.iter().find_map(|name| object.get(name)))
    }

    /// The hyperparameters: each key with its value, as written.
    pub fn hyperparameters(&self) -> impl Iterator<Item = Entry<'a>> {
        self.parameters().flat_map(Value::entries)
    }

    /// The object with the hyperparameters, in whichever spelling the task is there.
    fn parameters(&self) -> impl Iterator<Item = Value<'a>> {
        let root = self.root;
        let tasks = TASKS.iter().filter_map(move |task| root.get(task));
        tasks.filter_map(|task| task.get("hyperparameters"))
    }
}

/// Whether `key` is the name `field`, which is in snake case, in either spelling.
pub fn is_named(key: &str, field: &str) -> bool {
    key == field || key == camel_case(field)
}

/// Passes the request that the file of `reader` is to `take`, or `None` if it is not one. Opens the
/// file again and holds all of it in memory; for other files, reads at most a few kilobytes.
///
/// # Errors
/// I/O errors.
pub fn with_request<T>(
    reader: &Reader,
    take: impl FnOnce(Option<&Request<'_>>) -> T,
) -> io::Result<T> {
    let Some(bytes) = request_bytes(reader)? else {
        return Ok(take(None));
    };
    let mut parser = Parser::new();
    // A malformed document was reported when its records were read.
    let text = std::str::from_utf8(&bytes).ok();
    let json = text.and_then(|text| parser.parse(text).ok());
    let Some(json) = json.filter(|json| json.root().kind() == Kind::Object) else {
        return Ok(take(None));
    };
    let record = Record {
        source: reader.source,
        raw: &bytes,
        start: Position::START,
        ordinal: 1,
        body: Body::Json(json),
        role_aliases: RoleAliases::empty(),
        lone_cr: false,
        recovered: false,
    };
    let root = json.root();
    Ok(take(Some(&Request { record, root })))
}

/// The bytes of a file that looks like a request; `None` for others.
fn request_bytes(reader: &Reader) -> io::Result<Option<Vec<u8>>> {
    if reader.container() != Some(Container::Json) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let mut input = reader.input.open()?.take(MAX_BYTES);
    (&mut input).take(HEAD as u64).read_to_end(&mut bytes)?;
    let is_request = |task: &&str| memchr::memmem::find(&bytes, task.as_bytes()).is_some();
    if !TASKS.iter().any(is_request) {
        return Ok(None);
    }
    input.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// `learning_rate` as `learningRate`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut whole, word| {
        let mut chars = word.chars();
        whole.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        whole.extend(chars);
        whole
    })
}
