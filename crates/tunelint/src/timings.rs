//! `--timings`: what reading, decoding, each rule and the report took.

use std::io::Write as _;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use tunelint_core::contract::Timings;

/// The number of parts that are listed. The others are summed.
const LISTED: usize = 20;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);
/// One for all datasets of the run.
static TIMINGS: LazyLock<Timings> = LazyLock::new(|| Timings::by(|| START.elapsed()));

/// The timings of the run, if they are wanted.
pub fn of_run(wanted: bool) -> Option<Timings> {
    wanted.then(|| TIMINGS.clone())
}

/// Prints the timings to standard error.
pub fn print(timings: &Timings) {
    // As with every message on standard error, there is nobody to tell if it is closed.
    let _ = std::io::stderr().write_all(table(&timings.spent()).as_bytes());
}

/// The parts with their times and shares, the most costly first.
fn table(spent: &[(&'static str, Duration)]) -> String {
    let all: Duration = spent.iter().map(|(_, time)| time).sum();
    let row = |time: Duration, name: &str| {
        let share = 100.0 * time.as_secs_f64() / all.as_secs_f64().max(f64::MIN_POSITIVE);
        format!("{:9.3} s {share:5.1}%  {name}\n", time.as_secs_f64())
    };
    let mut table = String::from("timings, summed over all threads:\n");
    let (listed, others) = spent.split_at(spent.len().min(LISTED));
    table.extend(listed.iter().map(|(name, time)| row(*time, name)));
    if !others.is_empty() {
        let time = others.iter().map(|(_, time)| time).sum();
        table.push_str(&row(time, &format!("{} others", others.len())));
    }
    table.push_str(&row(all, "in all"));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_costly_parts_are_listed_and_the_others_summed() {
        let second = Duration::from_secs(1);
        let mut spent = vec![("decoding", second * 3)];
        assert_eq!(
            table(&spent),
            "timings, summed over all threads:\n    3.000 s 100.0%  decoding\n    3.000 s 100.0%  in all\n"
        );
        spent.extend([("secret", second); 22]);
        let table = table(&spent);
        assert_eq!(table.lines().count(), 1 + LISTED + 2);
        assert!(table.ends_with("    3.000 s  12.0%  3 others\n   25.000 s 100.0%  in all\n"));
    }
}
