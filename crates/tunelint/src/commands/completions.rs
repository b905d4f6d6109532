//! `tunelint completions`: shell completion scripts.

use clap::CommandFactory;

use super::rule::print;
use crate::cli::{CommandLine, Completions};
use crate::exit::{Exit, Failure};

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
