//! The filter `tojson` as transformers defines it: `json.dumps`, not escaped for HTML.

use minijinja::value::{Kwargs, Rest, ValueKind, ValueOrKwargs};
use minijinja::{Error, ErrorKind, State, Value};

use crate::python::number::{self, PrintedNumber};

/// Values nested deeper are refused, as by Python's limit of recursion.
const MAX_DEPTH: usize = 500;

/// The largest indent that is written.
const MAX_INDENT: usize = 64;

/// How `json.dumps` writes.
struct Style {
    ascii: bool,
    indent: Option<String>,
    item: String,
    key: String,
    sorted: bool,
}

/// `tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False)`.
///
/// # Errors
/// An unknown argument, a value that JSON has no form for, a value nested too deep, no more fuel.
pub fn to_json(
    state: &mut State<'_, '_>,
    value: &Value,
    args: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    let style = Style::new(&args.into_values())?;
    let mut out = String::new();
    write_value(state, &mut out, value, &style, 0)?;
    Ok(Value::from(out))
}

fn refused(detail: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail.into())
}

impl Style {
    fn new(args: &[Value]) -> Result<Self, Error> {
        let (named, positional) = match args.split_last() {
            Some((last, rest)) => match Kwargs::try_from(last.clone()) {
                Ok(named) if last.is_kwargs() => (named, rest),
                _ => (no_names(), args),
            },
            None => (no_names(), args),
        };
        if positional.len() > 4 {
            return Err(refused("tojson takes at most 4 arguments"));
        }
        let argument = |at: usize, name: &str| -> Result<Option<Value>, Error> {
            let given = match positional.get(at) {
                Some(value) => Some(value.clone()),
                None => named.get::<Option<Value>>(name)?,
            };
            Ok(given.filter(|value| !value.is_none()))
        };
        let ascii = argument(0, "ensure_ascii")?.is_some_and(|value| value.is_true());
        let indent = argument(1, "indent")?.map(|value| indent(&value));
        let indent = indent.transpose()?;
        let (item, key) = match argument(2, "separators")? {
            Some(pair) => separators(&pair)?,
            None if indent.is_some() => (",".to_owned(), ": ".to_owned()),
            None => (", ".to_owned(), ": ".to_owned()),
        };
        let sorted = argument(3, "sort_keys")?.is_some_and(|value| value.is_true());
        named.assert_all_used()?;
        Ok(Self {
            ascii,
            indent,
            item,
            key,
            sorted,
        })
    }

    fn new_line(&self, out: &mut String, depth: usize) {
        if let Some(indent) = &self.indent {
            out.push('\n');
            for _ in 0..depth {
                out.push_str(indent);
            }
        }
    }
}

fn no_names() -> Kwargs {
    Kwargs::from_iter(std::iter::empty::<(String, Value)>())
}

fn indent(value: &Value) -> Result<String, Error> {
    if let Some(text) = value.as_str() {
        return Ok(text.chars().take(MAX_INDENT).collect());
    }
    let width = match value.kind() {
        ValueKind::Bool => i64::from(value.is_true()),
        _ => value
            .as_i64()
            .ok_or_else(|| refused("tojson: `indent` is a number of spaces or a string"))?,
    };
    let width = usize::try_from(width).unwrap_or(0);
    if width > MAX_INDENT {
        return Err(refused(format!("tojson: an indent above {MAX_INDENT}")));
    }
    Ok(" ".repeat(width))
}

fn separators(pair: &Value) -> Result<(String, String), Error> {
    let texts: Vec<Value> = pair.try_iter()?.take(3).collect();
    match texts.as_slice() {
        [item, key] => match (item.as_str(), key.as_str()) {
            (Some(item), Some(key)) => Ok((item.to_owned(), key.to_owned())),
            _ => Err(refused("tojson: `separators` are two strings")),
        },
        _ => Err(refused("tojson: `separators` are two strings")),
    }
}

fn write_value(
    state: &State<'_, '_>,
    out: &mut String,
    value: &Value,
    style: &Style,
    depth: usize,
) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(refused("tojson: the value is nested too deep"));
    }
    let before = out.len();
    match value.kind() {
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number => out.push_str(&number_text(value)),
        ValueKind::String => write_text(out, value.as_str().unwrap_or_default(), style.ascii),
        ValueKind::Seq | ValueKind::Iterable => {
            return write_list(state, out, value, style, depth);
        }
        ValueKind::Map => return write_object(state, out, value, style, depth),
        _ => match value.downcast_object_ref::<PrintedNumber>() {
            Some(number) => out.push_str(number.json()),
            None => {
                let kind = value.kind();
                return Err(refused(format!("{kind} is not JSON serializable")));
            }
        },
    }
    charge(state, out.len() - before)
}

/// Pays for text before it becomes a value, at the engine's price for serialized text.
fn charge(state: &State<'_, '_>, bytes: usize) -> Result<(), Error> {
    state.consume_fuel(1 + bytes as u64 / 64)
}

fn write_list(
    state: &State<'_, '_>,
    out: &mut String,
    list: &Value,
    style: &Style,
    depth: usize,
) -> Result<(), Error> {
    out.push('[');
    let mut empty = true;
    for item in list.try_iter()? {
        if !std::mem::take(&mut empty) {
            out.push_str(&style.item);
        }
        style.new_line(out, depth + 1);
        write_value(state, out, &item, style, depth + 1)?;
    }
    if !empty {
        style.new_line(out, depth);
    }
    out.push(']');
    charge(state, 0)
}

fn write_object(
    state: &State<'_, '_>,
    out: &mut String,
    object: &Value,
    style: &Style,
    depth: usize,
) -> Result<(), Error> {
    let mut entries = Vec::new();
    for key in object.try_iter()? {
        let value = object.get_item(&key)?;
        entries.push((key_text(&key)?, value));
    }
    if style.sorted {
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    }
    out.push('{');
    let empty = entries.is_empty();
    for (at, (key, value)) in entries.into_iter().enumerate() {
        if at > 0 {
            out.push_str(&style.item);
        }
        style.new_line(out, depth + 1);
        write_text(out, &key, style.ascii);
        out.push_str(&style.key);
        charge(state, key.len())?;
        write_value(state, out, &value, style, depth + 1)?;
    }
    if !empty {
        style.new_line(out, depth);
    }
    out.push('}');
    charge(state, 0)
}

fn key_text(key: &Value) -> Result<String, Error> {
    match key.kind() {
        ValueKind::String => Ok(key.as_str().unwrap_or_default().to_owned()),
        ValueKind::None => Ok("null".to_owned()),
        ValueKind::Bool => Ok(if key.is_true() { "true" } else { "false" }.to_owned()),
        ValueKind::Number => Ok(number_text(key)),
        kind => Err(refused(format!(
            "keys must be strings or numbers, not {kind}"
        ))),
    }
}

fn number_text(value: &Value) -> String {
    if value.is_integer() {
        return value.to_string();
    }
    let float = f64::try_from(value.clone()).unwrap_or(f64::NAN);
    match number::repr(float).as_str() {
        "nan" => "NaN".to_owned(),
        "inf" => "Infinity".to_owned(),
        "-inf" => "-Infinity".to_owned(),
        text => text.to_owned(),
    }
}

fn write_text(out: &mut String, text: &str, ascii: bool) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c if c < ' ' || ascii => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
