//! The format `html`: the recommendation, the chart and the values of a loss curve.

use serde::Serialize;
use tunelint_core::guidance::Guidance;
use tunelint_core::loss::judge::Advice;

use super::chart::Chart;
use super::judged::Judged;
use super::words::{recommendation, shown, unit};
use crate::exit::Failure;
use crate::page;

#[derive(Serialize)]
struct LossPage<'p> {
    title: &'p str,
    command: &'static str,
    source: &'static str,
    points: u64,
    unit: &'static str,
    recommendation: String,
    is_unclear: bool,
    why: &'p str,
    warnings: &'p [String],
    guidance: &'p [Guidance],
    chart: Option<Chart>,
    rows: Vec<PointRow>,
}

/// A row of the table of values.
#[derive(Serialize)]
struct PointRow {
    at: String,
    training: String,
    validation: String,
    is_low: bool,
}

/// The page about a curve.
pub fn page(judged: &Judged<'_>) -> Result<String, Failure> {
    let Judged {
        path,
        curve,
        judgement,
        guidance,
    } = judged;
    let cell = |loss: Option<f64>| loss.map_or_else(|| "–".to_owned(), shown);
    let rows = judgement.groups.iter().map(|group| PointRow {
        at: group.at.to_string(),
        training: cell(group.training),
        validation: cell(group.validation),
        is_low: judgement.low == Some(group.at),
    });
    let page = LossPage {
        title: path,
        command: "loss",
        source: curve.source,
        points: curve.points.len() as u64,
        unit: unit(judgement),
        recommendation: recommendation(judgement),
        is_unclear: judgement.advice == Advice::Unclear,
        why: &judgement.why,
        warnings: &judgement.warnings,
        guidance,
        chart: Chart::new(curve, judgement),
        rows: rows.collect(),
    };
    let html = page::render("loss.html", page);
    html.map_err(|error| Failure::io("write", "the report", &error))
}
