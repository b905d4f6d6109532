//! The statistics of a source: sizes, lengths, tokens, and its survey.

use std::io;
use std::sync::Arc;

use crate::run::gather::{Stack, gather_on};
use crate::run::sequences::SequenceStats;
use tunelint_data::text::Text;
use tunelint_data::text::position::Span;
use tunelint_layouts::example::{Example, Turn};
use tunelint_layouts::layout::{Layout, Losses, ObjectWriter};
use tunelint_layouts::provider::profile::Profile;
use tunelint_layouts::provider::tokens::{Counter, Tokens};
use tunelint_layouts::reader::{DecodeOutcome, Reader};
use tunelint_model::Model;
use tunelint_rules::survey::{
    CompactLocation, ExampleDigest, Group, Lengths, Needs, Normalizer, SampleCutoff, Survey,
};

/// Everything that a survey can gather, except languages, which no view shows. Costs 32 bytes per
/// example.
const ALL: Needs = Needs {
    seen: true,
    lengths: true,
    form: true,
    surprising: true,
    languages: false,
};

/// The statistics of one source.
#[derive(Debug, Default)]
pub struct Stats {
    /// The completed survey, with the inferred format.
    pub survey: Survey,
    /// The number of records that gave no example.
    pub unread: u64,
    /// The size of all examples in the layout of the target, with a separator for each; 0 without a
    /// target layout.
    pub bytes: u64,
    /// The number of characters of all texts.
    pub characters: u64,
    /// The number of tokens of all texts.
    pub tokens: Tokens,
    /// Input lengths in characters: everything before the last output.
    pub inputs: Lengths,
    /// Example lengths in tokens.
    pub examples: Lengths,
    /// The sequences, if the model is known.
    pub sequences: Option<SequenceStats>,
}

/// The statistics of one batch, with a buffer for measuring its examples.
struct BatchStats {
    stats: Stats,
    object: ObjectWriter,
}

impl Stats {
    /// Reads `reader` to its end. `layout` is the layout of the target, for sizes; `counter` counts
    /// tokens; `model` is a model with a tokenizer, and
    /// the targets that decide what is trained on.
    ///
    /// # Errors
    /// If the source cannot be read.
    pub fn of(
        reader: &mut Reader,
        layout: Option<&dyn Layout>,
        counter: &Counter,
        model: Option<(&Model, &[Arc<Profile>])>,
        threads: usize,
    ) -> io::Result<Self> {
        let cutoff = SampleCutoff::default();
        let mut all = Self::empty();
        all.sequences = model.map(|_| SequenceStats::default());
        let stack = match model {
            Some(_) => Stack::Deep,
            None => Stack::Usual,
        };
        gather_on(
            stack,
            reader,
            threads,
            || BatchStats {
                stats: Self::empty(),
                object: ObjectWriter::measuring(),
            },
            |read, normalizer, batch| match read {
                DecodeOutcome::Example(example) => {
                    batch.stats.observe(example, counter, normalizer, &cutoff);
                    if let Some((model, targets)) = model {
                        let sequences = batch.stats.sequences.get_or_insert_default();
                        sequences.observe(example, model, targets);
                    }
                    if let Some(layout) = layout {
                        batch.object.clear();
                        layout.encode(example, &mut batch.object, &mut Losses::default());
                        batch.stats.bytes += batch.object.measure() + 1;
                    }
                }
                DecodeOutcome::Unreadable(..) => batch.stats.unread += 1,
            },
            |batch| {
                all.merge(batch.stats);
                all.survey.advance(&cutoff);
            },
        )?;
        all.survey.complete();
        Ok(all)
    }

    fn empty() -> Self {
        Self {
            survey: Survey::new(ALL),
            ..Self::default()
        }
    }

    fn observe(
        &mut self,
        example: &Example<'_>,
        counter: &Counter,
        normalizer: &mut Normalizer,
        cutoff: &SampleCutoff,
    ) {
        self.survey.observe(example, normalizer, cutoff);
        let spot = || CompactLocation::new(&example.record, Span::at(0));
        let tokens = counter.count(example.texts().map(Text::as_str));
        self.characters += example.turns.iter().map(Turn::chars).sum::<u64>();
        self.tokens += tokens;
        self.examples.add(tokens.about, spot);
        self.inputs
            .add(example.input().iter().map(Turn::chars).sum(), spot);
    }

    fn merge(&mut self, other: Self) {
        self.survey.merge(other.survey);
        self.unread += other.unread;
        self.bytes += other.bytes;
        self.characters += other.characters;
        self.tokens += other.tokens;
        self.inputs.merge(other.inputs);
        self.examples.merge(other.examples);
        if let Some(sequences) = other.sequences {
            self.sequences.get_or_insert_default().merge(sequences);
        }
    }

    /// The locations of the examples whose input and output an earlier example has.
    pub fn duplicates(&self) -> Vec<CompactLocation> {
        let later = |group: &Group| -> Vec<CompactLocation> {
            let duplicates = group.iter().enumerate().filter(|(at, sighting)| {
                let mut before = group.iter().take(*at);
                before.any(|earlier| earlier.same_output(sighting))
            });
            duplicates.map(|(_, sighting)| sighting.spot()).collect()
        };
        self.survey.repeated.iter().flat_map(later).collect()
    }

