//! A deep stack. A template can nest a value as deep as its work allows, and printing, comparing or
//! dropping such a value recurses.

use std::cell::Cell;
use std::thread::{Builder, scope};

/// Enough for the deepest value that the limit on work lets a template build. Only what is used is
/// ever backed by memory.
const STACK_BYTES: usize = 512 * 1024 * 1024;

thread_local! {
    static DEEP: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` on a thread with a deep stack, or here if this is such a thread. Returns `None` if no
/// thread can be started. Panics of `work` are passed on.
pub fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    if DEEP.with(Cell::get) {
        return Some(work());
    }
    scope(|scope| {
        let deep = || {
            DEEP.with(|flag| flag.set(true));
            work()
        };
        let thread = Builder::new().stack_size(STACK_BYTES);
        let handle = thread.spawn_scoped(scope, deep).ok()?;
        match handle.join() {
            Ok(result) => Some(result),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_calls_share_the_thread() {
        let threads = with_deep_stack(|| {
            let outer = std::thread::current().id();
            (outer, with_deep_stack(|| std::thread::current().id()))
        });
        let (outer, inner) = threads.unwrap();
        assert_eq!(Some(outer), inner);
        assert_ne!(outer, std::thread::current().id());
    }
}
