//! The coordinates of a chart, in percent of its width and height. So the chart fits any window, while
//! its text keeps its size.

use serde::Serialize;
use tunelint_core::loss::judge::{Judgement, PointGroup};
use tunelint_core::loss::{Curve, Point};

use super::words::{shown, unit};

/// The approximate number of lines of a scale.
const LINES: f64 = 5.0;
/// The limit of drawn points. Of a longer curve, points at equal distances are drawn.
const MAX_POINTS: usize = 500;
/// With more groups than this, dots are left out.
const MAX_DOTS: usize = 60;
/// From this position on, in percent, the name of the low point is to its left.
const RIGHT: f64 = 70.0;

/// The data of the chart in `loss.html`.
#[derive(Serialize)]
pub(super) struct Chart {
    down: Vec<Tick>,
    across: Vec<Tick>,
    /// All training losses, if there are many more than groups.
    raw: Option<String>,
    lines: Vec<ChartLine>,
    low: Option<Low>,
}

/// A line of a scale.
#[derive(Serialize)]
struct Tick {
    at: f64,
    name: String,
}

/// The training or the validation loss, group by group.
#[derive(Serialize)]
struct ChartLine {
    kind: &'static str,
    points: String,
    dots: Vec<Dot>,
}

#[derive(Serialize)]
struct Dot {
    x: f64,
    y: f64,
    name: String,
}

/// The low point.
#[derive(Serialize)]
struct Low {
    x: f64,
    name: String,
    is_right: bool,
}

impl Chart {
    /// Draws a curve. `None` if it has no loss, or if the range of losses is not finite.
    pub(super) fn new(curve: &Curve, judgement: &Judgement) -> Option<Self> {
        let raw = raw(&curve.points, judgement);
        let series = [
            (
                "training",
                series(&judgement.groups, |group| group.training),
            ),
            (
                "validation",
                series(&judgement.groups, |group| group.validation),
            ),
        ];
        let all = || series.iter().flat_map(|(_, places)| places).chain(&raw);
        let x = Scale::around(all().map(|(at, _)| *at))?;
        let y = Scale::wide(all().map(|(_, loss)| *loss))?;
        let place =
            |(at, loss): &(f64, f64)| (x.percent(*at), hundredths(100.0 - y.percent(*loss)));
        let unit = unit(judgement);
        let dot = |kind: &str, of: &(f64, f64)| Dot {
            x: place(of).0,
            y: place(of).1,
            name: format!("{unit} {}: {kind} loss {}", of.0, shown(of.1)),
        };
        let line = |(kind, places): &(&'static str, Places)| ChartLine {
            kind,
            points: points(places.iter().map(place)),
            dots: match places.len() {
                0..=MAX_DOTS => places.iter().map(|of| dot(kind, of)).collect(),
                _ => Vec::new(),
            },
        };
        Some(Self {
            down: y
                .ticks()
                .map(|loss| Tick::new(&y, loss))
                .map(upwards)
                .collect(),
            across: x.ticks().map(|at| Tick::new(&x, at)).collect(),
            raw: (!raw.is_empty()).then(|| points(raw.iter().map(place))),
            lines: series
                .iter()
                .filter(|(_, of)| !of.is_empty())
                .map(line)
                .collect(),
            low: judgement.low.map(|at| Low {
                x: x.percent(at),
                name: format!("low point: {unit} {at}"),
                is_right: x.percent(at) > RIGHT,
            }),
        })
    }
}

/// Epochs or steps, each with its loss.
type Places = Vec<(f64, f64)>;

fn series(groups: &[PointGroup], of: fn(&PointGroup) -> Option<f64>) -> Places {
    let places = groups.iter();
    places
        .filter_map(|group| Some((group.at, of(group)?)))
        .collect()
}

impl Tick {
    fn new(scale: &Scale, value: f64) -> Self {
        Self {
            at: scale.percent(value),
            name: scale.name(value),
        }
    }
}

/// Converts a height to a distance from the top.
fn upwards(tick: Tick) -> Tick {
    Tick {
        at: hundredths(100.0 - tick.at),
        ..tick
    }
}