    /// The inputs with several outputs, each as the location of its first example.
    pub fn conflicts(&self) -> Vec<CompactLocation> {
        let groups = self.survey.repeated.iter();
        let conflicting = groups.filter(|group| {
            group
                .first()
                .is_some_and(|first| !group.iter().all(|other| other.same_output(first)))
        });
        conflicting
            .filter_map(|group| group.first().map(ExampleDigest::spot))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunelint_data::source::Input;
    use tunelint_data::text::position::SourceId;
    use tunelint_layouts::layout;
    use tunelint_layouts::provider::tokens::{ANY, Tokenizer};
    use tunelint_layouts::reader::ReadOptions;

    /// Every character is a token.
    #[derive(Debug)]
    struct Letters;

    impl Tokenizer for Letters {
        fn count(&self, text: &str) -> Option<u64> {
            Some(text.chars().count() as u64)
        }
    }

    fn stats(text: &str, batch_bytes: usize, threads: usize) -> Stats {
        let options = ReadOptions {
            batch_bytes,
            ..ReadOptions::default()
        };
        let input = Input::bytes("a.jsonl", text.as_bytes());
        let mut reader = Reader::open(SourceId(0), input, &options).unwrap();
        let layout = layout::by_name("pairs").unwrap();
        let counter = Counter::Exact(Arc::new(Letters), ANY.to_owned());
        Stats::of(&mut reader, Some(&*layout), &counter, None, threads).unwrap()
    }

    #[test]
    fn sizes_are_measured_on_the_texts() {
        let line = "{\"text_input\":\"abcd\",\"output\":\"é\"}\n";
        let stats = stats(&format!("{line}{{\n"), 512, 1);
        assert_eq!(stats.bytes, line.len() as u64);
        assert_eq!(
            (stats.characters, stats.tokens.about, stats.unread),
            (5, 5, 1)
        );
        assert_eq!(stats.inputs.longest().first().unwrap().0, 4);
    }

    #[test]
    fn duplicates_and_conflicts_are_distinguished() {
        let line = |input: &str, output: &str| {
            format!("{{\"text_input\":\"{input}\",\"output\":\"{output}\"}}\n")
        };
        let text = [
            line("one", "1"),
            line("two", "2"),
            line("One", "1"),
            line("two", "zwei"),
        ];
        let stats = stats(&text.concat(), 512, 1);
        let records = |spots: Vec<CompactLocation>| {
            spots
                .into_iter()
                .map(CompactLocation::record)
                .collect::<Vec<_>>()
        };
        assert_eq!(records(stats.duplicates()), [3]);
        assert_eq!(records(stats.conflicts()), [2]);
    }

    /// Questions about five topics, labeled with their topic; of those in `wrong`, with the next.
    fn questions(wrong: &[usize]) -> String {
        let topics = [
            ("card", "The card that I ordered has not come"),
            ("pin", "The secret number of my account is blocked"),
            ("rate", "Which exchange rate do you use abroad"),
            ("fee", "Why was I charged for this transfer"),
            ("cash", "The machine gave me too little money"),
        ];
        let asked = ["since Monday", "in Rome", "twice", "this week", "again"];
        let line = |n: usize| {
            let ((topic, text), when) = (topics[n % 5], asked[n / 5 % 5]);
            let label = match wrong.contains(&n) {
                true => topics[(n + 1) % 5].0,
                false => topic,
            };
            format!("{{\"text_input\":\"{text} {when}, case {n}\",\"output\":\"{label}\"}}\n")
        };
        (0..1000).map(line).collect()
    }

    fn surprising(stats: &Stats) -> Vec<usize> {
        let found = stats.survey.surprising.iter();
        found.map(|of| of.spot.record() as usize - 1).collect()
    }

    #[test]
    fn wrong_labels_are_surprising() {
        let wrong: Vec<usize> = (0..20).map(|n| n * 47 + 3).collect();
        let text = questions(&wrong);
        let one = stats(&text, 1 << 20, 1);
        let found = surprising(&one);
        let planted = found.iter().filter(|of| wrong.contains(of)).count();
        assert!(planted >= 15 && found.len() <= 20, "{found:?}");
        for (batch_bytes, threads) in [(64, 4), (4096, 2)] {
            let other = stats(&text, batch_bytes, threads);
            assert_eq!(one.survey, other.survey);
        }
    }

    #[test]
    fn labels_that_follow_from_the_text_are_not_surprising() {
        assert!(surprising(&stats(&questions(&[]), 1 << 20, 1)).is_empty());
    }

    #[test]
    fn results_do_not_depend_on_threads_or_batches() {
        let text: String = (0..400)
            .map(|n| {
                format!(
                    "{{\"text_input\":\"{n} is a number\",\"output\":\"{}\"}}\n",
                    n % 7
                )
            })
            .collect();
        let (one, many) = (stats(&text, 1 << 20, 1), stats(&text, 64, 4));
        assert_eq!(one.survey, many.survey);
        assert_eq!((one.inputs, one.examples), (many.inputs, many.examples));
    }
}
