//! Finds the low point of a curve before the plateau, and recommends the number of epochs.
//!
//! As the guide to tuning Gemini models recommends: fewer epochs if the loss converges early, more if
//! it is still falling; stop at the lowest point just before the curve plateaus.

use serde::Serialize;

use super::{Curve, Point};

/// The minimum number of groups for a recommendation.
const LEAST: usize = 3;
/// The maximum change that counts as flat, as a share of the total decrease.
const FLAT: f64 = 0.03;
/// The minimum change that counts as falling or rising, as a share of the total decrease.
const CLEAR: f64 = 0.05;
/// The number of standard errors within which a mean counts as equal to the lowest one.
const NOISE: f64 = 3.5;
/// The number of groups of steps, if epochs are unknown.
const BINS: usize = 12;

/// The losses of an epoch, or of a range of steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PointGroup {
    /// The epoch, or the last step of the range.
    pub at: f64,
    /// The mean training loss.
    pub training: Option<f64>,
    /// The last validation loss.
    pub validation: Option<f64>,
}

/// The recommendation for the number of epochs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "do", content = "to")]
pub enum Advice {
    /// Keep it.
    Keep,
    /// Lower it to this number of epochs (of steps, if epochs are unknown).
    Lower(f64),
    /// Raise it, for example to this number.
    Raise(f64),
    /// No recommendation.
    Unclear,
}

/// The recommendation for a curve, with its reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
    /// The recommendation.
    pub advice: Advice,
    /// The reason, as a clause.
    pub why: String,
    /// Warnings about the run.
    pub warnings: Vec<String>,
    /// The losses by epoch or range of steps.
    pub groups: Vec<PointGroup>,
    /// Whether the groups are epochs, not ranges of steps.
    pub by_epoch: bool,
    /// Whether the recommendation is based on the validation loss.
    pub by_validation: bool,
    /// The epoch or step of the low point before the plateau.
    pub low: Option<f64>,
}

/// Recommends the number of epochs for a run that was set to `epochs`, or to the number in the curve.
///
/// ```
/// use tunelint_core::run::loss::{judge::{Advice, judge}, read};
/// let curve = read(b"epoch,loss\n1,5\n2,2\n3,1\n4,0.5\n5,0.5\n").unwrap();
/// assert_eq!(judge(&curve, Some(5.0)).advice, Advice::Lower(4.0));
/// ```
pub fn judge(curve: &Curve, epochs: Option<f64>) -> Judgement {
    let (groups, by_epoch) = groups(&curve.points);
    let validation: Vec<(f64, f64)> = series(&groups, |group| group.validation);
    let by_validation = validation.len() >= LEAST;
    let series = if by_validation {
        validation
    } else {
        series(&groups, |group| group.training)
    };
    let mut judgement = Judgement {
        advice: Advice::Unclear,
        why: String::new(),
        warnings: warnings(curve),
        groups,
        by_epoch,
        by_validation,
        low: None,
    };
    let noise = if by_validation {
        0.0
    } else {
        noise(curve, judgement.groups.len())
    };
    let unit = if by_epoch { "epoch" } else { "step" };
    decide(
        &mut judgement,
        &series,
        noise,
        unit,
        epochs.or(curve.epochs),
    );
    if by_validation && rises(&series, noise) && falls(&judgement.groups) {
        judgement
            .warnings
            .push("overfitting: validation loss rises while training loss falls".to_owned());
    }
    judgement
}

fn series(groups: &[PointGroup], of: fn(&PointGroup) -> Option<f64>) -> Vec<(f64, f64)> {
    groups
        .iter()
        .filter_map(|group| Some((group.at, of(group)?)))
        .collect()
}

fn warnings(curve: &Curve) -> Vec<String> {
    let mut warnings = Vec::new();
    if curve.unfinished {
        warnings.push("the run stopped early: do not use its model, start a new run".to_owned());
    }
    if curve.not_numbers > 0 {
        warnings.push(format!(
            "non-finite losses: {}; the run diverged or overflowed: try a lower learning rate",
            curve.not_numbers
        ));
    }
    warnings
}