/// All training losses, if they are in order and have more detail than the groups.
fn raw(points: &[Point], judgement: &Judgement) -> Places {
    let at = |point: &Point| match judgement.by_epoch {
        true => point.epoch,
        false => point.step,
    };
    let places: Places = points
        .iter()
        .filter_map(|point| Some((at(point)?, point.training?)))
        .collect();
    let rises = places
        .windows(2)
        .all(|pair| matches!(pair, [(before, _), (after, _)] if before < after));
    if !rises || places.len() < 2 * judgement.groups.len() {
        return Vec::new();
    }
    let every = places.len().div_ceil(MAX_POINTS);
    places.into_iter().step_by(every).collect()
}

fn points(places: impl Iterator<Item = (f64, f64)>) -> String {
    let pairs: Vec<String> = places.map(|(x, y)| format!("{x},{y}")).collect();
    pairs.join(" ")
}

/// Converts values to percent.
struct Scale {
    low: f64,
    high: f64,
    step: f64,
}

impl Scale {
    /// A scale from the lowest to the highest value.
    fn around(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let spread = high - low;
        if !spread.is_finite() {
            return None;
        }
        // A single value is in the middle.
        let (low, high) = match spread > 0.0 {
            true => (low, high),
            false => (low - 1.0, high + 1.0),
        };
        let step = round((high - low) / LINES);
        (step > 0.0 && step.is_finite()).then_some(Self { low, high, step })
    }

    /// A scale from the line below the lowest value to the line above the highest.
    fn wide(values: impl Iterator<Item = f64>) -> Option<Self> {
        let Self { low, high, step } = Self::around(values)?;
        Some(Self {
            low: (low / step).floor() * step,
            high: (high / step).ceil() * step,
            step,
        })
    }

    fn percent(&self, value: f64) -> f64 {
        hundredths((value - self.low) / (self.high - self.low) * 100.0)
    }

    /// The round values with a line.
    fn ticks(&self) -> impl Iterator<Item = f64> {
        let (step, high) = (self.step, self.high);
        let first = (self.low / step).ceil();
        let inside = move |value: &f64| *value <= high + step * 1e-6;
        let lines = (0..=2 * LINES as u32).map(move |at| (first + f64::from(at)) * step);
        lines.take_while(inside)
    }

    /// A value with the decimals that the distance of the lines requires.
    fn name(&self, value: f64) -> String {
        let decimals = (-self.step.log10()).ceil().clamp(0.0, 8.0) as usize;
        format!("{value:.decimals$}")
    }
}

/// Rounds up to the next of 1, 2, 5, 10, 20, …
fn round(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let round = [1.0, 2.0, 5.0].into_iter().map(|factor| factor * power);
    round
        .into_iter()
        .find(|round| *round >= step)
        .unwrap_or(10.0 * power)
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(scale: &Scale) -> Vec<String> {
        scale.ticks().map(|value| scale.name(value)).collect()
    }

    #[test]
    fn scales_have_round_lines() {
        let scale = Scale::wide([0.53, 7.2].into_iter()).unwrap();
        assert_eq!(names(&scale), ["0", "2", "4", "6", "8"]);
        let scale = Scale::wide([0.101, 0.118].into_iter()).unwrap();
        assert_eq!(names(&scale), ["0.100", "0.105", "0.110", "0.115", "0.120"]);
        let scale = Scale::around([1.0, 5.0].into_iter()).unwrap();
        assert_eq!(names(&scale), ["1", "2", "3", "4", "5"]);
        assert_eq!((scale.percent(1.0), scale.percent(5.0)), (0.0, 100.0));
    }

    #[test]
    fn edge_cases_have_a_scale_or_none() {
        let scale = Scale::around([3.0].into_iter()).unwrap();
        assert_eq!(scale.percent(3.0), 50.0);
        assert!(Scale::around(std::iter::empty()).is_none());
        assert!(Scale::around([f64::MAX, f64::MIN].into_iter()).is_none());
    }
}
