//! The arguments of the process.

use std::ffi::OsString;
use std::sync::OnceLock;

use clap::CommandFactory;
use tunelint_core::printable::quoted;

use crate::cli::CommandLine;
use crate::exit::Failure;

/// The arguments, if an embedding program runs this one: those of the process are its own.
static GIVEN: OnceLock<Vec<OsString>> = OnceLock::new();

/// Sets the arguments of the program, the first of which is its name. Called once, before it runs.
pub fn set(arguments: Vec<OsString>) {
    // A second call would be about another program.
    let _ = GIVEN.set(arguments);
}

/// The arguments, in which no name of a file is an option if `--contained` is given: a hook passes
/// names that come from a stranger's branch, and one may be `--config=x.jsonl`. Such names are moved
/// after `--`. Where `--` is given, everything before it is an option of whoever wrote the command.
///
/// # Errors
/// A file with exactly the name of an option: whichever was meant, the other would be lost.
pub fn of_process() -> Result<Vec<OsString>, Failure> {
    let given = GIVEN.get().cloned();
    let arguments = given.unwrap_or_else(|| std::env::args_os().collect());
    separated(arguments, &|name| std::fs::symlink_metadata(name).is_ok())
}

fn separated(
    arguments: Vec<OsString>,
    exists: &dyn Fn(&OsString) -> bool,
) -> Result<Vec<OsString>, Failure> {
    let has = |wanted: &str| arguments.iter().any(|of| of == wanted);
    if has("--") || !has("--contained") {
        return Ok(arguments);
    }
    let is_name = |of: &OsString| {
        let bytes = of.as_encoded_bytes();
        bytes.len() > 1 && bytes.starts_with(b"-") && exists(of)
    };
    let (names, mut options): (Vec<_>, Vec<_>) = arguments.into_iter().partition(is_name);
    if let Some(name) = names.iter().find(|name| is_option(name)) {
        let name = quoted(&name.to_string_lossy(), 60);
        return Err(
            Failure::new(format!("{name} is an option and the name of a file"))
                .help("rename the file, or name it after `--`"),
        );
    }
    options.push("--".into());
    options.extend(names);
    Ok(options)
}

/// Whether an argument is an option of some command, without a value.
fn is_option(argument: &OsString) -> bool {
    let mut command = CommandLine::command();
    command.build();
    let options = command.get_subcommands().flat_map(|of| of.get_arguments());
    let mut names = options.flat_map(|of| {
        let long = of.get_long().map(|name| format!("--{name}"));
        let short = of.get_short().map(|name| format!("-{name}"));
        long.into_iter().chain(short)
    });
    names.any(|name| *argument == *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn separate(arguments: &[&str]) -> Result<Vec<OsString>, Failure> {
        let all = ["--config=x.jsonl", "--isolated", "-f"];
        let exists = |name: &OsString| all.iter().any(|of| name == of);
        separated(arguments.iter().map(OsString::from).collect(), &exists)
    }

    #[test]
    fn a_file_name_is_a_path() {
        let contained = separate(&["t", "check", "--contained", "--config=x.jsonl", "a"]);
        let expected = ["t", "check", "--contained", "a", "--", "--config=x.jsonl"];
        assert_eq!(contained, Ok(expected.map(OsString::from).to_vec()));
        let trusted = ["t", "check", "--config=x.jsonl"];
        assert_eq!(separate(&trusted), Ok(trusted.map(OsString::from).to_vec()));
        let written = ["t", "check", "--contained", "--config=x.jsonl", "--", "a"];
        assert_eq!(separate(&written), Ok(written.map(OsString::from).to_vec()));
    }

    #[test]
    fn a_name_that_is_an_option_is_refused() {
        assert!(separate(&["t", "check", "--contained", "--isolated"]).is_err());
        assert!(separate(&["t", "check", "--contained", "--", "--isolated"]).is_ok());
    }
}
