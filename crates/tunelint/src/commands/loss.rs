//! `tunelint loss`: reads a loss curve and recommends the number of epochs.

use std::io;

use tunelint_core::guidance::of_curve;
use tunelint_core::loss::judge::judge;
use tunelint_core::loss::{self, NoCurve};
use tunelint_core::printable::printable_path;
use tunelint_core::profile;

use crate::cli::{LossFormat, LossOptions};
use crate::exit::{Exit, Failure};
use crate::report::loss as report;
use crate::report::loss::judged::Judged;
use crate::stdout::print;
use crate::whole_file;

/// Reads the curve that `options` name, and prints the recommendation.
pub fn run(options: &LossOptions) -> Result<Exit, Failure> {
    let path = printable_path(&options.file);
    let bytes = if options.file.as_os_str() == "-" {
        whole_file::read_stream(io::stdin().lock(), whole_file::MAX_BYTES)
    } else {
        whole_file::read(&options.file, whole_file::MAX_BYTES)
    };
    let bytes = bytes.map_err(|error| Failure::io("read", &path, &error))?;
    let curve = loss::read(&bytes).map_err(|why| no_curve(&path, &why))?;
    let judgement = judge(&curve, options.epochs);
    // The judgment follows this guide, whichever service or trainer wrote the curve.
    let guide = profile::of_general_advice().ok().flatten();
    let guidance = guide.map_or_else(Vec::new, |of| of_curve(&of, &curve, &judgement));
    let judged = Judged {
        path: &path,
        curve: &curve,
        judgement: &judgement,
        guidance: &guidance,
    };
    print(&match options.format {
        LossFormat::Human => report::human::page(&judged, options.width),
        LossFormat::Json => report::json::page(&judged)?,
        LossFormat::Html => report::html::page(&judged)?,
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
