//! The format `json`.

use serde::Serialize;
use tunelint_core::loss::Curve;
use tunelint_core::loss::judge::Judgement;

use crate::exit::Failure;

#[derive(Serialize)]
struct LossDocument<'d> {
    version: u8,
    path: &'d str,
    curve: &'d Curve,
    judgement: &'d Judgement,
}

/// The document about the curve in `path`.
pub fn page(path: &str, curve: &Curve, judgement: &Judgement) -> Result<String, Failure> {
    let document = LossDocument {
        version: 1,
        path,
        curve,
        judgement,
    };
    let text = serde_json::to_string_pretty(&document);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(format!("cannot write the report: {error}")))
}
