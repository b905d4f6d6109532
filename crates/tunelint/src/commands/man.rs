//! `tunelint man`: man pages.

use clap::CommandFactory;

use crate::cli::{CommandLine, Man};
use crate::exit::{Exit, Failure};
use crate::names::unknown;
use crate::stdout::print;

/// Prints the man page of the program, or of one command.
pub fn run(options: &Man) -> Result<Exit, Failure> {
    let mut program = CommandLine::command();
    program.build();
    let command = match &options.command {
        None => program,
        Some(name) => {
            let commands = program.get_subcommands();
            let known: Vec<&str> = commands.map(clap::Command::get_name).collect();
            let found = program.find_subcommand(name).cloned();
            let found = found.ok_or_else(|| unknown("command", name, &known))?;
            found.name(format!("tunelint-{name}").leak() as &str)
        }
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::io("write", "the page", &error))?;
    print(&String::from_utf8_lossy(&page))
}
