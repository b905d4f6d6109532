//! Loss curves: what a training run says about the number of epochs.
//!
//! [`read`] recognises what tuning services and trainers write; [`judge`](judge::judge) finds the
//! low point before the plateau and says whether to keep the number of epochs, lower or raise it.

mod document;
pub mod judge;
mod table;

use std::borrow::Cow;

use serde::Serialize;

/// One point of a curve.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Point {
    /// The training step.
    pub step: Option<f64>,
    /// The epoch: whole while one runs (Gemini), or the part that is done (Hugging Face).
    pub epoch: Option<f64>,
    /// The loss on training examples.
    pub training: Option<f64>,
    /// The loss on validation examples.
    pub validation: Option<f64>,
}

/// A curve, in the order of its steps.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Curve {
    /// Where it comes from, in words.
    pub source: &'static str,
    /// Its points.
    pub points: Vec<Point>,
    /// The epochs that the run was set to, where that is known.
    pub epochs: Option<f64>,
    /// Whether the run ended before it was done, where that is known.
    pub unfinished: bool,
    /// Points that are no number.
    pub not_numbers: usize,
}

/// Why a file is no loss curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCurve {
    /// Nothing in it was recognised.
    Unknown,
    /// It was recognised, and holds no point.
    Empty(&'static str),
    /// It is not UTF-8.
    NotText,
}

/// Reads a curve: Gemini's snapshots, OpenAI's results (also in base64) and checkpoints, Vertex's
/// and TensorBoard's tables, `trainer_state.json`, LLaMA-Factory's log, or any table with a column
/// for the step or epoch and one for the loss.
///
/// # Errors
/// Why it is none.
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

/// Some clients save OpenAI's results in base64.
fn decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    let bare: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    if bare.len() < 16 || !bare.iter().all(alphabet) {
        return Cow::Borrowed(bytes);
    }
    use base64::Engine;
    let engine = base64::engine::general_purpose::STANDARD;
    engine
        .decode(&bare)
        .map_or(Cow::Borrowed(bytes), Cow::Owned)
}
