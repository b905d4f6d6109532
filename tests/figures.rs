//! The figures of the long form, which `docs/reliability.md` publishes.

use std::fs::File;
use std::io::Write;

/// The variable that names the file which collects the figures, and asks for the long form.
const FIGURES: &str = "TUNELINT_FIGURES";

/// Whether the tests that have a short and a long form run the long one.
pub fn is_long() -> bool {
    std::env::var_os(FIGURES).is_some()
}

/// Adds `number` to the figure `name`, in the long form.
pub fn add(name: &str, number: u64) {
    let Some(path) = std::env::var_os(FIGURES) else {
        return;
    };
    let file = File::options().append(true).create(true).open(path);
    let mut file = file.expect("a file for the figures");
    // One call, since tests run side by side.
    let line = format!("{name} {number}\n");
    file.write_all(line.as_bytes()).expect("written");
}
