//! `tunelint` as the hook `tunelint-rust` builds it: pre-commit installs the package in the root of
//! a repository, and no other.

use std::process::ExitCode;

fn main() -> ExitCode {
    tunelint::main()
}
