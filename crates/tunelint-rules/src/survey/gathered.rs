//! The survey: what is gathered once, over the whole dataset, for all rules that need it.
//!
//! It is filled batch by batch and merged in any grouping. The result does not depend on the
//! number of threads or on the batch size.

use serde::{Deserialize, Serialize};
use tunelint_data::text::position::SourceId;
use tunelint_layouts::example::Example;
use tunelint_layouts::provider::task::Task;

use super::inferred::outputs::{Edges, begins_with_quote};
use super::inferred::{Inferred, language};
use super::labels::OutputCounts;
use super::lengths::Lengths;
use super::normal::Normalizer;
use super::seen::{CompactLocation, ExampleDigest, Group, Seen};
use super::sketch::{SampleCutoff, Sketch};
use super::surprising::{LabelSample, SurprisingLabel};
use super::unfinished::UnfinishedLengths;

/// The statistics to gather. Nothing else is gathered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    /// The digests and location of every example: 32 bytes per example.
    pub seen: bool,
    /// The lengths of outputs, in constant memory.
    pub lengths: bool,
    /// The input for inferring the format, in constant memory.
    pub form: bool,
    /// The labels that similar inputs do not have, in constant memory. Needs `form` as well.
    pub surprising: bool,
    /// The language of the outputs, found in the sample. Needs `form` as well.
    pub languages: bool,
}

impl Needs {
    /// Only the number of examples.
    pub const COUNT: Self = Self {
        seen: false,
        lengths: false,
        form: false,
        surprising: false,
        languages: false,
    };

    /// Only the input for inferring the format.
    pub const FORM: Self = Self {
        form: true,
        ..Self::COUNT
    };

    /// The union of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            seen: self.seen || other.seen,
            lengths: self.lengths || other.lengths,
            form: self.form || other.form,
            surprising: self.surprising || other.surprising,
            languages: self.languages || other.languages,
        }
    }
}

/// The gathered statistics. Call [`observe`](Self::observe) for every example,
/// [`merge`](Self::merge) in the order of the examples, and [`complete`](Self::complete) at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    needs: Needs,
    /// The number of examples.
    pub examples: u64,
    /// The number of them that are prompts without responses.
    pub prompts: u64,
    /// The sources with examples, in order.
    pub sources: Vec<SourceId>,
    /// The lengths of outputs, in characters.
    pub output_lengths: Lengths,
    /// The lengths of those that end in the middle of a sentence.
    pub unfinished: UnfinishedLengths,
    /// The digests and location of every example.
    pub seen: Seen,
    /// A sample of the distinct inputs.
    pub sketch: Sketch,
    /// How often each output occurs.
    pub output_counts: OutputCounts,
    /// A sample of inputs with their labels.
    labeled: LabelSample,
    /// Whether an output begins with a quotation mark.
    begins_with_quote: bool,
    /// How many outputs have whitespace at their edges.
    edges: Edges,
    /// The inferred format; empty before [`complete`](Self::complete).
    #[serde(skip)]
    pub inferred: Inferred,
    /// The groups of examples with equal inputs; empty before [`complete`](Self::complete).
    #[serde(skip)]
    pub repeated: Vec<Group>,
    /// The labels that similar inputs do not have, the most surprising first; empty before
    /// [`complete`](Self::complete).
    #[serde(skip)]
    pub surprising: Vec<SurprisingLabel>,
}

impl Survey {
    /// An empty survey that gathers `needs`.
    pub fn new(needs: Needs) -> Self {
        Self {
            needs,
            ..Self::default()
        }
    }

    /// Adds one example. Skips work that, according to `cutoff`, cannot change the result.
    pub fn observe(
        &mut self,
        example: &Example<'_>,
        normalizer: &mut Normalizer,
        cutoff: &SampleCutoff,
    ) {
        self.examples += 1;
        self.prompts += u64::from(example.is_prompt_only());
        let source = example.record.source;
        if self.sources.last() != Some(&source) {
            self.sources.push(source);
        }
        if self.needs.seen {
            self.seen.push(ExampleDigest::of(example, normalizer));
        }
        if self.needs.form {
            self.observe_form(example, cutoff);
        }
        if self.needs.lengths {
            for output in example.wanted_outputs() {
                let spot = || CompactLocation::new(&example.record, output.text_span());
                let chars = output.chars();
                self.output_lengths.add(chars, spot);
                self.unfinished.add(output, chars, spot);
            }
        }
    }

