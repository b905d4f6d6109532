//! `tunelint loss`: reads a loss curve and recommends the number of epochs.

mod html;

use std::io;

use serde::Serialize;
use tunelint_core::loss::judge::{Advice, Judgement, PointGroup, judge};
use tunelint_core::loss::{self, Curve, NoCurve};
use tunelint_core::printable::printable_path;

use super::rule::print;
use crate::cli::{LossFormat, LossOptions};
use crate::exit::{Exit, Failure};

/// Rows of the chart.
const ROWS: usize = 12;
/// The smallest and largest width of the chart in columns.
const COLUMNS: std::ops::RangeInclusive<usize> = 40..=100;
/// Columns of the scale.
const SCALE: usize = 10;

/// Reads the curve that `options` name, and prints the recommendation.
pub fn run(options: &LossOptions) -> Result<Exit, Failure> {
    let path = printable_path(&options.file);
    let bytes = if options.file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut io::stdin().lock(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(&options.file)
    };
    let bytes = bytes.map_err(|error| Failure::io("read", &path, &error))?;
    let curve = loss::read(&bytes).map_err(|why| no_curve(&path, &why))?;
    let judgement = judge(&curve, options.epochs);
    print(&match options.format {
        LossFormat::Human => human(&path, &curve, &judgement, options.width),
        LossFormat::Json => json(&path, &curve, &judgement)?,
        LossFormat::Html => html::page(&path, &curve, &judgement)?,
    })
}

fn no_curve(path: &str, why: &NoCurve) -> Failure {
    match why {
        NoCurve::Unknown => Failure::new(format!("{path}: unknown loss curve format")).help(
            "use Gemini's snapshots, OpenAI's results or checkpoints, TensorBoard's CSV, trainer_state.json, LLaMA-Factory's log, or a table with a column `step` or `epoch` and a column `loss`",
        ),
        NoCurve::Empty(source) => Failure::new(format!("{path}: no loss values in {source}")),
        NoCurve::NotText => Failure::new(format!("{path}: not a UTF-8 text file")),
    }
}

fn human(path: &str, curve: &Curve, judgement: &Judgement, width: usize) -> String {
    let unit = unit(judgement);
    let mut text = format!(
        "{path}: {}, {} points\n\n",
        curve.source,
        curve.points.len()
    );
    text.push_str(&chart(
        judgement,
        width.clamp(*COLUMNS.start(), *COLUMNS.end()),
    ));
    text.push_str(&format!(
        "\n{unit:>7}  {:>10}  {:>10}\n",
        "training", "validation"
    ));
    let cell = |loss: Option<f64>| loss.map_or_else(|| "–".to_owned(), shown);
    for group in &judgement.groups {
        let low = if judgement.low == Some(group.at) {
            "  ← low point"
        } else {
            ""
        };
        text.push_str(&format!(
            "{:>7}  {:>10}  {:>10}{low}\n",
            group.at,
            cell(group.training),
            cell(group.validation)
        ));
    }
    text.push_str(&format!(
        "\n{}: {}\n",
        recommendation(judgement),
        judgement.why
    ));
    for warning in &judgement.warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    text
}

/// A loss for people. A diverged loss is written with an exponent, so that it is not wider.
fn shown(loss: f64) -> String {
    const LARGE: f64 = 1_000.0;
    if loss.abs() < LARGE {
        format!("{loss:.4}")
    } else {
        format!("{loss:.1e}")
    }
}

/// The unit of the groups of a curve.
fn unit(judgement: &Judgement) -> &'static str {
    if judgement.by_epoch { "epoch" } else { "step" }
}

/// The recommendation in words.
fn recommendation(judgement: &Judgement) -> String {
    match judgement.advice {
        Advice::Keep => "keep the number of epochs".to_owned(),
        Advice::Lower(to) if judgement.by_epoch => format!("lower the number of epochs to {to}"),
        Advice::Lower(to) => format!("stop at step {to}"),
        Advice::Raise(to) if judgement.by_epoch => {
            format!("raise the number of epochs, for example to {to}")
        }
        Advice::Raise(to) => format!("train longer, for example up to step {to}"),
        Advice::Unclear => "no recommendation".to_owned(),
    }
}

/// Draws the curves: `•` training, `o` validation, `*` both.
fn chart(judgement: &Judgement, width: usize) -> String {
    let losses = |group: &PointGroup| [group.training, group.validation];
    let all: Vec<f64> = judgement.groups.iter().flat_map(losses).flatten().collect();
    let (low, high) = all
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), loss| {
            (low.min(*loss), high.max(*loss))
        });
    if all.is_empty() {
        return String::new();
    }
    let columns = width - SCALE;
    let mut rows = vec![vec![' '; columns]; ROWS];
    let spread = (high - low).max(f64::MIN_POSITIVE);
    let last = judgement.groups.len().saturating_sub(1).max(1);
    for (index, group) in judgement.groups.iter().enumerate() {
        let column = index * (columns - 1) / last;
        for (loss, sign) in [(group.training, '•'), (group.validation, 'o')] {
            let Some(loss) = loss else { continue };
            let row = ((high - loss) / spread * (ROWS - 1) as f64).round() as usize;
            if let Some(cell) = rows.get_mut(row).and_then(|row| row.get_mut(column)) {
                *cell = if *cell == ' ' { sign } else { '*' };
            }
        }
    }
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let scale = match index {
            0 => format!("{:>8}", shown(high)),
            _ if index == ROWS - 1 => format!("{:>8}", shown(low)),
            _ => " ".repeat(8),
        };
        let row: String = row.iter().collect();
        text.push_str(&format!("{scale} │{}\n", row.trim_end()));
    }
    text.push_str(&format!("{} └{}\n", " ".repeat(8), "─".repeat(columns)));
    if judgement
        .groups
        .iter()
        .any(|group| group.validation.is_some())
    {
        text.push_str(&format!("{} • training, o validation\n", " ".repeat(8)));
    }
    text
}

#[derive(Serialize)]
struct LossDocument<'d> {
    version: u8,
    path: &'d str,
    curve: &'d Curve,
    judgement: &'d Judgement,
}

fn json(path: &str, curve: &Curve, judgement: &Judgement) -> Result<String, Failure> {
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

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_loss_takes_eight_columns_at_most() {
        assert_eq!(shown(2.5), "2.5000");
        assert_eq!(shown(999.5), "999.5000");
        assert_eq!(shown(1e308), "1.0e308");
        assert_eq!(shown(-123_456.0), "-1.2e5");
    }
}
