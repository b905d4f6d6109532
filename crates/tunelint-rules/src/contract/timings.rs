//! What the parts of a run cost, for `--timings`. The program passes its clock in; without one,
//! nothing is measured.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tunelint_data::record::Record;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::Findings;
use tunelint_layouts::reader::Unreadable;

use super::rule::{
    AnyTally, Check, ErasedRule, ExampleRule, Lead, RecordRule, SequenceRule, SourceFacts,
    SourceRule, SurveyRule,
};
use super::sequence::Sequence;
use crate::survey::{Needs, Survey};

/// The time since some start. Called from all threads.
pub type Clock = fn() -> Duration;

/// The time that each part of a run has taken, summed over all threads.
#[derive(Debug, Clone)]
pub struct Timings {
    clock: Clock,
    parts: Arc<Mutex<BTreeMap<&'static str, Arc<Spent>>>>,
}

#[derive(Debug, Default)]
struct Spent {
    nanoseconds: AtomicU64,
    readings: AtomicU64,
}

impl Timings {
    /// Timings by `clock`.
    pub fn by(clock: Clock) -> Self {
        Self {
            clock,
            parts: Arc::default(),
        }
    }

    /// The stopwatch of a part of the run.
    pub fn of(&self, part: &'static str) -> Stopwatch {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let spent = Arc::clone(parts.entry(part).or_default());
        Stopwatch(Some((self.clock, spent)))
    }

    /// What each part has taken, the most costly first, without what the clock itself took.
    pub fn spent(&self) -> Vec<(&'static str, Duration)> {
        const READINGS: u32 = 1_000;
        let start = (self.clock)();
        let mut end = start;
        (0..READINGS).for_each(|_| end = (self.clock)());
        let reading = (end.saturating_sub(start) / READINGS).as_nanos() as u64;
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = parts.iter().map(|(part, spent)| {
            let clock = spent.readings.load(Relaxed).saturating_mul(reading);
            let spent = spent.nanoseconds.load(Relaxed).saturating_sub(clock);
            (*part, Duration::from_nanos(spent))
        });
        let mut parts: Vec<_> = parts.collect();
        parts.sort_by_key(|(_, spent)| std::cmp::Reverse(*spent));
        parts
    }
}

/// Measures one part of a run. By default, it measures nothing and costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Stopwatch(Option<(Clock, Arc<Spent>)>);

impl Stopwatch {
    /// The stopwatch of a part, if anything is measured.
    pub fn of(timings: Option<&Timings>, part: &'static str) -> Self {
        timings.map(|timings| timings.of(part)).unwrap_or_default()
    }

    /// Runs `work`, measured.
    #[inline]
    pub fn measure<T>(&self, work: impl FnOnce() -> T) -> T {
        let lap = self.start();
        let result = work();
        self.stop(lap);
        result
    }

    /// The time now, for [`Self::stop`]. No time if nothing is measured.
    #[inline]
    pub fn start(&self) -> Duration {
        self.0.as_ref().map_or(Duration::ZERO, |(clock, _)| clock())
    }

    /// Adds the time since `start`.
    #[inline]
    pub fn stop(&self, start: Duration) {
        if let Some((clock, spent)) = &self.0 {
            let passed = clock().saturating_sub(start).as_nanos() as u64;
            spent.nanoseconds.fetch_add(passed, Relaxed);
            spent.readings.fetch_add(1, Relaxed);
        }
    }
}

/// The check of a rule, measured by `watch`.
pub fn timed(check: Check, watch: &Stopwatch) -> Check {
    fn over<R: ?Sized>(rule: Box<R>, watch: &Stopwatch) -> Timed<R> {
        let watch = watch.clone();
        Timed { rule, watch }
    }
    Check {
        example: check.example.map(|rule| Box::new(over(rule, watch)) as _),
        dataset: check.dataset.map(|rule| Box::new(over(rule, watch)) as _),
        sequence: check.sequence.map(|rule| Box::new(over(rule, watch)) as _),
        survey: check.survey.map(|rule| Box::new(over(rule, watch)) as _),
        record: check.record.map(|rule| Box::new(over(rule, watch)) as _),
        source: check.source.map(|rule| Box::new(over(rule, watch)) as _),
        suppression: check.suppression,
    }
}

