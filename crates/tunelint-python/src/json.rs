//! Writes Python objects as JSON, as `json.dumps` does: `NaN` and infinities as they are, so that the
//! check finds them; values of other types by what they offer.

use pyo3::exceptions::{PyRecursionError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};

/// Deeper values are refused, as a list that contains itself must be.
const MAX_DEPTH: usize = 256;

/// Appends `value` to `out`.
///
/// # Errors
/// `TypeError` for a value that JSON cannot hold, and errors of the value's own methods.
pub fn write(value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> PyResult<()> {
    write_at(value, out, 0)
}

fn write_at(value: &Bound<'_, PyAny>, out: &mut Vec<u8>, depth: usize) -> PyResult<()> {
    if depth > MAX_DEPTH {
        let message = format!("a value is nested more than {MAX_DEPTH} levels deep");
        return Err(PyRecursionError::new_err(message));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return string(text, out);
    }
    if let Ok(object) = value.cast::<PyDict>() {
        return members(object.iter(), out, depth);
    }
    if let Ok(list) = value.cast::<PyList>() {
        return items(list.iter(), out, depth);
    }
    if value.is_none() {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    if let Ok(boolean) = value.cast::<PyBool>() {
        out.extend_from_slice(if boolean.is_true() { b"true" } else { b"false" });
        return Ok(());
    }
    if let Ok(number) = value.cast::<PyInt>() {
        return integer(number, out);
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        float(number.value(), out);
        return Ok(());
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return items(tuple.iter(), out, depth);
    }
    other(value, out, depth)
}

fn items<'py>(
    items: impl Iterator<Item = Bound<'py, PyAny>>,
    out: &mut Vec<u8>,
    depth: usize,
) -> PyResult<()> {
    out.push(b'[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_at(&item, out, depth + 1)?;
    }
    out.push(b']');
    Ok(())
}

fn members<'py>(
    members: impl Iterator<Item = (Bound<'py, PyAny>, Bound<'py, PyAny>)>,
    out: &mut Vec<u8>,
    depth: usize,
) -> PyResult<()> {
    out.push(b'{');
    for (index, (key, value)) in members.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match key.cast::<PyString>() {
            Ok(key) => string(key, out)?,
            Err(_) => other_key(&key, out, depth)?,
        }
        out.push(b':');
        write_at(&value, out, depth + 1)?;
    }
    out.push(b'}');
    Ok(())
}

/// A key that is not text: numbers, booleans and `None` become text.
fn other_key(key: &Bound<'_, PyAny>, out: &mut Vec<u8>, depth: usize) -> PyResult<()> {
    let is_plain =
        key.is_none() || key.is_instance_of::<PyInt>() || key.is_instance_of::<PyFloat>();
    if !is_plain {
        let kind = key.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "a key of type {kind} cannot be written as JSON"
        )));
    }
    out.push(b'"');
    write_at(key, out, depth)?;
    out.push(b'"');
    Ok(())
}

fn string(text: &Bound<'_, PyString>, out: &mut Vec<u8>) -> PyResult<()> {
    match text.to_cow() {
        // Writing a text to memory does not fail.
        Ok(text) => drop(serde_json::to_writer(out, &text)),
        // Half a character: written as an escape, which the check finds.
        Err(_) => {
            out.push(b'"');
            let units = text.call_method1("encode", ("utf-16-be", "surrogatepass"))?;
            for unit in units.extract::<Vec<u8>>()?.chunks_exact(2) {
                let [high, low] = unit else { continue };
                out.extend_from_slice(format!("\\u{high:02x}{low:02x}").as_bytes());
            }
            out.push(b'"');
        }
    }
    Ok(())
}

fn integer(number: &Bound<'_, PyInt>, out: &mut Vec<u8>) -> PyResult<()> {
    match number.extract::<i64>() {
        Ok(small) => out.extend_from_slice(small.to_string().as_bytes()),
        // An `enum.IntEnum` prints its name, and a number may have more than 64 bits.
        Err(_) => {
            let digits = number.call_method0("__int__")?.str()?;
            out.extend_from_slice(digits.to_cow()?.as_bytes());
        }
    }
    Ok(())
}

fn float(number: f64, out: &mut Vec<u8>) {
    let text = match number {
        number if number.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        number => format!("{number:?}"),
    };
    out.extend_from_slice(text.as_bytes());
}

/// Values of other types: mappings, what NumPy, datetime and Pydantic have, and what has a text.
fn other(value: &Bound<'_, PyAny>, out: &mut Vec<u8>, depth: usize) -> PyResult<()> {
    if let Ok(mapping) = value.cast::<PyMapping>() {
        let pairs = mapping.items()?;
        let pairs: Vec<(Bound<'_, PyAny>, Bound<'_, PyAny>)> = pairs
            .iter()
            .map(|pair| pair.extract())
            .collect::<PyResult<_>>()?;
        return members(pairs.into_iter(), out, depth);
    }
    // Arrays and scalars of NumPy, Pydantic's models, dates and times.
    for method in ["tolist", "model_dump", "isoformat"] {
        if value.hasattr(method)? {
            return write_at(&value.call_method0(method)?, out, depth + 1);
        }
    }
    let module = value.get_type().module()?;
    match module.to_cow()?.as_ref() {
        "decimal" => {
            out.extend_from_slice(value.str()?.to_cow()?.as_bytes());
            Ok(())
        }
        "uuid" | "pathlib" | "pathlib._local" => string(&value.str()?, out),
        _ => {
            let kind = value.get_type().name()?;
            let message = format!("a value of type {kind} cannot be written as JSON");
            Err(PyTypeError::new_err(message))
        }
    }
}
