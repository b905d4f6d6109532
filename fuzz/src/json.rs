//! JSON: our parser accepts what `serde_json` accepts, and its values are the same.

use serde_json::Value;
use tunelint_core::json::{self, Kind, Parser};
use tunelint_core::record::FaultKind;

use super::assembled;

/// The message of `serde_json` for a number that no double holds, which we keep as it is written.
const BEYOND_DOUBLES: &str = "number out of range";

/// A text that may be JSON.
pub fn run(data: &[u8]) {
    compare(&assembled::text(data));
}

/// Compares the two parsers on `text`. Ours alone refuses equal keys, and keeps numbers beyond doubles.
/// Returns whether both accept it.
pub fn compare(text: &str) -> bool {
    let mut parser = Parser::new();
    let ours = parser.parse(text);
    let theirs = serde_json::from_str::<Value>(text);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            let ours = value(ours.root());
            assert_eq!(ours, theirs, "the values of {text:?} differ");
            true
        }
        (Ok(_), Err(error)) => {
            let is_known = error.to_string().starts_with(BEYOND_DOUBLES);
            assert!(is_known, "only we accept {text:?}: {error}");
            false
        }
        (Err(fault), theirs) => {
            let is_known = theirs.is_err() || fault.kind == FaultKind::DuplicateKey;
            assert!(is_known, "only we refuse {text:?}: {fault:?}");
            let is_inside = fault.span.start <= fault.span.end && fault.span.end <= text.len();
            assert!(is_inside, "{fault:?} is outside of {text:?}");
            false
        }
    }
}

/// The value as that of `serde_json`, from the nodes of our tree.
pub fn value(of: json::Value<'_>) -> Value {
    match of.kind() {
        Kind::Array => of.items().map(value).collect(),
        Kind::Object => {
            let entries = of.entries();
            entries
                .map(|entry| (entry.key.to_owned(), value(entry.value)))
                .collect()
        }
        Kind::String => of.as_str().into(),
        // Numbers are kept as they are written.
        _ => serde_json::from_str(of.raw()).unwrap_or_default(),
    }
}
