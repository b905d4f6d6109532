//! The program `tunelint`: checks and converts the files that language models are fine-tuned on.
//!
//! It is a library so that the package of the `tunelint-rust` hook can build the same program under
//! another name. The work is done by `tunelint-core`.

// From the bottom up: a module imports only from those before it.
mod spelling;

mod host;

mod exit;

mod stdout;

mod whole_file;

mod git;

mod signals;

mod staged;

mod progress;

mod timings;

mod frame;

mod page;

mod baseline;

mod report;

mod cli;

mod arguments;

mod names;

mod dataset_info;

mod patterns;

mod walk;

mod reading;

mod tokenizer;

mod model;

mod settings;

mod commands;

pub mod embed;

#[cfg(feature = "fuzzing")]
pub mod fuzzing;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use exit::{Exit, Failure};

/// Runs the program on the arguments of the process.
pub fn main() -> ExitCode {
    run_guarded().into()
}

/// Runs the program on these arguments, the first of which is its name, and returns the exit code. For
/// a launcher in another language; called once.
pub fn main_with(arguments: Vec<OsString>) -> u8 {
    arguments::set(arguments);
    run_guarded() as u8
}

fn run_guarded() -> Exit {
    std::panic::set_hook(Box::new(exit::report_bug));
    signals::outlive_size_limit();
    let run = std::panic::catch_unwind(run);
    run.unwrap_or(Exit::CouldNotRun)
}

fn run() -> Exit {
    let outcome = arguments::of_process().and_then(|arguments| {
        let parsed = cli::CommandLine::try_parse_from(arguments);
        parsed.map_or_else(|error| exit::usage(&error), dispatch)
    });
    outcome.unwrap_or_else(|failure| {
        failure.print();
        Exit::CouldNotRun
    })
}

fn dispatch(arguments: cli::CommandLine) -> Result<Exit, Failure> {
    match arguments.command {
        cli::Command::Check(check) => commands::check::run(*check.0),
        cli::Command::Convert(convert) => commands::convert::run(*convert.0),
        cli::Command::Stats(stats) => commands::stats::run(*stats.0),
        cli::Command::Infer(infer) => commands::infer::run(*infer.0),
        cli::Command::Split(split) => commands::split::run(*split.0),
        cli::Command::Rule(rule) => commands::rule::run(&rule),
        cli::Command::Profile(profile) => commands::profile::run(&profile),
        cli::Command::Init(init) => commands::init::run(&init),
        cli::Command::Config(config) => commands::config::run(&config),
        cli::Command::Baseline(baseline) => commands::baseline::run(*baseline.0),
        cli::Command::Render(render) => commands::render::run(&render.0),
        cli::Command::Loss(loss) => commands::loss::run(&loss),
        cli::Command::Merge(merge) => commands::check::merge(&merge),
        cli::Command::Completions(completions) => commands::completions::run(&completions),
        cli::Command::Man(man) => commands::man::run(&man),
    }
}