    /// Adds an example to the input for inferring the format.
    fn observe_form(&mut self, example: &Example<'_>, cutoff: &SampleCutoff) {
        self.sketch.observe(example, cutoff);
        let output = example.wanted_output();
        if let Some(output) = output {
            let text = output.joined();
            self.begins_with_quote |= begins_with_quote(&text);
            self.edges.add(&text);
        }
        if let Some(output) = output.filter(|_| !cutoff.open_labels()) {
            let spot = || CompactLocation::new(&example.record, output.text_span());
            self.output_counts.add(output.joined().trim(), spot);
            if self.needs.surprising && !self.output_counts.is_open() {
                self.labeled.observe(example);
            }
        }
    }

    /// Infers the format, groups equal inputs and looks for surprising labels. Called once, after the last example.
    pub fn complete(&mut self) {
        self.repeated = self.seen.groups();
        self.sketch.canonicalize();
        self.sketch.find_markers();
        self.inferred = Inferred::from_sketch(&self.sketch, &self.output_counts, self.examples);
        self.inferred.outputs.none_quoted = !self.begins_with_quote;
        self.inferred.outputs.leading = self.edges.leading();
        self.inferred.outputs.trailing = self.edges.trailing();
        if self.needs.languages {
            self.inferred.language = language::infer(&self.sketch);
        }
        let labeled = std::mem::take(&mut self.labeled);
        if let (Some(Task::Classification), Some(labels)) = (self.task(), &self.inferred.labels) {
            self.surprising = labeled.surprising(labels, self.stop_suffix());
        }
    }

    /// Adds `by` to every source id, before a survey of another run is merged.
    pub fn renumber_sources(&mut self, by: u32) {
        self.sources.iter_mut().for_each(|source| source.0 += by);
        self.output_lengths.renumber_sources(by);
        self.unfinished.renumber_sources(by);
        self.seen.renumber_sources(by);
        self.sketch.renumber_sources(by);
        self.output_counts.renumber_sources(by);
        self.labeled.renumber_sources(by);
    }

    /// Drops leftovers that depend on the order of merging, so that equal data gives equal surveys.
    pub fn canonicalize(&mut self) {
        self.sketch.canonicalize();
    }

    /// What the format is inferred from, without the rest. Its [`complete`](Self::complete) infers
    /// the same format, so call this before that of the whole survey.
    #[must_use]
    pub fn for_inference(&self) -> Self {
        Self {
            needs: self.needs,
            examples: self.examples,
            sketch: self.sketch.clone(),
            output_counts: self.output_counts.clone(),
            begins_with_quote: self.begins_with_quote,
            edges: self.edges,
            ..Self::default()
        }
    }

    /// Updates `cutoff` with what later batches can skip.
    pub fn advance(&self, cutoff: &SampleCutoff) {
        cutoff.advance(&self.sketch, self.output_counts.is_open());
    }

    /// The inferred task; `None` for generation, which is the fallback without evidence.
    pub fn task(&self) -> Option<Task> {
        let guess = self.inferred.task.as_ref()?;
        (guess.task != Task::Generation).then_some(guess.task)
    }

    /// How often each label occurs in any spelling, the most frequent first; empty if the outputs are
    /// not labels.
    pub fn label_counts(&self) -> Vec<(String, u64)> {
        let labels = self.inferred.labels.as_ref();
        labels.map_or_else(Vec::new, |labels| {
            labels.counts(&self.output_counts, self.stop_suffix())
        })
    }

    fn stop_suffix(&self) -> &str {
        let stop = self.inferred.outputs.stop.as_ref();
        stop.map_or("", |stop| stop.value.as_str())
    }

    /// Adds the survey of the examples that come after those of this one.
    pub fn merge(&mut self, other: Self) {
        self.examples += other.examples;
        self.prompts += other.prompts;
        for source in other.sources {
            if self.sources.last() != Some(&source) {
                self.sources.push(source);
            }
        }
        self.output_lengths.merge(other.output_lengths);
        self.unfinished.merge(other.unfinished);
        self.seen.merge(other.seen);
        self.sketch.merge(other.sketch);
        self.output_counts.merge(other.output_counts);
        self.labeled.merge(other.labeled);
        self.begins_with_quote |= other.begins_with_quote;
        self.edges.merge(other.edges);
        if self.output_counts.is_open() {
            self.labeled = LabelSample::default();
        }
    }
}
