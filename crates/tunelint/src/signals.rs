//! What happens when a run is interrupted: temporary files are removed, and the line of the progress
//! bar is cleared.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The signal for a file that exceeds the allowed size. The number is the same on Linux and macOS.
const SIGXFSZ: i32 = 25;

static TEMPORARIES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static BAR: AtomicBool = AtomicBool::new(false);
static WATCHING: Once = Once::new();
static EMBEDDED: AtomicBool = AtomicBool::new(false);

/// Leaves signals to the program that embeds this one, which unwinds a run instead of ending the
/// process. Called before a run.
pub fn leave_to_host() {
    EMBEDDED.store(true, Ordering::Relaxed);
}

/// Registers `path` to be removed when the run is interrupted. The file may be gone by then.
pub fn remove_when_interrupted(path: &Path) -> io::Result<()> {
    if EMBEDDED.load(Ordering::Relaxed) {
        return Ok(());
    }
    let mut temporaries = TEMPORARIES.lock().unwrap_or_else(PoisonError::into_inner);
    temporaries.push(path.to_path_buf());
    drop(temporaries);
    watch_once()
}

/// Notes whether a progress bar is on the last line of the terminal, to be cleared when the run is
/// interrupted.
pub fn note_bar(shown: bool) -> io::Result<()> {
    BAR.store(shown, Ordering::Relaxed);
    watch_once()
}

fn watch_once() -> io::Result<()> {
    if EMBEDDED.load(Ordering::Relaxed) {
        return Ok(());
    }
    let mut started = Ok(());
    WATCHING.call_once(|| started = watch());
    started
}

/// Makes a write that exceeds the size limit of files an error instead of the end of the program.
/// Called once, before anything is written.
pub fn outlive_size_limit() {
    // Without a handler, which only a system without the signal refuses, the program ends.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

fn watch() -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    std::thread::Builder::new().spawn(move || {
        if let Some(signal) = signals.forever().next() {
            remove_and_exit(signal);
        }
    })?;
    Ok(())
}

#[expect(
    clippy::exit,
    reason = "an interrupted run exits at once, with the code that shells use for the signal"
)]
fn remove_and_exit(signal: i32) {
    for path in TEMPORARIES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
    {
        // It may have been renamed already.
        let _ = fs::remove_file(path);
    }
    if BAR.load(Ordering::Relaxed) {
        let _ = io::stderr().write_all(b"\r\x1b[2K");
    }
    std::process::exit(128 + signal)
}
