//! `tunelint baseline`: accepts what is found today, so that only what comes later is told.

use std::path::{Path, PathBuf};

use tunelint_core::printable::{counted, printable_path};

use super::check;
use super::rule::print;
use crate::baseline::{self, Baseline, Standing};
use crate::cli::{self, BaselineCommand};
use crate::exit::{Exit, Failure};

/// Does one of the four.
pub fn run(options: cli::Baseline) -> Result<Exit, Failure> {
    let (command, check) = match options.command {
        BaselineCommand::Create(check) => (Command::Create, check),
        BaselineCommand::Update(check) => (Command::Update, check),
        BaselineCommand::Prune(check) => (Command::Prune, check),
        BaselineCommand::Status(check) => (Command::Status, check),
    };
    let (today, named) = check::today(&check)?;
    let path = check.baseline.clone().or(named);
    let path = path.unwrap_or_else(|| PathBuf::from(baseline::FILE));
    print(&command.done(&path, &today)?)
}

#[derive(Clone, Copy)]
enum Command {
    Create,
    Update,
    Prune,
    Status,
}

impl Command {
    /// Does it, and says what was done.
    fn done(self, path: &Path, today: &Baseline) -> Result<String, Failure> {
        let shown = printable_path(path);
        if let Self::Create = self {
            if path.exists() {
                return Err(Failure::new(format!("{shown} is there already"))
                    .help("`tunelint baseline update` accepts what is found today"));
            }
            today.write(path, false)?;
            return Ok(format!(
                "{shown}: {} accepted\n",
                counted(today.total(), "finding")
            ));
        }
        let before = Baseline::read(path)?;
        let Standing { known, gone, new } = before.standing(today);
        let text = match self {
            Self::Update => {
                today.write(path, true)?;
                format!("{shown}: {new} new accepted, {gone} gone removed, {known} kept\n")
            }
            Self::Prune => {
                before.pruned(today).write(path, true)?;
                format!("{shown}: {gone} gone removed, {known} kept; {new} new left out\n")
            }
            _ => format!("{shown}: {known} accepted and still there, {gone} gone, {new} new\n"),
        };
        Ok(text)
    }
}
