//! A run that is interrupted leaves no temporary file behind.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, Once, PoisonError};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The signal for a file beyond the size that is allowed; the number is the same on Linux and
/// macOS.
const SIGXFSZ: i32 = 25;

static TEMPORARIES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static WATCHING: Once = Once::new();

/// From here on, `path` is removed when the run is interrupted. The file may be gone by then.
pub(super) fn remove_when_interrupted(path: &Path) -> io::Result<()> {
    let mut temporaries = TEMPORARIES.lock().unwrap_or_else(PoisonError::into_inner);
    temporaries.push(path.to_path_buf());
    drop(temporaries);
    let mut started = Ok(());
    WATCHING.call_once(|| started = watch());
    started
}

fn watch() -> io::Result<()> {
    // With a handler, a write beyond the limit fails with an error instead of ending the program.
    signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    std::thread::Builder::new().spawn(move || {
        if let Some(signal) = signals.forever().next() {
            end(signal);
        }
    })?;
    Ok(())
}

#[expect(
    clippy::exit,
    reason = "an interrupted run ends where it is, with the shell's code for it"
)]
fn end(signal: i32) {
    for path in TEMPORARIES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
    {
        // It may have been renamed into its place, or never been written.
        let _ = fs::remove_file(path);
    }
    std::process::exit(128 + signal)
}
