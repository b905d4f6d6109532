//! Python's dictionaries: attributes are methods first and keys second, items are keys only.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectExt, ObjectRepr, Tuple, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use crate::json_tree::JsonTree;
use crate::python::number;

/// Dictionaries with more keys are searched through a hash table.
const FEW_KEYS: usize = 8;

/// The attributes of a Python dictionary that templates may meet.
const ATTRIBUTES: [&str; 11] = [
    "clear",
    "copy",
    "fromkeys",
    "get",
    "items",
    "keys",
    "pop",
    "popitem",
    "setdefault",
    "update",
    "values",
];

/// What a sandbox for templates refuses, because it changes the dictionary.
const MUTATING: [&str; 5] = ["clear", "pop", "popitem", "setdefault", "update"];

/// A dictionary with string keys, in order.
///
/// `d.items` is the method even where there is a key `items`, as in Python, and `d["items"]` is the
/// key: schemas of tools have such keys.
pub struct Dict {
    entries: Vec<(Value, Value)>,
    index: HashMap<String, usize>,
}

/// A method that is taken as a value, without a call.
#[derive(Debug)]
struct BoundMethod {
    dict: Arc<Dict>,
    name: &'static str,
}

/// The template's value for `tree`.
pub fn value_of(tree: &JsonTree) -> Value {
    match tree {
        JsonTree::Null => Value::from(()),
        JsonTree::Bool(truth) => Value::from(*truth),
        JsonTree::Number(raw) => number::from_json(raw),
        JsonTree::Text(text) => Value::from(text.as_str()),
        JsonTree::List(items) => Value::from(items.iter().map(value_of).collect::<Vec<_>>()),
        JsonTree::Object(entries) => {
            let entries = entries.iter().map(|(k, v)| (k.as_str(), value_of(v)));
            Value::from_object(Dict::new(entries))
        }
    }
}

impl Dict {
    fn new<'k>(entries: impl Iterator<Item = (&'k str, Value)>) -> Self {
        let entries: Vec<_> = entries.map(|(k, v)| (Value::from(k), v)).collect();
        let mut index = HashMap::new();
        if entries.len() > FEW_KEYS {
            let keys = entries.iter().enumerate();
            index.extend(keys.filter_map(|(at, (key, _))| Some((key.as_str()?.to_owned(), at))));
        }
        Self { entries, index }
    }

    fn lookup(&self, key: &str) -> Option<Value> {
        let entry = if self.index.is_empty() {
            self.entries.iter().find(|(k, _)| k.as_str() == Some(key))
        } else {
            self.index.get(key).and_then(|at| self.entries.get(*at))
        };
        entry.map(|(_, value)| value.clone())
    }

    fn attribute(&self, name: &str, args: &[Value]) -> Result<Value, Error> {
        if MUTATING.contains(&name) {
            let detail = format!("a template may not change a dictionary: `{name}`");
            return Err(Error::new(ErrorKind::InvalidOperation, detail));
        }
        if name == "get" {
            let (key, default): (Value, Option<Value>) = from_args(args)?;
            let found = key.as_str().and_then(|key| self.lookup(key));
            return Ok(found.or(default).unwrap_or_else(|| Value::from(())));
        }
        let () = from_args(args)?;
        let entries = self.entries.iter().cloned();
        match name {
            "items" => {
                let pairs = entries.map(|(k, v)| Value::from(Tuple::from([k, v])));
                Ok(Value::from(pairs.collect::<Vec<_>>()))
            }
            "keys" => Ok(Value::from(entries.map(|(k, _)| k).collect::<Vec<_>>())),
            "values" => Ok(Value::from(entries.map(|(_, v)| v).collect::<Vec<_>>())),
            "copy" => Ok(Value::from_object(Self {
                entries: entries.collect(),
                index: self.index.clone(),
            })),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

impl fmt::Debug for Dict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.entries.iter().map(|(key, value)| (key, value));
        f.debug_map().entries(entries).finish()
    }
}

impl Object for Dict {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.lookup(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        bound(self, key).or_else(|| self.lookup(key))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.mapped_enumerator(|dict| Box::new(dict.entries.iter().map(|(key, _)| key.clone())))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.entries.len())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        self.attribute(method, args)
    }
}

fn bound(dict: &Arc<Dict>, key: &str) -> Option<Value> {
    let name = ATTRIBUTES.into_iter().find(|name| *name == key)?;
    let dict = Arc::clone(dict);
    Some(Value::from_object(BoundMethod { dict, name }))
}

impl Object for BoundMethod {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        self.dict.attribute(self.name, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<built-in method {} of dict object>", self.name)
    }
}
