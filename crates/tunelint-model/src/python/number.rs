//! Numbers as Python reads and prints them.

use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Object, ObjectRepr};

/// A number that the template engine would not print as Python does: an integer beyond 128 bits, or
/// a float that Python writes with an exponent. It can be printed, and not computed with.
#[derive(Debug)]
pub struct PrintedNumber {
    text: String,
    integer: bool,
}

impl PrintedNumber {
    /// Whether it is an integer.
    pub fn is_integer(&self) -> bool {
        self.integer
    }

    /// The number as `json.dumps` writes it.
    pub fn json(&self) -> &str {
        match self.text.as_str() {
            "inf" => "Infinity",
            "-inf" => "-Infinity",
            text => text,
        }
    }
}

impl Object for PrintedNumber {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The value of a JSON number.
pub fn from_json(raw: &str) -> Value {
    if raw.bytes().any(|b| matches!(b, b'.' | b'e' | b'E')) {
        return from_float(raw.parse().unwrap_or(f64::NAN));
    }
    if let Ok(small) = raw.parse::<i64>() {
        return Value::from(small);
    }
    match raw.parse::<i128>() {
        Ok(large) => Value::from(large),
        Err(_) => Value::from_object(PrintedNumber {
            text: raw.to_owned(),
            integer: true,
        }),
    }
}

/// The value of a float.
fn from_float(float: f64) -> Value {
    let text = repr(float);
    if float.is_finite() && !text.contains('e') {
        return Value::from(float);
    }
    Value::from_object(PrintedNumber {
        text,
        integer: false,
    })
}

/// `repr(float)`: the shortest digits that read back, with an exponent below 1e-4 and from 1e16 on.
pub fn repr(float: f64) -> String {
    if float.is_nan() {
        return "nan".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let size = float.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{float:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = float.to_string();
    if text.contains('.') {
        text
    } else {
        text + ".0"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_printed_as_python_prints_them() {
        let cases = [
            (0.1, "0.1"),
            (2.0, "2.0"),
            (-0.0, "-0.0"),
            (1e-5, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e-4, "0.0001"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.25e300, "1.25e+300"),
            (f64::INFINITY, "inf"),
        ];
        for (float, expected) in cases {
            assert_eq!(repr(float), expected);
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        let long = "1234567890123456789012345678901234567890123";
        let cases = [
            ("-0", "0"),
            ("1.10", "1.1"),
            ("1E5", "100000.0"),
            ("1e-5", "1e-05"),
            ("1e999", "inf"),
            ("12345678901234567890", "12345678901234567890"),
            (long, long),
        ];
        for (raw, expected) in cases {
            assert_eq!(from_json(raw).to_string(), expected);
        }
    }
}
