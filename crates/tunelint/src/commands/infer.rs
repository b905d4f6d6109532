//! `tunelint infer`: saves what the prompts of a dataset look like, to hold other prompts to it.

use std::io::Write;

use tunelint_core::printable::{counted, printable_path};
use tunelint_core::prompts::{self, PromptFormat};
use tunelint_core::session::Opened;

use super::check::opening;
use crate::cli::{CheckOptions, InferOptions};
use crate::exit::{Exit, Failure};
use crate::reading::threads;
use crate::staged::StagedFile;
use crate::stdout::print;

/// Infers the format of the prompts in the files that `options` name, and writes it.
pub fn run(options: InferOptions) -> Result<Exit, Failure> {
    let InferOptions {
        paths,
        reading,
        out,
        force,
        settings,
        threads: number,
    } = options;
    let shown = printable_path(&out);
    if out.exists() && !force {
        return Err(Failure::new(format!("{shown} already exists"))
            .help("overwrite it with `--force`, or choose another path"));
    }
    let format = inferred(&CheckOptions {
        paths,
        reading,
        settings,
        threads: number,
        ..CheckOptions::default()
    })?;
    let text = format
        .to_json()
        .map_err(|error| Failure::new(error.to_string()))?;
    let written = StagedFile::create(&out).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.commit(force)
    });
    written.map_err(|error| Failure::io("write", &shown, &error))?;
    let from = counted(format.inputs as u64, "distinct prompt");
    let said = match format.is_bare() {
        true => format!("{shown}: lengths and scripts of {from}, which share no text\n"),
        false => format!("{shown}: format of {from}\n"),
    };
    print(&said)
}

/// The format of the prompts in the sources of `options`.
///
/// # Errors
/// Sources that cannot be read, and too few prompts.
pub fn inferred(options: &CheckOptions) -> Result<PromptFormat, Failure> {
    let opened = opening::open(options)?;
    let mut readers: Vec<_> = opened
        .into_iter()
        .map(|Opened { reader, .. }| reader)
        .collect();
    let format = prompts::infer(&mut readers, threads(options.threads))
        .map_err(|error| Failure::io("read", "the dataset", &error))?;
    format.ok_or_else(|| {
        Failure::new("no format inferred: fewer than 20 distinct prompts")
            .help("infer it from the whole training set")
    })
}
