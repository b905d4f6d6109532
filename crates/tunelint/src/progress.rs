//! A progress bar on standard error, if that is a terminal, after half a second.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::signals;

/// Shorter runs show no bar.
const DELAY: Duration = Duration::from_millis(500);
/// Time between two updates.
const TICK: Duration = Duration::from_millis(100);

/// A bar that follows a counter of bytes. Dropping it removes the bar.
#[derive(Default)]
pub struct Progress {
    meter: Arc<AtomicU64>,
    shown: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts a bar for `total` bytes, unless it is not `wanted` or there is no terminal.
    pub fn start(total: u64, wanted: bool) -> Self {
        let mut progress = Self::default();
        if !wanted || !io::stderr().is_terminal() {
            return progress;
        }
        let meter = Arc::clone(&progress.meter);
        let (stop, stopped) = channel::<()>();
        let watch = move || {
            let timed_out = |wait| stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout);
            if !timed_out(DELAY) {
                return;
            }
            // Without the watch for interruptions, the bar may stay on the terminal.
            let _ = signals::note_bar(true);
            let bar = ProgressBar::new(total).with_style(style());
            // What was read before the bar began says nothing about the speed.
            bar.set_position(meter.load(Ordering::Relaxed));
            bar.reset_eta();
            while timed_out(TICK) {
                let read = meter.load(Ordering::Relaxed);
                // A rule may need one more reading than is expected.
                bar.set_length(total.max(read));
                bar.set_position(read);
            }
            bar.finish_and_clear();
            let _ = signals::note_bar(false);
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
    /// Removes the bar from the terminal before anything else is printed.
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.shown.take() {
            drop(stop);
            // If the thread panicked, there is no bar to remove.
            let _ = thread.join();
        }
    }
}

fn style() -> ProgressStyle {
    let template = "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
