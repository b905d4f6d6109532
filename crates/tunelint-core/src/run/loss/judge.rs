//! Where a curve is at its low point before the plateau, and what that means for the next run.
//!
//! The guide to tuning Gemini models asks for it: train fewer epochs if the loss flattens early,
//! more if it still falls, and stop at the lowest point just before the curve plateaus.

use serde::Serialize;

use super::{Curve, Point};

/// Groups of points from which on a curve says something.
const LEAST: usize = 3;
/// A change this small, as a share of the whole fall, is none.
const FLAT: f64 = 0.03;
/// A change this large is a fall, or a rise.
const CLEAR: f64 = 0.05;
/// Standard errors within which a mean is the same as the lowest of several.
const NOISE: f64 = 3.5;
/// Groups into which steps are cut where nothing is known of epochs.
const BINS: usize = 12;

/// The losses of one epoch, or of a stretch of steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Group {
    /// The epoch, or the last step.
    pub at: f64,
    /// The mean loss on training examples.
    pub training: Option<f64>,
    /// The last loss on validation examples.
    pub validation: Option<f64>,
}

/// What to do with the number of epochs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "do", content = "to")]
pub enum Advice {
    /// It is right.
    Keep,
    /// Fewer are enough: so many epochs (steps, where nothing is known of epochs).
    Lower(f64),
    /// More may help: so many.
    Raise(f64),
    /// The curve does not tell.
    Unclear,
}

/// What a curve says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
    /// What to do.
    pub advice: Advice,
    /// Why, in a sentence.
    pub why: String,
    /// What else to know.
    pub warnings: Vec<String>,
    /// The loss by epoch or stretch.
    pub groups: Vec<Group>,
    /// Whether groups are epochs; else they are stretches of steps.
    pub by_epoch: bool,
    /// Whether the validation loss decided.
    pub by_validation: bool,
    /// The low point before the plateau.
    pub low: Option<f64>,
}

/// Judges a curve that was set to `epochs`, or as the curve itself says.
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
        judgement.warnings.push("the training loss falls while the validation loss rises: the model learns the set by heart".to_owned());
    }
    judgement
}

fn series(groups: &[Group], of: fn(&Group) -> Option<f64>) -> Vec<(f64, f64)> {
    groups
        .iter()
        .filter_map(|group| Some((group.at, of(group)?)))
        .collect()
}

