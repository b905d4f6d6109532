//! `tunelint completions`: shell completion scripts.

use clap::CommandFactory;

use crate::cli::{CommandLine, Completions};
use crate::exit::{Exit, Failure};
use crate::stdout::print;

/// Prints the completion script of a shell.
pub fn run(options: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        options.shell,
        &mut CommandLine::command(),
        "tunelint",
        &mut script,
    );
    print(&String::from_utf8_lossy(&script))
}
