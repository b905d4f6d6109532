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

/// Keys that only a request has at its top level, in snake case.
const KEYS: [&str; 3] = ["tuning_task", "training_data", "base_model"];
/// The hyperparameters, from the top level down.
const HYPERPARAMETERS: &str = "tuning_task/hyperparameters";
/// A document is a request only if one of the keys occurs in this many bytes at its start.
const HEAD: usize = 4096;
/// The maximum size of a body, far above what any provider accepts. The rest is not read.
const MAX_BYTES: u64 = 64 << 20;

impl<'a> Request<'a> {
    /// The value of `field`, at the top level or among the hyperparameters. `field` is in snake
    /// case; the body may use camel case.
    pub fn setting(&self, field: &str) -> Option<Value<'a>> {
        let parameters = self.value_at(HYPERPARAMETERS);
        let objects = std::iter::once(self.root).chain(parameters);
        objects.into_iter().find_map(|object| member(object, field))
    }

    /// The hyperparameters: each key with its value, as written.
    pub fn hyperparameters(&self) -> impl Iterator<Item = Entry<'a>> {
        let parameters = self.value_at(HYPERPARAMETERS).into_iter();
        parameters.flat_map(Value::entries)
    }

    /// The value at `path`: keys from the top level down, in snake case, joined by `/`.
    pub fn value_at(&self, path: &str) -> Option<Value<'a>> {
        path.split('/').try_fold(self.root, member)
    }

    /// The first list of objects, at whatever depth, with the keys that lead to it as written.
    pub fn list_of_objects(&self) -> Option<(String, Value<'a>)> {
        let mut open = vec![(String::new(), self.root)];
        while let Some((path, value)) = open.pop() {
            let of_objects = |item: Value<'_>| item.kind() == Kind::Object;
            if value.items().next().is_some_and(of_objects) {
                return Some((path, value));
            }
            let slash = if path.is_empty() { "" } else { "/" };
            let below = value.entries().map(|entry| {
                let path = format!("{path}{slash}{}", entry.key);
                (path, entry.value)
            });
            open.extend(below);
        }
        None
    }

    /// `path`, which is in snake case, in the spelling of this body.
    pub fn spelled(&self, path: &str) -> String {
        let is_snake = |entry: Entry<'_>| entry.key.contains('_');
        if self.root.entries().any(is_snake) {
            return path.to_owned();
        }
        camel_case(path)
    }
}

/// The value of a key in either spelling; `name` is in snake case.
fn member<'a>(object: Value<'a>, name: &str) -> Option<Value<'a>> {
    object.get(name).or_else(|| object.get(&camel_case(name)))
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
    let is_request = |root: Value<'_>| KEYS.iter().any(|key| member(root, key).is_some());
    let Some(json) = json.filter(|json| is_request(json.root())) else {
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
        in_table: false,
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
    let names = KEYS
        .iter()
        .flat_map(|key| [(*key).to_owned(), camel_case(key)]);
    let mut names = names.map(|name| format!("\"{name}\""));
    if !names.any(|name| memchr::memmem::find(&bytes, name.as_bytes()).is_some()) {
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
