//! `tunelint loss`: reads a loss curve and recommends the number of epochs.

use std::io;

use tunelint_core::loss::judge::judge;
use tunelint_core::loss::{self, NoCurve};
use tunelint_core::printable::printable_path;

use super::rule::print;
use crate::cli::{LossFormat, LossOptions};
use crate::exit::{Exit, Failure};
use crate::report::loss as report;

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
        LossFormat::Human => report::human::page(&path, &curve, &judgement, options.width),
        LossFormat::Json => report::json::page(&path, &curve, &judgement)?,
        LossFormat::Html => report::html::page(&path, &curve, &judgement)?,
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
