//! What every view of a loss curve shows.

use serde::Serialize;
use tunelint_core::guidance::Guidance;
use tunelint_core::loss::Curve;
use tunelint_core::loss::judge::Judgement;

/// A curve, the recommendation, and the guide that it is based on.
#[derive(Serialize)]
pub struct Judged<'d> {
    /// The file, printable.
    pub path: &'d str,
    /// The curve.
    pub curve: &'d Curve,
    /// The recommendation.
    pub judgement: &'d Judgement,
    /// What a guide says about such a curve.
    pub guidance: &'d [Guidance],
}