/// A rule with its stopwatch.
struct Timed<R: ?Sized> {
    rule: Box<R>,
    watch: Stopwatch,
}

impl ExampleRule for Timed<dyn ExampleRule> {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        self.watch.measure(|| self.rule.check(example, findings));
    }
}

impl SequenceRule for Timed<dyn SequenceRule> {
    fn check(&self, sequence: &Sequence<'_, '_>, findings: &mut Findings<'_>) {
        self.watch.measure(|| self.rule.check(sequence, findings));
    }
}

impl RecordRule for Timed<dyn RecordRule> {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        self.watch
            .measure(|| self.rule.check(record, why, findings));
    }
}

impl SourceRule for Timed<dyn SourceRule> {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        self.watch.measure(|| self.rule.check(source, findings));
    }
}

impl SurveyRule for Timed<dyn SurveyRule> {
    fn needs(&self) -> Needs {
        self.rule.needs()
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        self.watch.measure(|| self.rule.finish(survey, findings));
    }
}

impl ErasedRule for Timed<dyn ErasedRule> {
    fn tally(&self) -> AnyTally {
        self.rule.tally()
    }

    fn observe(&self, example: &Example<'_>, tally: &mut AnyTally) {
        self.watch.measure(|| self.rule.observe(example, tally));
    }

    fn needs_sequences(&self) -> bool {
        self.rule.needs_sequences()
    }

    fn observe_sequence(&self, sequence: &Sequence<'_, '_>, tally: &mut AnyTally) {
        self.watch
            .measure(|| self.rule.observe_sequence(sequence, tally));
    }

    fn merge(&self, into: &mut AnyTally, from: AnyTally) {
        self.watch.measure(|| self.rule.merge(into, from));
    }

    fn renumber_sources(&self, tally: &mut AnyTally, by: u32) {
        self.rule.renumber_sources(tally, by);
    }

    fn lead(&self, tally: &AnyTally) -> Option<Lead> {
        self.watch.measure(|| self.rule.lead(tally))
    }

    fn follow_up(&self, lead: &Lead) -> Option<Check> {
        let check = self.watch.measure(|| self.rule.follow_up(lead))?;
        Some(timed(check, &self.watch))
    }

    fn finish(&self, tally: AnyTally, findings: &mut Findings<'_>) {
        self.watch.measure(|| self.rule.finish(tally, findings));
    }

    fn save(&self, tally: &AnyTally) -> Result<Vec<u8>, rmp_serde::encode::Error> {
        self.rule.save(tally)
    }

    fn load(&self, saved: &[u8]) -> Result<AnyTally, rmp_serde::decode::Error> {
        self.rule.load(saved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock that advances by a millisecond with each reading.
    fn clock() -> Duration {
        static READINGS: AtomicU64 = AtomicU64::new(0);
        Duration::from_millis(READINGS.fetch_add(1, Relaxed))
    }

    #[test]
    fn parts_are_summed_without_the_clock_and_the_most_costly_is_first() {
        let timings = Timings::by(clock);
        timings.of("decoding").measure(clock);
        let rule = Stopwatch::of(Some(&timings), "secret");
        rule.measure(|| (clock(), clock()));
        rule.measure(clock);
        let milliseconds = |of: (&'static str, Duration)| (of.0, of.1.as_millis());
        let spent: Vec<_> = timings.spent().into_iter().map(milliseconds).collect();
        assert_eq!(spent, [("secret", 3), ("decoding", 1)]);
        Stopwatch::default().measure(|| ());
    }
}
