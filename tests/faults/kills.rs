//! Kills after any time, wherever the program is by then: between two calls, in other threads, in a call.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{CASES, Case, Judge, leftovers_are_ignored};
use crate::figures;

/// How much later the next run is killed, in microseconds, in the short form and in the long one; and the
/// share of the delay so far that is added, so that a slow machine needs few more runs.
const STEPS: [u64; 2] = [4_000, 100];
const SHARES: [u32; 2] = [8, 64];

/// Runs that must end before their kill, one after another, until a case is done.
const COMPLETE: u32 = 3;

/// The longest time that a run may take before it ends by itself.
const LONGEST: Duration = Duration::from_secs(30);

#[test]
fn a_kill_at_any_time_leaves_the_old_file_or_the_new_one() {
    let form = usize::from(figures::is_long());
    let step = Duration::from_micros(STEPS[form]);
    let mut kills = 0;
    for case in &CASES {
        let judge = Judge::of(case);
        let (mut delay, mut complete) = (Duration::ZERO, 0);
        while complete < COMPLETE {
            match killed_after(case, &judge, delay) {
                true => kills += 1,
                false => complete += 1,
            }
            delay += step + delay / SHARES[form];
            assert!(delay < LONGEST, "{:?} does not end", case.arguments);
        }
    }
    assert!(kills > CASES.len() as u64, "{kills} kills");
    figures::add("kills", kills);
}

/// Runs `case` and kills it after `delay`. Returns whether it was still running.
fn killed_after(case: &Case, judge: &Judge, delay: Duration) -> bool {
    let repository = Case::repository();
    let mut command = case.command(&repository);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().expect("it starts");
    std::thread::sleep(delay.saturating_sub(started.elapsed()));
    // One that has ended cannot be killed, and is not yet gone.
    child.kill().expect("it is ours");
    let status = child.wait().expect("it ends");
    let about = format!("a kill after {delay:?}");
    judge.is_whole(&repository, &about);
    leftovers_are_ignored(&repository);
    status.code().is_none()
}