fn decide(
    judgement: &mut Judgement,
    series: &[(f64, f64)],
    noise: f64,
    unit: &str,
    epochs: Option<f64>,
) {
    let (Some(&(_, first)), Some(&(end, last))) = (series.first(), series.last()) else {
        judgement.why = "no loss values".to_owned();
        return;
    };
    if series.len() < LEAST {
        judgement.why = format!("{} points are too few to find the plateau", series.len());
        return;
    }
    let lowest = series
        .iter()
        .map(|(_, loss)| *loss)
        .fold(f64::INFINITY, f64::min);
    let fall = first - lowest;
    if fall <= (CLEAR * first.abs()).max(NOISE * noise) {
        judgement.why = "the loss does not fall: check the data and the learning rate before the number of epochs".to_owned();
        return;
    }
    let flat = (FLAT * fall).max(NOISE * noise);
    let low = series
        .iter()
        .position(|(_, loss)| *loss <= lowest + flat)
        .unwrap_or(0);
    let Some(&(at, _)) = series.get(low) else {
        return;
    };
    judgement.low = Some(at);
    let kind = if judgement.by_validation {
        "validation loss"
    } else {
        "loss"
    };
    let set = epochs.filter(|_| judgement.by_epoch).unwrap_or(end);
    if at < set && low + 1 < series.len() {
        judgement.advice = Advice::Lower(at);
        judgement.why = if last > lowest + clear_change(fall, noise) {
            format!("the {kind} is lowest at {unit} {at} and rises afterwards")
        } else {
            format!("the {kind} reaches its low point at {unit} {at} and plateaus afterwards")
        };
        return;
    }
    let before = series
        .len()
        .checked_sub(2)
        .and_then(|at| series.get(at))
        .map_or(last, |(_, loss)| *loss);
    if before - last > clear_change(fall, noise) {
        let more = end + (end / 2.0).ceil();
        judgement.advice = Advice::Raise(more);
        judgement.why = format!("the {kind} is still falling at {unit} {end}");
    } else {
        judgement.advice = Advice::Keep;
        judgement.why =
            format!("the {kind} reaches its low point at {unit} {at}, just before the plateau");
    }
}

/// The minimum change that counts as falling or rising.
fn clear_change(fall: f64, noise: f64) -> f64 {
    (CLEAR * fall).max(NOISE * noise)
}

/// Whether the loss ends clearly above its lowest value.
fn rises(series: &[(f64, f64)], noise: f64) -> bool {
    let losses = || series.iter().map(|(_, loss)| *loss);
    let lowest = losses().fold(f64::INFINITY, f64::min);
    let fall = losses().next().unwrap_or(lowest) - lowest;
    losses()
        .next_back()
        .is_some_and(|last| last > lowest + clear_change(fall, noise))
}

/// Whether the training loss ends lower than halfway through the run.
fn falls(groups: &[PointGroup]) -> bool {
    let losses = series(groups, |group| group.training);
    let middle = losses.get(losses.len() / 2).map(|(_, loss)| *loss);
    matches!((middle, losses.last()), (Some(middle), Some((_, last))) if *last < middle)
}

/// The losses by epoch, or by ranges of steps if epochs are unknown; and whether it is by epoch.
fn groups(points: &[Point]) -> (Vec<PointGroup>, bool) {
    let epochs: Option<Vec<f64>> = points
        .iter()
        .map(|point| point.epoch.map(whole_epoch))
        .collect();
    match epochs {
        Some(mut epochs) => {
            // Epoch 0 is the starting point, unless it has several points: then epochs count from 0.
            if epochs.iter().filter(|epoch| **epoch == 0.0).count() > 1 {
                epochs.iter_mut().for_each(|epoch| *epoch += 1.0);
            }
            (grouped(points, &epochs), true)
        }
        None => {
            let length = points.len().div_ceil(BINS).max(1);
            let ends: Vec<f64> = (0..points.len())
                .map(|at| {
                    let last = ((at / length + 1) * length).min(points.len()) - 1;
                    points
                        .get(last)
                        .and_then(|point| point.step)
                        .unwrap_or(last as f64 + 1.0)
                })
                .collect();
            (grouped(points, &ends), false)
        }
    }
}

