//! Calls into parsers of binary formats, which may panic on damaged bytes.

use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tunelint_data::source::TableFault;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Whether this thread runs a parser whose panics are caught: a panic hook has nothing to report.
pub fn is_guarded() -> bool {
    DEPTH.with(|depth| depth.get() > 0)
}

/// Runs `parse`. A panic means that the bytes are damaged; what was being parsed is dropped.
pub(crate) fn guarded<T>(parse: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    let parsed = catch_unwind(AssertUnwindSafe(parse));
    DEPTH.with(|depth| depth.set(depth.get().saturating_sub(1)));
    parsed.unwrap_or_else(|_| Err(TableFault::Damaged.into()))
}

/// An I/O error that a parser passed on: of the file system, or about bytes that the parser, or what
/// unpacks for it, refused. An invalid argument is an offset that the bytes claim.
pub(crate) fn io_fault(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(_) if error.kind() != io::ErrorKind::InvalidInput => error,
        _ => TableFault::Damaged.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_damaged_file() {
        let result = guarded(|| {
            assert!(is_guarded());
            std::fs::read("").map(|_| ()).expect("a file");
            Ok(())
        });
        let fault = TableFault::of(&result.expect_err("a fault"));
        assert_eq!(fault, Some(TableFault::Damaged));
        assert!(!is_guarded());
    }
}
