//! Methods of Python's strings and lists that templates call.
//!
//! What `minijinja-contrib` has is left to it, unless Python does it otherwise.

use minijinja::value::{Kwargs, Tuple, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State, Value};
use minijinja_contrib::pycompat::unknown_method_callback;

use crate::python::text_methods::{Ends, rsplit, split, split_lines, strip, title};

/// The method that makes a list of a slice; templates are rewritten to call it.
pub const LISTED: &str = "__list";

/// Calls `method` of `value`.
///
/// # Errors
/// An unknown method, arguments that Python refuses, no more fuel.
pub fn call(
    state: &mut State<'_, '_>,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    if method == LISTED {
        return listed(state, value);
    }
    let own = match (value.as_str(), value.kind()) {
        (Some(text), _) => text_method(state, text, method, args)?,
        (None, ValueKind::Seq | ValueKind::Iterable) => list_method(value, method, args)?,
        _ => None,
    };
    match own {
        Some(result) => Ok(result),
        None => unknown_method_callback(state, value, method, args),
    }
}

/// A slice as a list. Strings are sliced as strings, tuples as tuples.
fn listed(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    if value.kind() != ValueKind::Iterable {
        return Ok(value.clone());
    }
    let mut items = Vec::new();
    for item in value.try_iter()? {
        state.consume_fuel(1)?;
        items.push(item);
    }
    Ok(Value::from(items))
}

fn refused(detail: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail.into())
}

/// A method of a string; `None` for those that are left to `minijinja-contrib`.
fn text_method(
    state: &State<'_, '_>,
    text: &str,
    method: &str,
    args: &[Value],
) -> Result<Option<Value>, Error> {
    let result = match method {
        "strip" => Value::from(strip(text, one_text(args)?, Ends::Both)),
        "lstrip" => Value::from(strip(text, one_text(args)?, Ends::Start)),
        "rstrip" => Value::from(strip(text, one_text(args)?, Ends::End)),
        "split" | "rsplit" => split_method(text, method, args)?,
        "splitlines" => {
            let (keep, named): (Option<bool>, Kwargs) = from_args(args)?;
            let keep = keep.or(named.get("keepends")?).unwrap_or(false);
            texts(split_lines(text, keep))
        }
        "partition" | "rpartition" => partition(text, method, args)?,
        "removeprefix" => {
            let (prefix,): (&str,) = from_args(args)?;
            Value::from(text.strip_prefix(prefix).unwrap_or(text))
        }
        "removesuffix" => {
            let (suffix,): (&str,) = from_args(args)?;
            Value::from(text.strip_suffix(suffix).unwrap_or(text))
        }
        "find" | "rfind" | "index" | "rindex" => find(text, method, args)?,
        "join" => join(state, text, args)?,
        "zfill" | "ljust" | "rjust" | "center" => pad(state, text, method, args)?,
        "title" => Value::from(title(text)),
        "casefold" => Value::from(text.to_lowercase()),
        "swapcase" => Value::from(text.chars().flat_map(swapped).collect::<String>()),
        "isspace" => Value::from(!text.is_empty() && strip(text, None, Ends::Both).is_empty()),
        "isdecimal" => Value::from(!text.is_empty() && text.chars().all(char::is_numeric)),
        _ => return Ok(None),
    };
    Ok(Some(result))
}

fn one_text(args: &[Value]) -> Result<Option<&str>, Error> {
    let (chars,): (Option<&str>,) = from_args(args)?;
    Ok(chars)
}

fn texts(parts: Vec<&str>) -> Value {
    Value::from(parts.into_iter().map(Value::from).collect::<Vec<_>>())
}

fn swapped(c: char) -> Vec<char> {
    if c.is_uppercase() {
        c.to_lowercase().collect()
    } else {
        c.to_uppercase().collect()
    }
}

fn split_method(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let (separator, limit, named): (Option<Value>, Option<i64>, Kwargs) = from_args(args)?;
    let separator = separator.or(named.get("sep")?).filter(|s| !s.is_none());
    let separator = match &separator {
        Some(value) => {
            let text = value.as_str();
            Some(text.ok_or_else(|| refused("the separator is no string"))?)
        }
        None => None,
    };
    if separator == Some("") {
        return Err(refused("empty separator"));
    }
    let limit = limit.or(named.get("maxsplit")?);
    named.assert_all_used()?;
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    Ok(texts(match method {
        "split" => split(text, separator, limit),
        _ => rsplit(text, separator, limit),
    }))
}

