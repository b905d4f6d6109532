//! Entry point of the `tunelint-rust` hook. pre-commit installs only the package in the root of a
//! repository, so the binary is defined here.

use std::process::ExitCode;

fn main() -> ExitCode {
    tunelint::main()
}
