//! The promises of the program about files, faults and hostile input. Each test is named after what
//! it holds the program to.

mod arguments;
mod changes;
mod families;
mod inert;
mod linear;
mod outputs;
mod partial;
mod schemas;
mod secrets;
mod special;
mod streams;
#[cfg(unix)]
mod terminal;

/// A good record, and a bad one.
const GOOD: &str = "{\"text_input\":\"a\",\"output\":\"b\"}\n";
const BAD: &str = "{\"text_input\":\"a\",\"output\":\"\"}\n";

/// A shell that runs `script` with the program as `$T` in `directory`: exit code, output, errors.
fn shell(directory: &std::path::Path, script: &str) -> (i32, String, String) {
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", script])
        .current_dir(directory)
        .env("T", env!("CARGO_BIN_EXE_tunelint"))
        .env("NO_COLOR", "1");
    crate::running::outcome(&bash.output().expect("bash starts"))
}
