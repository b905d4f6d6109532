//! Loss curves: reads them, and recommends the number of epochs.
//!
//! [`read`] recognizes the formats of tuning services and trainers. [`judge`](judge::judge) finds the
//! low point before the plateau, and recommends to keep, lower or raise the number of epochs.

mod document;
pub mod judge;
mod table;

use std::borrow::Cow;

use serde::Serialize;

/// A point of a curve.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Point {
    /// The training step.
    pub step: Option<f64>,
    /// The epoch: the current one as an integer (Gemini), or the completed fraction (Hugging Face).
    pub epoch: Option<f64>,
    /// The training loss.
    pub training: Option<f64>,
    /// The validation loss.
    pub validation: Option<f64>,
}

/// A curve, in the order of its steps.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Curve {
    /// The format it was read from, for messages.
    pub source: &'static str,
    /// The points with at least one loss.
    pub points: Vec<Point>,
    /// The number of epochs the run was set to, if known.
    pub epochs: Option<f64>,
    /// Whether the run is known to have stopped early.
    pub unfinished: bool,
    /// The number of losses that are not finite numbers. They are not among the points.
    pub not_numbers: usize,
}

/// Why a file cannot be read as a loss curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCurve {
    /// Unknown format.
    Unknown,
    /// Known format, named here, but without any loss.
    Empty(&'static str),
    /// Not UTF-8.
    NotText,
}

/// Reads a curve: Gemini's snapshots, OpenAI's results (also in base64) and checkpoints, Vertex's
/// and TensorBoard's tables, `trainer_state.json`, LLaMA-Factory's log, or any table with a column
/// for the step or epoch and one for the loss.
///
/// # Errors
/// If the file is not a loss curve.
///
/// ```
/// use tunelint_core::run::loss::read;
/// let curve = read(b"step,epoch,loss\n1,1,0.9\n2,1,0.8\n3,2,0.7\n").unwrap();
/// assert_eq!(curve.points.len(), 3);
/// ```
pub fn read(bytes: &[u8]) -> Result<Curve, NoCurve> {
    let bytes = decoded(bytes);
    let text = std::str::from_utf8(&bytes).map_err(|_| NoCurve::NotText)?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut curve = if text.starts_with(['{', '[']) {
        document::read(text)?
    } else {
        table::read(text)?
    };
    for point in &mut curve.points {
        for loss in [&mut point.training, &mut point.validation] {
            if loss.is_some_and(|loss| !loss.is_finite()) {
                *loss = None;
                curve.not_numbers += 1;
            }
        }
    }
    curve
        .points
        .retain(|point| point.training.is_some() || point.validation.is_some());
    if curve.points.is_empty() && curve.not_numbers == 0 {
        return Err(NoCurve::Empty(curve.source));
    }
    Ok(curve)
}

/// The bytes, decoded if they are base64: some clients save OpenAI's results that way.
fn decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    let compact: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let in_alphabet =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    if compact.len() < 16 || !compact.iter().all(in_alphabet) {
        return Cow::Borrowed(bytes);
    }
    use base64::Engine;
    let engine = base64::engine::general_purpose::STANDARD;
    engine
        .decode(&compact)
        .map_or(Cow::Borrowed(bytes), Cow::Owned)
}
