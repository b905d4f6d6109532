//! `tunelint loss`: what a training run's loss curve says about the number of epochs.

mod html;

use std::io;

use serde::Serialize;
use tunelint_core::loss::judge::{Advice, Group, Judgement, judge};
use tunelint_core::loss::{self, Curve, NoCurve};
use tunelint_core::printable::printable_path;

use super::rule::print;
use crate::cli::{Loss, LossFormat};
use crate::exit::{Exit, Failure};

/// Rows of the picture.
const ROWS: usize = 12;
/// Columns of the picture where the terminal does not say more, and the most it takes.
const COLUMNS: std::ops::RangeInclusive<usize> = 40..=100;
/// Columns taken by the scale.
const SCALE: usize = 10;

/// Reads and judges the curve that `options` name.
pub fn run(options: &Loss) -> Result<Exit, Failure> {
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
        NoCurve::Unknown => Failure::new(format!("{path} is no loss curve that is known")).help(
            "known are Gemini’s snapshots, OpenAI’s results and checkpoints, TensorBoard’s CSV, trainer_state.json, LLaMA-Factory’s log, and tables with a column `step` or `epoch` and one `loss`",
        ),
        NoCurve::Empty(source) => Failure::new(format!("{path} is {source}, and holds no loss")),
        NoCurve::NotText => Failure::new(format!("{path} is not UTF-8 text")),
    }
}

fn human(path: &str, curve: &Curve, judgement: &Judgement, width: usize) -> String {
    let unit = unit(judgement);
    let mut text = format!(
        "{path}: {}, {} points\n\n",
        curve.source,
        curve.points.len()
    );
    text.push_str(&picture(
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
    text.push_str(&format!("\n{}: {}\n", advised(judgement), judgement.why));
    for warning in &judgement.warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    text
}

/// A loss as people read it; one that has run away takes no more room than others.
fn shown(loss: f64) -> String {
    const LARGE: f64 = 1_000.0;
    if loss.abs() < LARGE {
        format!("{loss:.4}")
    } else {
        format!("{loss:.1e}")
    }
}

/// What the groups of a curve are.
fn unit(judgement: &Judgement) -> &'static str {
    if judgement.by_epoch { "epoch" } else { "step" }
}

/// What to do, in words.
fn advised(judgement: &Judgement) -> String {
    match judgement.advice {
        Advice::Keep => "keep the number of epochs".to_owned(),
        Advice::Lower(to) if judgement.by_epoch => format!("lower the number of epochs to {to}"),
        Advice::Lower(to) => format!("stop at step {to}"),
        Advice::Raise(to) if judgement.by_epoch => {
            format!("raise the number of epochs, for example to {to}")
        }
        Advice::Raise(to) => format!("train longer, for example up to step {to}"),
        Advice::Unclear => "no advice".to_owned(),
    }
}

/// The curves: `•` training, `o` validation, `*` both.
fn picture(judgement: &Judgement, width: usize) -> String {
    let losses = |group: &Group| [group.training, group.validation];
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
struct Document<'d> {
    version: u8,
    path: &'d str,
    curve: &'d Curve,
    judgement: &'d Judgement,
}

fn json(path: &str, curve: &Curve, judgement: &Judgement) -> Result<String, Failure> {
    let document = Document {
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
