//! `tunelint baseline`: accepts today's findings, so that a check reports only new ones.

use std::path::{Path, PathBuf};

use tunelint_core::printable::{counted, printable_path};

use super::check;
use crate::baseline::{self, Baseline, Standing};
use crate::cli::{self, BaselineCommand};
use crate::exit::{Exit, Failure};
use crate::stdout::print;

/// Checks the sources, then runs the chosen command.
pub fn run(options: cli::BaselineOptions) -> Result<Exit, Failure> {
    let (command, check) = match options.command {
        BaselineCommand::Create(check) => (BaselineAction::Create, check),
        BaselineCommand::Update(check) => (BaselineAction::Update, check),
        BaselineCommand::Prune(check) => (BaselineAction::Prune, check),
        BaselineCommand::Status(check) => (BaselineAction::Status, check),
    };
    let (today, named) = check::today(&check)?;
    let path = check.baseline.clone().or(named);
    let path = path.unwrap_or_else(|| PathBuf::from(baseline::FILE));
    print(&command.run(&path, &today)?)
}

#[derive(Clone, Copy)]
enum BaselineAction {
    Create,
    Update,
    Prune,
    Status,
}

impl BaselineAction {
    /// Runs the command on the baseline at `path` and returns its report.
    fn run(self, path: &Path, today: &Baseline) -> Result<String, Failure> {
        let shown = printable_path(path);
        if let Self::Create = self {
            if path.exists() {
                return Err(Failure::new(format!("{shown} already exists"))
                    .help("accept today's findings with `tunelint baseline update`"));
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
                format!("{shown}: {new} added, {gone} removed, {known} kept\n")
            }
            Self::Prune => {
                before.pruned(today).write(path, true)?;
                format!("{shown}: {gone} removed, {known} kept; {new} new not added\n")
            }
            _ => format!("{shown}: {known} accepted, {gone} gone, {new} new\n"),
        };
        Ok(text)
    }
}