fn partition(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let (separator,): (&str,) = from_args(args)?;
    if separator.is_empty() {
        return Err(refused("empty separator"));
    }
    let parts = match method {
        "partition" => match text.split_once(separator) {
            Some((before, after)) => [before, separator, after],
            None => [text, "", ""],
        },
        _ => match text.rsplit_once(separator) {
            Some((before, after)) => [before, separator, after],
            None => ["", "", text],
        },
    };
    Ok(Value::from(Tuple::from(parts.map(Value::from))))
}

fn find(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let (needle, start, end): (&str, Option<i64>, Option<i64>) = from_args(args)?;
    let length = text.chars().count() as i64;
    let clamp = |at: i64| {
        if at < 0 {
            (length + at).max(0)
        } else {
            at.min(length)
        }
    };
    let (start, end) = (clamp(start.unwrap_or(0)), clamp(end.unwrap_or(length)));
    let taken = usize::try_from(end - start);
    let skipped = usize::try_from(start).unwrap_or(0);
    let part: Option<String> = taken
        .ok()
        .map(|n| text.chars().skip(skipped).take(n).collect());
    let found = part.as_deref().and_then(|part| {
        let at = match method {
            "find" | "index" => part.find(needle),
            _ => part.rfind(needle),
        }?;
        part.get(..at)
            .map(|before| start + before.chars().count() as i64)
    });
    match found {
        Some(at) => Ok(Value::from(at)),
        None if method.ends_with("find") => Ok(Value::from(-1)),
        None => Err(refused("substring not found")),
    }
}

fn join(state: &State<'_, '_>, separator: &str, args: &[Value]) -> Result<Value, Error> {
    let (items,): (&Value,) = from_args(args)?;
    let mut out = String::new();
    for (at, item) in items.try_iter()?.enumerate() {
        let Some(text) = item.as_str() else {
            let kind = item.kind();
            let detail = format!("sequence item {at}: expected str instance, {kind} found");
            return Err(refused(detail));
        };
        let separator = if at > 0 { separator } else { "" };
        state.consume_fuel(1 + (separator.len() + text.len()) as u64 / 64)?;
        out.push_str(separator);
        out.push_str(text);
    }
    Ok(Value::from(out))
}

fn pad(state: &State<'_, '_>, text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let (width, fill): (i64, Option<&str>) = from_args(args)?;
    let fill = match (method, fill) {
        ("zfill", _) => '0',
        (_, None) => ' ',
        (_, Some(fill)) => match (fill.chars().next(), fill.chars().nth(1)) {
            (Some(fill), None) => fill,
            _ => {
                return Err(refused(
                    "the fill character must be exactly one character long",
                ));
            }
        },
    };
    let width = usize::try_from(width).unwrap_or(0);
    let missing = width.saturating_sub(text.chars().count());
    state.consume_fuel(missing as u64 / 16)?;
    let fill = |n: usize| std::iter::repeat_n(fill, n).collect::<String>();
    Ok(Value::from(match method {
        "zfill" => {
            let digits = text.strip_prefix(['+', '-']);
            let sign = digits.and_then(|digits| text.strip_suffix(digits));
            format!(
                "{}{}{}",
                sign.unwrap_or(""),
                fill(missing),
                digits.unwrap_or(text)
            )
        }
        "ljust" => format!("{text}{}", fill(missing)),
        "rjust" => format!("{}{text}", fill(missing)),
        _ => {
            let left = missing / 2 + (missing & width & 1);
            format!("{}{text}{}", fill(left), fill(missing - left))
        }
    }))
}

/// A method of a list; `None` for those that are left to `minijinja-contrib`.
fn list_method(list: &Value, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    match method {
        "copy" => Ok(Some(list.clone())),
        "index" => {
            let (item,): (&Value,) = from_args(args)?;
            let at = list.try_iter()?.position(|other| other == *item);
            let at = at.ok_or_else(|| refused("the item is not in the list"))?;
            Ok(Some(Value::from(at)))
        }
        _ => Ok(None),
    }
}
