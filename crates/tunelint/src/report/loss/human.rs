//! The format `human`: the chart, the values and the recommendation, for a terminal.

use tunelint_core::guidance::Guidance;
use tunelint_core::loss::judge::{Judgement, PointGroup};

use super::judged::Judged;
use super::words::{recommendation, shown, unit};

/// Rows of the chart.
const ROWS: usize = 12;
/// The smallest and largest width of the chart in columns.
const COLUMNS: std::ops::RangeInclusive<usize> = 40..=100;
/// Columns of the scale.
const SCALE: usize = 10;

/// The page about a curve.
pub fn page(judged: &Judged<'_>, width: usize) -> String {
    let Judged {
        path,
        curve,
        judgement,
        guidance,
    } = judged;
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
    for of in *guidance {
        let Guidance {
            target,
            quote,
            source,
            ..
        } = of;
        text.push_str(&format!("{target}: “{quote}” {source}\n"));
    }
    text
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
