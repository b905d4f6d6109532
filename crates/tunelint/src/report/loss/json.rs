//! The format `json`.

use serde::Serialize;

use super::judged::Judged;
use crate::exit::Failure;

#[derive(Serialize)]
struct LossDocument<'d> {
    version: u8,
    #[serde(flatten)]
    judged: &'d Judged<'d>,
}

/// The document about a curve.
pub fn page(judged: &Judged<'_>) -> Result<String, Failure> {
    let document = LossDocument { version: 1, judged };
    let text = serde_json::to_string_pretty(&document);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(format!("cannot write the report: {error}")))
}
