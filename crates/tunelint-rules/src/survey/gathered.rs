//! What is gathered once about the whole dataset, for every rule that needs to see all of it.
//!
//! A survey is filled batch by batch and merged in any grouping; the result does not depend on
//! threads or on the size of batches.

use serde::{Deserialize, Serialize};
use tunelint_data::text::position::SourceId;
use tunelint_layouts::example::{Example, Role};
use tunelint_layouts::provider::task::Task;

use super::inferred::Inferred;
use super::labels::OutputCounts;
use super::lengths::Lengths;
use super::normal::Normalizer;
use super::seen::{Group, Seen, Sighting, Spot};
use super::sketch::{Horizon, Sketch};

/// What must be gathered; nothing else is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    /// Every example's digests and place: 32 bytes an example.
    pub seen: bool,
    /// The lengths of outputs: a fixed size.
    pub lengths: bool,
    /// What the common form is inferred from: a fixed size.
    pub form: bool,
}

impl Needs {
    /// The number of examples alone, which costs nothing.
    pub const COUNT: Self = Self {
        seen: false,
        lengths: false,
        form: false,
    };

    /// What the common form is inferred from, and nothing else.
    pub const FORM: Self = Self {
        form: true,
        ..Self::COUNT
    };

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            seen: self.seen || other.seen,
            lengths: self.lengths || other.lengths,
            form: self.form || other.form,
        }
    }
}

/// What was gathered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    needs: Needs,
    /// The examples read.
    pub examples: u64,
    /// The sources that had any, in order.
    pub sources: Vec<SourceId>,
    /// The lengths of outputs, in characters.
    pub output_lengths: Lengths,
    /// Every example's digests and place.
    pub seen: Seen,
    /// A sample of the distinct inputs.
    pub sketch: Sketch,
    /// How often each output occurs.
    pub output_counts: OutputCounts,
    /// What the form of the examples is; known once everything was seen.
    #[serde(skip)]
    pub inferred: Inferred,
    /// The examples that share their input with others; known once everything was seen.
    #[serde(skip)]
    pub repeated: Vec<Group>,
}

impl Survey {
    /// An empty survey that will gather `needs`.
    pub fn new(needs: Needs) -> Self {
        Self {
            needs,
            ..Self::default()
        }
    }

    /// Takes one example into account, but for what `horizon` makes superfluous.
    pub fn observe(
        &mut self,
        example: &Example<'_>,
        normalizer: &mut Normalizer,
        horizon: &Horizon,
    ) {
        self.examples += 1;
        let source = example.record.source;
        if self.sources.last() != Some(&source) {
            self.sources.push(source);
        }
        if self.needs.seen {
            self.seen.push(Sighting::of(example, normalizer));
        }
        if self.needs.form {
            self.observe_form(example, horizon);
        }
        if self.needs.lengths {
            let outputs = example.turns.iter().filter(|turn| turn.role == Role::Model);
            for output in outputs {
                self.output_lengths.add(output.chars(), || {
                    Spot::new(&example.record, output.text_span())
                });
            }
        }
    }

    /// Looks at what the common form shows itself in.
    fn observe_form(&mut self, example: &Example<'_>, horizon: &Horizon) {
        self.sketch.observe(example, horizon);
        if let Some(output) = example.output().filter(|_| !horizon.open_labels()) {
            let spot = || Spot::new(&example.record, output.text_span());
            self.output_counts.add(output.joined().trim(), spot);
        }
    }

    /// Works out what follows from everything that was seen.
    pub fn complete(&mut self) {
        self.repeated = self.seen.groups();
        self.sketch.settle();
        self.inferred = Inferred::from_sketch(&self.sketch, &self.output_counts, self.examples);
    }

    /// Counts all sources from `by` on: what was gathered in a run of its own joins another.
    pub fn shift(&mut self, by: u32) {
        self.sources.iter_mut().for_each(|source| source.0 += by);
        self.output_lengths.shift(by);
        self.seen.shift(by);
        self.sketch.shift(by);
        self.output_counts.shift(by);
    }

    /// Forgets what depends on the order in which parts were met: nothing is read from it.
    pub fn settle(&mut self) {
        self.sketch.settle();
    }

    /// Tells `horizon` what those who observe later need not look at.
    pub fn advance(&self, horizon: &Horizon) {
        horizon.advance(&self.sketch, self.output_counts.is_open());
    }

    /// The task that the examples show; generation is what is left, and no knowledge.
    pub fn task(&self) -> Option<Task> {
        let guess = self.inferred.task.as_ref()?;
        (guess.task != Task::Generation).then_some(guess.task)
    }

    /// How often each label occurs in any spelling, the most frequent first; nothing where outputs
    /// are drawn from no closed set.
    pub fn label_counts(&self) -> Vec<(String, u64)> {
        let stop = self.inferred.outputs.stop.as_ref();
        let stop = stop.map_or("", |stop| stop.value.as_str());
        let labels = self.inferred.labels.as_ref();
        labels.map_or_else(Vec::new, |labels| labels.counts(&self.output_counts, stop))
    }

    /// Adds the survey of the examples that follow.
    pub fn merge(&mut self, other: Self) {
        self.examples += other.examples;
        for source in other.sources {
            if self.sources.last() != Some(&source) {
                self.sources.push(source);
            }
        }
        self.output_lengths.merge(other.output_lengths);
        self.seen.merge(other.seen);
        self.sketch.merge(other.sketch);
        self.output_counts.merge(other.output_counts);
    }
}