fn warnings(curve: &Curve) -> Vec<String> {
    let mut warnings = Vec::new();
    if curve.unfinished {
        warnings.push(
            "the run ended before it was done: do not rely on its model, make a new run".to_owned(),
        );
    }
    if curve.not_numbers > 0 {
        warnings.push(format!(
            "{} losses are no number: the run diverged, or overflowed; try a lower learning rate",
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
        judgement.why = "there is no loss to judge by".to_owned();
        return;
    };
    if series.len() < LEAST {
        judgement.why = format!(
            "{} points are too few to see where the loss flattens",
            series.len()
        );
        return;
    }
    let lowest = series
        .iter()
        .map(|(_, loss)| *loss)
        .fold(f64::INFINITY, f64::min);
    let fall = first - lowest;
    if fall <= (CLEAR * first.abs()).max(NOISE * noise) {
        judgement.why = "the loss does not fall: look at the data and the learning rate before the number of epochs".to_owned();
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
        judgement.why = if last > lowest + clear(fall, noise) {
            format!("the {kind} is lowest at {unit} {at} and rises afterwards")
        } else {
            format!("the {kind} is at its low point at {unit} {at} and hardly changes afterwards")
        };
        return;
    }
    let before = series
        .len()
        .checked_sub(2)
        .and_then(|at| series.get(at))
        .map_or(last, |(_, loss)| *loss);
    if before - last > clear(fall, noise) {
        let more = end + (end / 2.0).ceil();
        judgement.advice = Advice::Raise(more);
        judgement.why = format!("the {kind} still falls at {unit} {end}");
    } else {
        judgement.advice = Advice::Keep;
        judgement.why =
            format!("the {kind} reaches its low point at {unit} {at}, where it begins to flatten");
    }
}

fn clear(fall: f64, noise: f64) -> f64 {
    (CLEAR * fall).max(NOISE * noise)
}

fn rises(series: &[(f64, f64)], noise: f64) -> bool {
    let losses = || series.iter().map(|(_, loss)| *loss);
    let lowest = losses().fold(f64::INFINITY, f64::min);
    let fall = losses().next().unwrap_or(lowest) - lowest;
    losses()
        .next_back()
        .is_some_and(|last| last > lowest + clear(fall, noise))
}

/// Whether the training loss ends lower than it was half way.
fn falls(groups: &[Group]) -> bool {
    let losses = series(groups, |group| group.training);
    let middle = losses.get(losses.len() / 2).map(|(_, loss)| *loss);
    matches!((middle, losses.last()), (Some(middle), Some((_, last))) if *last < middle)
}

/// The points by epoch, or by stretches of steps where epochs are not known.
fn groups(points: &[Point]) -> (Vec<Group>, bool) {
    let epochs: Option<Vec<f64>> = points
        .iter()
        .map(|point| point.epoch.map(whole_epoch))
        .collect();
    match epochs {
        Some(mut epochs) => {
            // Services that count from zero have more than the starting point in epoch 0.
            if epochs.iter().filter(|epoch| **epoch == 0.0).count() > 1 {
                epochs.iter_mut().for_each(|epoch| *epoch += 1.0);
            }
            (grouped(points, &epochs), true)
        }
        None => {
            let stretch = points.len().div_ceil(BINS).max(1);
            let ends: Vec<f64> = (0..points.len())
                .map(|at| {
                    let last = ((at / stretch + 1) * stretch).min(points.len()) - 1;
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

/// The epoch that a point belongs to: the one that runs, or whose part is done.
fn whole_epoch(epoch: f64) -> f64 {
    if epoch <= 0.0 {
        0.0
    } else {
        (epoch - 1e-9).ceil()
    }
}

fn grouped(points: &[Point], keys: &[f64]) -> Vec<Group> {
    let mut groups: Vec<(Group, usize)> = Vec::new();
    for (point, &at) in points.iter().zip(keys) {
        if groups.last().is_none_or(|(group, _)| group.at != at) {
            groups.push((
                Group {
                    at,
                    ..Group::default()
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

/// The standard error of a group's mean training loss, from how much neighbouring points differ.
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
    // The second half of a run falls little: what its points differ by is noise.
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
    fn known_curves_have_known_answers() {
        assert_eq!(advice(&[5.0, 2.0, 1.0, 0.5, 0.5]), Advice::Lower(4.0));
        assert_eq!(advice(&[5.0, 4.0, 3.0, 2.0, 1.0]), Advice::Raise(8.0));
        assert_eq!(advice(&[5.0, 2.0, 1.0, 0.6, 0.45]), Advice::Keep);
        assert_eq!(advice(&[1.0, 1.01, 1.0, 0.99]), Advice::Unclear);
        assert_eq!(advice(&[1.0, 0.5]), Advice::Unclear);
    }

    #[test]
    fn validation_decides_and_tells_overfitting() {
        let text =
            "epoch,train_loss,valid_loss\n1,2.0,2.1\n2,1.0,1.2\n3,0.5,1.0\n4,0.3,1.3\n5,0.2,1.6\n";
        let judgement = judge(&read(text.as_bytes()).unwrap(), None);
        assert_eq!(judgement.advice, Advice::Lower(3.0));
        assert!(judgement.by_validation);
        assert!(
            judgement
                .warnings
                .iter()
                .any(|warning| warning.contains("by heart"))
        );
    }

    #[test]
    fn a_cancelled_run_is_not_relied_on() {
        let text = r#"{"metadata":{"completedPercent":40,"snapshots":[{"meanLoss":7},{"step":1,"epoch":1,"meanLoss":3},{"step":2,"epoch":2,"meanLoss":2}]}}"#;
        let judgement = judge(&read(text.as_bytes()).unwrap(), None);
        assert!(
            judgement
                .warnings
                .iter()
                .any(|warning| warning.contains("do not rely"))
        );
    }
}
