//! How far a long run has come: on standard error, if that is a terminal, after half a second.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A run that takes no longer has nothing to show.
const QUIET: Duration = Duration::from_millis(500);
/// Between two looks.
const TICK: Duration = Duration::from_millis(100);

/// A bar that follows a count of bytes.
#[derive(Default)]
pub struct Progress {
    meter: Arc<AtomicU64>,
    shown: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts to watch the reading of `total` bytes, where somebody is there to see it.
    pub fn start(total: u64, wanted: bool) -> Self {
        let mut progress = Self::default();
        if !wanted || !io::stderr().is_terminal() {
            return progress;
        }
        let meter = Arc::clone(&progress.meter);
        let (stop, stopped) = channel::<()>();
        let watch = move || {
            let timed_out = |wait| stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout);
            if !timed_out(QUIET) {
                return;
            }
            let bar = ProgressBar::new(total).with_style(style());
            loop {
                let read = meter.load(Ordering::Relaxed);
                // What rules want to see twice is read twice.
                bar.set_length(total.max(read));
                bar.set_position(read);
                if !timed_out(TICK) {
                    break;
                }
            }
            bar.finish_and_clear();
        };
        progress.shown = Some((stop, std::thread::spawn(watch)));
        progress
    }

    /// Counts bytes that were read.
    pub fn add(&self, bytes: u64) {
        self.meter.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    /// Removes the bar: nothing of it is left among what is written after.
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.shown.take() {
            drop(stop);
            // A thread that failed has nothing left to clear.
            let _ = thread.join();
        }
    }
}

fn style() -> ProgressStyle {
    let template = "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