/// The epoch of a point: the current one, or the one partly completed.
fn whole_epoch(epoch: f64) -> f64 {
    if epoch <= 0.0 {
        0.0
    } else {
        (epoch - 1e-9).ceil()
    }
}

fn grouped(points: &[Point], keys: &[f64]) -> Vec<PointGroup> {
    let mut groups: Vec<(PointGroup, usize)> = Vec::new();
    for (point, &at) in points.iter().zip(keys) {
        if groups.last().is_none_or(|(group, _)| group.at != at) {
            groups.push((
                PointGroup {
                    at,
                    ..PointGroup::default()
                },
                0,
            ));
        }
        let Some((group, counted)) = groups.last_mut() else {
            continue;
        };
        if let Some(loss) = point.training {
            let sum = group.training.unwrap_or(0.0) * *counted as f64 + loss;
            *counted += 1;
            group.training = Some(sum / *counted as f64);
        }
        group.validation = point.validation.or(group.validation);
    }
    groups.into_iter().map(|(group, _)| group).collect()
}

/// The standard error of a group's mean training loss, estimated from the differences of neighboring
/// points.
fn noise(curve: &Curve, groups: usize) -> f64 {
    let losses: Vec<f64> = curve
        .points
        .iter()
        .filter_map(|point| point.training)
        .collect();
    let per_group = losses.len() as f64 / groups.max(1) as f64;
    if per_group < 4.0 {
        return 0.0;
    }
    // In the second half of a run the loss falls little: differences are mostly noise.
    let half = losses.get(losses.len() / 2..).unwrap_or_default();
    let differences: Vec<f64> = half
        .windows(2)
        .filter_map(|pair| Some(pair.last()? - pair.first()?))
        .collect();
    let squares: f64 = differences
        .iter()
        .map(|difference| difference * difference)
        .sum();
    let deviation = (squares / differences.len().max(1) as f64 / 2.0).sqrt();
    deviation / per_group.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::loss::read;

    fn advice(losses: &[f64]) -> Advice {
        let rows: String = losses
            .iter()
            .zip(1..)
            .map(|(loss, epoch)| format!("{epoch},{loss}\n"))
            .collect();
        judge(
            &read(format!("epoch,loss\n{rows}").as_bytes()).unwrap(),
            None,
        )
        .advice
    }

    #[test]
    fn known_curves_have_known_recommendations() {
        assert_eq!(advice(&[5.0, 2.0, 1.0, 0.5, 0.5]), Advice::Lower(4.0));
        assert_eq!(advice(&[5.0, 4.0, 3.0, 2.0, 1.0]), Advice::Raise(8.0));
        assert_eq!(advice(&[5.0, 2.0, 1.0, 0.6, 0.45]), Advice::Keep);
        assert_eq!(advice(&[1.0, 1.01, 1.0, 0.99]), Advice::Unclear);
        assert_eq!(advice(&[1.0, 0.5]), Advice::Unclear);
    }

    #[test]
    fn validation_loss_decides_and_reveals_overfitting() {
        let text =
            "epoch,train_loss,valid_loss\n1,2.0,2.1\n2,1.0,1.2\n3,0.5,1.0\n4,0.3,1.3\n5,0.2,1.6\n";
        let judgement = judge(&read(text.as_bytes()).unwrap(), None);
        assert_eq!(judgement.advice, Advice::Lower(3.0));
        assert!(judgement.by_validation);
        assert!(
            judgement
                .warnings
                .iter()
                .any(|warning| warning.contains("overfitting"))
        );
    }

    #[test]
    fn canceled_runs_are_not_relied_on() {
        let text = r#"{"metadata":{"completedPercent":40,"snapshots":[{"meanLoss":7},{"step":1,"epoch":1,"meanLoss":3},{"step":2,"epoch":2,"meanLoss":2}]}}"#;
        let judgement = judge(&read(text.as_bytes()).unwrap(), None);
        assert!(
            judgement
                .warnings
                .iter()
                .any(|warning| warning.contains("do not use its model"))
        );
    }
}
