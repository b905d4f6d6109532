//! Runs work without the interpreter's lock, and ends it when Python is interrupted.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use tunelint::embed::{Failure, FailureKind, Stop};

use crate::errors::raised;

/// How often Python's signals are looked at.
const TICK: Duration = Duration::from_millis(20);
/// How long work that must stop is waited for. It can change nothing any more.
const GRACE: Duration = Duration::from_millis(20);

/// Where the last panic happened.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Keeps the place of a panic and prints nothing: its message may quote the data.
pub fn silence_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
        *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
}

/// The result of `work`, which runs in another thread while other Python threads go on.
///
/// # Errors
/// The failure of `work`, or `KeyboardInterrupt` within [`TICK`] and [`GRACE`]; `stop` is set then.
pub fn interruptible<T: Send + 'static>(
    py: Python<'_>,
    stop: &Stop,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> PyResult<T> {
    let (sender, receiver) = channel();
    let spawned = std::thread::Builder::new().spawn(move || {
        let done = catch_unwind(AssertUnwindSafe(work));
        // Nobody waits for the result of work that was interrupted.
        let _ = sender.send(done.unwrap_or_else(|_| Err(bug())));
    });
    spawned.map_err(|error| raised(py, &Failure::io("start", "a thread", &error)))?;
    let mut receiver = receiver;
    loop {
        let (returned, received) = wait(py, receiver, TICK);
        receiver = returned;
        match received {
            Ok(done) => return done.map_err(|failure| raised(py, &failure)),
            Err(RecvTimeoutError::Disconnected) => return Err(raised(py, &bug())),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Err(interrupt) = py.check_signals() {
            stop.set();
            // The result is of no use any more.
            drop(wait(py, receiver, GRACE));
            return Err(interrupt);
        }
    }
}

type Received<T> = Result<Result<T, Failure>, RecvTimeoutError>;

fn wait<T: Send>(
    py: Python<'_>,
    receiver: Receiver<Result<T, Failure>>,
    time: Duration,
) -> (Receiver<Result<T, Failure>>, Received<T>) {
    py.detach(move || {
        let received = receiver.recv_timeout(time);
        (receiver, received)
    })
}

fn bug() -> Failure {
    let place = PANIC.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Failure::new(format!(
        "internal error in tunelint{place}; your files are unchanged"
    ))
    .help("please report this location and the kind of data that was read")
    .of_kind(FailureKind::Bug)
}
